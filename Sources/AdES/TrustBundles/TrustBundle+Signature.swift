// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
public import PKIX
import SignatureValidation

extension TrustBundle {
    /// Reads a bundle that came with a detached CAdES signature, and accepts it only under a pin.
    ///
    /// The pin replaces a path: the signer's certificate is neither chained nor held against revocation or time, because
    /// the bundle is what such a judgement would start from. The digest must be SHA-256 or longer.
    ///
    /// - Parameters:
    ///   - file: The bundle's bytes, exactly as signed.
    ///   - signature: DER of the detached signature.
    ///   - pin: SHA-256 of the signer's certificate, obtained out of band.
    /// - Throws: ``AdESError`` `bundleNotAccepted` that says what does not hold; ``PKIX/PKIXError`` for bytes that are no
    ///   bundle. The bundle is parsed only after its signature held.
    public init(parsing file: [UInt8], signature: [UInt8], pinnedTo pin: [UInt8]) throws {
        func refused(_ detail: String) -> AdESError { AdESError(.bundleNotAccepted, detail) }
        let facts: [SignatureFacts]
        do {
            facts = try CAdESDocument(parsing: signature, content: MemorySource(file))
                .signatureFacts(with: ValidationMaterial())
        } catch {
            throw refused("the signature cannot be read")
        }
        guard facts.count == 1, let fact = facts.first else { throw refused("\(facts.count) signatures, expected one") }
        guard fact.packaging == .detached else { throw refused("the signature is not detached") }
        guard fact.formatFaults.isEmpty, fact.bindsSigningCertificate else {
            throw refused("the signature does not follow EN 319 122-1")
        }
        guard pin.count == 32, let signer = fact.signingCertificate, signer.fingerprint == pin else {
            throw refused("the signer is not the one that is pinned")
        }
        guard fact.reference == .intact else { throw refused("the bundle was changed after it was signed") }
        guard fact.value == .valid else { throw refused("the signature value is not valid") }
        let accepted: [DigestAlgorithm] = [.sha256, .sha384, .sha512]
        guard let digest = fact.digest, accepted.contains(digest) else { throw refused("the digest is not accepted") }
        if let schemeDigest = fact.scheme?.digest, !accepted.contains(schemeDigest) {
            throw refused("the digest is not accepted")
        }
        try self.init(parsing: file)
    }
}
