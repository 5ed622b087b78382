// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore
public import PKIX

/// What was found out about a signer before its key is called: judged once, and good for every signature until it is no
/// longer fresh.
public struct SignerStanding: Sendable {
    /// Whether the key may be called.
    public enum Verdict: Sendable, Equatable {
        /// The certificate, its path, its revocation status and its algorithms hold.
        case valid
        /// Whether they hold could not be determined, for the error's reason, and somebody took it upon himself.
        case overridden(AdESError, reason: String)
        /// They do not hold (`signerNotValid`, `algorithmNotAllowed`), or could not be determined (`signerIndeterminate`).
        case refused(AdESError)
    }

    /// The certificate that was judged.
    public let certificate: Certificate
    /// The scheme of the signatures that it was judged for.
    public let scheme: SignatureScheme
    /// The path that the verdict rests on.
    public let path: PathResult
    /// When it was judged.
    public let checkedAt: Instant
    /// The last instant at which the verdict may be relied on: the end of the window, of a certificate of the path, or of the
    /// revocation information, whichever comes first.
    public let freshUntil: Instant
    /// The answer.
    public let verdict: Verdict

    init(
        _ signer: some Signer, path: PathResult, checkedAt: Instant, window seconds: Int64, verdict: Verdict
    ) {
        certificate = signer.certificate
        scheme = signer.scheme
        self.path = path
        self.checkedAt = checkedAt
        self.verdict = verdict
        var end = checkedAt.adding(seconds: max(0, seconds))
        if verdict == .valid {
            for link in path.chain.dropLast() {
                end = min(end, link.certificate.notAfter)
                // Past its end the information would leave the question open.
                if case .good = link.revocation, let next = link.revocationNextUpdate { end = min(end, next) }
            }
        }
        freshUntil = max(end, checkedAt)
    }

    /// Whether the verdict may still be relied on.
    public func isFresh(at time: Instant) -> Bool { checkedAt <= time && time <= freshUntil }

    /// Holds a signer against what was found out; to be called right before its key.
    ///
    /// - Parameter time: Now.
    /// - Throws: ``AdESError``: the reason of a refusal; `signerIndeterminate` for another certificate or scheme than was
    ///   judged, and for a verdict that is no longer fresh.
    public func require(_ signer: some Signer, at time: Instant) throws(AdESError) {
        if case .refused(let error) = verdict { throw error }
        guard signer.certificate == certificate, signer.scheme == scheme else {
            throw AdESError(.signerIndeterminate, "another signer was checked")
        }
        guard isFresh(at: time) else {
            throw AdESError(.signerIndeterminate, "the signer was checked at \(checkedAt), good until \(freshUntil)")
        }
    }
}

/// `valid`, `overridden`, `not-valid` or `indeterminate`, with what was found and the reason of an override.
extension SignerStanding: Encodable {
    private enum Key: String, CodingKey {
        case certificate, verdict, checkedAt, freshUntil, detail, override
    }

    /// The verdict in one word, as JSON has it.
    public var word: String {
        switch verdict {
        case .valid: "valid"
        case .overridden: "overridden"
        case .refused(let error): error.code == .signerIndeterminate ? "indeterminate" : "not-valid"
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(Hexadecimal.encode(certificate.fingerprint), forKey: .certificate)
        try container.encode(word, forKey: .verdict)
        try container.encode(checkedAt, forKey: .checkedAt)
        try container.encode(freshUntil, forKey: .freshUntil)
        switch verdict {
        case .valid: break
        case .overridden(let error, let reason):
            try container.encode(error.detail, forKey: .detail)
            try container.encode(reason, forKey: .override)
        case .refused(let error): try container.encode(error.detail, forKey: .detail)
        }
    }
}
