// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Bytes in memory and ranges of other sources, one behind the other, as one source: an archive that has been laid out, of
/// which only the headers are held.
public struct SplicedSource: ByteSource {
    private struct Piece {
        /// Where it begins in the whole.
        let start: Int64
        let source: any ByteSource
        let range: Range<Int64>
    }

    private var pieces: [Piece] = []
    /// Bytes that no piece has yet.
    private var pending: [UInt8] = []
    private var end: Int64 = 0

    init() {}

    public var size: Int64 { end + Int64(pending.count) }

    mutating func append(_ bytes: [UInt8]) { pending += bytes }

    /// Appends a range of a source that must stay as it is as long as this is read.
    mutating func append(_ source: any ByteSource, _ range: Range<Int64>) {
        close()
        guard let spliced = source as? SplicedSource else { return add(source, range) }
        // The pieces themselves, so that a container that is laid out again and again does not become a tower.
        for piece in spliced.closed().pieces {
            let own = range.clamped(to: piece.start..<piece.start + Int64(piece.range.count))
            guard !own.isEmpty else { continue }
            let shift = piece.range.lowerBound - piece.start
            add(piece.source, own.lowerBound + shift..<own.upperBound + shift)
        }
    }

    private mutating func add(_ source: any ByteSource, _ range: Range<Int64>) {
        guard !range.isEmpty else { return }
        pieces.append(Piece(start: end, source: source, range: range))
        end += Int64(range.count)
    }

    private mutating func close() {
        guard !pending.isEmpty else { return }
        let bytes = MemorySource(pending)
        pending = []
        add(bytes, 0..<bytes.size)
    }

    /// The same without pending bytes.
    func closed() -> SplicedSource {
        var copy = self
        copy.close()
        return copy
    }

    public func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError) {
        guard offset >= 0, count >= 0, offset <= end, Int64(count) <= end - offset else {
            throw .outOfBounds(offset: offset, count: count, size: end)
        }
        var (low, high) = (0, pieces.count)
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].start <= offset { low = middle + 1 } else { high = middle }
        }
        var index = max(0, low - 1)
        var position = offset
        let limit = offset + Int64(count)
        while position < limit, index < pieces.count {
            let piece = pieces[index]
            let inside = position - piece.start
            let part = Int(min(limit - position, Int64(piece.range.count) - inside))
            try piece.source.read(at: piece.range.lowerBound + inside, into: &span, count: part)
            position += Int64(part)
            index += 1
        }
    }
}
