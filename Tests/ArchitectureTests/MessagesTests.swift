// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PKIX
import SignatureValidation
import TestSupport
import Testing
import TrustServices

@Suite struct `The list of messages` {
    private func table(_ title: String, _ rows: [(code: String, phrase: Phrase)]) -> String {
        let lines = rows.map { "| `\($0.code)` | \($0.phrase.vi) | \($0.phrase.en) |" }
        return "## \(title)\n\n| code | Tiếng Việt | English |\n|---|---|---|\n" + lines.joined(separator: "\n") + "\n"
    }

    private var text: String {
        """
        # Messages

        Every fixed message of the library in its languages. This file is compared with the code by a test; after a change, \
        run the tests once with `DOSSIER_UPDATE=1`. Findings that carry names, dates or numbers are made from these.


        """
            + [
                table("Indications (EN 319 102-1 §5.1.3)", Indication.allCases.map { ($0.rawValue, $0.phrase) }),
                table(
                    "Indications where only two values exist (Circular 15/2025/TT-BKHCN, Article 6)",
                    Indication.allCases.map { ($0.rawValue, $0.twoValuedPhrase) }),
                table(
                    "Sub-indications (EN 319 102-1 tables 5 and 6)",
                    SubIndication.allCases.map { ($0.rawValue, $0.phrase) }),
                table(
                    "Rules of certification paths (RFC 5280)",
                    PathRule.allCases.map { ($0.rawValue, $0.phrase) }),
                table(
                    "Faults of time-stamps (RFC 3161)",
                    TimeStampFault.allCases.map { ($0.rawValue, $0.phrase) }),
                table(
                    "What services can be asked for",
                    RetrievalNote.Kind.allCases.map { ($0.rawValue, $0.phrase) }),
                table(
                    "Why a service gave nothing",
                    TrustServicesError.Code.allCases.map { ($0.rawValue, $0.phrase) }),
                table("Findings on signatures", Message.examples.map { ($0.code, $0.phrase) }),
                table("What can be done", SubIndication.allCases.map { ($0.rawValue, $0.remedy) }),
                table(
                    "Fields of a report (Circular 15/2025/TT-BKHCN, Article 6)",
                    ReportField.Key.allCases.map { ($0.rawValue, $0.phrase) }),
            ].joined(separator: "\n")
    }

    @Test func `docs-messages.md says what the code says`() throws {
        let url = Corpora.packageRoot.appending(path: "docs/messages.md")
        if ProcessInfo.processInfo.environment["DOSSIER_UPDATE"] != nil {
            try Data(text.utf8).write(to: url)
        }
        let written = try String(contentsOf: url, encoding: .utf8)
        #expect(written == text, "run the tests once with DOSSIER_UPDATE=1 and look at the difference")
    }
}
