// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import HTTPTypes
import Hummingbird
import NIOCore

/// Who may ask for a page.
enum Access: Sendable {
    case everyone
    case citizen
    case official
}

/// The portal's pages. A page that changes something can only be added here, so none is without a token check, a rate limit
/// and a role.
struct Routes {
    let router: Router<PortalContext>
    let guards: Guards

    /// A page that changes nothing.
    func page(
        _ path: RouterPath, for access: Access = .everyone,
        _ make: @escaping @Sendable (Visit, Parameters) async throws -> Answer
    ) {
        router.get(path) { [guards] request, context in
            try await guards.answer(context) { visit in
                try guards.admit(visit, access, .page)
                return try await make(visit, context.parameters)
            }
        }
    }

    /// Sends who asks for a form's address by GET – by the link to the other language, or by going there again – to the page
    /// that has the form.
    private func lead(_ path: RouterPath, to page: String) {
        router.get(path) { [guards] request, context in
            try await guards.answer(context) { visit in
                try guards.admit(visit, .everyone, .page)
                return .redirect(
                    context.parameters.reduce(page) { $0.replacing(":\($1.key)", with: String($1.value)) })
            }
        }
    }

    /// What a form does.
    ///
    /// - Parameter page: The page that has the form, where another path leads to it.
    func action(
        _ path: RouterPath, for access: Access = .everyone, limit rule: RateRule = .page, from page: String? = nil,
        _ act: @escaping @Sendable (Visit, Form, Parameters) async throws -> Answer
    ) {
        if let page { lead(path, to: page) }
        router.post(path) { [guards] request, context in
            var response = try await guards.answer(context) { visit in
                try guards.checkOrigin(request)
                try guards.admit(visit, access, rule)
                let form = try await guards.form(request)
                try guards.checkToken(form, visit)
                return try await act(visit, form, context.parameters)
            }
            // A form with a passphrase went through the connection's buffers, which are freed, and so wiped, when it ends.
            if rule.name == RateRule.unlock.name { response.headers[.connection] = "close" }
            return response
        }
    }

    /// What a form with a file does.
    ///
    /// - Parameter page: As for ``action(_:for:limit:from:_:)``.
    func upload(
        _ path: RouterPath, for access: Access = .everyone, from page: String? = nil,
        _ act: @escaping @Sendable (Visit, Form, [UploadedFile], Parameters) async throws -> Answer
    ) {
        if let page { lead(path, to: page) }
        router.post(path) { [guards] request, context in
            try await guards.answer(context) { visit in
                try guards.checkOrigin(request)
                try guards.admit(visit, access, .upload)
                let (form, files) = try await guards.upload(request, visit)
                return try await act(visit, form, files, context.parameters)
            }
        }
    }
}
