// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Synchronization

/// Reads a document, pads and seals it piece by piece, and digests the plaintext on the way.
final class SealedContentStream: ContentStream {
    private struct State: ~Copyable {
        var sealer: Cobblestone256Sealer?
        var digest: DigestState?
        var offset: Int64 = 0
        var sha256: Digest32?

        init(sealer: consuming Cobblestone256Sealer, digest: consuming DigestState) {
            self.sealer = consume sealer
            self.digest = consume digest
        }
    }

    private static let pieceByteCount = 16 * Cobblestone256.chunkByteCount

    let sealedSize: Int64
    let commitment: Digest32
    private let source: any ByteSource
    private let paddedSize: Int64
    private let progress: (@Sendable (Int64) -> Void)?
    private let state: Mutex<State>

    init(
        _ source: some ByteSource, key: SharedSecret, vault: VaultID, document: DocumentID, version: VersionID,
        random: some RandomSource, progress: (@Sendable (Int64) -> Void)?
    ) throws(VaultError) {
        self.source = source
        self.progress = progress
        paddedSize = Padding.paddedSize(of: source.size, least: Padding.leastDocument)
        let context = VaultSeal.context(.content, [vault.octets, document.octets, version.octets])
        do throws(CryptoPrimitivesError) {
            sealedSize = try Cobblestone256.sealedSize(ofPlaintext: paddedSize)
            let sealer = try Cobblestone256Sealer(key: key.octets, context: context.span, random: random)
            guard let commitment = Digest32(octets: sealer.commitment) else {
                throw CryptoPrimitivesError(.libraryFailure, "a commitment of \(sealer.commitment.count) octets")
            }
            self.commitment = commitment
            state = Mutex(State(sealer: sealer, digest: try DigestState(.sha256)))
        } catch {
            throw VaultError(.cryptographyFailure, error.description)
        }
    }

    /// The digest of the document; `nil` until everything was read.
    var sha256: Digest32? { state.withLock { $0.sha256 } }

    func next() throws -> [UInt8]? {
        try state.withLock { state in try next(&state) }
    }

    private func next(_ state: inout State) throws -> [UInt8]? {
        guard var sealer = state.sealer.take() else { return nil }
        let wanted = Int(min(Int64(Self.pieceByteCount), paddedSize - state.offset))
        let available = Int(min(Int64(wanted), max(0, source.size - state.offset)))
        var plaintext = try source.bytes(at: min(state.offset, source.size), count: available)
        if var digest = state.digest.take() {
            try digest.update(plaintext.span)
            if state.offset + Int64(available) >= source.size {
                state.sha256 = Digest32(octets: try digest.finalized())
            } else {
                state.digest = consume digest
            }
        }
        if available < wanted { plaintext += [UInt8](repeating: 0, count: wanted - available) }
        state.offset += Int64(wanted)
        if state.offset == paddedSize {
            let piece = try sealer.finish(plaintext.span)
            progress?(source.size)
            return piece
        }
        let piece = try sealer.update(plaintext.span)
        progress?(min(state.offset, source.size))
        state.sealer = consume sealer
        return piece
    }
}
