// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import OnceOnly
import Testing

@Suite("Catalogue lint — procedures and document types, format 1")
struct LintTests {
    static let name = #"{"vi": "Tên", "en": "Name"}"#
    static let form = #"{"id": "F", "name": {"vi": "Tờ khai", "en": "Form"}, "fields": []}"#
    static let card = #"{"type": "citizen-card", "minimumAssurance": "self-declared"}"#

    static func requirement(id: String = "r", lists: String = "[[\(card)]]", more: String = "") -> String {
        #"{"id": "\#(id)", "name": \#(name), "lists": \#(lists)\#(more)}"#
    }

    static func procedure(
        version: String = "1", from: String = "2026-01-01", until: String? = nil, name: String = name,
        requirements: String = "[\(requirement())]", form: String = form, more: String = ""
    ) -> String {
        let end = until.map { #""effectiveUntil": "\#($0)", "# } ?? ""
        return #"""
            {"code": "T.1", "version": "\#(version)", "effectiveFrom": "\#(from)", \#(end)"name": \#(name),
             "authority": "commune-police", "source": \#(LintTests.name),
             "questions": [{"id": "q", "name": \#(LintTests.name), "options": [{"value": "yes", "name": \#(LintTests.name)}, {"value": "no", "name": \#(LintTests.name)}]}],
             "requirements": \#(requirements), "form": \#(form)\#(more)}
            """#
    }

    static func file(_ procedures: String..., more: String = "") -> String {
        #"""
        {"format": "procedures", "formatVersion": 1, "catalogueVersion": "t", "remark": \#(name),
         "procedures": [\#(procedures.joined(separator: ", "))]\#(more)}
        """#
    }

    static func source(_ source: String) -> String {
        procedure(
            form: #"{"id": "F", "name": \#(name), "fields": [{"id": "a", "name": \#(name), "sources": [\#(source)]}]}"#)
    }

    struct Seed: Sendable, CustomTestStringConvertible {
        let fault: String
        let text: String
        let code: CatalogueProblem.Code
        let path: String
        var testDescription: String { fault }
    }

    static func when(_ condition: String) -> String { requirement(more: #", "when": \#(condition)"#) }

    static let seeds: [Seed] = [
        Seed(
            fault: "unknown document type",
            text: file(
                procedure(
                    requirements:
                        "[\(requirement(lists: #"[[{"type": "passport", "minimumAssurance": "self-declared"}]]"#))]")),
            code: .unknownDocumentType, path: "procedures[0].requirements[0].lists[0][0].type"),
        Seed(
            fault: "no list", text: file(procedure(requirements: "[\(requirement(lists: "[]"))]")), code: .emptyList,
            path: "procedures[0].requirements[0].lists"),
        Seed(
            fault: "empty list", text: file(procedure(requirements: "[\(requirement(lists: "[[]]"))]")),
            code: .emptyList, path: "procedures[0].requirements[0].lists[0]"),
        Seed(
            fault: "duplicate requirement", text: file(procedure(requirements: "[\(requirement()), \(requirement())]")),
            code: .duplicateIdentifier, path: "procedures[0].requirements[1]"),
        Seed(
            fault: "overlapping dates",
            text: file(procedure(until: "2026-07-01"), procedure(version: "2", from: "2026-07-01")),
            code: .overlappingDates, path: "procedures[1]"),
        Seed(
            fault: "an open-ended version before a later one",
            text: file(procedure(), procedure(version: "2", from: "2026-07-01")),
            code: .overlappingDates, path: "procedures[1]"),
        Seed(
            fault: "dates the wrong way round", text: file(procedure(until: "2025-12-31")), code: .reversedDates,
            path: "procedures[0].effectiveUntil"),
        Seed(
            fault: "no English name", text: file(procedure(name: #"{"vi": "Tên"}"#)), code: .missingTranslation,
            path: "procedures[0].name"),
        Seed(
            fault: "a blank Vietnamese name", text: file(procedure(name: #"{"vi": " ", "en": "Name"}"#)),
            code: .missingTranslation, path: "procedures[0].name"),
        Seed(
            fault: "decomposed Vietnamese", text: file(procedure(name: #"{"vi": "Te\u0302n", "en": "Name"}"#)),
            code: .notComposed, path: "procedures[0].name.vi"),
        Seed(
            fault: "unknown field", text: file(source(#""citizen-card.subject.shoeSize""#)), code: .unknownField,
            path: "procedures[0].form.fields[0].sources[0]"),
        Seed(
            fault: "field of an unknown type", text: file(source(#"{"field": "passport.number"}"#)),
            code: .unknownDocumentType, path: "procedures[0].form.fields[0].sources[0]"),
        Seed(
            fault: "unknown field in a constraint",
            text: file(
                procedure(
                    requirements:
                        "[\(requirement(lists: #"[[{"type": "citizen-card", "minimumAssurance": "self-declared", "where": {"shoeSize": "42"}}]]"#))]"
                )),
            code: .unknownField, path: "procedures[0].requirements[0].lists[0][0].where.shoeSize"),
        Seed(
            fault: "unknown question",
            text: file(procedure(requirements: "[\(when(#"{"question": "x", "isOneOf": ["yes"]}"#))]")),
            code: .unknownQuestion, path: "procedures[0].requirements[0].when.question"),
        Seed(
            fault: "unknown answer",
            text: file(procedure(requirements: "[\(when(#"{"not": {"question": "q", "isOneOf": ["maybe"]}}"#))]")),
            code: .unknownAnswer, path: "procedures[0].requirements[0].when.not.isOneOf[0]"),
        Seed(
            fault: "misspelt constraint",
            text: file(
                procedure(
                    requirements:
                        "[\(requirement(lists: #"[[{"type": "citizen-card", "minimumAssurance": "self-declared", "freshnesMonths": 6}]]"#))]"
                )),
            code: .unknownMember, path: "procedures[0].requirements[0].lists[0][0]"),
        Seed(
            fault: "no assurance stated",
            text: file(procedure(requirements: "[\(requirement(lists: #"[[{"type": "citizen-card"}]]"#))]")),
            code: .missingMember, path: "procedures[0].requirements[0].lists[0][0]"),
        Seed(
            fault: "unknown form",
            text: file(
                procedure(
                    requirements:
                        "[\(requirement(lists: #"[[{"type": "citizen-card", "minimumAssurance": "self-declared", "forms": ["fax"]}]]"#))]"
                )),
            code: .unknownName, path: "procedures[0].requirements[0].lists[0][0].forms[0]"),
        Seed(
            fault: "age of nought months",
            text: file(
                procedure(
                    requirements:
                        "[\(requirement(lists: #"[[{"type": "citizen-card", "minimumAssurance": "self-declared", "freshnessMonths": 0}]]"#))]"
                )),
            code: .wrongValue, path: "procedures[0].requirements[0].lists[0][0].freshnessMonths"),
        Seed(
            fault: "later format", text: #"{"format": "procedures", "formatVersion": 2}"#, code: .unsupportedFormat,
            path: ""),
        Seed(fault: "unknown member of the file", text: file(more: #", "x": 1"#), code: .unknownMember, path: ""),
        Seed(
            fault: "unknown result", text: file(procedure(more: #", "results": ["passport"]"#)),
            code: .unknownDocumentType, path: "procedures[0].results[0]"),
    ]

    @Test(arguments: seeds) func `a seeded fault is found and nothing else`(seed: Seed) throws {
        let types = try DocumentTypeCatalogue.builtIn()
        let problems = try ProcedureCatalogue.lint(Array(seed.text.utf8), types: types)
        let found = problems.filter { $0.code.severity == .fault }.map { ($0.code, $0.path) }
        #expect(found.contains { $0 == (seed.code, seed.path) }, "\(problems)")
        #expect(Set(found.map(\.0)).isSubset(of: [seed.code, .emptyList]), "\(problems)")
        #expect(throws: OnceOnlyError.self) {
            try ProcedureCatalogue(json: Array(seed.text.utf8), types: types)
        }
    }

    @Test func `a file without a fault is read, and so are the files that are compiled in`() throws {
        let types = try DocumentTypeCatalogue.builtIn()
        let text = Self.file(
            Self.procedure(requirements: "[\(Self.when(#"{"all": [{"question": "q", "isOneOf": ["yes"]}]}"#))]"))
        #expect(try ProcedureCatalogue.lint(Array(text.utf8), types: types) == [])
        #expect(try ProcedureCatalogue(json: Array(text.utf8), types: types).procedures.count == 1)
        #expect(try Catalogues().procedures.procedures.count == 11)
    }

    @Test func `a problem names the line on which it stands`() throws {
        let types = try DocumentTypeCatalogue.builtIn()
        let text =
            "{\n\"format\": \"procedures\",\n\"formatVersion\": 1,\n\"catalogueVersion\": 7,\n\"remark\": \(Self.name),\n\"procedures\": []}"
        let problems = try ProcedureCatalogue.lint(Array(text.utf8), types: types)
        #expect(problems.map(\.line) == [4])
        #expect(problems.map(\.path) == ["catalogueVersion"])
    }

    static func typeFile(_ types: String..., attributes: String = "{}") -> String {
        #"""
        {"format": "document-types", "formatVersion": 1, "catalogueVersion": "t", "effectiveFrom": "2026-01-01",
         "remark": \#(name), "personAttributes": \#(attributes), "types": [\#(types.joined(separator: ", "))]}
        """#
    }

    static func type(
        issuers: String = #"["school"]"#, validity: String = #"{"kind": "unlimited"}"#, parties: String = "{}",
        fields: String = "[]"
    ) -> String {
        #"""
        {"code": "t", "name": \#(name), "issuers": \#(issuers), "validity": \#(validity), "usualForm": \#(name),
         "sensitivity": "basic", "trustDomains": [], "registers": [], "parties": \#(parties), "fields": \#(fields)}
        """#
    }

    static let typeSeeds: [Seed] = [
        Seed(fault: "duplicate code", text: typeFile(type(), type()), code: .duplicateIdentifier, path: "types[1]"),
        Seed(fault: "no issuer", text: typeFile(type(issuers: "[]")), code: .emptyList, path: "types[0].issuers"),
        Seed(
            fault: "unknown issuer", text: typeFile(type(issuers: #"["king", "school"]"#)), code: .unknownName,
            path: "types[0].issuers[0]"),
        Seed(
            fault: "unknown validity", text: typeFile(type(validity: #"{"kind": "eternal"}"#)), code: .unknownName,
            path: "types[0].validity.kind"),
        Seed(
            fault: "validity without months", text: typeFile(type(validity: #"{"kind": "months"}"#)),
            code: .missingMember, path: "types[0].validity"),
        Seed(
            fault: "unknown attribute",
            text: typeFile(type(parties: #"{"subject": {"name": \#(name), "attributes": ["fullName"]}}"#)),
            code: .unknownName, path: "types[0].parties.subject.attributes[0]"),
        Seed(
            fault: "a field that every document has",
            text: typeFile(type(fields: #"[{"id": "number", "kind": "text", "name": \#(name)}]"#)),
            code: .duplicateIdentifier, path: "types[0].fields"),
    ]

    @Test(arguments: typeSeeds) func `a seeded fault of a document type is found and nothing else`(seed: Seed) throws {
        let problems = try DocumentTypeCatalogue.lint(Array(seed.text.utf8))
        #expect(problems.map(\.code) == [seed.code], "\(problems)")
        #expect(problems.map(\.path) == [seed.path])
    }

    @Test func `a document type without a fault is read`() throws {
        #expect(try DocumentTypeCatalogue(json: Array(Self.typeFile(Self.type()).utf8)).types.map(\.code) == ["t"])
    }
}
