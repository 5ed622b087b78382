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

        /// Whether somebody who was here goes on forwards; an object is read as a window that reaches over its end.
        func isFollowed(at offset: Int64) -> Bool {
            start >= 0 && offset >= start
                && offset <= max(end, start + ReadAheadSource.window) + ReadAheadSource.skipped
        }
    }

    /// The first block, the largest one, how far a reader may skip and still read forwards, and how far a first read reaches.
    private static let (first, most, skipped): (Int64, Int64, Int64) = (1 << 12, 1 << 16, 1 << 10)
    private static let window: Int64 = 512

    init(_ base: any ByteSource) { self.base = base }

    var size: Int64 { base.size }

    var memory: [UInt8]? { base.memory }

    func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError) {
        guard count > 0, Int64(count) <= Self.first, offset >= 0, Int64(count) <= size - offset else {
            return try base.read(at: offset, into: &span, count: count)
        }
        var known = block.withLock { $0 }
        if offset < known.start || offset + Int64(count) > known.end {
            guard known.isFollowed(at: offset) else {
                // Who jumps is not read ahead for, until he goes on from there.
                block.withLock { $0 = Block(start: offset, bytes: MemorySource([])) }
                return try base.read(at: offset, into: &span, count: count)
            }
            // Twice as much each time, so that little is read in vain.
            let wanted = min(max(Self.first, 2 * known.bytes.size), Self.most)
            let loaded = Block(
                start: offset, bytes: MemorySource(try base.bytes(at: offset, count: Int(min(wanted, size - offset)))))
            block.withLock { $0 = loaded }
            known = loaded
        }
        try known.bytes.read(at: offset - known.start, into: &span, count: count)
    }
}
