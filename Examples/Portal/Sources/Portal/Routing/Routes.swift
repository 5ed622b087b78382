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

    /// What a form does.
    func action(
        _ path: RouterPath, for access: Access = .everyone, limit rule: RateRule = .page,
        _ act: @escaping @Sendable (Visit, Form, Parameters) async throws -> Answer
    ) {
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
    func upload(
        _ path: RouterPath, for access: Access = .everyone,
        _ act: @escaping @Sendable (Visit, Form, [UploadedFile], Parameters) async throws -> Answer
    ) {
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
