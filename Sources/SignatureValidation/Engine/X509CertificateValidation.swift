// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PKIX

/// XCV, EN 319 102-1 §5.2.6: the chain at the time of judgement, nothing proving that the signature is older.
enum X509CertificateValidation {
    static func conclude(_ path: PathResult?, policy: ValidationPolicy) -> BlockConclusion {
        guard let path else { return .passed }
        var findings = path.faults.map { finding($0, in: path) }
        if let fault = path.faults.first {
            return .failed(subIndication(of: fault, in: path), findings)
        }
        guard path.hasUncheckedRevocation else { return .passed }
        let phrase = Phrase(
            vi: "chưa kiểm tra tình trạng thu hồi của mọi chứng thư (chế độ \(path.revocationMode.rawValue))",
            en: "revocation was not checked for every certificate (mode \(path.revocationMode.rawValue))")
        guard policy.allowsUncheckedRevocation else {
            findings.append(Finding(.failure, code: "revocation-not-checked", phrase))
            return .failed(.certificateChainGeneralFailure, findings)
        }
        findings.append(Finding(.warning, code: "revocation-not-checked", phrase))
        return BlockConclusion(findings: findings)
    }

    private static func subIndication(of fault: PathResult.Fault, in path: PathResult) -> SubIndication {
        let isLeaf = fault.certificateIndex == 0
        switch fault.rule {
        case .noPath: return .noCertificateChainFound
        case .signature, .overBudget, .criticalExtension, .notAnAuthority, .keyCertSign, .pathLength,
            .revocationUnknown, .nameChaining, .malformedExtension, .nameConstraints, .policy, .policyMapping,
            .algorithm:
            return .certificateChainGeneralFailure
        case .keyUsage, .extendedKeyUsage: return .chainConstraintsFailure
        case .revoked: return isLeaf ? .revokedNoPOE : .revokedCANoPOE
        case .onHold, .revocationStale: return .tryLater
        case .notYetValid, .expired:
            if isLeaf, case .good = path.chain[0].revocation { return .outOfBoundsNotRevoked }
            return .outOfBoundsNoPOE
        }
    }

    private static func finding(_ fault: PathResult.Fault, in path: PathResult) -> Finding {
        let link = path.chain[fault.certificateIndex]
        let name = link.certificate.subject.commonName ?? link.certificate.subject.description
        let role =
            fault.certificateIndex == 0
            ? Phrase(vi: "chủ thể ký", en: "signer") : Phrase(vi: "tổ chức chứng thực", en: "certification authority")
        var vi = "\(name) (\(role.vi)): \(fault.rule.phrase.vi)"
        var en = "\(name) (\(role.en)): \(fault.rule.phrase.en)"
        switch (fault.rule, link.revocation) {
        case (.revoked, .revoked(let since, _)), (.onHold, .revoked(let since, _)):
            vi += " từ \(since)"
            en += " since \(since)"
        case (.revocationStale, .stale(let next?)):
            vi += " (lẽ ra phải có danh sách mới từ \(next)); hãy lấy danh sách mới rồi kiểm tra lại"
            en += " (a newer list was due at \(next)); fetch the newest list and verify again"
        case (.expired, _):
            vi += " lúc \(link.certificate.notAfter)"
            en += " at \(link.certificate.notAfter)"
        case (.notYetValid, _):
            vi += "; có hiệu lực từ \(link.certificate.notBefore)"
            en += "; valid from \(link.certificate.notBefore)"
        case (.noPath, _):
            vi += "; nơi phát hành ghi trên chứng thư: \(link.certificate.issuer)"
            en += "; the issuer named in it is \(link.certificate.issuer)"
        case (.revocationUnknown, _):
            vi += "; hãy cung cấp CRL mới nhất của \(link.certificate.issuer)"
            en += "; provide the newest CRL of \(link.certificate.issuer)"
        default: break
        }
        return Finding(.failure, code: fault.rule.rawValue, Phrase(vi: vi, en: en))
    }
}
