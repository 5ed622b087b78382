// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Synchronization

/// Which signatures of certificates, lists and responses were verified already, with the answers.
///
/// Every certificate graph verifies what bears on its certificate; the graphs of a document's signer and time-stamp
/// authorities have most of it in common, and the attachments of a dossier more still. Who judges them together shares one
/// value, and each signature is verified once. Whoever asks gets the answer that he would have had without it.
///
/// An answer stands under everything that it depends on: SHA-256 over the whole signed object, its signature value included,
/// and the whole SubjectPublicKeyInfo of the key – never under a name, a number or a key identifier, which anybody can choose.
public final class VerifiedSignatures: Sendable {
    private struct Question: Hashable {
        let object: OctetString
        let key: OctetString
    }
    private let answers = Mutex<[Question: Bool]>([:])
    private let limit: Int

    /// Makes a memory of nothing.
    ///
    /// - Parameter limit: Most answers that are kept, at some 500 bytes each; when there are more, all are forgotten.
    public init(limit: Int = 4_096) { self.limit = max(1, limit) }

    /// Number of answers that are kept.
    public var count: Int { answers.withLock { $0.count } }

    /// Whether an object was signed with the key of a certificate.
    ///
    /// - Parameters:
    ///   - fingerprint: SHA-256 of the whole object.
    ///   - verify: Does the verification when the answer is not known.
    func isSigned(
        _ fingerprint: [UInt8], by signer: Certificate, _ verify: (PublicKey) throws(PKIXError) -> Bool
    ) throws(PKIXError) -> Bool {
        let question = Question(
            object: OctetString(fingerprint), key: OctetString(signer.subjectPublicKeyInfo.bytes))
        if let known = answers.withLock({ $0[question] }) { return known }
        // Outside the lock: others must not wait for it. Two that ask at once both verify, with the same answer.
        let answer = try verify(signer.publicKey())
        answers.withLock { answers in
            if answers.count >= limit { answers.removeAll(keepingCapacity: true) }
            answers[question] = answer
        }
        return answer
    }
}

extension Certificate {
    /// Whether this certificate's signature was made with the key of another.
    func isSigned(by issuer: Certificate, knowing verified: VerifiedSignatures) throws(PKIXError) -> Bool {
        try verified.isSigned(fingerprint, by: issuer) { key throws(PKIXError) in try isSigned(by: key) }
    }
}

extension CertificateRevocationList {
    /// Whether the list was signed with the key of a certificate.
    func isSigned(by issuer: Certificate, knowing verified: VerifiedSignatures) throws(PKIXError) -> Bool {
        try verified.isSigned(fingerprint, by: issuer) { key throws(PKIXError) in try isSigned(by: key) }
    }
}

extension BasicOCSPResponse {
    /// Whether the response was signed with the key of a certificate.
    func isSigned(by responder: Certificate, knowing verified: VerifiedSignatures) throws(PKIXError) -> Bool {
        guard let fingerprint = try? DigestAlgorithm.sha256.digest(of: bytes) else {
            return try isSigned(by: responder.publicKey())
        }
        return try verified.isSigned(fingerprint, by: responder) { key throws(PKIXError) in try isSigned(by: key) }
    }
}
