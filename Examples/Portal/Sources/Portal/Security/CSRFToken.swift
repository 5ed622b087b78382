// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierKit

/// Tokens that show that a form was sent from a page which the portal gave to the same browser.
///
/// A token is HMAC-SHA-256 of the browser's cookie under a key of this process: nothing is kept, and a token of another
/// browser or session does not fit.
struct CSRFToken: Sendable {
    private let key: [UInt8]

    init() { key = SystemRandom().bytes(32) }

    func token(for id: String) -> String {
        guard
            let code = try? HMAC.code(.sha256, key: key.span, of: Array("portal/csrf/1 \(id)".utf8).span)
        else { return "" }
        return Hexadecimal.encode(code)
    }

    /// Whether a token is that of a browser.
    func isValid(_ token: String, for id: String) -> Bool {
        let expected = self.token(for: id)
        return !expected.isEmpty
            && ConstantTime.areEqual(Array(token.utf8).span, Array(expected.utf8).span)
    }
}
