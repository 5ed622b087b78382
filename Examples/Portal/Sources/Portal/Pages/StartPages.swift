// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Hummingbird

/// The first page, signing in and out.
struct StartPages {
    let site: PortalSite

    func add(to routes: Routes) {
        routes.page("/") { visit, _ in start(visit) }
        routes.page("/sign-in") { visit, _ in
            visit.session == nil ? signIn(visit) : .redirect(home(visit.session?.identity.role))
        }
        routes.action("/sign-in", limit: .signIn) { visit, form, _ in
            guard let identity = await site.identities.assertion(for: form["person"] ?? "", at: visit.now)
            else {
                throw PortalError.badForm(FormWords.incomplete)
            }
            // A new id: whoever knew the old one has no part in the session.
            site.sessions.end(visit.id)
            guard let (id, _) = site.sessions.begin(identity, at: visit.now) else {
                throw PortalError.tooMany(retryAfter: 60)
            }
            return .session(id, then: home(identity.role))
        }
        routes.action("/sign-out", from: "/") { visit, _, _ in
            site.sessions.end(visit.id)
            return .session(SessionStore.newID(), then: "/")
        }
    }

    private func home(_ role: PortalRole?) -> String {
        switch role {
        case .citizen: "/vault"
        case .official: "/office"
        case nil: "/"
        }
    }

    private func start(_ visit: Visit) -> Answer {
        let t = visit.words
        let body: HTML = """
            <p class="lead">\(t("Giấy tờ đã nộp một lần thì không phải nộp lại. Bạn cất giấy tờ vào một kho chỉ bạn mở được, và mỗi thủ tục sau dùng lại những gì kho đã có – khi bạn đồng ý, và bạn thấy ai đã xem.", "A document that was given once need not be given again. You keep your documents in a vault that only you open, and every later procedure reuses what is there – with your consent, and you see who has read."))</p>
            <div class="grid">
            <section class="card"><h2>\(t("Công dân", "Citizen"))</h2>
            <p>\(t("Tạo kho, cất giấy tờ, xem mỗi giấy tờ chứng minh được gì, nộp hồ sơ bằng giấy tờ trong kho.", "Make a vault, keep documents, see what each of them proves, and apply with what the vault has."))</p>
            <p><a class="button" href="/vault">\(t("Mở kho của tôi", "Open my vault"))</a></p></section>
            <section class="card"><h2>\(t("Cán bộ", "Official"))</h2>
            <p>\(t("Nhận hồ sơ, xem kết luận cho từng thành phần và cho cả hồ sơ, ký kết quả và trả về kho.", "Receive dossiers, see the verdict on each attachment and on the whole, sign results and return them to the vault."))</p>
            <p><a class="button" href="/office">\(t("Hồ sơ đến", "Received dossiers"))</a></p></section>
            <section class="card"><h2>\(t("Người kiểm tra", "Verifier"))</h2>
            <p>\(t("Được đưa một tệp đã ký và cần biết có tin được không? Không cần đăng nhập.", "Somebody gave you a signed file and you must know whether to trust it? No sign-in is needed."))</p>
            <p><a class="button" href="/verify">\(t("Kiểm tra một tệp", "Check a file"))</a></p></section>
            </div>
            """
        return .page(title: t("Cất một lần, dùng nhiều lần", "Keep once, use many times"), body)
    }

    private func signIn(_ visit: Visit) -> Answer {
        let t = visit.words
        let options = site.identities.choices.map { choice -> (value: String, name: String) in
            let role = choice.role == .citizen ? t("công dân", "citizen") : t("cán bộ", "official")
            return (choice.answer, "\(choice.name) – \(role)")
        }
        let body: HTML = """
            <p class="alert">\(t("Đây là đăng nhập thử: chọn một người bịa đặt. Cổng thật nhận danh tính từ hệ thống định danh quốc gia; bản trình diễn không bắt chước hệ thống nào.", "This is a test sign-in: choose an invented person. A real portal takes the identity from the national identity system; the demonstration imitates none."))</p>
            <form method="post" action="/sign-in">\(Parts.token(visit))
            \(Parts.radios("person", t("Bạn là ai?", "Who are you?"), options, chosen: options.first?.value))
            <button>\(t("Đăng nhập thử", "Test sign-in"))</button></form>
            """
        return .page(title: t("Đăng nhập thử", "Test sign-in"), body)
    }
}
