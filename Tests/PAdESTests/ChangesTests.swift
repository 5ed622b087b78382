// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import Testing

@testable import PAdES

@Suite("Changes after signing — ISO 32000-2 §12.8.2")
struct ChangesTests {
    typealias Code = ChangeReason.Code
    typealias Change = @Sendable (inout IncrementalUpdate, PDFFile) throws -> Void

    /// A form with a text field (5), an unsigned signature field (6), metadata (7), an indirect annotation array (8) and
    /// the text field's appearance (9). Signed, it has the signature as 10 and its field as 11.
    static let form = PDFFixture.classic(
        catalog: "/AcroForm<</Fields[5 0 R 6 0 R]>>/Metadata 7 0 R/Dangling 77 0 R", page: "/Annots 8 0 R",
        more: [
            (5, "<</FT/Tx/T(text)/V(old)/Type/Annot/Subtype/Widget/Rect[1 1 9 9]/P 3 0 R/F 4/AP<</N 9 0 R>>>>"),
            (6, "<</FT/Sig/T(sign)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 R/F 132>>"),
            (7, "<</Type/Metadata/Subtype/XML/Length 4>>\nstream\n<x/>\nendstream"), (8, "[5 0 R 6 0 R]"),
            (9, "<</Subtype/Form/Length 3>>\nstream\n0 g\nendstream"),
        ])

    static func ref(_ number: Int) -> PDFObject { .reference(IndirectReference(number)) }

    static func edit(_ number: Int, _ change: @escaping @Sendable (inout PDFDictionary) -> Void) -> Change {
        { update, file in
            var dictionary = try #require(try file.object(IndirectReference(number)).dictionary)
            change(&dictionary)
            update.set(.dictionary(dictionary), for: IndirectReference(number))
        }
    }

    private func changes(
        _ request: SignatureRequest = PDFFixture.request(), _ change: Change
    ) throws -> RevisionChange {
        let signed = try PDFFixture.signed(Self.form, .new(name: "First"), request)
        let bytes = try PDFFixture.appending(signed, change)
        let document = try DocumentSignatures(in: PDFFixture.file(bytes))
        return try #require(try document.changesAfterFirstSignature().last)
    }

    struct Allowed: Sendable, CustomTestStringConvertible {
        let kind: RevisionChange.Kind
        let change: Change
        init(_ kind: RevisionChange.Kind, _ change: @escaping Change) {
            self.kind = kind
            self.change = change
        }
        var testDescription: String { kind.rawValue }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let code: Code
        let change: Change
        init(_ code: Code, _ change: @escaping Change) {
            self.code = code
            self.change = change
        }
        var testDescription: String { code.rawValue }
    }

    static let allowed: [Allowed] = [
        Allowed(.noEffect, { update, _ in update.add(.integer(1)) }),
        Allowed(.noEffect, edit(3) { _ in }),
        Allowed(.formFill, edit(5) { $0["V"] = .string([120], hexadecimal: false) }),
        Allowed(
            .formFill,
            edit(5) {
                $0["V"] = .string([120], hexadecimal: false)
                $0["DA"] = .string(Array("0 g /F 9 Tf".utf8), hexadecimal: false)
            }),
        Allowed(
            .formFill,
            { update, file in
                try edit(5) { $0["V"] = .string([120], hexadecimal: false) }(&update, file)
                try edit(1) {
                    var form = $0["AcroForm"]?.dictionary ?? [:]
                    form["NeedAppearances"] = .boolean(false)
                    $0["AcroForm"] = .dictionary(form)
                }(&update, file)
            }),
        Allowed(
            .formFill,
            { update, file in
                let stream = update.add(
                    stream: ["Subtype": .name("Form"), "BBox": .array([0, 0, 8, 8].map { .integer($0) })], bytes: [])
                try edit(5) {
                    $0["AP"] = .dictionary(["N": .reference(stream)])
                    $0["V"] = .string([120], hexadecimal: false)
                }(&update, file)
            }
        ),
        Allowed(
            .metadata,
            { update, _ in
                update.set(
                    stream: ["Type": .name("Metadata"), "Subtype": .name("XML")], bytes: Array("<y/>".utf8),
                    for: IndirectReference(7))
            }),
        Allowed(
            .metadata,
            { update, _ in
                update.setTrailer(
                    "Info", to: .reference(update.add(.dictionary(["Title": .string([65], hexadecimal: false)]))))
            }),
        Allowed(
            .securityStore,
            { update, file in
                let stream = update.add(stream: [:], bytes: [1, 2])
                let store = update.add(.dictionary(["Certs": .array([.reference(stream)])]))
                try edit(1) { $0["DSS"] = .reference(store) }(&update, file)
            }
        ),
    ]

    @Test(arguments: allowed)
    func `an explained change is allowed`(item: Allowed) throws {
        let result = try changes(PDFFixture.request(), item.change)
        #expect(result.reasons == [])
        #expect(result.isAllowed)
        #expect(result.kind == item.kind)
    }

    static let refused: [Refused] = [
        Refused(
            .unexplainedChange,
            { update, _ in
                update.set(stream: [:], bytes: Array("1 g".utf8), for: IndirectReference(4))
            }),
        Refused(.pageChanged, edit(3) { $0["MediaBox"] = .array([]) }),
        Refused(
            .pageChanged,
            { update, file in
                let stream = update.add(stream: [:], bytes: [])
                try edit(3) { $0["Contents"] = .reference(stream) }(&update, file)
            }),
        Refused(.pageChanged, edit(3) { $0["Resources"] = .dictionary(["Font": .dictionary([:])]) }),
        Refused(
            .pageChanged,
            { update, file in
                let page = update.add(.dictionary(["Type": .name("Page"), "Parent": ref(2)]))
                try edit(2) { $0["Kids"] = .array([ref(3), .reference(page)]) }(&update, file)
            }),
        Refused(.catalogChanged, edit(1) { $0["OpenAction"] = .array([ref(3)]) }),
        Refused(.catalogChanged, edit(1) { $0["Names"] = .dictionary([:]) }),
        Refused(
            .formChanged,
            edit(1) {
                var form = $0["AcroForm"]?.dictionary ?? [:]
                form["NeedAppearances"] = .boolean(true)
                $0["AcroForm"] = .dictionary(form)
            }),
        Refused(
            .formChanged,
            edit(1) {
                var form = $0["AcroForm"]?.dictionary ?? [:]
                form["Fields"] = .array(Array((form["Fields"]?.array ?? []).reversed()))
                $0["AcroForm"] = .dictionary(form)
            }),
        Refused(.formChanged, edit(1) { $0["AcroForm"] = nil }),
        Refused(.fieldChanged, edit(5) { $0["DA"] = .string([], hexadecimal: false) }),
        Refused(
            .appearanceWithoutValue,
            { update, file in
                update.set(
                    stream: ["Subtype": .name("Form")], bytes: Array("1 g".utf8), for: IndirectReference(9))
            }),
        Refused(.fieldChanged, edit(5) { $0["T"] = .string([65], hexadecimal: false) }),
        Refused(.fieldChanged, edit(5) { $0["Rect"] = .array([]) }),
        Refused(.fieldChanged, edit(6) { $0["Lock"] = .dictionary([:]) }),
        Refused(.referenceRedirected, edit(5) { $0["AP"] = .dictionary(["N": ref(4)]) }),
        Refused(.referenceRedirected, edit(1) { $0["Metadata"] = ref(4) }),
        Refused(.referenceRedirected, edit(1) { $0["DSS"] = .dictionary(["Certs": .array([ref(4)])]) }),
        Refused(.signedFieldChanged, edit(11) { $0["V"] = nil }),
        Refused(.signedFieldChanged, edit(10) { $0["Reason"] = .string([65], hexadecimal: false) }),
        Refused(.signatureNotNew, edit(6) { $0["V"] = ref(10) }),
        Refused(
            .annotationChanged,
            { update, _ in
                let note = update.add(
                    .dictionary(["Type": .name("Annot"), "Subtype": .name("FreeText"), "Rect": .array([])]))
                update.set(.array([ref(5), ref(6), ref(11), .reference(note)]), for: IndirectReference(8))
            }),
        Refused(.annotationChanged, { update, _ in update.set(.array([ref(5)]), for: IndirectReference(8)) }),
        Refused(.danglingReferenceFilled, { update, _ in update.set(.integer(1), for: IndirectReference(77)) }),
        Refused(.trailerChanged, { update, _ in update.setTrailer("Mine", to: ref(3)) }),
        Refused(
            .metadataUnsuitable,
            { update, _ in
                update.setTrailer("Info", to: .reference(update.add(.dictionary(["Title": .array([])]))))
            }),
        Refused(
            .metadataUnsuitable,
            { update, _ in
                update.set(
                    stream: ["Type": .name("Metadata"), "Subtype": .name("XML")], bytes: Array("<!DOCTYPE x>".utf8),
                    for: IndirectReference(7))
            }),
        Refused(
            .newFieldUnsuitable,
            { update, file in
                let field = update.add(.dictionary(["FT": .name("Tx"), "T": .string([65], hexadecimal: false)]))
                try edit(1) {
                    var form = $0["AcroForm"]?.dictionary ?? [:]
                    form["Fields"] = .array((form["Fields"]?.array ?? []) + [.reference(field)])
                    $0["AcroForm"] = .dictionary(form)
                }(&update, file)
            }),
    ]

    @Test(arguments: refused)
    func `a change that no rule explains is refused`(item: Refused) throws {
        let result = try changes(PDFFixture.request(), item.change)
        #expect(!result.isAllowed)
        #expect(result.reasons.map(\.code).contains(item.code), "\(result.reasons)")
        #expect(result.kind == .other || item.code == .annotationChanged)
    }

    /// A new field made by hand, so that what the writer refuses can be tried.
    static func newField(value: PDFObject?, visible: Bool = false, name: String = "New") -> Change {
        { update, file in
            var dictionary: PDFDictionary = [
                "FT": .name("Sig"), "T": .string(TextString.encode(name), hexadecimal: false), "Type": .name("Annot"),
                "Subtype": .name("Widget"),
                "Rect": .array((visible ? [100, 50, 150, 90] : [0, 0, 0, 0]).map { .integer($0) }),
                "P": ref(3), "F": .integer(132),
            ]
            dictionary["V"] =
                value
                ?? .reference(
                    update.add(.dictionary(["Type": .name("Sig"), "Contents": .string([], hexadecimal: true)])))
            let field = update.add(.dictionary(dictionary))
            update.set(.array([ref(5), ref(6), ref(11), .reference(field)]), for: IndirectReference(8))
            try edit(1) {
                var form = $0["AcroForm"]?.dictionary ?? [:]
                form["Fields"] = .array((form["Fields"]?.array ?? []) + [.reference(field)])
                $0["AcroForm"] = .dictionary(form)
            }(&update, file)
        }
    }

    @Test func `a writer may leave the information dictionary out, not put another object in its place`() throws {
        let base = PDFFixture.appendingText(
            Self.form, [(12, "<</Title(a)>>")], trailer: "/Size 13/Root 1 0 R/Info 12 0 R")
        let signed = try PDFFixture.signed(base, .new(name: "First"), PDFFixture.request())
        func last(_ trailer: String) throws -> RevisionChange {
            let bytes = PDFFixture.appendingText(signed, [(39, "null")], trailer: trailer)
            return try #require(try DocumentSignatures(in: PDFFixture.file(bytes)).changesAfterFirstSignature().last)
        }
        let without = try last("/Size 40/Root 1 0 R")
        #expect(without.isAllowed && without.kind == .metadata)
        #expect(try last("/Size 40/Root 1 0 R/Info 12 0 R").isAllowed)
        #expect(try last("/Size 40/Root 1 0 R/Info 3 0 R").isAllowed == false)
    }

    @Test func `a new field may not use an old signature again`() throws {
        #expect(try changes(PDFFixture.request(), Self.newField(value: nil)).reasons == [])
        let reused = try changes(PDFFixture.request(), Self.newField(value: Self.ref(10)))
        #expect(reused.reasons.map(\.code) == [.signatureNotNew])
        #expect(try changes(PDFFixture.request(), Self.newField(value: nil, name: "text")).isAllowed == false)
    }

    @Test func `a time-stamp is one by its subfilter too`() throws {
        func stamp(_ subFilter: PDFName) -> Change {
            { update, file in
                let value = update.add(
                    .dictionary([
                        "Type": .name("DocTimeStamp"), "SubFilter": .name(subFilter),
                        "Contents": .string([], hexadecimal: true),
                    ]))
                try Self.newField(value: .reference(value))(&update, file)
            }
        }
        let closed = PDFFixture.request(.certification(.noChanges))
        #expect(try changes(closed, stamp("ETSI.RFC3161")).reasons == [])
        #expect(try changes(closed, stamp("ETSI.CAdES.detached")).reasons.map(\.code) == [.signatureNotNew])
    }

    @Test func `a certification decides what may follow`() throws {
        let fill = Self.edit(5) { $0["V"] = .string([120], hexadecimal: false) }
        let closed = PDFFixture.request(.certification(.noChanges))
        let open = PDFFixture.request(.certification(.fillForms))
        #expect(try changes(closed, fill).reasons.map(\.code) == [.forbiddenByCertification])
        #expect(try changes(open, fill).reasons == [])
        #expect(try changes(closed, Self.newField(value: nil)).reasons.map(\.code) == [.forbiddenByCertification])
        #expect(try changes(open, Self.newField(value: nil)).reasons == [])
        let visible = Self.newField(value: nil, visible: true)
        #expect(try changes(open, visible).reasons.map(\.code) == [.visibleFieldAfterCertification])
        #expect(try changes(PDFFixture.request(), visible).reasons == [])
        let note: Change = { update, _ in
            let note = update.add(.dictionary(["Type": .name("Annot"), "Subtype": .name("Text"), "Rect": .array([])]))
            update.set(.array([Self.ref(5), Self.ref(6), Self.ref(11), .reference(note)]), for: IndirectReference(8))
        }
        let annotated = try changes(PDFFixture.request(.certification(.annotate)), note)
        #expect(annotated.kind == .annotation)
        #expect(!annotated.isAllowed)
    }

    @Test func `a certified document without permitted changes takes validation material and a time-stamp`() throws {
        let signed = try PDFFixture.signed(Self.form, .new(name: "C"), PDFFixture.request(.certification(.noChanges)))
        let stored = try PDFFixture.appending(signed) { update, file in
            let stream = update.add(stream: [:], bytes: [1, 2])
            try Self.edit(1) { $0["DSS"] = .dictionary(["Certs": .array([.reference(stream)])]) }(&update, file)
        }
        let stamped = try PDFFixture.signed(stored, .new(name: "T"), PDFFixture.request(.documentTimeStamp))
        let document = try DocumentSignatures(in: PDFFixture.file(stamped))
        #expect(try document.changesAfterFirstSignature().map(\.kind) == [.securityStore, .timeStamp])
        #expect(try document.changesAfterFirstSignature().map(\.isAllowed) == [true, true])
    }

    @Test func `a lock with a name that cannot be read locks every field`() throws {
        let file = try PDFFixture.file(PDFFixture.classic())
        func lock(_ fields: [PDFObject]) throws -> FieldLock? {
            try FieldLock(
                .dictionary(["Action": .name("Include"), "Fields": .array(fields)]), in: file, asOf: 0)
        }
        let name = PDFObject.string(Array("text".utf8), hexadecimal: false)
        #expect(try lock([name])?.locks("other") == false)
        #expect(try lock([name, .name("other")])?.locks("other") == true)
    }

    @Test(arguments: [
        (FieldLock(.all), true), (FieldLock(.include, names: ["text"]), true),
        (FieldLock(.include, names: ["tex"]), false),
        (FieldLock(.include, names: ["text2"]), false), (FieldLock(.exclude, names: ["text"]), false),
        (FieldLock(.exclude, names: ["other"]), true),
    ])
    func `a locked field may not be filled`(lock: FieldLock, isLocked: Bool) throws {
        let result = try changes(
            PDFFixture.request(lock: lock), Self.edit(5) { $0["V"] = .string([120], hexadecimal: false) })
        #expect(result.reasons.map(\.code) == (isLocked ? [.fieldLocked] : []))
        #expect(result.kind == .formFill)
    }

    @Test func `a freed object and an entry that leads back are refused`() throws {
        // An object that hides, of a number that the signature leaves free, inside a stream until an entry leads to it.
        let hiding = PDFFixture.classic(more: [(5, "<</Length 18>>\nstream\n9 0 obj\n(x)\nendobj\nendstream")])
        let signed = try PDFFixture.signed(hiding)
        let file = try PDFFixture.file(signed)
        let text = String(decoding: signed, as: UTF8.self)
        let hidden = try #require(text.range(of: "9 0 obj"))
        let offset = text.utf8.distance(from: text.startIndex, to: hidden.lowerBound)
        func append(_ rows: String) throws -> RevisionChange? {
            let start = signed.count
            let text =
                "xref\n\(rows)trailer\n<</Size 10/Root 1 0 R/Prev \(file.newest.startOffset)>>\nstartxref\n\(start)\n%%EOF\n"
            let document = try DocumentSignatures(in: PDFFixture.file(signed + Array(text.utf8)))
            return try document.changesAfterFirstSignature().last
        }
        #expect(try append("5 1\n0000000000 00001 f \n")?.reasons.map(\.code).contains(.objectFreed) == true)
        let back = String(format: "9 1\n%010d 00000 n \n", offset)
        #expect(try append(back)?.reasons.map(\.code) == [.entryPointsBack])
        // Readers that give up such an update find it as well.
        #expect(try append("0 1\n0000000000 65535 f \n")?.reasons.map(\.code) == [.unexplainedObject])
    }

    @Test func `an object stream that is replaced changes what it holds and is refused`() throws {
        let signed = try PDFFixture.signed(PDFFixture.compact())
        let bytes = try PDFFixture.appending(signed) { update, _ in
            let bodies = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page>>"]
            let header = "1 0 2 \(bodies[0].utf8.count) 3 \(bodies[0].utf8.count + bodies[1].utf8.count) "
            update.set(
                stream: ["Type": .name("ObjStm"), "N": .integer(3), "First": .integer(Int64(header.utf8.count))],
                bytes: Array((header + bodies.joined()).utf8), for: IndirectReference(5))
        }
        let document = try DocumentSignatures(in: PDFFixture.file(bytes))
        let change = try #require(try document.changesAfterFirstSignature().last)
        #expect(change.reasons.map(\.code).contains(.unexplainedChange))
    }

    @Test func `filling an existing signature field is a signature`() throws {
        let signed = try PDFFixture.signed(Self.form)
        let both = try PDFFixture.signed(signed, .existing(name: "sign", appearance: PDFFixture.visible))
        let document = try DocumentSignatures(in: PDFFixture.file(both))
        let change = try #require(try document.changesAfterFirstSignature().last)
        #expect(change.kind == .signature)
        #expect(change.reasons == [])
        let first = try #require(document.signatures.first)
        #expect(try document.changes(after: first)?.count == 1)
    }
}
