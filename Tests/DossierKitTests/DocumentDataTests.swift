// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import DossierCore
import DossierKit
import Foundation
import OnceOnly
import Testing

@Suite("Values read from XML, JSON and PDF forms")
struct DocumentDataTests {
    private func data(_ text: String) throws -> DocumentData? {
        try DocumentData(reading: MemorySource(Array(text.utf8)))
    }

    @Test func `the form fields of a PDF are those that its maker wrote down`() throws {
        struct Listing: Decodable {
            struct Document: Decodable {
                let file: String
                let fields: [String: String]
            }
            let documents: [Document]
        }
        let listing = try JSONDecoder().decode(
            Listing.self,
            from: Data(
                contentsOf: URL(filePath: Bench.samplePath("birth-registration-form.pdf"))
                    .deletingLastPathComponent().appending(path: "fields.json")))
        let expected = try #require(listing.documents.first { $0.file.hasSuffix("birth-registration-form.pdf") })
        let read = try #require(try DocumentData(reading: Bench.sample("birth-registration-form.pdf")))
        #expect(read.form == .pdfForm && read.values.count == 14)
        for (name, value) in expected.fields {
            guard let found = read.values.first(where: { $0.path == name }) else { continue }
            #expect(
                found.text.lowercased() == value.lowercased() || name.hasSuffix("dateOfBirth") || name.hasSuffix("sex"),
                "\(name)")
        }
        #expect(read.values.contains { $0.path == "child.fullName" && $0.text == "NGUYỄN THỬ MAI" })
        #expect(try DocumentData(reading: Bench.sample("birth-certificate.pdf")) == nil)
    }

    @Test func `XML and JSON give each value with its path and its place`() throws {
        let read = try #require(try DocumentData(reading: Bench.sample("ct01.xml")))
        func text(_ path: String) -> [String] { read.values.filter { $0.path == path }.map(\.text) }
        #expect(text("declarant.fullName") == ["Nguyễn Văn Thử"])
        #expect(text("members.member.citizenId") == ["001199000002"])
        let json = try #require(
            try data(#"{"subject": {"fullName": "A", "age": 3}, "list": [{"x": "1"}, {"x": "2"}]}"#))
        #expect(json.values.map(\.path) == ["list.x", "list.x", "subject.age", "subject.fullName"])
        #expect(json.values.map(\.location) == ["list[0].x", "list[1].x", "subject.age", "subject.fullName"])
        let xml = try #require(try data("<a><b>1</b><b>2</b><c> 3 </c></a>"))
        #expect(xml.values.map(\.location) == ["b[0]", "b[1]", "c"] && xml.values.map(\.text) == ["1", "2", "3"])
    }

    @Test func `fields of the type are taken, the issuer's only when the signature holds`() throws {
        let types = try DocumentTypeCatalogue.builtIn()
        let type = try #require(types.types.first { $0.code == "birth-certificate" })
        let read = try #require(
            try data(#"{"subject": {"fullName": "Nguyễn Thử Mai"}, "me": "x", "ngaySinh": "2026-11-10"}"#))
        let names = ["ngaySinh": "subject.dateOfBirth"]
        let signed = read.fields(of: type, naming: names, isSigned: true)
        #expect(signed.map(\.name).sorted() == ["subject.dateOfBirth", "subject.fullName"])
        #expect(signed.allSatisfy { $0.origin == .issuer })
        #expect(signed.first { $0.name == "subject.dateOfBirth" }?.location == "ngaySinh")
        #expect(read.fields(of: type, isSigned: false).map(\.origin) == [.extracted])
    }

    @Test func `malformed and hostile data are refused, other files have none`() throws {
        #expect(try data("") == nil)
        #expect(try data("hello") == nil)
        for text in [
            "<a>", "{\"a\":", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "[" + String(repeating: "[", count: 5000),
        ] {
            #expect(throws: DossierError(.invalidAttachment, "")) { try data(text) }
        }
        let deep = String(repeating: "[", count: 400) + "1" + String(repeating: "]", count: 400)
        #expect(throws: DossierError(.invalidAttachment, "")) { try data(deep) }
        let many = "[" + String(repeating: "1,", count: 10_000) + "1]"
        #expect(throws: DossierError(.invalidAttachment, "")) { try data(many) }
    }
}
