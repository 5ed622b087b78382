// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// The bytes that a revision appended: readers that miss an object, or find one that they cannot read, no longer follow the
/// cross-references but take the last object of each number that they see, and the last trailer, wherever these stand.
extension RevisionComparison {
    /// Refuses what looks like an object or a trailer and is none that the cross-references name.
    func checkBytes() throws(PDFSyntaxError) {
        let revision = file.revisions[after]
        let isLast = after + 1 == file.revisions.count
        let start = file.revisions[before].markerEnd ?? file.revisions[before].startOffset
        let end = isLast ? file.source.size : revision.paddingEnd ?? file.source.size
        var trailers = 0
        var position = start
        while position < end {
            // Each piece comes with what stands before it.
            let first = max(start, position - Self.lookBack)
            let next = min(position + Self.piece, end)
            let bytes: [UInt8]
            do throws(ByteSourceError) {
                bytes = try file.source.bytes(at: first, count: Int(next - first))
            } catch { throw PDFSyntaxError(.unreadableSource, error.description) }
            steps += bytes.count / 256
            for index in Int(position - first)..<bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "j"):
                    guard let place = Self.object(endingAt: index, in: bytes) else { continue }
                    if !isListed(first + Int64(place), in: revision) { refuse(.unexplainedObject) }
                case UInt8(ascii: "<"):
                    if Self.isTrailer(endingAt: index, in: bytes) { trailers += 1 }
                default: continue
                }
            }
            position = next
        }
        if trailers > (revision.style == .table ? 1 : 0) { refuse(.trailerChanged) }
        // With a table on top, an object that is not listed makes some look for objects themselves, and they do not find those
        // in object streams; on top of a stream they take it for absent.
        if revision.style == .table, file.revisions[before].style == .stream, index.refersToUnlisted() {
            refuse(.trailerChanged)
        }
        if try isUnusual(revision) {
            let planted = try UnlistedObjects.exist(in: file, before: start)
            steps += Int(start / 256)
            if planted { refuse(.unexplainedObject) }
        }
    }

    /// Whether some reader gives up the cross-references of a revision, or of those before it, and looks for objects itself.
    ///
    /// Nothing of this is forbidden, and all of it has been seen from writers in good faith; Poppler, MuPDF, Ghostscript and
    /// PDFium differ in what they put up with.
    private func isUnusual(_ revision: PDFRevision) throws(PDFSyntaxError) -> Bool {
        let earlier = file.revisions[before]
        let size = revision.trailer["Size"]?.integer ?? 0
        let earlierSize = earlier.trailer["Size"]?.integer ?? 0
        let highest = file.revisions[...after].compactMap { $0.entries.numbers.last }.max() ?? 0
        if size < earlierSize || size > Int64(highest) + 1 { return true }
        if revision.style != earlier.style || revision.isHybrid || revision.hasEmptySubsection { return true }
        if !revision.entries.contains(where: { $0.entry.isInUse }) { return true }
        // Writers number new objects from where the numbers ended.
        if let last = revision.entries.numbers.last, Int64(last) >= earlierSize + Int64(revision.entries.count) {
            return true
        }
        if revision.style == .stream, !Self.isOrdinary(revision) { return true }
        guard after + 1 == file.revisions.count else { return false }
        // Readers look for it in the last 1,024 octets, some in fewer.
        let count = Int(min(file.source.size, 512))
        do throws(ByteSourceError) {
            let tail = try file.source.bytes(at: file.source.size - Int64(count), count: count)
            return tail.firstRange(of: Array("startxref".utf8)) == nil
        } catch { throw PDFSyntaxError(.unreadableSource, error.description) }
    }

    /// Whether a cross-reference stream has three fields of the usual widths, no empty subsection and known types alone.
    private static func isOrdinary(_ revision: PDFRevision) -> Bool {
        guard let widths: [Int64] = revision.trailer["W"]?.array?.map({ $0.integer ?? -1 }), widths.count == 3,
            (0...1).contains(widths[0]), (1...5).contains(widths[1]), (0...2).contains(widths[2])
        else { return false }
        let given: [Int64]? = revision.trailer["Index"]?.array?.map { $0.integer ?? -1 }
        let index: [Int64] = given ?? [0, revision.trailer["Size"]?.integer ?? 0]
        let counts = stride(from: 1, to: index.count, by: 2).map { index[$0] }
        return !counts.contains(0) && counts.reduce(0, &+) == Int64(revision.entries.count)
    }

    private static let piece: Int64 = 1 << 16
    private static let lookBack: Int64 = 256

    private static func isTrailer(endingAt index: Int, in bytes: [UInt8]) -> Bool {
        guard index > 0, bytes[index - 1] == UInt8(ascii: "<") else { return false }
        return ends(before: skippingBack(from: index - 2, in: bytes, isWhiteSpace), with: "trailer", bytes)
    }

    /// Where the numbers before a word `obj` begin that ends at an index; `nil` when there is none, or a longer word.
    static func object(endingAt index: Int, in bytes: [UInt8]) -> Int? {
        guard ends(before: index, with: "obj", bytes) else { return nil }
        var place = index - 3
        var numbers = 0
        while numbers < 2 {
            let digits = skippingBack(from: place, in: bytes, isWhiteSpace)
            guard digits < place else { break }
            let before = skippingBack(from: digits, in: bytes, isDigit)
            guard before < digits else { break }
            (place, numbers) = (before, numbers + 1)
        }
        if numbers == 2 { return place + 1 }
        // Some readers allow a comment between the numbers.
        let isWord = index + 1 < bytes.count && isRegular(bytes[index + 1])
        return numbers == 1 && !isWord ? place + 1 : nil
    }

    private static func ends(before index: Int, with word: String, _ bytes: [UInt8]) -> Bool {
        index + 1 >= word.utf8.count && bytes[...index].suffix(word.utf8.count).elementsEqual(word.utf8)
    }

    /// The last index, going back, at which a condition no longer holds.
    private static func skippingBack(from index: Int, in bytes: [UInt8], _ condition: (UInt8) -> Bool) -> Int {
        var index = index
        while index >= 0, condition(bytes[index]) { index -= 1 }
        return index
    }

    private func isListed(_ place: Int64, in revision: PDFRevision) -> Bool {
        if place == revision.startOffset || place == revision.trailer["XRefStm"]?.integer { return true }
        // An entry may name the white space before an object.
        return (0...16).contains { file.listsObject(at: place - $0) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isRegular(_ byte: UInt8) -> Bool {
        isDigit(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == 32 || (9...13).contains(byte) || byte == 0
    }
}
