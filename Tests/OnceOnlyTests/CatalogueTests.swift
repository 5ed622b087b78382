// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CDossierData
import DossierCore
import OnceOnly
import Testing

@Suite("Catalogues — document types and procedures, format 1")
struct CatalogueTests {
    @Test func `the 23 document types of the national list and the additions are there in both languages`() throws {
        let types = try DocumentTypeCatalogue.builtIn().types
        #expect(types.compactMap(\.number) == Array(1...23))
        #expect(types.filter { $0.number == nil }.map(\.code) == ["lawful-home-proof", "host-consent", "other"])
        for type in types {
            for phrase in [type.name, type.usualForm] + type.fields.map(\.name) {
                #expect(!phrase.vi.isEmpty && !phrase.en.isEmpty && phrase.vi != phrase.en)
            }
            #expect(!type.issuers.isEmpty)
        }
    }

    @Test func `a marital status certificate holds six months, a criminal record is sensitive`() throws {
        let types = try DocumentTypeCatalogue.builtIn()
        #expect(types["marital-status-certificate"]?.validity == .months(6))
        #expect(types["criminal-record-certificate"]?.sensitivity == .sensitive)
        #expect(types["health-certificate"]?.sensitivity == .sensitive)
        #expect(types["birth-certificate"]?.sensitivity == .basic)
        #expect(types["birth-certificate"]?.trustDomains == ["public-duty"])
        #expect(types["no-such-type"] == nil)
    }

    @Test func `fields of persons are named after attribute and person`() throws {
        let field = try DocumentTypeCatalogue.builtIn()["birth-certificate"]?.field("mother.fullName")
        #expect(field?.name == Phrase(vi: "Họ, chữ đệm, tên của mẹ", en: "Full name of the mother"))
    }

    @Test func `the eleven procedures are there in both languages`() throws {
        let procedures = try Catalogues().procedures.procedures
        #expect(
            Set(procedures.map(\.code)) == [
                "1.001193", "1.000894", "1.004222", "1.004194", "3.000333", "1.013225", "X-VEHICLE-REGISTRATION",
                "1.001612", "3.000346", "2.000815", "2.000635",
            ])
        #expect(procedures.count == 11)
        for procedure in procedures {
            let phrases =
                [procedure.name, procedure.source, procedure.form.name] + procedure.requirements.map(\.name)
                + procedure.form.fields.map(\.name) + procedure.questions.map(\.name)
            for phrase in phrases { #expect(!phrase.vi.isEmpty && !phrase.en.isEmpty && phrase.vi != phrase.en) }
            #expect(procedure.requirements.first?.id == "declaration")
        }
    }

    @Test func `a code that was not confirmed says so`() throws {
        let catalogue = try Catalogues().procedures
        #expect(catalogue.procedure("1.004222", on: Family.today)?.isCodeVerified == true)
        let vehicle = catalogue.procedure("X-VEHICLE-REGISTRATION", on: Family.today)
        #expect(vehicle?.isCodeVerified == false)
        #expect(vehicle?.source.en.hasPrefix("PLACEHOLDER CODE") == true)
    }

    @Test func `a procedure is found only within its days in force`() throws {
        let catalogue = try Catalogues().procedures
        #expect(catalogue.procedure("1.004222", on: Family.day("2025-06-30")) == nil)
        #expect(catalogue.procedure("1.004222", on: Family.day("2025-07-01"))?.version == "2025-07-01")
        #expect(catalogue.procedure("9.999999", on: Family.today) == nil)
        #expect(catalogue.procedures(on: Family.day("2025-06-30")).isEmpty)
    }

    @Test func `of two versions of a procedure the one in force on the day is found`() throws {
        let types = try DocumentTypeCatalogue.builtIn()
        let catalogue = try ProcedureCatalogue(
            json: Array(
                LintTests.file(
                    LintTests.procedure(version: "1", until: "2026-06-30"),
                    LintTests.procedure(version: "2", from: "2026-07-01")
                ).utf8), types: types)
        #expect(catalogue.procedure("T.1", on: Family.day("2026-06-30"))?.version == "1")
        #expect(catalogue.procedure("T.1", on: Family.day("2026-07-01"))?.version == "2")
    }

    @Test func `the files that are compiled in can be listed and an unknown name gives nothing`() {
        var names: [String] = []
        while let name = dossier_data_name(names.count) { names.append(String(cString: name)) }
        #expect(names.contains("OnceOnly/document-types.json"))
        #expect(names.contains("OnceOnly/procedures.json"))
        #expect(Set(names).count == names.count)
        var count = 7
        #expect(dossier_data("OnceOnly/none.json", &count) == nil)
        #expect(count == 0)
        for name in names {
            let bytes = dossier_data(name, &count)
            #expect(bytes?.pointee == UInt8(ascii: "{"))
            #expect(count > 2)
        }
    }
}
