// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import AdES
import DERSyntax
public import DossierCore
import ZIPSyntax

/// A signed file that readers may take for another document: what nobody signed in it holds objects of a PDF.
///
/// Readers look for the header of a PDF in the first 1024 octets, and some go without: a container or CMS file that is named
/// `contract.pdf` is opened as whatever PDF somebody wrote between its parts. A PDF that is signed as the content may be there.
public struct SecondReading: Error, Sendable, Hashable, CustomStringConvertible {
    /// The sentence for users.
    public let phrase = Phrase(
        vi: "phần không ai ký trong tệp chứa một tài liệu PDF khác; không kiểm tra tệp có thể đọc theo hai cách",
        en: "what nobody signed in the file holds another document, a PDF; what reads in two ways is not judged")

    public var description: String { phrase.en }

    /// Looks through the octets of a container that belong to no data file, in which headers, extra fields, comments and the
    /// container's own files are.
    ///
    /// - Returns: `nil` when there is nothing of the kind.
    init?(in container: ASiCContainer) throws(ByteSourceError) {
        let source = container.archive.source
        var start: Int64 = 0
        for end in container.files.map(\.data) + [source.size..<source.size] {
            if try Self.isFound(in: source, start..<end.lowerBound) { return }
            start = end.upperBound
        }
        return nil
    }

    /// Looks through a CMS structure in BER without its content.
    init?(in bytes: [UInt8]) {
        // Pieces of the content become one, so that it is found as a whole.
        let whole = (try? BERTranscoding.der(from: bytes, allowsTrailingZeros: true)) ?? bytes
        let parts = (try? Self.partsBesideContent(of: whole)) ?? [whole]
        guard parts.contains(where: { Self.hasObject($0[...]) }) else { return nil }
    }

    /// The elements of SignedData without eContent (RFC 5652 §5.1, §5.2).
    private static func partsBesideContent(of contentInfo: [UInt8]) throws(DERSyntaxError) -> [[UInt8]] {
        var outer = try DERElement(parsing: contentInfo).reader(.sequence)
        _ = try outer.next()
        var signedData = try outer.next().explicitContent().reader(.sequence)
        var parts = [try signedData.next().bytes, try signedData.next().bytes]
        var content = try signedData.next().reader(.sequence)
        parts.append(try content.next().bytes)
        _ = try content.next()
        while !signedData.isAtEnd { parts.append(try signedData.next().bytes) }
        return parts
    }

    private static func isFound(in source: any ByteSource, _ range: Range<Int64>) throws(ByteSourceError) -> Bool {
        var position = range.lowerBound
        while position < range.upperBound {
            let count = Int(min(1 << 20, range.upperBound - position))
            let piece = try source.bytes(at: position, count: count)
            if hasObject(piece[...]) { return true }
            guard position + Int64(count) < range.upperBound else { return false }
            position += Int64(count) - overlap
        }
        return false
    }

    private static let overlap: Int64 = 1024

    /// Whether octets hold the beginning of an object that is a dictionary or stream (ISO 32000-2 §7.3.10), or the word behind
    /// which the place of the cross-references stands. White space and comments may be anywhere between.
    static func hasObject(_ bytes: ArraySlice<UInt8>) -> Bool {
        let (word, last) = (Array("obj".utf8), Array("startxref".utf8))
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "s"): if bytes[index...].starts(with: last) { return true }
            case UInt8(ascii: "o"):
                guard bytes[index...].starts(with: word) else { continue }
                if isAfterNumber(bytes[..<index]), isBeforeDictionary(bytes[(index + 3)...]) { return true }
            default: continue
            }
        }
        return false
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0, 9, 10, 12, 13, 32].contains(byte) }

    private static func isAfterNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
        // Before the end of a line there may be a comment.
        guard let before = bytes.lastIndex(where: { !isSpace($0) }) else { return !bytes.isEmpty }
        return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[before])
            || bytes[(before + 1)...].contains { $0 == 10 || $0 == 13 }
    }

    private static func isBeforeDictionary(_ bytes: ArraySlice<UInt8>) -> Bool {
        let rest = bytes.drop(while: isSpace)
        return rest.isEmpty || rest.first == UInt8(ascii: "%") || rest.starts(with: Array("<<".utf8))
    }
}
