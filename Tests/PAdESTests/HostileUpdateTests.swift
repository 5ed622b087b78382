// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import Testing

@testable import PAdES

@Suite("Updates made to be read in two ways — ISO 32000-2 §7.5, §12.7")
struct HostileUpdateTests {
    private func reasons(_ bytes: [UInt8]) throws -> [ChangeReason.Code] {
        let changes = try DocumentSignatures(in: PDFFixture.file(bytes)).changesAfterFirstSignature()
        return try #require(changes.last).reasons.map(\.code)
    }

    /// Poppler takes the last object of each number that it sees, once an object is missing.
    @Test(arguments: [
        ("4 0 obj\n<<>>\nendobj\n", ChangeReason.Code.unexplainedObject), ("%4 0 obj\n", .unexplainedObject),
        ("4 %\n0 obj ", .unexplainedObject), ("trailer<</Root 5 0 R>>\n", .trailerChanged),
        ("% an object, 3 objects\n", nil),
        ("% trailer\n", nil),
    ])
    func `what looks like an object is one that the cross-references name`(
        between: String, code: ChangeReason.Code?
    ) throws {
        let signed = try PDFFixture.signed(PDFFixture.classic())
        #expect(
            try reasons(PDFFixture.appendingText(signed + Array(between.utf8), [(39, "null")]))
                == [code].compactMap(\.self))
        // The same in a stream that is added, which readers that look for objects go through as well.
        let form = PDFFixture.appendingText(
            signed, [(39, "<</Length \(between.utf8.count)>>\nstream\n\(between)\nendstream")])
        #expect(try reasons(form) == [code].compactMap(\.self))
    }

    /// Where a reader gives up the cross-references it takes the last object of each number, also one that stood in the file,
    /// unseen, when it was signed.
    @Test(arguments: ["4 0 obj\n<<>>\nendobj\n", "4 %\n0 obj ", "an object, 3 objects\n"])
    func `an update for which readers look for objects is refused where an object was planted before`(
        hidden: String
    ) throws {
        let isPlanted = hidden.hasPrefix("4")
        let codes: [ChangeReason.Code] = isPlanted ? [.unexplainedObject] : []
        let stream = "<</Length \(hidden.utf8.count)>>\nstream\n\(hidden)\nendstream"
        let signed = try PDFFixture.signed(PDFFixture.classic(more: [(12, stream)]))
        // A number far above all others, and an update that lists nothing.
        #expect(try reasons(PDFFixture.appendingText(signed, [(39, "null")])) == codes)
        let size = try #require(PDFFixture.file(signed).revisions.last?.trailer["Size"]?.integer)
        for own in [size, 1, size + 1, 1 << 31 - 1] {
            let section = "xref\n0 1\n0000000000 65535 f \ntrailer<</Size \(own)/Root 1 0 R/Prev "
            let before = try #require(PDFFixture.file(signed).revisions.last?.startOffset)
            let update = signed + Array("\(section)\(before)>>\nstartxref\n\(signed.count)\n%%EOF\n".utf8)
            #expect(try reasons(update) == codes, "/Size \(own)")
        }
        // White space in which readers lose sight of the last startxref.
        func faults(_ count: Int) throws -> [CoverageFault.Code] {
            let padded = signed + [UInt8](repeating: 10, count: count)
            return try #require(try DocumentSignatures(in: PDFFixture.file(padded)).signatures.first)
                .coverage.faults.map(\.code)
        }
        #expect(try faults(1010) == (isPlanted ? [.trailingBytes] : []))
        #expect(try faults(10).isEmpty)
        // An update as every writer makes it is read by the cross-references.
        let ordinary = try PDFFixture.appending(signed) { update, file in
            let metadata = update.add(
                stream: ["Type": .name("Metadata"), "Subtype": .name("XML")], bytes: Array("<x/>".utf8))
            try ChangesTests.edit(1) { $0["Metadata"] = .reference(metadata) }(&update, file)
        }
        #expect(try reasons(ordinary) == [])
    }

    /// What an object stream holds changes with it, whatever else the stream is to the document.
    @Test func `metadata and an appearance that are an object stream too stay as they are`() throws {
        /// The object stream again, with the page tree turned, which turns the page.
        func container(_ entries: PDFDictionary, _ more: [String] = []) -> (PDFDictionary, [UInt8]) {
            let bodies =
                [
                    "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1/Rotate 90>>", "<</Type/Page>>",
                ] + more
            var (header, content) = ("", "")
            for (number, body) in zip([1, 2, 3, 7], bodies) {
                header += "\(number) \(content.utf8.count) "
                content += body + " "
            }
            var dictionary = entries
            dictionary["Type"] = .name("ObjStm")
            dictionary["N"] = .integer(Int64(bodies.count))
            dictionary["First"] = .integer(Int64(header.utf8.count))
            return (dictionary, Array((header + content).utf8))
        }
        // Metadata that are the object stream itself, and in the twin a stream of their own.
        for (isContainer, expected) in [(true, [ChangeReason.Code.unexplainedChange]), (false, [])] {
            let metadata = isContainer ? "/Metadata 5 0 R" : ""
            let signed = try PDFFixture.signed(PDFFixture.compact(catalog: metadata, container: "/Subtype/XML"))
            let update = try PDFFixture.appending(signed) { update, file in
                guard isContainer else {
                    let stream = update.add(
                        stream: ["Type": .name("Metadata"), "Subtype": .name("XML")], bytes: Array("<x/>".utf8))
                    return try ChangesTests.edit(1) { $0["Metadata"] = .reference(stream) }(&update, file)
                }
                let (dictionary, bytes) = container(["Subtype": .name("XML")])
                update.set(stream: dictionary, bytes: bytes, for: IndirectReference(5))
            }
            #expect(try reasons(update) == expected)
        }
        // The appearance of a field that is filled.
        func field(_ value: String, _ form: Int) -> String {
            "<</FT/Tx/T(a)/V(\(value))/Type/Annot/Subtype/Widget/Rect[1 80 9 90]/F 4/AP<</N \(form) 0 R>>>>"
        }
        let filled = PDFFixture.compact(
            catalog: "/AcroForm<</Fields[7 0 R]>>", page: "/Annots[7 0 R]", container: "/Subtype/Form/BBox[0 0 8 8]",
            more: [field("old", 5)])
        for (isContainer, expected) in [(true, [ChangeReason.Code.unexplainedChange]), (false, [])] {
            let update = try PDFFixture.appending(PDFFixture.signed(filled)) { update, file in
                let form: PDFDictionary = [
                    "Subtype": .name("Form"), "BBox": .array([0, 0, 8, 8].map { .integer($0) }),
                ]
                let added = isContainer ? nil : update.add(stream: form, bytes: Array("0 g".utf8))
                try ChangesTests.edit(7) {
                    $0["V"] = .string([120], hexadecimal: false)
                    if let added { $0["AP"] = .dictionary(["N": .reference(added)]) }
                }(&update, file)
                guard isContainer else { return }
                let (dictionary, bytes) = container(form, [field("new", 5)])
                update.set(stream: dictionary, bytes: bytes, for: IndirectReference(5))
            }
            #expect(try reasons(update) == expected)
        }
    }

    @Test func `a table on top of a stream is refused where an object is missing`() throws {
        func update(_ missing: String) throws -> [ChangeReason.Code] {
            var text = String(decoding: PDFFixture.compact(), as: UTF8.self)
            text = text.replacingOccurrences(of: "/Contents 4 0 R", with: missing)
            let signed = try PDFFixture.signed(Array(text.utf8))
            return try reasons(PDFFixture.appendingText(signed, [(39, "null")]))
        }
        #expect(try update("/Contents 4 0 R") == [])
        #expect(try update("/Content 38 0 R") == [.trailerChanged])
    }

    /// ISO/TS 32004: the MAC stands in the trailer or in the newest signature, and is another one in every revision.
    @Test func `the MAC of an encrypted file may change, of any other file it may not`() throws {
        // Both filters are Identity, so that the file reads alike with this dictionary and with one under another name.
        let zeros = String(repeating: "00", count: 16)
        let user = "f504a73467cbe06f5b20142d11c833ad\(zeros)"
        let filters = "/V 4/R 4/P -4/StmF/Identity/StrF/Identity"
        let encryption = "/Encrypy<</Filter/Standard\(filters)/O<\(zeros)\(zeros)>/U<\(user)>>>"
        func update(_ old: String, _ new: String, isEncrypted: Bool) throws -> [ChangeReason.Code] {
            var text = String(decoding: PDFFixture.classic(), as: UTF8.self)
            text = text.replacingOccurrences(of: "/ID[<01><02>]", with: "/ID[<01><02>]\(encryption)\(old)")
            let signed = try PDFFixture.signed(Array(text.utf8))
            var bytes = PDFFixture.appendingText(
                signed, [(39, "null")], trailer: "/Size 40/Root 1 0 R\(encryption)\(new)")
            let (other, name) = (Array("/Encrypy".utf8), Array("/Encrypt".utf8))
            for index in bytes.indices where isEncrypted && bytes[index...].starts(with: other) {
                bytes.replaceSubrange(index..<index + name.count, with: name)
            }
            #expect(try PDFFixture.file(bytes).isEncrypted == isEncrypted)
            return try reasons(bytes)
        }
        let alone = "/AuthCode<</MACLocation/Standalone/MAC<00>/ByteRange[0 1 2 3]>>"
        let attached = "/AuthCode<</MACLocation/AttachedToSig/SigObjRef 3 0 R>>"
        let changes = [
            (alone, attached), (attached, alone), ("", alone), ("", attached),
            (alone, "/AuthCode<</MACLocation/Standalone/MAC<01>/ByteRange[0 5 6 7]>>"),
        ]
        for (old, new) in changes {
            #expect(try update(old, new, isEncrypted: true) == [], "\(old) \(new)")
            #expect(try update(old, new, isEncrypted: false) == [.trailerChanged], "\(old) \(new)")
        }
        for isEncrypted in [true, false] {
            #expect(try update(alone, alone, isEncrypted: isEncrypted) == [])
            #expect(try update(alone, "", isEncrypted: isEncrypted) == [])
        }
        let others = [
            "/AuthCode 3 0 R", "/AuthCode[]", "/AuthCode<</MACLocation/Standalone/More 1>>", "/AuthCode<</MAC 3 0 R>>",
            "/AuthCode<</MACLocation 3 0 R>>", "/AuthCode<</ByteRange[0 3 0 R]>>", "/AuthCode<</ByteRange 3 0 R>>",
            "/AuthCode<</SigObjRef<<>>>>", "\(alone)/Mine 1",
        ]
        for new in others { #expect(try update(alone, new, isEncrypted: true) == [.trailerChanged], "\(new)") }
    }

    /// Both fields show what stands two objects below the one that they share.
    @Test func `a field that shows another's appearance stays as it is`() throws {
        func document(_ second: String) -> [UInt8] {
            PDFFixture.classic(
                catalog: "/AcroForm<</Fields[5 0 R 6 0 R]>>", page: "/Annots[5 0 R 6 0 R]",
                more: [
                    (5, Self.field("one", "/V(a)/AP 7 0 R")), (6, Self.field("two", second)), (7, "<</N 8 0 R>>"),
                    (8, "<</On 9 0 R>>"), (9, Self.appearance), (12, Self.appearance),
                ])
        }
        let update = [
            (5, Self.field("one", "/V(b)/AP 7 0 R")),
            (9, "<</Subtype/Form/BBox[0 0 8 8]/Length 3>>\nstream\n1 g\nendstream"),
        ]
        for (second, isShared) in [("/V(100)/AP 7 0 R", true), ("/V(100)/AP<</N 12 0 R>>", false)] {
            let signed = try PDFFixture.signed(document(second))
            let found = try reasons(PDFFixture.appendingText(signed, update))
            #expect(found.contains(.appearanceWithoutValue) == isShared, "\(found)")
            #expect(found.isEmpty != isShared)
        }
    }

    private static func field(_ name: String, _ entries: String) -> String {
        "<</FT/Tx/T(\(name))/Type/Annot/Subtype/Widget/Rect[1 1 9 9]/F 4/AS/On\(entries)>>"
    }
    private static let appearance = "<</Subtype/Form/Length 3>>\nstream\n0 g\nendstream"

    /// PDFium draws what has no box all over the page.
    @Test(arguments: [
        ("/BBox[0 0 8 8]", true), ("", false), ("/BBox[0 0 8]", false), ("/BBox[0 0 (a) 8]", false),
        ("/BBox null", false),
        ("/BBox[0 0 0 0]", true),
    ])
    func `an appearance that is new has a box`(box: String, isAllowed: Bool) throws {
        let form = "<</Subtype/Form\(box)/Length 3>>\nstream\n1 g\nendstream"
        func base(_ certification: SignatureRequest.Purpose) throws -> [UInt8] {
            try PDFFixture.signed(ChangesTests.form, .new(name: "First"), PDFFixture.request(certification))
        }
        let filled = try PDFFixture.appending(base(.approval)) { update, file in
            try ChangesTests.edit(5) { $0["V"] = .string([120], hexadecimal: false) }(&update, file)
        }
        #expect(try reasons(filled).isEmpty)
        let field = "<</FT/Tx/T(text)/V(new)/Type/Annot/Subtype/Widget/Rect[1 1 9 9]/P 3 0 R/F 4/AP<</N 30 0 R>>>>"
        let update = PDFFixture.appendingText(try base(.approval), [(5, field), (30, form)])
        #expect(try reasons(update).isEmpty == isAllowed)
        let inPlace = field.replacingOccurrences(of: "30 0 R", with: "9 0 R")
        let changed = PDFFixture.appendingText(try base(.approval), [(5, inPlace), (9, form)])
        #expect(try reasons(changed).isEmpty == isAllowed)
        let note = "<</Type/Annot/Subtype/Stamp/Rect[100 50 110 60]/AP<</N<</On 30 0 R>>>>/AS/On>>"
        let annotated = PDFFixture.appendingText(
            try base(.certification(.annotate)), [(8, "[5 0 R 6 0 R 11 0 R 31 0 R]"), (31, note), (30, form)])
        #expect(try reasons(annotated).isEmpty == isAllowed)
    }

    /// An object can be a field and a transparency group, or a configuration of optional content.
    @Test(arguments: [
        ("/V(a)/I true", "/V(b)/I false", false), ("/V(a)/AS[<<>>]", "/V(b)", false),
        ("/V(a)/I[0]", "/V(b)/I[1]", true),
        ("/V(a)/AS/On", "/V(b)/AS/Off", true),
    ])
    func `filling changes only what is an entry of a field`(before: String, after: String, isAllowed: Bool) throws {
        func field(_ entries: String) -> String { "<</FT/Ch/T(one)\(entries)>>" }
        let signed = try PDFFixture.signed(
            PDFFixture.classic(
                catalog: "/AcroForm<</Fields[5 0 R]>>", page: "/Group 5 0 R", more: [(5, field(before))]))
        #expect(try reasons(PDFFixture.appendingText(signed, [(5, field(after))])).isEmpty == isAllowed)
    }

    /// The page is turned, so that a note that stays upright hangs beside its rectangle.
    @Test func `a new field lies over no note's icon`() throws {
        func update(_ note: String, at rectangle: String) throws -> [ChangeReason.Code] {
            let signed = try PDFFixture.signed(
                PDFFixture.classic(
                    page: "/Annots[5 0 R]", more: [(5, "<</Type/Annot/Rect[100 50 110 54]\(note)>>")]))
            let file = try PDFFixture.file(signed)
            let field = try #require(try DocumentSignatures(in: file).signatures.first?.field.reference)
            let old = "5 0 R \(field.number) 0 R"
            let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Annots[\(old) 20 0 R]>>"
            let widget = "<</FT/Sig/T(Late)/Type/Annot/Subtype/Widget/F 4/Rect[\(rectangle)]>>"
            let catalog = "<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[\(field.number) 0 R 20 0 R]>>>>"
            return try reasons(PDFFixture.appendingText(signed, [(3, page), (20, widget), (1, catalog)]))
        }
        #expect(try update("/Subtype/Text", at: "115 35 120 45") == [.visibleFieldOverContent])
        #expect(try update("/Subtype/Square/F 16", at: "92 57 95 60") == [.visibleFieldOverContent])
        #expect(try update("/Subtype/Square", at: "92 57 95 60") == [])
        #expect(try update("/Subtype/Text", at: "150 35 155 45") == [])
    }

    /// The first signature lies from (80, 40) to (140, 70).
    @Test func `several fields together leave an earlier signature three fifths`() throws {
        func appearance(_ x: Double, _ width: Double) -> SignatureAppearance {
            SignatureAppearance(rectangle: PageRectangle(x: x, y: 40, width: width, height: 30), content: [])
        }
        let first = try PDFFixture.signed(PDFFixture.classic(), .new(name: "First", appearance: appearance(80, 60)))
        // One after the other.
        let second = try PDFFixture.signed(first, .new(name: "Second", appearance: appearance(80, 20)))
        #expect(
            try DocumentSignatures(in: PDFFixture.file(second)).changesAfterFirstSignature().map(\.isAllowed) == [true])
        #expect(throws: PAdESError(.notPermitted, "")) {
            try PDFFixture.signed(second, .new(name: "Third", appearance: appearance(100, 20)))
        }
        _ = try PDFFixture.signed(second, .new(name: "Third", appearance: appearance(100, 3)))
        // Several at once.
        let field = try #require(try DocumentSignatures(in: PDFFixture.file(first)).signatures.first?.field.reference)
        func update(_ rectangles: [String], flags: Int = 4) throws -> [ChangeReason.Code] {
            let numbers = rectangles.indices.map { "\($0 + 30) 0 R" }.joined(separator: " ")
            let page =
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Annots[\(field.number) 0 R \(numbers)]>>"
            let form = "/AcroForm<</SigFlags 3/Fields[\(field.number) 0 R \(numbers)]>>"
            let widgets = rectangles.enumerated().map { index, rectangle in
                (index + 30, "<</FT/Sig/T(F\(index))/Type/Annot/Subtype/Widget/F \(flags)/Rect[\(rectangle)]>>")
            }
            return try reasons(
                PDFFixture.appendingText(first, [(3, page), (1, "<</Type/Catalog/Pages 2 0 R\(form)>>")] + widgets))
        }
        #expect(try update(["80 40 100 70"]) == [])
        #expect(try update(["80 40 100 70", "100 40 120 70"]).contains(.visibleFieldOverContent))
        #expect(try update(["80 40 100 70", "150 40 160 70"]) == [])
        #expect(try update(["80 40 100 70", "100 40 120 70"], flags: 2) == [])
    }

    @Test func `what only calls itself a signature is content`() throws {
        func update(_ annotation: String) throws -> [ChangeReason.Code] {
            let signed = try PDFFixture.signed(
                PDFFixture.classic(
                    page: "/Annots[5 0 R]", more: [(5, "<</Type/Annot/Rect[100 50 150 90]\(annotation)>>")]))
            let field = try #require(
                try DocumentSignatures(in: PDFFixture.file(signed)).signatures.first?.field.reference)
            let page =
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Annots[5 0 R \(field.number) 0 R 20 0 R]>>"
            let widget = "<</FT/Sig/T(Late)/Type/Annot/Subtype/Widget/F 4/Rect[100 50 110 60]>>"
            let catalog = "<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[\(field.number) 0 R 20 0 R]>>>>"
            return try reasons(PDFFixture.appendingText(signed, [(3, page), (20, widget), (1, catalog)]))
        }
        #expect(try update("/Subtype/Stamp/FT/Sig/V<<>>") == [.visibleFieldOverContent])
        #expect(try update("/Subtype/Widget/FT/Sig") == [.visibleFieldOverContent])
        #expect(try update("/Subtype/Widget/FT/Sig/V<<>>") == [])
    }

    @Test func `of several certifications the strictest holds`() throws {
        func certification(_ references: String) throws -> DocumentPermission? {
            let base = PDFFixture.classic(more: [(5, "<</Type/Sig/Reference[\(references)]>>")])
            return try SignatureDictionary(.reference(IndirectReference(5)), in: PDFFixture.file(base), asOf: 0)
                .certification
        }
        func reference(_ permission: Int) -> String {
            "<</TransformMethod/DocMDP/TransformParams<</P \(permission)>>>>"
        }
        #expect(try certification(reference(3)) == .annotate)
        #expect(try certification(reference(3) + reference(1)) == .noChanges)
        #expect(try certification(reference(2) + reference(3)) == .fillForms)
        #expect(try certification("") == nil)
    }
}
