// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import HTTPTypes
import Hummingbird
import NIOCore

/// The frame of every page: skip link, notice of the demonstration, navigation, heading, content.
struct Layout {
    let settings: PortalSettings

    init(_ settings: PortalSettings) { self.settings = settings }

    func response(_ answer: Answer, _ visit: Visit) -> Response {
        switch answer {
        case .page(let title, let body, let status, let hasUpload):
            return page(title, body, visit, status, hasUpload: hasUpload)
        case .redirect(let path): return redirect(to: path)
        case .session(let id, let path):
            var response = redirect(to: path)
            response.headers[.setCookie] = settings.cookie(id)
            return response
        case .file(let bytes, let name, let mediaType):
            return Response(
                status: .ok, headers: fileHeaders(name, mediaType),
                body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
        case .stream(let name, let mediaType, let write):
            return Response(
                status: .ok, headers: fileHeaders(name, mediaType),
                body: .made(by: write))
        }
    }

    func response(_ error: PortalError, _ visit: Visit?) -> Response {
        guard let visit else { return Response(status: error.status) }
        switch error {
        case .signInNeeded: return redirect(to: "/sign-in")
        case .locked: return redirect(to: "/vault")
        default: break
        }
        let t = visit.words
        var response = page(
            t("Không thực hiện được", "This could not be done"),
            "<p class=\"alert\" role=\"alert\">\(t(error.phrase))</p>",
            visit, error.status)
        if case .tooMany(let seconds) = error { response.headers[.retryAfter] = "\(seconds)" }
        return response
    }

    func response(_ error: VaultError, _ visit: Visit) -> Response {
        let t = visit.words
        let status: HTTPResponse.Status =
            switch error.code {
            case .notFound: .notFound
            case .busy: .tooManyRequests
            case .wrongSecret, .mistypedCode, .notPermitted: .forbidden
            case .held, .conflict, .alreadyExists, .overQuota: .conflict
            default: .internalServerError
            }
        var response = page(
            t("Không thực hiện được", "This could not be done"),
            "<p class=\"alert\" role=\"alert\">\(t.sentence(error.phrase))</p>", visit, status)
        if error.code == .busy { response.headers[.retryAfter] = "2" }
        return response
    }

    /// Something that the library refused for a stated reason.
    func refusal(_ reason: Phrase, _ visit: Visit) -> Response {
        let t = visit.words
        return page(
            t("Bị từ chối", "Refused"), "<p class=\"alert\" role=\"alert\">\(t.sentence(reason))</p>",
            visit, .forbidden)
    }

    func failure(_ visit: Visit) -> Response {
        let t = visit.words
        return page(
            t("Có lỗi", "Something went wrong"),
            """
            <p class=\"alert\" role=\"alert\">\(t("Yêu cầu không thực hiện được. Không có gì bị mất.", "The request failed. Nothing was lost."))</p>
            """, visit, .internalServerError)
    }

    private func redirect(to path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path])
    }

    private func fileHeaders(_ name: String, _ mediaType: String) -> HTTPFields {
        [.contentType: mediaType, .contentDisposition: Answer.disposition(name)]
    }

    private func page(
        _ title: String, _ body: HTML, _ visit: Visit, _ status: HTTPResponse.Status, hasUpload: Bool = false
    ) -> Response {
        let bytes = ByteBuffer(string: document(title, body, visit, hasUpload: hasUpload).markup)
        var response = Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: .init(byteBuffer: bytes))
        if hasUpload { SecurityHeaders.allowUploadScript(in: &response.headers) }
        return response
    }

    private func document(_ title: String, _ body: HTML, _ visit: Visit, hasUpload: Bool) -> HTML {
        let t = visit.words
        let other = visit.language == .vietnamese ? Language.english : .vietnamese
        let otherName = other == .english ? "English" : "Tiếng Việt"
        var notice: HTML = .none
        if let text = visit.session?.takeNotice() {
            notice = "<p class=\"notice\" role=\"status\">\(text)</p>"
        }
        let script: HTML = hasUpload ? "<script src=\"/upload.js\" defer></script>" : .none
        return """
            <!DOCTYPE html>
            <html lang="\(visit.language.rawValue)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title) – \(t("Cổng trình diễn", "Demonstration portal"))</title>
            <link rel="stylesheet" href="/style.css">
            \(script)
            </head>
            <body>
            <a class="skip" href="#content">\(t("Đến nội dung chính", "Skip to content"))</a>
            <header>
            <p class="demo">\(t("Bản trình diễn – mọi tên và số đều do bịa đặt, chữ ký không có giá trị pháp lý.", "Demonstration – every name and number is invented, signatures have no legal value."))</p>
            <div class="bar">
            <a class="brand" href="/"><span class="mark" aria-hidden="true">◆</span> \(t("Nộp một lần", "Once only"))</a>
            <a class="language" lang="\(other.rawValue)" href="\(visit.path)?\(visit.query.without("lang").urlEncoded(before: "lang=\(other.rawValue)"))">\(otherName)</a>
            </div>
            \(navigation(visit))
            </header>
            <main id="content" tabindex="-1">
            <h1>\(title)</h1>
            \(notice)
            \(body)
            </main>
            <footer>
            <p>\(t("Mã nguồn mở, dựng bằng DossierKit. Mọi trang dùng được không cần JavaScript, không tải gì từ nơi khác.", "Open source, built with DossierKit. Every page works without JavaScript and loads nothing from elsewhere."))</p>
            </footer>
            </body>
            </html>

            """
    }

    private func navigation(_ visit: Visit) -> HTML {
        let t = visit.words
        var links: [(path: String, name: String)] = []
        switch visit.session?.identity.role {
        case .citizen:
            links = [
                ("/vault", t("Kho của tôi", "My vault")), ("/procedures", t("Thủ tục", "Procedures")),
                ("/dossiers", t("Hồ sơ", "Dossiers")), ("/log", t("Ai đã xem", "Who has read")),
            ]
        case .official: links = [("/office", t("Hồ sơ đến", "Received dossiers"))]
        case nil: links = [("/sign-in", t("Đăng nhập", "Sign in"))]
        }
        links.append(("/verify", t("Kiểm tra chữ ký", "Check a signature")))
        let items = links.map { link -> HTML in
            let isHere = visit.path == link.path || visit.path.hasPrefix(link.path + "/")
            return isHere
                ? "<li><a href=\"\(link.path)\" aria-current=\"page\">\(link.name)</a></li>"
                : "<li><a href=\"\(link.path)\">\(link.name)</a></li>"
        }
        var person: HTML = .none
        if let identity = visit.session?.identity {
            let how = identity.method == .demonstration ? t("đăng nhập thử", "test sign-in") : ""
            person = """
                <div class="person">
                <p><span class="name">\(foreign: identity.name)</span> <span class="tag">\(how)</span></p>
                <form method="post" action="/sign-out">\(Parts.token(visit))<button class="plain">\(t("Đăng xuất", "Sign out"))</button></form>
                </div>
                """
        }
        return """
            <div class="bar under">
            <nav aria-label="\(t("Các mục", "Sections"))"><ul>\(items)</ul></nav>
            \(person)
            </div>
            """
    }
}
