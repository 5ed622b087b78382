// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Dispatch
import Synchronization

/// A content on its way from one store to another: at most four pieces are in memory.
final class RelayedContent: ContentStream {
    private struct State {
        var pieces: [[UInt8]] = []
        var failure: VaultError?
        var isOver = false
    }

    private let source: any VaultStore
    private let id: ContentID
    private let vault: VaultID
    private let size: Int64
    private let pieceSize: Int64
    private let state = Mutex(State())
    // Who takes blocks on this, off the cooperative pool; who gives waits without blocking.
    private let filled = DispatchSemaphore(value: 0)
    private let room: AsyncStream<Void>
    private let freed: AsyncStream<Void>.Continuation

    init(_ source: any VaultStore, _ id: ContentID, _ vault: VaultID, size: Int64, pieceSize: Int64) {
        self.source = source
        self.id = id
        self.vault = vault
        self.size = size
        self.pieceSize = pieceSize
        (room, freed) = AsyncStream.makeStream()
        for _ in 0..<4 { freed.yield() }
    }

    /// Reads the content until the end, or until nobody takes it any more.
    func fill() async throws(VaultError) {
        var offset: Int64 = 0
        for await _ in room {
            guard offset < size else { break }
            let end = min(offset + pieceSize, size)
            do {
                let piece = try await source.content(id, of: vault, in: offset..<end)
                state.withLock { $0.pieces.append(piece) }
            } catch {
                state.withLock { $0.failure = error }
                filled.signal()
                throw error
            }
            filled.signal()
            offset = end
            if offset == size { break }
        }
        state.withLock { $0.isOver = true }
        filled.signal()
    }

    /// Ends the reading.
    func stop() { freed.finish() }

    func next() throws -> [UInt8]? {
        filled.wait()
        return try state.withLock { state throws(VaultError) in
            if let failure = state.failure { throw failure }
            guard !state.pieces.isEmpty else { return nil }
            freed.yield()
            return state.pieces.removeFirst()
        }
    }
}

/// Pieces that are in memory already.
final class HeldPieces: ContentStream {
    private let rest: Mutex<[[UInt8]]>

    init(_ pieces: [[UInt8]]) { rest = Mutex(pieces) }

    func next() -> [UInt8]? { rest.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
}
