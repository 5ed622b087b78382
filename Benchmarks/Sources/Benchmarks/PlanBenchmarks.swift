// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import OnceOnly

/// What a citizen can apply for: plans of one procedure and of a whole catalogue against a vault of 200 documents.
enum PlanBenchmarks {
    private static let citizen = "TEST-citizen"
    private static let child = "TEST-child"
    private static let today = CalendarDate(dayNumber: 20_778)
    private static let decision = today.adding(days: 14)

    static func run(_ bench: inout Bench) async throws {
        let types = try DocumentTypeCatalogue.builtIn()
        let applicant = Applicant(id: citizen, related: [.child: [child]])
        let vault = try EvidenceSet(documents(types, count: 200), types: types)

        let builtIn = try ProcedureCatalogue.builtIn(types: types)
        guard let birth = builtIn.procedure("1.001193", on: today) else { throw PeerRefused(what: "procedure") }
        let plan = birth.plan(using: vault, for: applicant, on: today, decisionBy: decision)
        try await bench.compare(
            "plan, 200 documents, 27 form fields", goal: .microseconds(below: 1_000),
            note: "one procedure, reasons included; beside it, writing the plan as JSON"
        ) {
            _ = birth.plan(using: vault, for: applicant, on: today, decisionBy: decision)
        } peer: {
            _ = try plan.json()
        }

        let catalogue = try ProcedureCatalogue(json: Array(catalogueText(types, count: 6_000).utf8), types: types)
        let all = catalogue.plans(using: vault, for: applicant, on: today, decisionBy: decision)
        let single = catalogue.procedures.map {
            $0.plan(using: vault, for: applicant, on: today, decisionBy: decision)
        }
        guard all == single, all.count == 6_000 else { throw PeerRefused(what: "equality with single plans") }
        try await bench.compare(
            "6,000 procedures x 200 documents", goal: .microseconds(below: 50_000),
            note: """
                catalogue decoded; 3 to 6 requirements and 12 form fields each, drawn from 600 requirements, one in ten \
                procedures with one of its own; equal to 6,000 single plans, which stand beside it
                """
        ) {
            _ = catalogue.plans(using: vault, for: applicant, on: today, decisionBy: decision)
        } peer: {
            for procedure in catalogue.procedures {
                _ = procedure.plan(using: vault, for: applicant, on: today, decisionBy: decision)
            }
        }
    }

    /// Documents of all types in turn: of the citizen or a child, proven or not, some of them spent.
    private static func documents(_ types: DocumentTypeCatalogue, count: Int) -> [Evidence] {
        (0..<count).map { place in
            let type = types.types[place % types.types.count]
            let round = place / types.types.count
            let isProven = round % 2 == 0 && !type.trustDomains.isEmpty
            return Evidence(
                id: "D\(place)", version: 1, documentType: type.code, name: "\(type.name.vi) \(place)",
                number: "\(1_000 + place)/TEST", issuedOn: today.adding(days: -30 * round - 5),
                validUntil: round == 5 ? today.adding(days: -1) : today.adding(days: 40 * round + 9),
                issuer: EvidenceIssuer(name: "TEST", kind: type.issuers.first),
                assurance: isProven ? .signatureVerified : .selfDeclared, form: isProven ? .original : .scan,
                subjects: [round == 3 ? child : citizen], status: round == 4 ? .superseded : .active,
                signature: isProven
                    ? EvidenceSignature(verdict: .passed, signer: "TEST", trustDomain: type.trustDomains.first) : .none,
                fields: type.fields.map { EvidenceField($0.id, "\($0.kind.rawValue) \($0.id)") },
                confidence: isProven ? .bornElectronic : .digitised)
        }
    }

    private static func catalogueText(_ types: DocumentTypeCatalogue, count: Int) -> String {
        var random = Sequence(state: 2026)
        let name = #"{"vi": "Tên của mục này", "en": "The name of this item"}"#
        func specification(_ number: Int, days: Int?) -> String {
            let type = types.types[number % types.types.count].code
            let assurance = number % 3 == 0 ? "self-declared" : "signature-verified"
            let age = days.map { #", "freshnessDays": \#($0)"# } ?? ""
            let isProven = number % 3 != 0 && type != "other"
            return """
                {"type": "\(type)", "minimumAssurance": "\(isProven ? assurance : "self-declared")", \
                "subjects": ["applicant"\(number % 2 == 0 ? #", "child""# : "")], \
                "forms": ["original", "certified-copy"\(isProven ? "" : #", "scan""#)]\(age)}
                """
        }
        let pool = (0..<600).map { number in
            let first = specification(number, days: number % 5 == 0 ? 30 + number : nil)
            let second = specification(number * 7 + 3, days: 40 + number)
            return number % 2 == 0 ? "[[\(first)], [\(second)]]" : "[[\(first), \(second)]]"
        }
        let sources = types.types.flatMap { type in type.fields.map { "\"\(type.code).\($0.id)\"" } }
        let procedures = (0..<count).map { number in
            let requirements = (0..<random.next(in: 3...6)).map { place in
                let isOwn = place == 0 && number % 10 == 0
                let lists =
                    isOwn ? "[[\(specification(number, days: 10 + number))]]" : pool[random.next(in: 0...599)]
                let when =
                    place == 2 && number % 4 == 0 ? #", "when": {"question": "q", "isOneOf": ["yes"]}"# : ""
                return #"{"id": "r\#(place)", "name": \#(name), "lists": \#(lists)\#(when)}"#
            }
            let fields = (0..<12).map { place in
                let first = random.next(in: 0...(sources.count - 1))
                let second = (first + 1 + random.next(in: 0...9)) % sources.count
                return #"{"id": "f\#(place)", "name": \#(name), "sources": [\#(sources[first]), \#(sources[second])]}"#
            }
            let option = #"{"value": "yes", "name": \#(name)}, {"value": "no", "name": \#(name)}"#
            return """
                {"code": "B.\(number)", "version": "1", "effectiveFrom": "2026-01-01", "name": \(name), \
                "authority": "commune-committee", "source": \(name), \
                "questions": [{"id": "q", "name": \(name), "options": [\(option)]}], \
                "requirements": [\(requirements.joined(separator: ", "))], \
                "form": {"id": "F", "name": \(name), "fields": [\(fields.joined(separator: ", "))]}}
                """
        }
        return """
            {"format": "procedures", "formatVersion": 1, "catalogueVersion": "bench", "remark": \(name), \
            "procedures": [\(procedures.joined(separator: ", "))]}
            """
    }

    /// Numbers that are the same in every run (SplitMix64).
    private struct Sequence: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }

        mutating func next(in range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    }
}
