// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
import Synchronization

extension ZIPArchive {
    /// An entry as a source of its own.
    ///
    /// A stored entry is a part of the archive's source and is read at any place; its CRC-32 is not compared. A deflated
    /// entry is expanded as it is read: from first to last in one pass and constant memory, while every step back begins
    /// anew. Damage shows as ``DossierCore/ByteSourceError/inputOutput(code:)`` with `EBADMSG`; read the entry through
    /// ``reader(of:)`` first to learn what is wrong.
    public func source(of entry: ZIPEntry) -> any ByteSource {
        switch entry.compression {
        case .stored: StoredSource(source: source, range: entry.data)
        case .deflated: InflatedSource(source: source, entry: entry)
        }
    }
}

extension ZIPArchive {
    /// An entry as a source that is read at any place without beginning anew: a deflated entry is expanded into memory.
    ///
    /// - Throws: As ``bytes(of:limit:)``, for a deflated entry only.
    public func loadedSource(of entry: ZIPEntry, limit: Int64) throws(ZIPSyntaxError) -> any ByteSource {
        switch entry.compression {
        case .stored: source(of: entry)
        case .deflated: MemorySource(try bytes(of: entry, limit: limit))
        }
    }
}

/// A part of another source.
private struct StoredSource: ByteSource {
    let source: any ByteSource
    let range: Range<Int64>

    var size: Int64 { range.upperBound - range.lowerBound }

    func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError) {
        guard offset >= 0, count >= 0, offset <= size, Int64(count) <= size - offset else {
            throw .outOfBounds(offset: offset, count: count, size: size)
        }
        try source.read(at: range.lowerBound + offset, into: &span, count: count)
    }
}

/// A deflated entry, expanded while it is read.
private final class InflatedSource: ByteSource {
    private struct State {
        var reader: ZIPEntryReader?
        /// The piece that was produced last, and where it begins.
        var piece: [UInt8] = []
        var start: Int64 = 0
    }
    private let source: any ByteSource
    private let entry: ZIPEntry
    private let state = Mutex(State())

    init(source: any ByteSource, entry: ZIPEntry) {
        self.source = source
        self.entry = entry
    }

    var size: Int64 { entry.size }

    func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError) {
        guard offset >= 0, count >= 0, offset <= size, Int64(count) <= size - offset, count <= span.freeCapacity else {
            throw .outOfBounds(offset: offset, count: count, size: size)
        }
        // Copied out of the lock piece by piece: the span cannot be captured by it.
        var position = offset
        let end = offset + Int64(count)
        while position < end {
            let piece = try piece(at: position)
            let taken = piece.prefix(Int(min(Int64(piece.count), end - position)))
            unsafe taken.withUnsafeBufferPointer { bytes in
                // The room was checked; octet by octet this is slower than a digest over it.
                unsafe span.withUnsafeMutableBufferPointer { buffer, initialized in
                    guard let from = bytes.baseAddress, let to = buffer.baseAddress else { return }
                    unsafe (to + initialized).initialize(from: from, count: bytes.count)
                    initialized += bytes.count
                }
            }
            position += Int64(taken.count)
        }
    }

    /// The bytes that are at hand from a place on; at least one.
    private func piece(at offset: Int64) throws(ByteSourceError) -> ArraySlice<UInt8> {
        let result = state.withLock { state -> Result<ArraySlice<UInt8>, ByteSourceError> in
            do {
                if state.reader == nil || offset < state.start {
                    state = State(reader: try ZIPEntryReader(entry, in: source))
                }
                while offset >= state.start + Int64(state.piece.count) {
                    let next = state.start + Int64(state.piece.count)
                    guard let piece = try state.reader?.next() else { return .failure(Self.damaged) }
                    state.piece = piece
                    state.start = next
                }
                // The end is looked at together with the last byte, so that nobody takes damaged bytes for whole ones.
                if state.start + Int64(state.piece.count) == entry.size, try state.reader?.next() != nil {
                    return .failure(Self.damaged)
                }
                return .success(state.piece[Int(offset - state.start)...])
            } catch {
                state.reader = nil
                return .failure(Self.damaged)
            }
        }
        return try result.get()
    }

    private static let damaged = ByteSourceError.inputOutput(code: 74)
}
