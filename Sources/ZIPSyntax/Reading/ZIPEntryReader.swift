// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// Reads the bytes of one entry from first to last, in pieces, and compares size and CRC-32 at the end.
///
/// Memory stays constant; never more than the stated size is produced, whatever the deflate data would expand to.
public struct ZIPEntryReader {
    /// The entry.
    public let entry: ZIPEntry
    private let source: any ByteSource
    private let inflate: InflateStream?
    private var input: [UInt8] = []
    private var inputUsed = 0
    private var inputOffset: Int64
    private var produced: Int64 = 0
    private var checksum = Checksum()
    private var isAtEnd = false

    private static let pieceSize = 1 << 16

    init(_ entry: ZIPEntry, in source: any ByteSource) throws(ZIPSyntaxError) {
        self.entry = entry
        self.source = source
        inputOffset = entry.data.lowerBound
        inflate = entry.compression == .deflated ? try InflateStream() : nil
    }

    /// The next bytes, at most 64 KiB; `nil` after the last, once size and checksum have been compared.
    ///
    /// - Throws: ``ZIPSyntaxError``: `malformedData`, `checksumMismatch`, `unreadableSource`.
    public mutating func next() throws(ZIPSyntaxError) -> [UInt8]? {
        let piece = inflate == nil ? try stored() : try inflated()
        guard !piece.isEmpty else {
            guard checksum.value == entry.checksum else {
                throw ZIPSyntaxError(
                    .checksumMismatch, at: entry.data.lowerBound, clause: "APPNOTE 4.4.7",
                    "\(entry.name): the bytes do not have the stated CRC-32")
            }
            return nil
        }
        checksum.update(piece)
        produced += Int64(piece.count)
        return piece
    }

    private mutating func stored() throws(ZIPSyntaxError) -> [UInt8] {
        let count = Int(min(entry.data.upperBound - inputOffset, Int64(Self.pieceSize)))
        defer { inputOffset += Int64(count) }
        return try reading(source, at: inputOffset, count)
    }

    private mutating func inflated() throws(ZIPSyntaxError) -> [UInt8] {
        guard let inflate, !isAtEnd else { return [] }
        // One byte more than is stated, so that a stream that goes on is noticed.
        let room = Int(min(Int64(Self.pieceSize), entry.size - produced + 1))
        let piece = try [UInt8](capacity: room) { span throws(ZIPSyntaxError) in
            while span.freeCapacity > 0, !isAtEnd {
                if inputUsed == input.count { try refill() }
                let step = try inflate.inflate(input, from: inputUsed, into: &span)
                inputUsed += step.consumed
                isAtEnd = step.isAtEnd
                if !isAtEnd, step.consumed == 0, step.produced == 0 { throw malformed("cut deflate data") }
            }
        }
        guard produced + Int64(piece.count) <= entry.size else { throw malformed("more bytes than are stated") }
        if isAtEnd {
            guard produced + Int64(piece.count) == entry.size else { throw malformed("fewer bytes than are stated") }
            guard inputUsed == input.count, inputOffset == entry.data.upperBound else {
                throw malformed("bytes behind the end of the deflate data")
            }
        }
        return piece
    }

    private mutating func refill() throws(ZIPSyntaxError) {
        let count = Int(min(entry.data.upperBound - inputOffset, Int64(Self.pieceSize)))
        guard count > 0 else { throw malformed("deflate data without its end") }
        input = try reading(source, at: inputOffset, count)
        inputOffset += Int64(count)
        inputUsed = 0
    }

    private func malformed(_ what: String) -> ZIPSyntaxError {
        ZIPSyntaxError(.malformedData, at: entry.data.lowerBound, clause: "RFC 1951", "\(entry.name): \(what)")
    }
}

extension ZIPArchive {
    /// A reader of an entry's bytes.
    ///
    /// - Throws: `malformedData` when zlib does not start.
    public func reader(of entry: ZIPEntry) throws(ZIPSyntaxError) -> ZIPEntryReader {
        try ZIPEntryReader(entry, in: source)
    }

    /// All bytes of an entry, size and CRC-32 compared.
    ///
    /// - Throws: `limitExceeded` for more than `limit` bytes, before any is read; else as ``ZIPEntryReader/next()``.
    public func bytes(of entry: ZIPEntry, limit: Int64) throws(ZIPSyntaxError) -> [UInt8] {
        guard entry.size <= limit else { throw ZIPSyntaxError(LimitExceeded(.bytes, allowed: limit)) }
        var reader = try reader(of: entry)
        var bytes: [UInt8] = []
        while let piece = try reader.next() { bytes += piece }
        return bytes
    }
}
