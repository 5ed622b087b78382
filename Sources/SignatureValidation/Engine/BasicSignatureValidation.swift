// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PKIX

/// The process for basic signatures, EN 319 102-1 §5.3: format, certificate, chain, cryptography, acceptance.
///
/// A pure function of facts, policy and time. The chain is judged even when the cryptography fails, so that a report shows
/// both; a failure of format or cryptography decides.
struct BasicSignatureValidation {
    let facts: SignatureFacts
    let graph: CertificateGraph?
    let policy: ValidationPolicy
    let revocation: RevocationMode
    let time: Instant

    struct Conclusion {
        var subIndication: SubIndication?
        var findings: [Finding]
        var path: PathResult?
    }

    func conclude() -> Conclusion {
        let path = graph?.evaluate(at: time, purpose: .signing, revocation: revocation)
        let blocks = [
            FormatChecking.conclude(facts),
            SigningCertificateIdentification.conclude(facts, policy: policy),
            CryptographicVerification.conclude(facts),
            X509CertificateValidation.conclude(path, policy: policy),
            SignatureAcceptanceValidation.conclude(facts, path: path, policy: policy, at: time),
        ]
        // §5.3.4: a failure outweighs an open question, whatever their order.
        let concluded = blocks.compactMap(\.subIndication)
        let deciding = concluded.first { $0.indication == .totalFailed } ?? concluded.first
        return Conclusion(subIndication: deciding, findings: blocks.flatMap(\.findings) + facts.findings, path: path)
    }
}
