// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import TestSupport
import Testing

@testable import PAdES

/// Signs with each preset, judges the result and holds its picture against the one that the documentation shows.
///
/// `DOSSIER_UPDATE=1` writes the pictures of `docs/appearance` anew.
@Suite("Presets of visible signatures — Decree 30/2020/NĐ-CP, Circular 05/2025", .serialized)
struct PresetTests {
    private static let time = Instant(seconds: 1_795_228_222)
    private static let infrastructure = try? TestInfrastructure(at: time)
    private static let resolution = 100
    private static let person = PageRectangle(x: 350, y: 150, width: 150, height: 60)

    private let infrastructure: TestInfrastructure
    private let validator: SignatureValidator

    init() throws {
        infrastructure = try #require(Self.infrastructure)
        validator = SignatureValidator(
            trusting: infrastructure.trust, policy: .vietnam2026, material: try infrastructure.material(at: Self.time))
    }

    private func font() throws -> TrueTypeFont? {
        guard let source = try? FileSource(path: "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"),
            CommandPeer.path("pdftoppm") != nil
        else {
            print("skipped: a preset of visible signatures: fonts-dejavu-core or poppler-utils is not installed")
            return nil
        }
        return try TrueTypeFont(source)
    }

    private func sign(
        _ bytes: [UInt8], by name: String, _ visible: VisibleSignature?, in field: FieldChoice? = nil,
        locking lock: FieldLock? = nil
    ) async throws -> [UInt8] {
        let signer = try #require(infrastructure.subscriber(name)).signer()
        return try await PDFDocument(parsing: MemorySource(bytes)).signed(
            by: signer, claiming: Self.time, in: field, appearance: visible, locking: lock)
    }

    private func indications(_ bytes: [UInt8]) throws -> [String] {
        try validator.validate(PDFDocument(parsing: MemorySource(bytes)), at: Self.time).signatures.map {
            $0.indication.rawValue
        }
    }

    /// Compares a part of page 1 with a committed picture and checks that the text can be extracted.
    private func check(
        _ bytes: [UInt8], as name: String, showing shown: PageRectangle, texts: [String]
    ) throws {
        let scale = Double(Self.resolution) / 72
        let picture = try #require(try Picture.page(of: bytes, resolution: Self.resolution)).part(
            PageRectangle(
                x: shown.x * scale, y: shown.y * scale, width: shown.width * scale, height: shown.height * scale))
        let path = Corpora.packageRoot.appending(path: "docs/appearance/\(name).png").path()
        if ProcessInfo.processInfo.environment["DOSSIER_UPDATE"] == "1" {
            try Data(picture.png()).write(to: URL(fileURLWithPath: path))
        }
        let expected = try #require(try Picture(png: path), "no picture docs/appearance/\(name).png")
        let difference = picture.difference(from: expected)
        #expect(difference < 4, "\(name) differs from its picture by \(difference)")
        let text = try withTemporaryFile(bytes) { try CommandPeer.run("pdftotext", [$0, "-"])?.output ?? "" }
        let words = text.split { $0.isWhitespace }.joined(separator: " ")
        for expected in texts { #expect(words.contains(expected), "\(name): \(words)") }
    }

    private static let corner = PageRectangle(x: 315, y: 742, width: 280, height: 100)

    @Test func `a competent person signs between title and name`() async throws {
        guard try font() != nil else { return }
        let signed = try await sign(
            FixturePage.bytes(), by: "official", .approval(at: Self.person, image: TestPNG.handwriting()))
        #expect(try indications(signed) == ["TOTAL-PASSED"])
        try check(
            signed, as: "approval", showing: PageRectangle(x: 220, y: 110, width: 320, height: 150), texts: [])
    }

    @Test func `an agency's seal overlaps a third of the person's signature, and both are valid`() async throws {
        guard try font() != nil else { return }
        let first = try await sign(
            FixturePage.bytes(), by: "official", .approval(at: Self.person, image: TestPNG.handwriting()))
        let both = try await sign(
            first, by: "commune", .agency(seal: TestPNG.seal(), overlappingField: "Signature1"))
        #expect(try indications(both) == ["TOTAL-PASSED", "TOTAL-PASSED"])
        try check(
            both, as: "agency", showing: PageRectangle(x: 220, y: 110, width: 320, height: 150), texts: [])
    }

    @Test(arguments: VisibleSignature.CopyForm.allCases)
    func `a copy says its kind, agency and time`(form: VisibleSignature.CopyForm) async throws {
        guard let font = try font() else { return }
        let agency = "Ủy ban nhân dân xã Thử Nghiệm"
        let signed = try await sign(
            FixturePage.bytes(), by: "commune", .copy(form, by: agency).with(font: font))
        #expect(try indications(signed) == ["TOTAL-PASSED"])
        let texts = [form.rawValue, agency, "2026-11-21T09:30:22+07:00"]
        let name = [.full: "copy", .ofCopy: "copy-of-copy", .excerpt: "excerpt"][form] ?? ""
        try check(signed, as: name, showing: Self.corner, texts: texts)
    }

    @Test func `annex, digitised paper and certified copy say what their rule asks for`() async throws {
        guard let font = try font() else { return }
        let agency = "Trung tâm Lưu trữ Thử Nghiệm"
        let presets: [(String, VisibleSignature, [String])] = [
            ("annex", .annex(of: "12/QĐ-UBND"), ["12/QĐ-UBND", "2026-11-21T09:30:22+07:00"]),
            ("digitised", .digitised(by: agency), [agency, "2026-11-21T09:30:22+07:00"]),
            ("certified-copy", .certifiedCopy, ["BẢN SAO"]),
        ]
        for (name, preset, texts) in presets {
            let signed = try await sign(FixturePage.bytes(), by: "commune", preset.with(font: font))
            #expect(try indications(signed) == ["TOTAL-PASSED"])
            try check(signed, as: name, showing: Self.corner, texts: texts)
        }
    }

    @Test func `a citizen's name, masked identifier and time are shown`() async throws {
        guard let font = try font() else { return }
        let visible = VisibleSignature.citizen(at: Self.person, identifier: "CCCD 0010******47")
        let signed = try await sign(FixturePage.bytes(), by: "citizen", visible.with(font: font))
        #expect(try indications(signed) == ["TOTAL-PASSED"])
        let name = try #require(infrastructure.subscriber("citizen")?.signer().certificate.subject.commonName)
        try check(
            signed, as: "citizen", showing: PageRectangle(x: 320, y: 130, width: 220, height: 110),
            texts: [name, "CCCD 0010******47", "2026-11-21T09:30:22+07:00"])
    }

    @Test func `the person signs, the number is given, the agency signs, and both are valid`() async throws {
        guard let font = try font() else { return }
        let original = try FixturePage.bytes()
        let room = PageRectangle(x: 350, y: 160, width: 150, height: 60)
        let geometry = try PageGeometry(of: IndirectReference(3), in: PDFFixture.file(original))
        let seal = VisibleSignature.sealRectangle(over: room, on: geometry)
        let reserved =
            original
            + (try PDFDocument(parsing: MemorySource(original)).reserving(
                [
                    ReservedField("number", .text, at: PageRectangle(x: 60, y: 760, width: 220, height: 16)),
                    ReservedField("agency", .signature(locking: FieldLock(.all)), at: seal),
                ], identifier: [1]))
        let first = try await sign(
            reserved, by: "official",
            .approval(at: room, image: TestPNG.handwriting()))
        func filled(_ bytes: [UInt8], _ text: String) throws -> [UInt8] {
            bytes
                + (try PDFDocument(parsing: MemorySource(bytes)).filling(
                    "number", with: text, font: font, identifier: [2]))
        }
        let numbered = try filled(first, "Số: 12/QĐ-UBND, ngày 21 tháng 11 năm 2026")
        #expect(try indications(numbered) == ["TOTAL-PASSED"])
        let both = try await sign(
            numbered, by: "commune", .agency(seal: TestPNG.seal(), overlapping: room), in: .existing(name: "agency"))
        #expect(try indications(both) == ["TOTAL-PASSED", "TOTAL-PASSED"])
        let changes = try DocumentSignatures(in: PDFFixture.file(both)).changesAfterFirstSignature()
        #expect(changes.map(\.kind) == [.formFill, .signature])
        try check(
            both, as: "number-and-seal", showing: PageRectangle(x: 0, y: 80, width: 595, height: 740),
            texts: ["Số: 12/QĐ-UBND, ngày 21 tháng 11 năm 2026"])
        // The agency's field locks all others: whoever changes the number afterwards breaks both.
        #expect(throws: PAdESError(.notPermitted, "")) { try filled(both, "Số: 13/QĐ-UBND") }
        let forged = try PDFFixture.appending(both) { update, file in
            let field = try #require(
                FormTree(file, asOf: file.revisions.count - 1).nodes.values.first { $0.name == "number" })
            var dictionary = field.dictionary
            dictionary["V"] = .string(Array("13".utf8), hexadecimal: false)
            update.set(.dictionary(dictionary), for: field.reference)
        }
        #expect(try indications(forged) == ["TOTAL-FAILED", "TOTAL-FAILED"])
        #expect(throws: PAdESError(.notPermitted, "")) {
            try PDFDocument(parsing: MemorySource(both)).reserving(
                [ReservedField("late", .signature())], identifier: [3])
        }
    }

    @Test func `a certification says what may follow`() async throws {
        let signer = try #require(infrastructure.subscriber("official")).signer()
        for permission in [DocumentPermission.noChanges, .fillForms, .annotate] {
            let bytes = try await PDFDocument(parsing: MemorySource(FixturePage.bytes())).signed(
                by: signer, claiming: Self.time, certifying: permission)
            #expect(try indications(bytes) == ["TOTAL-PASSED"])
            let document = try DocumentSignatures(in: PDFFixture.file(bytes))
            #expect(document.signatures.first?.dictionary.certification == permission)
            let commune = try #require(infrastructure.subscriber("commune")).signer()
            do {
                let second = try await PDFDocument(parsing: MemorySource(bytes)).signed(
                    by: commune, claiming: Self.time)
                #expect(permission != .noChanges)
                #expect(try indications(second) == ["TOTAL-PASSED", "TOTAL-PASSED"])
            } catch { #expect(permission == .noChanges && error as? PAdESError == PAdESError(.notPermitted, "")) }
        }
    }
}

/// An A4 page with a heading and the title and name of a test person.
enum FixturePage {
    static func bytes(rotation: Int = 0) throws -> [UInt8] {
        let base = Array(
            """
            %PDF-1.7
            1 0 obj
            <</Type/Catalog/Pages 2 0 R>>
            endobj
            2 0 obj
            <</Type/Pages/Kids[3 0 R]/Count 1>>
            endobj
            3 0 obj
            <</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Rotate \(rotation)
            /Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold>>>>>>>>
            endobj
            4 0 obj
            <</Length 147>>
            stream
            BT /F 13 Tf 70 700 Td (QUYET DINH) Tj 0 -30 Td (Noi dung thu nghiem.) Tj
            /F 11 Tf 320 -350 Td (CHU TICH) Tj -20 -220 Td (Tran Van Thu) Tj ET      \u{20}
            endstream
            endobj

            """.utf8)
        var bytes = base
        var table = "xref\n0 5\n0000000000 65535 f \n"
        let text = String(decoding: base, as: UTF8.self)
        for number in 1...4 {
            guard let range = text.range(of: "\n\(number) 0 obj") else { continue }
            table += String(
                format: "%010d 00000 n \n", text.utf8.distance(from: text.startIndex, to: range.lowerBound) + 1)
        }
        bytes += Array("\(table)trailer\n<</Size 5/Root 1 0 R/ID[<01><02>]>>\nstartxref\n\(base.count)\n%%EOF\n".utf8)
        return bytes
    }
}
