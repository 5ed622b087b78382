// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX

/// SAV, EN 319 102-1 §5.2.8: algorithms and key sizes of signature, chain and revocation lists by the policy.
///
/// The anchor's own signature is not judged; nothing relies on it.
enum SignatureAcceptanceValidation {
    static func conclude(
        _ facts: SignatureFacts, path: PathResult?, policy: ValidationPolicy, at time: Instant
    ) -> BlockConclusion {
        let algorithms = policy.algorithms
        var faults: [AlgorithmPolicy.Fault] = []
        func add(_ fault: AlgorithmPolicy.Fault?) {
            if let fault, !faults.contains(fault) { faults.append(fault) }
        }
        if let digest = facts.digest { add(algorithms.fault(of: digest, at: time)) }
        if let certificate = facts.signingCertificate {
            // An unknown scheme is an answer of the cryptographic check already.
            if let scheme = facts.scheme { add(algorithms.fault(of: scheme, key: kind(of: certificate), at: time)) }
        }
        let chain = path?.chain ?? []
        for (index, link) in chain.dropLast().enumerated() {
            let issuer = kind(of: chain[index + 1].certificate)
            add(algorithms.fault(of: SignatureScheme(link.certificate.signatureAlgorithm), key: issuer, at: time))
            if let list = link.revocationList { add(algorithms.fault(of: list.scheme, key: issuer, at: time)) }
            // Who signed the response is a matter of its authorisation; SHA-1 in its CertID is only a name.
            if let digest = link.ocspResponse?.basic?.scheme?.digest { add(algorithms.fault(of: digest, at: time)) }
        }
        guard !faults.isEmpty else { return .passed }
        let vi = faults.map(\.phrase.vi).joined(separator: "; ")
        let en = faults.map(\.phrase.en).joined(separator: "; ")
        return .failed(
            .cryptoConstraintsFailureNoPOE,
            [
                Finding(
                    .failure, code: "algorithm-not-accepted",
                    Phrase(vi: "chính sách \(policy.id): \(vi)", en: "policy \(policy.id): \(en)"))
            ])
    }

    private static func kind(of certificate: Certificate) -> PublicKey.Kind? {
        try? certificate.subjectPublicKeyInfo.publicKey().kind
    }
}

/// Conformity to the national list of algorithms: a separate answer, never the verdict.
struct AlgorithmConformity: Sendable, Hashable {
    let findings: [Finding]

    init(_ facts: SignatureFacts, policy: ValidationPolicy) {
        var findings: [Finding] = []
        if case .rsaPKCS1 = facts.scheme, !policy.pkcs1Conforms {
            findings.append(
                Finding(
                    .warning, code: "legacy-scheme",
                    Phrase(
                        vi: "chữ ký dùng lược đồ RSA PKCS#1 v1.5; danh mục tiêu chuẩn yêu cầu RSASSA-PSS",
                        en: "the signature uses RSA PKCS#1 v1.5; the list of standards asks for RSASSA-PSS")))
        }
        for digest in [facts.digest, facts.scheme?.digest].compactMap({ $0 })
        where !policy.conformantDigests.contains(digest) {
            findings.append(
                Finding(
                    .warning, code: "digest-not-listed",
                    Phrase(
                        vi: "hàm băm \(digest.displayName) không có trong danh mục tiêu chuẩn",
                        en: "the digest \(digest.displayName) is not on the list of standards")))
            break
        }
        self.findings = findings
    }
}
