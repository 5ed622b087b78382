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
                : link.revocationPhrase[language]
            Console.print("  \(index). \(link.certificate.subject.maskedDescription): \(note)")
        }
        for notice in result.userNotices { Console.print("  “\(notice)”") }
        for fault in result.faults {
            Console.print("  – \(fault.rule.phrase[language]) (\(fault.rule.clause), \(fault.certificateIndex))")
        }
    }
}
