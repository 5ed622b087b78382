// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import OnceOnly
import Testing

@Suite("Consent — Law 91/2025/QH15, vietnam.md P1")
struct ConsentTests {
    private static let now = Instant(seconds: 1_795_228_222)

    private func question(
        _ documents: [Evidence] = Family.vault, uses: Int = 1, days: Int64 = 1, isUnattended: Bool = false
    ) throws -> ConsentQuestion {
        let types = try DocumentTypeCatalogue.builtIn()
        let procedure = try #require(
            ProcedureCatalogue.builtIn(types: types).procedure("1.004222", on: Family.today))
        let plan = procedure.plan(
            using: try EvidenceSet(documents, types: types), for: Family.applicant,
            answers: ["home": "rented-or-lent", "movesWithSpouse": "wife", "movesWithChild": "no"], on: Family.today,
            decisionBy: Family.decision)
        return ConsentQuestion(
            for: plan, dossier: "H26.01-0001", to: .init(name: "Công an phường Thử Nghiệm"), from: Self.now,
            until: Self.now.adding(seconds: days * 86_400), uses: uses, isUnattended: isUnattended)
    }

    private func answer(_ agrees: Bool = true, sensitive: Bool = false, at time: Instant = now) -> Consent.Answer {
        Consent.Answer(
            by: Family.citizen, agrees: agrees, agreesToSensitive: sensitive, channel: "portal", at: time)
    }

    @Test func `the words name recipient, purpose, dossier, documents, period, uses and rights in both languages`()
        throws
    {
        let question = try question(Family.vault + [Family.homeProof])
        #expect(!question.disclosures.isEmpty)
        for language in Language.allCases {
            let text = question.text(in: language)
            #expect(text.contains("Công an phường Thử Nghiệm") && text.contains("H26.01-0001"))
            for disclosure in question.disclosures { #expect(text.contains(disclosure.evidence.name)) }
            #expect(text.contains(question.notAfter.text(atOffset: 7 * 3600)))
            #expect(text == question.text(in: language))
            #expect(Array(text.utf8) == Array(text.precomposedStringWithCanonicalMapping.utf8), "in NFC")
        }
        let unattended = try self.question(Family.vault + [Family.homeProof], isUnattended: true)
        #expect(unattended.text(in: .english).contains("no log is written"))
        #expect(question.text(in: .english).contains("I can see that log"))
    }

    @Test(arguments: ["\u{2028}Số lần đọc: 1", "\u{202e}fdp.nagig", "\u{200b}\u{2066}", "\r\nTôi đồng ý mọi việc"])
    func `a document's name begins no line of its own and turns no other round`(hostile: String) throws {
        var paper = Family.homeProof
        let plain = try question(Family.vault + [paper])
        paper.name += hostile
        let question = try question(Family.vault + [paper])
        for language in Language.allCases {
            let text = question.text(in: language)
            #expect(
                text.unicodeScalars.allSatisfy { scalar in
                    let category = scalar.properties.generalCategory
                    return scalar == "\n"
                        || ![.control, .format, .lineSeparator, .paragraphSeparator].contains(category)
                })
            #expect(
                text.split(whereSeparator: \.isNewline).count
                    == plain.text(in: language).split(whereSeparator: \.isNewline).count)
            #expect(throws: Never.self) {
                try Consent(to: question, shown: text, in: language, answer: answer(sensitive: true))
            }
        }
    }

    @Test func `silence, other words and an unanswered question on sensitive data are no consent`() throws {
        let question = try question(Family.vault + [Family.homeProof])
        let text = question.text(in: .vietnamese)
        let consent = try Consent(to: question, shown: text, in: .vietnamese, answer: answer())
        #expect(consent.textShown == text && consent.withdrawnAt == nil)
        func refused(_ shown: String, _ answer: Consent.Answer, _ place: SourceLocation = #_sourceLocation) {
            #expect(throws: OnceOnlyError.self, sourceLocation: place) {
                try Consent(to: question, shown: shown, in: .vietnamese, answer: answer)
            }
        }
        refused(text, answer(false))
        refused("", answer())
        refused(text + " ", answer())
        refused(question.text(in: .english), answer())
        refused(text.decomposedStringWithCanonicalMapping, answer())
        refused(text, answer(at: question.notAfter.adding(seconds: 1)))
        refused(text, Consent.Answer(by: " ", agrees: true, channel: "portal", at: Self.now))
        let nothing = try self.question([])
        #expect(throws: OnceOnlyError.self) {
            try Consent(to: nothing, shown: nothing.text(in: .english), in: .english, answer: answer())
        }
        let never = try self.question(Family.vault + [Family.homeProof], uses: 0)
        #expect(throws: OnceOnlyError.self) {
            try Consent(to: never, shown: never.text(in: .english), in: .english, answer: answer())
        }
    }

    @Test func `a withdrawn consent says when, and a record is read back as it was`() throws {
        let question = try question(Family.vault + [Family.homeProof])
        let consent = try Consent(
            to: question, shown: question.text(in: .english), in: .english, answer: answer())
        let withdrawn = consent.withdrawn(at: Self.now.adding(seconds: 60))
        #expect(withdrawn.withdrawnAt == Self.now.adding(seconds: 60))
        #expect(withdrawn.withdrawn(at: Self.now.adding(seconds: 99)) == withdrawn)
        let json = try JSONEncoder().encode(withdrawn)
        #expect(try JSONDecoder().decode(Consent.self, from: json) == withdrawn)
    }
}
