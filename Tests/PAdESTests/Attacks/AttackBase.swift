// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import Testing

@testable import PAdES

/// The document that is attacked: one page with a promise, a form, a picture that hides something, and a second document
/// that nobody sees.
///
/// Catalogue 1, pages 2, page 3, contents 4, text field 5 with its appearance 10, signature field 6, check box 7 with its
/// appearances 14 and 15, annotations 8, font 9, a covering stamp 11 with its appearance 16, the field group 12 with its
/// kid 13 and the field 20 of a similar name, unused page tree 17 to 19, metadata 21. Signed, the signature is 22 and its
/// field 23.
enum AttackBase {
    static let content = [
        "BT /F 18 Tf 60 700 Td (TEST DATA: I owe you 100.) Tj 0 -20 Td (Signed by a test person.) Tj ET",
        "BT /F 18 Tf 60 760 Td (I owe you 9000.) Tj ET",
    ].joined(separator: "\n")

    static let lie = "BT /F 18 Tf 60 700 Td (TEST DATA: I owe you 9000.) Tj ET"

    static func stream(_ dictionary: String, _ data: String) -> String {
        "<<\(dictionary)/Length \(data.utf8.count)>>\nstream\n\(data)\nendstream"
    }

    static func bytes() -> [UInt8] {
        let form = "/Type/XObject/Subtype/Form/Resources<</Font<</F 9 0 R>>>>/BBox"
        let objects = [
            "<</Type/Catalog/Pages 2 0 R/Metadata 21 0 R/AcroForm<</Fields[5 0 R 6 0 R 7 0 R 12 0 R 20 0 R]/DA(/F 12 Tf 0 g)/DR<</Font<</F 9 0 R>>>>>>/Reserve 17 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1/Resources<</Font<</F 9 0 R>>>>/MediaBox[0 0 595 842]>>",
            "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Annots 8 0 R>>", stream("", content),
            "<</FT/Tx/T(amount)/V(100)/Type/Annot/Subtype/Widget/Rect[60 500 200 530]/P 3 0 R/F 4/DA(/F 12 Tf 0 g)/AP<</N 10 0 R>>>>",
            "<</FT/Sig/T(sign)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 R/F 132>>",
            "<</FT/Btn/T(agree)/V/Off/AS/Off/Type/Annot/Subtype/Widget/Rect[60 460 80 480]/P 3 0 R/F 4/AP<</N<</Yes 14 0 R/Off 15 0 R>>>>>>",
            "[5 0 R 6 0 R 7 0 R 11 0 R 13 0 R 20 0 R]", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            stream(form + "[0 0 140 30]", "BT /F 16 Tf 4 8 Td (100) Tj ET"),
            "<</Type/Annot/Subtype/Stamp/Rect[55 750 300 785]/F 4/AP<</N 16 0 R>>>>",
            "<</T(group)/FT/Tx/Kids[13 0 R]>>",
            "<</T(a)/Parent 12 0 R/Type/Annot/Subtype/Widget/Rect[60 400 200 420]/P 3 0 R/F 4/DA(/F 12 Tf 0 g)>>",
            stream(form + "[0 0 20 20]", "0 0 20 20 re f"), stream(form + "[0 0 20 20]", "0 0 20 20 re S"),
            stream(form + "[0 0 245 35]", "1 g 0 0 245 35 re f"),
            "<</Type/Pages/Kids[18 0 R]/Count 1/Resources<</Font<</F 9 0 R>>>>/MediaBox[0 0 595 842]>>",
            "<</Type/Page/Parent 17 0 R/Contents 19 0 R>>",
            stream(
                "",
                lie + "\n% 4 0 obj\n4 0 obj\n" + stream("", lie) + "\nendobj\n"),
            "<</FT/Tx/T(group2)/Type/Annot/Subtype/Widget/Rect[60 370 200 390]/P 3 0 R/F 4/DA(/F 12 Tf 0 g)>>",
            stream("/Type/Metadata/Subtype/XML", "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"/>"),
        ]
        var bytes = Array("%PDF-1.7\n%\u{E2}\u{E3}\n".utf8)
        var table = "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
        for (index, body) in objects.enumerated() {
            table += String(format: "%010d 00000 n \n", bytes.count)
            bytes += Array("\(index + 1) 0 obj\n\(body)\nendobj\n".utf8)
        }
        let start = bytes.count
        let trailer = "<</Size \(objects.count + 1)/Root 1 0 R/ID[<0102><0304>]>>"
        bytes += Array("\(table)trailer\n\(trailer)\nstartxref\n\(start)\n%%EOF\n".utf8)
        return bytes
    }
}

/// A file of testvectors/attacks/pdf: a signed document, and what somebody did to it.
struct Attack: Sendable, CustomTestStringConvertible {
    typealias Change = @Sendable ([UInt8]) throws -> [UInt8]
    /// The name of the files.
    let name: String
    /// The family, as the literature names it.
    let family: String
    /// What a reader would be made to believe.
    let effect: String
    /// How the document was signed before.
    var purpose = SignatureRequest.Purpose.approval
    var lock: FieldLock?
    /// What an honest program does instead; nothing when it leaves the document alone.
    var genuine: Change = { $0 }
    /// What the attacker does.
    let attack: Change
    /// `TOTAL-FAILED`, or `refused` for a file that only recovery could read.
    var expected = "TOTAL-FAILED"

    var testDescription: String { name }

    /// A revision made with the writer of this package.
    static func appending(
        _ change: @escaping @Sendable (inout IncrementalUpdate, PDFFile) throws -> Void
    ) -> Change { { bytes in try PDFFixture.appending(bytes, change) } }

    /// A revision that changes entries of one dictionary.
    static func editing(_ number: Int, _ change: @escaping @Sendable (inout PDFDictionary) -> Void) -> Change {
        appending(ChangesTests.edit(number, change))
    }

    /// A table with the given rows and the trailer of the newest revision, without objects of its own.
    static func table(_ bytes: [UInt8], body: String = "", rows: (Int) -> String, trailer: String = "") throws
        -> [UInt8]
    {
        let file = try PDFFixture.file(bytes)
        let start = bytes.count + body.utf8.count
        var text = body + "xref\n" + rows(bytes.count)
        text +=
            "trailer\n<</Size 60/Root 1 0 R/Prev \(file.newest.startOffset)\(trailer)>>\nstartxref\n\(start)\n%%EOF\n"
        return bytes + Array(text.utf8)
    }

    static func row(_ number: Int, _ offset: Int) -> String {
        "\(number) 1\n" + String(format: "%010d 00000 n \n", offset)
    }
}
