// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore
import PDFSyntax

/// A revision that is laid out but for its CMS: what must be digested, and where the CMS goes.
///
/// A value without ties to the file object: it can be stored and completed elsewhere. The bytes of the file before are not
/// part of it.
public struct PreparedRevision: Sendable, Hashable, Codable {
    /// Size of the file before, at which ``appendedBytes`` begin.
    public let startOffset: Int64
    /// The bytes to append, with zeros where the CMS goes.
    public let appendedBytes: [UInt8]
    /// The four integers of `/ByteRange`.
    public let byteRange: [Int64]
    /// Room for the CMS in bytes.
    public let reservedBytes: Int
    /// The fully qualified name of the field.
    public let fieldName: String

    /// The two ranges of the file with ``appendedBytes`` that are to be digested, in this order.
    public var signedRanges: [Range<Int64>] {
        [byteRange[0]..<byteRange[1], byteRange[2]..<byteRange[2] + byteRange[3]]
    }

    /// Gives the bytes to digest in order, in pieces of at most 64 KiB.
    ///
    /// - Parameter original: The file before; its size must be ``startOffset``.
    /// - Throws: ``ByteSourceError`` as `original`; `changedWhileReading` when its size is another.
    public func forEachSignedPiece(
        of original: some ByteSource, _ body: ([UInt8]) throws(ByteSourceError) -> Void
    ) throws(ByteSourceError) {
        guard original.size == startOffset else { throw .changedWhileReading }
        let whole = AppendedSource(base: original, appended: appendedBytes)
        for range in signedRanges {
            var position = range.lowerBound
            while position < range.upperBound {
                let count = Int(min(1 << 16, range.upperBound - position))
                try body(whole.bytes(at: position, count: count))
                position += Int64(count)
            }
        }
    }

    /// The bytes to append with the CMS in its place.
    ///
    /// - Parameter contents: The DER of the CMS, or of the time-stamp token. The room behind it stays zero.
    /// - Throws: ``PAdESError`` `contentsTooLarge` with the number of bytes needed: lay out again with at least as many.
    public func completed(contents: [UInt8]) throws(PAdESError) -> [UInt8] {
        guard contents.count <= reservedBytes else {
            throw PAdESError(
                .contentsTooLarge, neededBytes: contents.count,
                "\(contents.count) bytes do not fit the \(reservedBytes) reserved")
        }
        var bytes = appendedBytes
        let start = Int(byteRange[1] - startOffset) + 1
        bytes.replaceSubrange(start..<start + contents.count * 2, with: Hexadecimal.digits(of: contents))
        return bytes
    }
}

/// A source followed by bytes in memory, as one source.
public struct AppendedSource: PrefixDigesting {
    /// What comes first.
    public let base: any ByteSource
    private let appended: MemorySource

    /// Joins the two; the source is not copied.
    public init(base: any ByteSource, appended: [UInt8]) {
        if let joined = base as? AppendedSource {
            self.base = joined.base
            self.appended = MemorySource(joined.appended.bytes + appended)
        } else {
            self.base = base
            self.appended = MemorySource(appended)
        }
    }

    /// What follows ``base``.
    public var appendedBytes: [UInt8] { appended.bytes }

    public var size: Int64 { base.size + appended.size }

    public func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError) {
        guard offset >= 0, count >= 0, offset <= size, Int64(count) <= size - offset else {
            throw .outOfBounds(offset: offset, count: count, size: size)
        }
        let first = Int(max(0, min(Int64(count), base.size - offset)))
        if first > 0 { try base.read(at: offset, into: &span, count: first) }
        if count > first {
            try appended.read(at: offset + Int64(first) - base.size, into: &span, count: count - first)
        }
    }

    public func digestState(
        _ algorithm: DigestAlgorithm, ofFirst count: Int64
    ) throws(SourceDigestError) -> DigestState {
        guard count >= 0, count <= size else {
            throw .source(.outOfBounds(offset: 0, count: Int(clamping: count), size: size))
        }
        var state = try algorithm.digestState(ofFirst: min(count, base.size), of: base)
        if count > base.size { try state.update(appended, 0..<count - base.size) }
        return state
    }
}
