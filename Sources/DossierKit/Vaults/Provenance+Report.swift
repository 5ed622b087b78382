// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DocumentVault
import DossierCore
import PKIX
import SignatureValidation

extension Provenance {
    /// What a verdict on a file's signatures makes of its origin.
    ///
    /// Only a file whose every signature is TOTAL-PASSED is signature-verified; any other stays on the word of the person
    /// who gave it. An upload alone never raises assurance.
    ///
    /// - Parameters:
    ///   - report: The verdict; must carry the SHA-256 of the file.
    ///   - source: How the file reached the vault.
    /// - Throws: ``DossierError`` `invalidAttachment` for a report without digest.
    public static func verified(_ report: FileReport, source: Source) throws -> Provenance {
        guard let sha256 = report.sha256.flatMap(Digest32.init) else {
            throw DossierError(.invalidAttachment, "the report names no SHA-256")
        }
        guard let document = report.report, document.indication == .totalPassed, let first = document.signatures.first
        else {
            return .selfDeclared(sha256, source: source)
        }
        let evidence = try DigestAlgorithm.sha256.digest(of: CanonicalJSON.encode(report))
        guard let digest = Digest32(octets: evidence) else {
            throw DossierError(.invalidAttachment, "a digest of \(evidence.count) bytes")
        }
        return .signatureVerified(
            sha256, source: source,
            by: Verification(
                report: digest, policy: "\(document.policy.id) \(document.policy.version)",
                verifiedAt: document.validationTime,
                signer: first.facts.signingCertificate?.subject.commonName ?? "",
                trustDomain: first.path?.trustDomain ?? "", signedAt: first.provedTime))
    }
}

extension SignatureReport {
    /// The best signature time where something proves it; a judgement alone proves only that the signature exists by now.
    fileprivate var provedTime: Instant? {
        bestSignatureTimeSource == .validationTime ? nil : bestSignatureTime
    }
}
