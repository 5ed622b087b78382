// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX

/// SAV, EN 319 102-1 §5.2.8: algorithms and key sizes of signature, chain and revocation lists by the policy.
///
/// The anchor's own signature is not judged; nothing relies on it.
enum SignatureAcceptanceValidation {
    static func conclude(_ facts: SignatureFacts, path: PathResult?, policy: ValidationPolicy) -> BlockConclusion {
        var unacceptable: [String] = []
        if let digest = facts.digest, !policy.acceptedDigests.contains(digest) {
            unacceptable.append(digest.displayName)
        }
        if let digest = facts.scheme?.digest, !policy.acceptedDigests.contains(digest) {
            unacceptable.append(digest.displayName)
        }
        let certificates = path?.chain.map(\.certificate) ?? [facts.signingCertificate].compactMap { $0 }
        for certificate in certificates { unacceptable += unacceptableKey(of: certificate, policy) }
        for link in path?.chain.dropLast() ?? [] {
            guard let scheme = SignatureScheme(link.certificate.signatureAlgorithm) else { continue }
            if let digest = scheme.digest, !policy.acceptedDigests.contains(digest) {
                unacceptable.append(digest.displayName)
            }
        }
        for list in path?.chain.compactMap(\.revocationList) ?? [] {
            if let digest = list.scheme?.digest, !policy.acceptedDigests.contains(digest) {
                unacceptable.append(digest.displayName)
            }
        }
        guard !unacceptable.isEmpty else { return .passed }
        let names = Array(Set(unacceptable)).sorted().joined(separator: ", ")
        return .failed(
            .cryptoConstraintsFailureNoPOE,
            [
                Finding(
                    .failure, code: "algorithm-not-accepted",
                    Phrase(
                        vi: "thuật toán không được chính sách \(policy.id) chấp nhận: \(names)",
                        en: "not accepted by policy \(policy.id): \(names)"))
            ])
    }

    private static func unacceptableKey(of certificate: Certificate, _ policy: ValidationPolicy) -> [String] {
        guard let kind = try? certificate.subjectPublicKeyInfo.publicKey().kind else { return ["unknown key"] }
        switch kind {
        case .rsa(let bits) where bits < policy.smallestKeys.rsa: return ["RSA \(bits)"]
        case .elliptic(let curve) where curve.bits < policy.smallestKeys.elliptic: return [curve.rawValue]
        default: return []
        }
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
