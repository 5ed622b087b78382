// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax

@testable import PAdES

/// Attacks on byte range, cross-references and revisions.
extension Attack {
    private static let lie = AttackBase.lie

    /// Overwrites the value of an entry of the signature dictionary with another text of the same length.
    private static func overwriting(_ key: PDFName, _ text: @escaping @Sendable (Int) -> String) -> Change {
        { bytes in
            var bytes = bytes
            let file = try PDFFixture.file(bytes)
            let object = try file.indirectObject(IndirectReference(22))
            guard let range = object?.range(ofValueOf: key) else { return bytes }
            let new = Array(text(range.count).utf8)
            let padding = [UInt8](repeating: 32, count: range.count - new.count)
            bytes.replaceSubrange(Int(range.lowerBound)..<Int(range.upperBound), with: new + padding)
            return bytes
        }
    }

    private static func replacing(_ word: String, with other: String) -> Change {
        { bytes in
            var text = Array(bytes)
            let pattern = Array(word.utf8)
            guard let last = text.indices.reversed().first(where: { text[$0...].starts(with: pattern) }) else {
                return text
            }
            text.replaceSubrange(last..<last + pattern.count, with: other.utf8)
            return text
        }
    }

    /// Moves the signed end of the file behind new objects and a table in the gap (signature wrapping).
    private static func wrapped(_ bytes: [UInt8]) throws -> [UInt8] {
        let file = try PDFFixture.file(bytes)
        guard let signature = try DocumentSignatures(in: file).signatures.first,
            let range = signature.dictionary.byteRange, let reference = signature.dictionary.reference
        else { return bytes }
        let (gapStart, gapEnd) = (Int(range[1]), Int(range[2]))
        let oldTable = Int(file.newest.startOffset)
        // The table that startxref names stands where the attacker's will stand: inside the gap, which grows.
        var gap = Array(bytes[gapStart..<gapEnd])
        gap += [UInt8](repeating: 32, count: oldTable - gapEnd)
        let objects = file.objectsInUse()
        func layOut(_ length: Int) throws -> [UInt8] {
            let shift = length - (gapEnd - gapStart)
            let hex = String(decoding: bytes[gapStart..<gapEnd], as: UTF8.self)
            var body = ""
            var offsets: [Int: Int] = [:]
            for item in objects {
                guard case .inUse(let offset, _) = file.entry(for: item.number) else { continue }
                offsets[item.number] = Int(offset) < gapStart ? Int(offset) : Int(offset) + shift
            }
            let table = 25 * objects.count + 260
            let bodyStart = oldTable + table
            offsets[4] = bodyStart
            body += "4 0 obj\n<</Length \(lie.utf8.count)>>\nstream\n\(lie)\nendstream\nendobj\n"
            offsets[reference.number] = bodyStart + body.utf8.count
            let numbers = "[0 \(gapStart) \(gapStart + length) \(bytes.count - gapEnd)]"
            body += "\(reference.number) 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached"
            body += "/M(D:20261121093022+07'00')/ByteRange \(numbers)/Contents \(hex)>>\nendobj\n"
            var text = "xref\n0 1\n0000000000 65535 f \n"
            for item in objects { text += row(item.number, offsets[item.number] ?? 0) }
            text += "trailer\n<</Size 24/Root 1 0 R>>\n"
            return gap + Array(text.utf8) + [UInt8](repeating: 32, count: table - text.utf8.count) + Array(body.utf8)
        }
        var length = 0
        for _ in 0..<4 { length = try layOut(length).count }
        return try Array(bytes[..<gapStart]) + layOut(length) + Array(bytes[gapEnd...])
    }

    static let structural: [Attack] = [
        Attack(
            name: "usf-byte-range-null", family: "universal signature forgery", effect: "anything is said to be signed",
            attack: overwriting("ByteRange") { _ in "null" }),
        Attack(
            name: "usf-byte-range-three", family: "universal signature forgery",
            effect: "anything is said to be signed",
            attack: overwriting("ByteRange") { _ in "[0 10 20]" }),
        Attack(
            name: "usf-byte-range-negative", family: "universal signature forgery",
            effect: "anything is said to be signed", attack: overwriting("ByteRange") { _ in "[0 10 20 -1]" }),
        Attack(
            name: "usf-contents-zero", family: "universal signature forgery", effect: "anything is said to be signed",
            attack: overwriting("Contents") { "<" + String(repeating: "0", count: $0 - 2) + ">" }),
        Attack(
            name: "usf-contents-empty", family: "universal signature forgery", effect: "anything is said to be signed",
            attack: overwriting("Contents") { _ in "<>" }),
        Attack(
            name: "isa-content", family: "incremental saving", effect: "the page says another amount",
            attack: appending { update, _ in update.set(stream: [:], bytes: Array(lie.utf8), for: IndirectReference(4))
            }),
        Attack(
            name: "isa-page", family: "incremental saving", effect: "another page comes first",
            attack: appending { update, _ in
                let contents = update.add(stream: [:], bytes: Array(lie.utf8))
                let page = update.add(
                    .dictionary([
                        "Type": .name("Page"), "Parent": ChangesTests.ref(2), "Contents": .reference(contents),
                    ]))
                try ChangesTests.edit(2) {
                    $0["Kids"] = .array([.reference(page), ChangesTests.ref(3)])
                    $0["Count"] = .integer(2)
                }(&update, PDFFixture.file(AttackBase.bytes()))
            }),
        Attack(
            name: "isa-without-table", family: "incremental saving", effect: "readers that recover see another amount",
            attack: { bytes in
                bytes + Array("4 0 obj\n\(AttackBase.stream("", lie))\nendobj\n".utf8)
            }),
        Attack(
            name: "isa-damaged-startxref", family: "damaged startxref",
            effect: "readers that recover see another amount",
            attack: { bytes in
                bytes + Array("4 0 obj\n\(AttackBase.stream("", lie))\nendobj\nstartxref\n7\n%%EOF\n".utf8)
            }, expected: "refused"),
        Attack(
            name: "damaged-startxref-in-place", family: "damaged startxref",
            effect: "only recovery finds the objects", attack: replacing("startxref", with: "startxxxx"),
            expected: "refused"),
        Attack(
            name: "isa-signature-again", family: "incremental saving",
            effect: "the changed document carries its signature anew",
            attack: appending { update, file in
                update.set(stream: [:], bytes: Array(lie.utf8), for: IndirectReference(4))
                try ChangesTests.edit(22) { _ in }(&update, file)
            }),
        Attack(
            name: "swa-gap", family: "signature wrapping", effect: "the page says another amount", attack: wrapped),
        Attack(
            name: "entry-points-back", family: "shadow: hidden object",
            effect: "an object that hid in the signed bytes becomes the page",
            attack: { bytes in
                // Inside the stream of object 19 stands another object 4.
                let pattern = Array("\n4 0 obj\n<</Length".utf8)
                guard let last = bytes.indices.last(where: { bytes[$0...].starts(with: pattern) }) else { return bytes }
                return try table(bytes, rows: { _ in row(4, last + 1) })
            }),
        Attack(
            name: "xrefstm-hidden", family: "objects hidden through /XRefStm",
            effect: "readers of /XRefStm see another amount",
            genuine: appending { update, _ in update.add(.integer(1)) },
            attack: { bytes in
                let body = "4 0 obj\n\(AttackBase.stream("", lie))\nendobj\n"
                let offset = bytes.count + body.utf8.count
                let data = String(format: "01%08x00", bytes.count) + String(format: "01%08x00", offset) + ">"
                let stream =
                    "30 0 obj\n<</Type/XRef/Size 31/W[1 4 1]/Index[4 1 30 1]/Filter/ASCIIHexDecode/Length \(data.utf8.count)>>\nstream\n\(data)\nendstream\nendobj\n"
                return try table(
                    bytes, body: body + stream, rows: { _ in "4 1\n0000000000 65535 f \n" },
                    trailer: "/XRefStm \(offset)")
            }),
        Attack(
            name: "signature-removed", family: "signature exclusion", effect: "the document looks unsigned",
            attack: editing(1) {
                var form = $0["AcroForm"]?.dictionary ?? [:]
                form["Fields"] = .array([])
                $0["AcroForm"] = .dictionary(form)
            }),
    ]
}
