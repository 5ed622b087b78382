// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import DossierKit
import PKIX

/// The judgement on a certificate as text: the path, each certificate's revocation, the broken rules.
enum CertificateText {
    static func print(_ result: PathResult, of file: String) {
        let language = Console.language
        Console.print("\(file): \(result.outcome.rawValue)")
        for (index, link) in result.chain.enumerated() {
            let isAnchor = index == result.chain.count - 1 && result.trustDomain != nil
            let note =
                isAnchor
                ? Phrase(vi: "gốc tin cậy, miền ", en: "anchor of the domain ")[language] + (result.trustDomain ?? "")
                : word(link)[language]
            Console.print("  \(index). \(link.certificate.subject.maskedDescription): \(note)")
        }
        for notice in result.userNotices { Console.print("  “\(notice)”") }
        for fault in result.faults {
            Console.print("  – \(fault.rule.phrase[language]) (\(fault.rule.clause), \(fault.certificateIndex))")
        }
    }

    private static func word(_ link: PathResult.Link) -> Phrase {
        let source = link.ocspResponse != nil ? " (OCSP)" : link.revocationList != nil ? " (CRL)" : ""
        switch link.revocation {
        case .notAsked: return Phrase(vi: "không kiểm tra thu hồi", en: "revocation not asked")
        case .good(let update):
            return Phrase(
                vi: "không bị thu hồi tính đến \(update)\(source)", en: "not revoked as of \(update)\(source)")
        case .revoked(let since, .certificateHold):
            return Phrase(vi: "tạm dừng từ \(since)\(source)", en: "on hold since \(since)\(source)")
        case .revoked(let since, _):
            return Phrase(vi: "bị thu hồi từ \(since)\(source)", en: "revoked since \(since)\(source)")
        case .unknown: return Phrase(vi: "không rõ tình trạng thu hồi", en: "revocation unknown")
        case .stale(let due):
            let when = due.map { " \($0)" } ?? ""
            return Phrase(
                vi: "thông tin thu hồi quá hạn\(when)\(source)",
                en: "revocation information out of date\(when)\(source)")
        }
    }
}
