// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PKIX

extension SignatureReport {
    /// The criteria 1.1 to 2.4 of Appendix II of Circular 15/2025/TT-BKHCN, judged at the best proved time; where the signing
    /// time is only claimed, 1.1 and 2.3 are unknown.
    public var criteria: [AppendixTwoCriterion] {
        AppendixTwoCriterion.ID.allCases.map { id in
            let (result, evidence) = answer(to: id)
            return AppendixTwoCriterion(id: id, result: result, evidence: evidence)
        }
    }

    private typealias Answered = (AppendixTwoCriterion.Result, Phrase)

    private func answer(to id: AppendixTwoCriterion.ID) -> Answered {
        switch id {
        case .validity: validity(ofWholePath: false)
        case .status: status
        case .algorithms: algorithms
        case .scope: scope
        case .purpose: purpose
        case .practiceStatement:
            (
                .unknown,
                Phrase(
                    vi: "không đối chiếu với quy chế chứng thực của tổ chức phát hành",
                    en: "not compared with the issuer's certification practice statement")
            )
        case .subject: subject
        case .privateKey: privateKey
        case .certificateValid: validity(ofWholePath: true)
        case .digests: digests
        }
    }

    private static let noCertificate = Phrase(
        vi: "không có chứng thư của người ký", en: "the signer's certificate is missing")

    private func validity(ofWholePath isWhole: Bool) -> Answered {
        guard let path = pathAtBestTime, let leaf = path.chain.first else { return (.unknown, Self.noCertificate) }
        guard bestSignatureTimeSource != .validationTime else {
            return (
                .unknown,
                Phrase(
                    vi:
                        "thời điểm ký chỉ do người ký khai (\(facts.claimedSigningTime?.description ?? "không nêu")), chưa được chứng minh",
                    en:
                        "the signing time is only claimed (\(facts.claimedSigningTime?.description ?? "not stated")), not proved"
                )
            )
        }
        let at = Phrase(
            vi: "tại thời điểm được chứng minh \(bestSignatureTime)", en: "at the proved time \(bestSignatureTime)")
        let faults = path.faults.filter { isWhole || $0.certificateIndex == 0 }
        let against = faults.first { !$0.rule.isIndeterminate }
        if let against {
            return (
                .fail,
                Phrase(vi: "\(against.rule.phrase.vi) (\(at.vi))", en: "\(against.rule.phrase.en) (\(at.en))")
            )
        }
        if let open = faults.first {
            return (.unknown, Phrase(vi: "\(open.rule.phrase.vi) (\(at.vi))", en: "\(open.rule.phrase.en) (\(at.en))"))
        }
        guard isWhole ? !path.hasUncheckedRevocation : leaf.isKnownGood else {
            return (
                .unknown, Phrase(vi: "chưa kiểm tra thu hồi (\(at.vi))", en: "revocation was not checked (\(at.en))")
            )
        }
        return (
            .pass,
            Phrase(
                vi:
                    "\(at.vi), trong thời hạn \(leaf.certificate.notBefore) – \(leaf.certificate.notAfter), không bị thu hồi",
                en: "\(at.en), within \(leaf.certificate.notBefore) – \(leaf.certificate.notAfter), not revoked")
        )
    }

    private var status: Answered {
        guard let path = pathAtBestTime, let leaf = path.chain.first else { return (.unknown, Self.noCertificate) }
        let kind = leaf.ocspResponse != nil ? "OCSP" : "CRL"
        switch leaf.revocation {
        case .good(let issued):
            let phrase = Phrase(
                vi: "\(kind) cấp lúc \(issued): không bị thu hồi", en: "\(kind) issued at \(issued): not revoked")
            return path.hasUncheckedRevocation
                ? (
                    .unknown,
                    Phrase(vi: phrase.vi + "; chưa rõ ở cấp trên", en: phrase.en + "; unknown further up")
                ) : (.pass, phrase)
        case .revoked(let since, _):
            return (.pass, Phrase(vi: "\(kind): bị thu hồi từ \(since)", en: "\(kind): revoked since \(since)"))
        case .stale: return (.unknown, PathRule.revocationStale.phrase)
        case .unknown: return (.unknown, PathRule.revocationUnknown.phrase)
        case .notAsked:
            return (
                .unknown,
                Phrase(
                    vi: "không kiểm tra thu hồi (chế độ \(revocationMode.rawValue))",
                    en: "revocation was not checked (mode \(revocationMode.rawValue))")
            )
        }
    }

    private var algorithms: Answered {
        if let finding = findings.first(where: { $0.code == "algorithm-not-accepted" && $0.severity == .failure }) {
            return (.fail, finding.phrase)
        }
        guard facts.scheme != nil, facts.signingCertificate != nil else {
            return (.unknown, SubIndication.cryptoConstraintsFailureNoPOE.phrase)
        }
        if let remark = conformityFindings.first { return (.passWithRemark, remark.phrase) }
        return (
            .pass,
            Phrase(vi: "thuật toán và độ dài khóa được chấp nhận", en: "algorithms and key sizes are accepted")
        )
    }

    private var scope: Answered {
        guard let path else { return (.unknown, Self.noCertificate) }
        let limits: Set<PathRule> = [.nameConstraints, .policy, .policyMapping, .criticalExtension]
        if let fault = path.faults.first(where: { limits.contains($0.rule) }) { return (.fail, fault.rule.phrase) }
        guard let domain = path.trustDomain else { return (.unknown, PathRule.noPath.phrase) }
        return (
            .pass,
            Phrase(
                vi: "miền tin cậy \(domain); không giới hạn nào của đường dẫn bị vi phạm",
                en: "trust domain \(domain); no restriction of the path is broken")
        )
    }

    private var purpose: Answered {
        guard let path, let certificate = facts.signingCertificate else { return (.unknown, Self.noCertificate) }
        let usages: Set<PathRule> = [.keyUsage, .extendedKeyUsage]
        if let fault = path.faults.first(where: { usages.contains($0.rule) && $0.certificateIndex == 0 }) {
            return (.fail, fault.rule.phrase)
        }
        guard certificate.keyUsage != nil else {
            return (
                .passWithRemark,
                Phrase(vi: "chứng thư không nêu mục đích sử dụng khóa", en: "the certificate states no key usage")
            )
        }
        return (.pass, Phrase(vi: "mục đích sử dụng khóa cho phép ký", en: "the key usage allows signing"))
    }

    private var subject: Answered {
        guard let certificate = facts.signingCertificate else { return (.unknown, Self.noCertificate) }
        let name = NamedSubject(certificate, role: .signer).name
        switch signerMatch {
        case .mismatch: return (.fail, Message.signerMismatch.phrase)
        case .absent: return (.unknown, Message.signerNotIdentified.phrase)
        case .match, nil: break
        }
        guard facts.bindsSigningCertificate else { return (.passWithRemark, Message.noCertificateReference.phrase) }
        return (
            .pass,
            Phrase(vi: "chữ ký gắn với chứng thư của \(name)", en: "the signature binds the certificate of \(name)")
        )
    }

    private var privateKey: Answered {
        switch facts.value {
        case .valid:
            (
                .pass,
                Phrase(
                    vi: "giá trị chữ ký khớp với khóa công khai của chứng thư",
                    en: "the signature value fits the certificate's public key")
            )
        case .invalid: (.fail, SubIndication.sigCryptoFailure.phrase)
        case .unknown:
            (.unknown, Phrase(vi: "không kiểm tra được giá trị chữ ký", en: "the signature value cannot be checked"))
        }
    }

    private var digests: Answered {
        switch facts.reference {
        case .intact:
            (.pass, Phrase(vi: "giá trị băm tính lại bằng giá trị đã ký", en: "the digest is the signed one"))
        case .broken: (.fail, SubIndication.hashFailure.phrase)
        case .notFound: (.unknown, SubIndication.signedDataNotFound.phrase)
        }
    }
}
