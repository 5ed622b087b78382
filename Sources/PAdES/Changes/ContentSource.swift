// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// What the contents of a document's pages are made of, read within one allowance for the whole document.
///
/// A few kilobytes of forms within forms ask for millions of operations, and every page may draw them again: a limit for each
/// page would multiply with the pages. The allowance has room for what documents draw of themselves, a map or a drawing on
/// each page too: it grows with the file, in which an operation takes some four octets, and what is read once for all pages,
/// such as fonts, counts once.
final class ContentSource {
    let file: PDFFile
    /// The fonts of the document; no revision may change one.
    var fonts: [IndirectReference: ContentFont] = [:]
    /// The objects of one state, and what came out of small streams among them: a form may be drawn on every page.
    private var objects: (revision: Int, known: [IndirectReference: PDFObject]) = (0, [:])
    private var decoded: [IndirectReference: [UInt8]] = [:]
    /// How many octets of small streams are still kept.
    private var room = 1 << 24
    private var operations: Int
    /// How many octets may still come out of streams.
    private(set) var octets: Int64

    init(_ file: PDFFile) {
        self.file = file
        let size = min(file.source.size, 1 << 40)
        let objects = min(file.budget.objects, 1 << 40)
        operations = 2 * objects + Int(size / 4)
        octets = min(file.budget.bytes, 1 << 27) + 8 * size
    }

    /// Counts work by what an operator of a path takes.
    func take(operations count: Int) throws(PDFSyntaxError) {
        operations -= min(count, operations + 1)
        guard operations >= 0 else { throw PDFSyntaxError(.limitExceeded, "operations in the contents of all pages") }
    }

    /// Counts octets that came out of a stream.
    func take(octets count: Int64) throws(PDFSyntaxError) {
        octets -= min(count, octets + 1)
        guard octets >= 0 else { throw PDFSyntaxError(.limitExceeded, "octets in the contents of all pages") }
    }

    /// Follows the outlines of a font; sixteen steps count as an operator.
    func measuring<Value>(_ body: (inout Int) -> Value) throws(PDFSyntaxError) -> Value {
        var room = max(operations, 0) * 16
        let value = body(&room)
        try take(operations: operations - room / 16)
        return value
    }

    /// The bytes of a stream after its filters; what the filters gave counts even where they fail.
    ///
    /// - Parameter reference: What ``resolve(_:asOf:)`` gave the stream for, if it was a reference.
    func bytes(
        of stream: PDFStream, at reference: IndirectReference? = nil, asOf revision: Int
    ) throws(PDFSyntaxError) -> [UInt8] {
        try take(operations: Self.stream)
        if let reference, objects.revision == revision, let known = decoded[reference] {
            try take(octets: Int64(known.count))
            return known
        }
        guard octets >= 0 else { throw PDFSyntaxError(.limitExceeded, "octets in the contents of all pages") }
        let bytes = try file.decodedBytes(of: stream, asOf: revision, within: &octets)
        if let reference, objects.revision == revision, bytes.count <= 1 << 16, bytes.count < room {
            room -= bytes.count + 64
            decoded[reference] = bytes
        }
        return bytes
    }

    /// How many operators of a path a stream or font takes, whatever is in it.
    static let stream = 8

    /// As ``PDFFile/resolve(_:asOf:)``; contents ask for the same objects again and again.
    func resolve(_ value: PDFObject?, asOf revision: Int) throws(PDFSyntaxError) -> PDFObject {
        guard case .reference(let reference) = value else { return value ?? .null }
        if objects.revision != revision {
            objects = (revision, [:])
            (decoded, room) = ([:], 1 << 24)
        }
        if let known = objects.known[reference] { return known }
        let object = try file.resolve(value, asOf: revision)
        try take(operations: (object.array?.count ?? object.dictionary?.count ?? 0) / 8)
        objects.known[reference] = object
        return object
    }
}
