// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import HTTPTypes
import Hummingbird

/// Finds out who visits, gives new browsers a cookie, and puts the security headers on every answer.
struct VisitMiddleware: RouterMiddleware {
    let sessions: SessionStore
    let guards: Guards
    let clock: PortalClock

    func handle(
        _ request: Request, context: PortalContext,
        next: @concurrent (Request, PortalContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        let now = clock.now
        let known = request.cookies[guards.settings.cookieName]?.value
        let id = known.flatMap { SessionStore.isID($0) ? $0 : nil } ?? SessionStore.newID()
        let language: Language =
            switch request.uri.queryParameters["lang"]
                ?? request.cookies["lang"].map({ Substring($0.value) })
            {
            case "en": .english
            default: .vietnamese
            }
        context.visit = Visit(
            id: id, session: sessions.session(id, at: now), words: Words(language: language), now: now,
            peer: context.peer, path: Self.own(request.uri.path),
            query: (try? Form(urlEncoded: request.uri.query ?? "")) ?? Form(),
            csrf: guards.csrf.token(for: id))
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            response = Layout(guards.settings).response(PortalError.notFound, context.visit)
        }
        if known != id, response.headers[values: .setCookie].isEmpty, request.uri.path != "/style.css",
            request.uri.path != UploadScript.path
        {
            response.headers.append(.init(name: .setCookie, value: guards.settings.cookie(id)))
        }
        if request.uri.queryParameters["lang"] != nil {
            response.headers.append(
                .init(
                    name: .setCookie,
                    value: "lang=\(language.rawValue); Path=/; SameSite=Lax; Max-Age=31536000"))
        }
        SecurityHeaders(isSecure: guards.settings.isSecure).add(to: &response.headers)
        return response
    }

    /// The path for links to the same page; browsers take `//` and `/\` for the beginning of another host.
    private static func own(_ path: String) -> String {
        path.hasPrefix("//") || path.contains("\\") ? "/" : path
    }
}

extension PortalSettings {
    /// A Set-Cookie header: not for scripts, not sent with anything that another site begins.
    func cookie(_ id: String) -> String {
        "\(cookieName)=\(id); Path=/; HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
    }
}
