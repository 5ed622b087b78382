// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax

@testable import PAdES

/// Attacks by revisions that are well formed: shadow, annotations, fields, certifications.
extension Attack {
    private static func ref(_ number: Int) -> PDFObject { ChangesTests.ref(number) }

    private static func text(_ text: String, in rectangle: String, font: PDFObject = ref(9)) -> (PDFDictionary, [UInt8])
    {
        let sides = rectangle.split(separator: " ").compactMap { Int64($0) }
        return (
            [
                "Type": .name("XObject"), "Subtype": .name("Form"),
                "BBox": .array([.integer(0), .integer(0)] + sides.map { .integer($0) }),
                "Resources": .dictionary(["Font": .dictionary(["F": font])]),
            ], Array("1 g 0 0 500 50 re f 0 g BT /F 16 Tf 4 8 Td (\(text)) Tj ET".utf8)
        )
    }

    private static func fill(_ number: Int, _ value: String) -> Change {
        appending { update, file in
            let (dictionary, content) = text(value, in: "140 30")
            let appearance = update.add(stream: dictionary, bytes: content)
            try ChangesTests.edit(number) {
                $0["V"] = .string(Array(value.utf8), hexadecimal: false)
                $0["AP"] = .dictionary(["N": .reference(appearance)])
            }(&update, file)
        }
    }

    /// Adds an annotation or a signature field to page and form.
    private static func adding(
        _ entries: PDFDictionary, at rectangle: [Int64], showing word: String, isField: Bool = false
    ) -> Change {
        appending { update, file in
            let (dictionary, content) = text(word, in: "\(rectangle[2] - rectangle[0]) \(rectangle[3] - rectangle[1])")
            let font = update.add(
                .dictionary(["Type": .name("Font"), "Subtype": .name("Type1"), "BaseFont": .name("Helvetica")]))
            var shown = dictionary
            shown["Resources"] = .dictionary(["Font": .dictionary(["F": .reference(font)])])
            let appearance = update.add(stream: shown, bytes: content)
            var annotation = entries
            annotation["Type"] = .name("Annot")
            annotation["Rect"] = .array(rectangle.map { .integer($0) })
            annotation["F"] = .integer(4)
            annotation["AP"] = .dictionary(["N": .reference(appearance)])
            let reference = update.add(.dictionary(annotation))
            let annotations = try file.object(IndirectReference(8)).array ?? []
            update.set(.array(annotations + [.reference(reference)]), for: IndirectReference(8))
            guard isField else { return }
            try ChangesTests.edit(1) {
                var form = $0["AcroForm"]?.dictionary ?? [:]
                form["Fields"] = .array((form["Fields"]?.array ?? []) + [.reference(reference)])
                $0["AcroForm"] = .dictionary(form)
            }(&update, file)
        }
    }

    private static func field(_ name: String, at rectangle: [Int64], showing word: String) -> Change {
        adding(
            ["Subtype": .name("Widget"), "FT": .name("Sig"), "T": .string(Array(name.utf8), hexadecimal: false)],
            at: rectangle, showing: word, isField: true)
    }

    private static let freePaper: [Int64] = [60, 100, 200, 130]
    private static let overText: [Int64] = [55, 695, 320, 725]

    static let visible: [Attack] = [
        Attack(
            name: "shadow-hide", family: "shadow: hide", effect: "a stamp that covered a promise is gone",
            attack: appending { update, file in
                let annotations = try file.object(IndirectReference(8)).array ?? []
                update.set(.array(annotations.filter { $0 != ref(11) }), for: IndirectReference(8))
            }),
        Attack(
            name: "shadow-hide-freed", family: "shadow: hide", effect: "a stamp that covered a promise is freed",
            attack: { try table($0, rows: { _ in "11 1\n0000000000 00001 f \n" }) }),
        Attack(
            name: "shadow-hide-flag", family: "shadow: hide", effect: "a stamp that covered a promise is hidden",
            attack: editing(11) { $0["F"] = .integer(2) }),
        Attack(
            name: "shadow-replace-appearance", family: "shadow: replace", effect: "a field shows another amount",
            genuine: fill(5, "200"),
            attack: appending { update, _ in
                let (dictionary, content) = text("9000", in: "140 30")
                update.set(stream: dictionary, bytes: content, for: IndirectReference(10))
            }),
        Attack(
            name: "shadow-replace-font", family: "shadow: replace", effect: "the digits are shown as others",
            attack: editing(9) {
                $0["Encoding"] = .dictionary(["Differences": .array([.integer(49), .name("nine")])])
            }),
        Attack(
            name: "shadow-hide-and-replace", family: "shadow: hide and replace",
            effect: "a second document in the file is shown", attack: editing(1) { $0["Pages"] = ref(17) }),
        Attack(
            name: "shadow-replace-contents", family: "shadow: hide and replace",
            effect: "contents that were there but unused are shown", attack: editing(3) { $0["Contents"] = ref(19) }),
        Attack(
            name: "shadow-need-appearances", family: "shadow: replace", effect: "readers draw the fields anew",
            attack: editing(1) {
                var form = $0["AcroForm"]?.dictionary ?? [:]
                form["NeedAppearances"] = .boolean(true)
                $0["AcroForm"] = .dictionary(form)
            }),
        Attack(
            name: "check-box-state", family: "appearance state without value", effect: "a box is ticked",
            genuine: editing(7) {
                $0["V"] = .name("Yes")
                $0["AS"] = .name("Yes")
            }, attack: editing(7) { $0["AS"] = .name("Yes") }),
        Attack(
            name: "check-box-value-hidden", family: "appearance state without value",
            effect: "a box has a value that it does not show",
            genuine: editing(7) {
                $0["V"] = .name("Yes")
                $0["AS"] = .name("Yes")
            }, attack: editing(7) { $0["V"] = .name("Yes") }),
        Attack(
            name: "page-cropped", family: "page attributes", effect: "only part of the page is seen",
            attack: editing(3) { $0["CropBox"] = .array([0, 0, 595, 690].map { .integer($0) }) }),
        Attack(
            name: "inherited-resources", family: "page attributes", effect: "an inherited font is another",
            attack: appending { update, file in
                let font = update.add(
                    .dictionary(["Type": .name("Font"), "Subtype": .name("Type1"), "BaseFont": .name("Symbol")]))
                try ChangesTests.edit(2) {
                    $0["Resources"] = .dictionary(["Font": .dictionary(["F": .reference(font)])])
                }(&update, file)
            }),
        Attack(
            name: "action-added", family: "incremental saving", effect: "a script runs when the file is opened",
            attack: editing(1) {
                $0["OpenAction"] = .dictionary([
                    "S": .name("JavaScript"), "JS": .string(Array("app.alert(1)".utf8), hexadecimal: false),
                ])
            }),
        Attack(
            name: "eaa-over-text", family: "evil annotation", effect: "a note covers the amount",
            purpose: .certification(.annotate),
            genuine: adding(["Subtype": .name("FreeText")], at: freePaper, showing: "Seen"),
            attack: adding(["Subtype": .name("FreeText")], at: overText, showing: "I owe you 9000.")),
        Attack(
            name: "eaa-forms-only", family: "evil annotation", effect: "a stamp where only forms may be filled",
            purpose: .certification(.fillForms), genuine: fill(5, "200"),
            attack: adding(["Subtype": .name("Stamp")], at: freePaper, showing: "PAID")),
        Attack(
            name: "eaa-approval", family: "evil annotation", effect: "a stamp on a document that is signed",
            attack: adding(["Subtype": .name("Stamp")], at: freePaper, showing: "PAID")),
        Attack(
            name: "ssa-over-text", family: "sneaky signature", effect: "a signature field covers the amount",
            purpose: .certification(.fillForms), genuine: field("Plain", at: [0, 0, 0, 0], showing: ""),
            attack: field("Sneaky", at: overText, showing: "I owe you 9000.")),
        Attack(
            name: "visible-field-over-text", family: "sneaky signature",
            effect: "a signature field covers the amount in a document without a certification",
            genuine: field("Beside", at: freePaper, showing: "Seen"),
            attack: field("Over", at: overText, showing: "I owe you 9000.")),
        Attack(
            name: "certification-1-fill", family: "certification", effect: "a form is filled where nothing may change",
            purpose: .certification(.noChanges),
            genuine: appending { update, file in
                let item = update.add(stream: [:], bytes: [0x30, 0])
                try ChangesTests.edit(1) { $0["DSS"] = .dictionary(["Certs": .array([.reference(item)])]) }(
                    &update, file)
            }, attack: fill(5, "9000")),
        Attack(
            name: "signature-reused", family: "reused signature object",
            effect: "a new field shows the old signature as another person's",
            genuine: field("Empty", at: freePaper, showing: "Seen"),
            attack: adding(
                [
                    "Subtype": .name("Widget"), "FT": .name("Sig"),
                    "T": .string(Array("Second".utf8), hexadecimal: false),
                    "V": ref(22),
                ], at: freePaper, showing: "Second signer", isField: true)),
        Attack(
            name: "lock-include-kid", family: "FieldMDP prefix confusion",
            effect: "a field below a locked one is filled",
            lock: FieldLock(.include, names: ["group"]), genuine: fill(20, "x"), attack: fill(13, "9000")),
        Attack(
            name: "lock-exclude-prefix", family: "FieldMDP prefix confusion",
            effect: "a field whose name begins like the one that is free is filled",
            lock: FieldLock(.exclude, names: ["group"]), genuine: fill(13, "x"), attack: fill(20, "9000")),
        Attack(
            name: "lock-all", family: "field lock", effect: "a locked field is filled", lock: FieldLock(.all),
            genuine: { $0 }, attack: fill(5, "9000")),
        Attack(
            name: "dangling-filled", family: "shadow: hidden object",
            effect: "an entry that led nowhere leads to a page",
            attack: appending { update, file in
                try ChangesTests.edit(3) { $0["B"] = .array([]) }(&update, file)
                update.set(stream: [:], bytes: [], for: IndirectReference(18))
            }),
    ]

    static let all = structural + visible
}
