// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
internal import Synchronization

/// A source that reads ahead where it is read forwards, so that objects that stand one behind the other do not cost the
/// system a call each.
final class ReadAheadSource: ByteSource {
    private let base: any ByteSource
    private let block = Mutex(Block(start: -1, bytes: MemorySource([])))

    private struct Block {
        var start: Int64
        var bytes: MemorySource

        var end: Int64 { start + bytes.size }
    }

    /// The first block, the largest one, and how far a reader may skip and still read forwards.
    private static let (first, most, skipped): (Int64, Int64, Int64) = (1 << 12, 1 << 16, 1 << 10)

    init(_ base: any ByteSource) { self.base = base }

    var size: Int64 { base.size }

    func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError) {
        guard count > 0, Int64(count) <= Self.first, offset >= 0, Int64(count) <= size - offset else {
            return try base.read(at: offset, into: &span, count: count)
        }
        var known = block.withLock { $0 }
        if offset < known.start || offset + Int64(count) > known.end {
            guard known.start >= 0, offset >= known.start, offset <= known.end + Self.skipped else {
                // Who jumps is not read ahead for, until he goes on from there.
                block.withLock { $0 = Block(start: offset + Int64(count), bytes: MemorySource([])) }
                return try base.read(at: offset, into: &span, count: count)
            }
            // Twice as much each time, so that little is read in vain.
            let wanted = min(max(Self.first, 2 * known.bytes.size), Self.most)
            let bytes = try base.bytes(at: offset, count: Int(min(wanted, size - offset)))
            known = Block(start: offset, bytes: MemorySource(bytes))
            let loaded = known
            block.withLock { $0 = loaded }
        }
        try known.bytes.read(at: offset - known.start, into: &span, count: count)
    }
}
