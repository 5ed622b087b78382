// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import DossierKit
import Foundation
import SignatureValidation

/// A verdict as text: the seven fields of Circular 15/2025/TT-BKHCN, Article 6, always shown.
enum VerdictText {
    static func print(_ report: FileReport) {
        Console.print(report.path)
        guard let document = report.report, !document.signatures.isEmpty else {
            Console.say(Phrase(vi: "  Không tìm thấy chữ ký số", en: "  No digital signature found"))
            return
        }
        for signature in document.signatures { print(signature, policy: document.policy) }
    }

    static func print(_ signature: SignatureReport, policy: ValidationPolicy) {
        let facts = signature.facts
        let certificate = facts.signingCertificate
        let none = Phrase(vi: "không nêu", en: "not stated")[Console.language]
        func line(_ vi: String, _ en: String, _ value: String?) {
            Console.print("    \(Phrase(vi: vi, en: en)[Console.language]): \(value ?? none)")
        }
        let level = facts.level?.rawValue ?? "NOT-BASELINE"
        Console.print(
            "  \(facts.id)  \(facts.format.rawValue) \(level)  \(signature.explanation(in: Console.language))")
        let identifiers = signature.signerIdentifiers.map { "\($0.kind.rawValue) \($0.value)" }.joined(separator: ", ")
        line(
            "Chủ thể ký", "Signer",
            certificate?.subject.commonName.map { identifiers.isEmpty ? $0 : "\($0) (\(identifiers))" })
        line("Tổ chức cấp chứng thư", "Issuing authority", certificate?.issuer.commonName)
        let unit =
            certificate?.issuer.values(.organizationalUnit).first ?? certificate?.issuer.values(.organization).first
        line("Đơn vị quản lý chứng thư", "Unit managing the certificate", unit)
        line(
            "Thời điểm ký (do người ký khai)", "Signing time (claimed)",
            facts.claimedSigningTime.map { $0.text(atOffset: 25_200) })
        line("Tính toàn vẹn", "Integrity", word(signature.integrity)[Console.language])
        line(
            "Hiệu lực tại thời điểm kiểm tra", "Valid at the time of judgement",
            word(signature.validAtSigningTime)[Console.language])
        line(
            "Thời hạn chứng thư", "Certificate validity",
            certificate.map { "\($0.notBefore.text(atOffset: 25_200)) – \($0.notAfter.text(atOffset: 25_200))" })
        line("Miền tin cậy", "Trust domain", signature.path?.trustDomain)
        line("Chính sách", "Policy", "\(policy.id) (\(policy.version))")
        for finding in signature.findings {
            Console.print("    – \(finding.phrase[Console.language]) [\(finding.code)]")
        }
    }

    private static func word(_ integrity: SignatureReport.Integrity) -> Phrase {
        switch integrity {
        case .intact: Phrase(vi: "nguyên vẹn", en: "intact")
        case .broken: Phrase(vi: "đã bị thay đổi", en: "broken")
        case .unknown: Phrase(vi: "chưa xác định được", en: "could not be determined")
        }
    }

    private static func word(_ answer: SignatureReport.Answer) -> Phrase {
        switch answer {
        case .yes: Phrase(vi: "có", en: "yes")
        case .no: Phrase(vi: "không", en: "no")
        case .unknown: Phrase(vi: "chưa xác định được", en: "could not be determined")
        }
    }
}
