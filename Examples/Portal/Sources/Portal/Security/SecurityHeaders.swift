// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import HTTPTypes

/// The headers that every answer carries, whatever made it.
struct SecurityHeaders: Sendable {
    /// Whether the portal is reached by HTTPS only.
    let isSecure: Bool

    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    /// A page with an upload may run the portal's own script file, which may talk to the portal; nothing in the page itself.
    static let uploadPolicy = contentSecurityPolicy + "; script-src 'self'; connect-src 'self'"

    private static let policyName = "Content-Security-Policy"

    static func allowUploadScript(in headers: inout HTTPFields) {
        if let field = HTTPField.Name(policyName) { headers[field] = uploadPolicy }
    }

    func add(to headers: inout HTTPFields) {
        func set(_ name: String, _ value: String) {
            if let field = HTTPField.Name(name) { headers[field] = value }
        }
        if HTTPField.Name(Self.policyName).flatMap({ headers[$0] }) != Self.uploadPolicy {
            set(Self.policyName, Self.contentSecurityPolicy)
        }
        set("X-Content-Type-Options", "nosniff")
        set("X-Frame-Options", "DENY")
        // Not no-referrer: browsers would then send `Origin: null` with the portal's own forms.
        set("Referrer-Policy", "same-origin")
        set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
        set("Cross-Origin-Opener-Policy", "same-origin")
        set("Cross-Origin-Resource-Policy", "same-origin")
        if isSecure { set("Strict-Transport-Security", "max-age=31536000; includeSubDomains") }
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
    }
}
