// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// Objects that stand in a file and that no cross-reference of any revision names.
///
/// Readers do not show them, unless something makes a reader give up the cross-references: then it takes the last object of
/// each number, wherever it stands. Whoever prepares a file can plant another page before it is signed, and let it appear
/// afterwards.
enum UnlistedObjects {
    private static let piece: Int64 = 1 << 16
    private static let lookBack: Int64 = 256

    /// Whether there is one before an offset, also inside a stream.
    ///
    /// - Complexity: reads everything before the offset once.
    static func exist(in file: PDFFile, before end: Int64) throws(PDFSyntaxError) -> Bool {
        let own = Set(file.revisions.flatMap(\.crossReferenceStreams))
        var position: Int64 = 0
        while position < end {
            // Each piece comes with what stands before it.
            let first = max(0, position - lookBack)
            let next = min(position + piece, end)
            let bytes: [UInt8]
            do throws(ByteSourceError) {
                bytes = try file.source.bytes(at: first, count: Int(next - first))
            } catch { throw PDFSyntaxError(.unreadableSource, error.description) }
            for index in Int(position - first)..<bytes.count where bytes[index] == UInt8(ascii: "j") {
                guard let place = RevisionComparison.object(endingAt: index, in: bytes) else { continue }
                // An entry may name the white space before an object.
                let offset = first + Int64(place)
                if (0...16).contains(where: { file.listsObject(at: offset - $0) }) { continue }
                // Cross-reference streams need not list themselves.
                if let number = number(at: place, in: bytes), own.contains(number) { continue }
                return true
            }
            position = next
        }
        return false
    }

    private static func number(at place: Int, in bytes: [UInt8]) -> Int? {
        Int(String(decoding: bytes[place...].prefix { (48...57).contains($0) }.prefix(10), as: UTF8.self))
    }
}
