// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault

/// Why an exchange with a gateway gave no answer that can be used. Details never hold keys, signatures or octets of bodies.
struct S3Failure: Error, Sendable {
    enum Kind: Sendable, Hashable {
        /// Nobody accepts a connection at the address.
        case unreachable
        /// Nothing moved for too long.
        case stalled
        /// The connection ended before the answer did.
        case cut
        /// TLS: the gateway is not who it should be.
        case insecure
        /// The gateway sends the request elsewhere.
        case redirected
        /// The gateway answered with a status and an error code of S3.
        case answered(Int, String)
        /// The answer is none of S3.
        case unreadable
        /// The answer is larger than what was asked for.
        case tooLarge
        case cancelled
        case internalFailure
    }

    let kind: Kind
    let detail: String

    init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    init(status: Int, code: String) {
        kind = .answered(status, code)
        detail = code.isEmpty ? "status \(status)" : "status \(status), \(code)"
    }

    /// Whether another attempt, perhaps at another gateway, may succeed.
    var isWorthRepeating: Bool {
        switch kind {
        case .unreachable, .stalled, .cut, .redirected, .unreadable, .tooLarge, .insecure: true
        case .answered(let status, let code):
            // A digest that does not match is a body that was changed on its way.
            status >= 500 && status != 501 && status != 507 || status == 429 || status == 408 || status == 409
                || ["RequestTimeout", "BadDigest", "XAmzContentSHA256Mismatch", "IncompleteBody", "SlowDown"].contains(
                    code)
        case .cancelled, .internalFailure: false
        }
    }

    /// The error of the store.
    func error(_ object: String) -> VaultError {
        switch kind {
        case .answered(let status, let code):
            if code == "NoSuchBucket" { return VaultError(.notAStore, object: object, "there is no such bucket") }
            if code == "RequestTimeTooSkewed" {
                return VaultError(
                    .notPermitted, object: object,
                    "this machine's clock and the object store's differ by too much: \(detail)")
            }
            if status == 401 || status == 403 {
                return VaultError(.notPermitted, object: object, "the object store refuses: \(detail)")
            }
            if status == 507 || code == "QuotaExceeded" {
                return VaultError(.storeFull, object: object, "the object store has no room: \(detail)")
            }
            if status == 404 { return VaultError(.notFound, object: object, "the object store does not have it") }
            if status == 503 || status == 429 || code == "SlowDown" {
                return VaultError(.busy, object: object, "the object store has too much to do: \(detail)")
            }
            return VaultError(.storeFailure, object: object, "the object store answers \(detail)")
        case .unreachable: return VaultError(.storeFailure, object: object, "no gateway is reachable: \(detail)")
        case .stalled: return VaultError(.storeFailure, object: object, "no answer in time: \(detail)")
        case .cut: return VaultError(.storeFailure, object: object, "the connection broke: \(detail)")
        case .insecure: return VaultError(.storeFailure, object: object, "the gateway does not prove itself: \(detail)")
        case .redirected: return VaultError(.storeFailure, object: object, "the gateway points elsewhere: \(detail)")
        case .unreadable:
            return VaultError(.storeFailure, object: object, "not an answer of an object store: \(detail)")
        case .tooLarge: return VaultError(.storeFailure, object: object, "the answer is too large: \(detail)")
        case .cancelled: return VaultError(.storeFailure, object: object, "the task was cancelled")
        case .internalFailure: return VaultError(.storeFailure, object: object, detail)
        }
    }
}
