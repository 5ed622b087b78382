// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Why the digest of a source could not be taken.
public enum SourceDigestError: Error, Sendable, Equatable {
    /// The source could not be read.
    case source(ByteSourceError)
    /// The digest is not available.
    case digest(CryptoPrimitivesError)
}

extension DigestAlgorithm {
    /// The digest of a source, or of some ranges of it in their order.
    ///
    /// - Parameter ranges: Offsets in bytes; `nil` for the whole source.
    /// - Complexity: one pass, 128 KiB of memory; what a ``PrefixDigesting`` source has digested before is not read again.
    public func digest(
        of source: any ByteSource, ranges: [Range<Int64>]? = nil
    ) throws(SourceDigestError) -> [UInt8] {
        let ranges = ranges ?? [0..<source.size]
        var state: DigestState
        if let first = ranges.first, first.lowerBound == 0 {
            state = try digestState(ofFirst: first.upperBound, of: source)
            for range in ranges.dropFirst() { try state.update(source, range) }
        } else {
            state = try begun()
            for range in ranges { try state.update(source, range) }
        }
        do throws(CryptoPrimitivesError) { return try state.finalized() } catch { throw .digest(error) }
    }

    /// The state of a digest that has taken in the beginning of a source.
    ///
    /// - Parameter count: Number of bytes from the start.
    public func digestState(
        ofFirst count: Int64, of source: any ByteSource
    ) throws(SourceDigestError) -> DigestState {
        if let known = source as? any PrefixDigesting { return try known.digestState(self, ofFirst: count) }
        var state = try begun()
        try state.update(source, 0..<count)
        return state
    }

    func begun() throws(SourceDigestError) -> DigestState {
        do throws(CryptoPrimitivesError) { return try DigestState(self) } catch { throw .digest(error) }
    }
}

extension DigestState {
    private static let piece = 1 << 17

    /// Takes in a range of a source, in pieces of at most 128 KiB.
    public mutating func update(_ source: any ByteSource, _ range: Range<Int64>) throws(SourceDigestError) {
        guard !range.isEmpty else { return }
        guard range.lowerBound >= 0, range.upperBound <= source.size else {
            throw .source(
                .outOfBounds(offset: range.lowerBound, count: Int(clamping: range.count), size: source.size))
        }
        if let memory = source.memory {
            let span = memory.span.extracting(Int(range.lowerBound)..<Int(range.upperBound))
            do throws(CryptoPrimitivesError) { return try update(span) } catch { throw .digest(error) }
        }
        // One buffer for all pieces: a new one each time costs the kernel as much as the digest costs the processor.
        var buffer = [UInt8](repeating: 0, count: Int(min(Int64(Self.piece), Int64(range.count))))
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = Int(min(Int64(buffer.count), range.upperBound - offset))
            do throws(ByteSourceError) {
                try unsafe buffer.withUnsafeMutableBufferPointer { (pointer) throws(ByteSourceError) in
                    var span = unsafe OutputSpan(buffer: pointer, initializedCount: 0)
                    try source.read(at: offset, into: &span, count: count)
                    _ = unsafe span.finalize(for: pointer)
                }
            } catch { throw .source(error) }
            do throws(CryptoPrimitivesError) {
                try update(buffer.span.extracting(first: count))
            } catch { throw .digest(error) }
            offset += Int64(count)
        }
    }
}
