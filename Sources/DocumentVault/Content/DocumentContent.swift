// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore

/// The plaintext of one document version, read from the store as it is asked for.
///
/// Every octet given out is authenticated. That the whole is the document that was stored (its digest, and that the
/// padding is zero) is known when ``forEachPiece(_:)`` or ``bytes(limit:)`` returns.
public struct DocumentContent: Sendable {
    /// The version that is read.
    public let version: DocumentVersion
    /// Octets of the document.
    public var size: Int64 { version.size }

    private let store: any VaultStore
    private let vault: VaultID
    private let key: SharedSecret
    /// The version's key, for what seals it to somebody else.
    var sharedKey: SharedSecret { key }
    private static let chunksPerRead: Int64 = 64

    init(_ version: DocumentVersion, key: SharedSecret, vault: VaultID, store: any VaultStore) {
        self.version = version
        self.key = key
        self.vault = vault
        self.store = store
    }

    private var object: String { "content \(version.content)" }

    private func damaged(_ detail: String, at offset: Int64? = nil) -> VaultError {
        VaultError(.damaged, object: object, offset.map { "\(detail), at octet \($0)" } ?? detail)
    }

    /// Gives the document to a closure piece by piece, about 1 MiB each, with constant memory.
    ///
    /// - Throws: ``VaultError`` with code `damaged`, naming the octet of the sealed content where the first chunk begins
    ///   that was changed; pieces given out before must not be acted upon as complete. `CancellationError` between
    ///   pieces.
    public func forEachPiece(_ body: ([UInt8]) async throws -> Void) async throws {
        try await forEachFilling { most, fill in
            let piece = try [UInt8](capacity: most, initializingWith: fill)
            if !piece.isEmpty { try await body(piece) }
        }
    }

    /// As ``forEachPiece(_:)``, into memory that a closure lends: it is told how many octets there are at most, and passes on
    /// what puts them.
    func forEachFilling(
        _ lend: (_ most: Int, _ fill: (inout OutputSpan<UInt8>) throws -> Void) async throws -> Void
    ) async throws {
        // What one read would bring in any case is asked for once, head and all.
        let whole = try await small()
        let chunks = try await chunks(of: whole)
        var digest = try digestState()
        var position: Int64 = 0
        var first: Int64 = 0
        while first < chunks.count {
            try Task.checkCancellation()
            let last = min(first + Self.chunksPerRead, chunks.count)
            let sealed = try await sealed(first..<last, of: chunks, in: whole)
            try await lend(Int(last - first) * Cobblestone256.chunkByteCount) { output in
                try open(first..<last, of: chunks, sealed, into: &output)
                let own = Int(max(0, min(Int64(output.count), size - position)))
                position += Int64(output.count)
                guard output.span.extracting(droppingFirst: own).isZero else {
                    throw damaged("padding that is not zero")
                }
                output.removeLast(output.count - own)
                do throws(CryptoPrimitivesError) {
                    try digest.update(output.span)
                } catch {
                    throw VaultError(.cryptographyFailure, error.description)
                }
            }
            first = last
        }
        let octets: [UInt8]
        do {
            octets = try digest.finalized()
        } catch {
            throw VaultError(.cryptographyFailure, error.description)
        }
        guard octets == version.sha256.octets else { throw damaged("the digest is not the one in the journal") }
    }

    /// The whole document in memory.
    ///
    /// - Parameter limit: Largest document in octets.
    /// - Throws: As ``forEachPiece(_:)``; `storeFailure` for a document larger than `limit`.
    public func bytes(limit: Int64 = 1 << 30) async throws -> [UInt8] {
        guard size <= limit else {
            throw VaultError(.storeFailure, object: object, "\(size) octets, at most \(limit) are read into memory")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(size))
        try await forEachPiece { bytes += $0 }
        return bytes
    }

    /// A range of the document, in any order.
    ///
    /// - Parameter range: Within 0..<``size``.
    /// - Throws: ``VaultError`` with code `damaged`; ``DossierCore/ByteSourceError`` for a range outside the document.
    public func bytes(in range: Range<Int64>) async throws -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= size else {
            throw ByteSourceError.outOfBounds(
                offset: range.lowerBound, count: Int(clamping: range.upperBound - range.lowerBound), size: size)
        }
        guard !range.isEmpty else { return [] }
        let chunks = try await chunks(of: nil)
        let chunk = Int64(Cobblestone256.chunkByteCount)
        let first = range.lowerBound / chunk
        let last = (range.upperBound - 1) / chunk + 1
        var bytes: [UInt8] = []
        var next = first
        while next < last {
            try Task.checkCancellation()
            let end = min(next + Self.chunksPerRead, last)
            bytes += try await open(next..<end, of: chunks, in: nil)
            next = end
        }
        let start = Int(range.lowerBound - first * chunk)
        return Array(bytes[start..<start + Int(range.upperBound - range.lowerBound)])
    }

    /// Octets of the sealed content, as the journal tells them.
    private func sealedSize() throws(VaultError) -> Int64 {
        do {
            return try Cobblestone256.sealedSize(ofPlaintext: version.paddedSize)
        } catch {
            throw damaged("a size that no content has")
        }
    }

    /// The whole sealed content by one call of the store, or `nil` when it is more than one read brings.
    private func small() async throws(VaultError) -> [UInt8]? {
        let expected = try sealedSize()
        guard expected <= Self.chunksPerRead * Int64(Cobblestone256.sealedChunkByteCount) else { return nil }
        let found = try await asked { () throws(VaultError) in
            try await store.contents([version.content], of: vault, limit: expected)
        }
        guard let sealed = found[version.content] else { throw damaged("the store does not have it") }
        guard sealed.count == Int(expected) else {
            throw damaged("\(sealed.count) octets, the journal says \(expected)")
        }
        return sealed
    }

    // Checks the size in the store, which is authenticated by the journal, and the key commitment.
    private func chunks(of whole: [UInt8]?) async throws(VaultError) -> Cobblestone256Chunks {
        let size = try sealedSize()
        let header = try await header(of: whole, size)
        guard header.count == Cobblestone256.headerByteCount,
            Array(header[Cobblestone256.saltByteCount...]) == version.commitment.octets
        else { throw damaged("the commitment is not the one in the journal", at: 0) }
        let fields = [vault.octets, version.document.octets, version.id.octets]
        do {
            return try Cobblestone256Chunks(
                header: header.span, sealedSize: size, key: key.octets,
                context: VaultSeal.context(.content, fields).span)
        } catch {
            throw VaultError(error, object: object)
        }
    }

    private func open(
        _ range: Range<Int64>, of chunks: borrowing Cobblestone256Chunks, in whole: [UInt8]?
    ) async throws(VaultError) -> [UInt8] {
        let sealed = try await sealed(range, of: chunks, in: whole)
        return try [UInt8](capacity: sealed.octets.count) { output throws(VaultError) in
            try open(range, of: chunks, sealed, into: &output)
        }
    }

    /// Chunks as they stand in the sealed content: `octets` from place `start` on.
    private func sealed(
        _ range: Range<Int64>, of chunks: borrowing Cobblestone256Chunks, in whole: [UInt8]?
    ) async throws(VaultError) -> (octets: [UInt8], start: Int64) {
        // Of a content that is there whole the chunks are taken from where they stand.
        let start = whole == nil ? chunks.sealedRange(of: range.lowerBound).lowerBound : 0
        let end = chunks.sealedRange(of: range.upperBound - 1).upperBound
        let octets = try await octets(start..<end, in: whole)
        guard octets.count >= Int(end - start) else { throw damaged("cut short", at: start + Int64(octets.count)) }
        return (octets, start)
    }

    private func open(
        _ range: Range<Int64>, of chunks: borrowing Cobblestone256Chunks, _ sealed: (octets: [UInt8], start: Int64),
        into output: inout OutputSpan<UInt8>
    ) throws(VaultError) {
        for index in range {
            let place = chunks.sealedRange(of: index)
            do {
                try chunks.open(
                    index,
                    sealed.octets.span.extracting(
                        Int(place.lowerBound - sealed.start)..<Int(place.upperBound - sealed.start)),
                    into: &output)
            } catch {
                throw damaged("a chunk that was changed", at: place.lowerBound)
            }
        }
    }

    private func header(of whole: [UInt8]?, _ size: Int64) async throws(VaultError) -> [UInt8] {
        if let whole { return Array(whole.prefix(Cobblestone256.headerByteCount)) }
        guard let stored = try await store.contentSize(version.content, of: vault) else {
            throw damaged("the store does not have it")
        }
        guard stored == size else { throw damaged("\(stored) octets, the journal says \(size)") }
        return try await asked { () throws(VaultError) in
            try await store.content(version.content, of: vault, in: 0..<Int64(Cobblestone256.headerByteCount))
        }
    }

    private func octets(_ range: Range<Int64>, in whole: [UInt8]?) async throws(VaultError) -> [UInt8] {
        if let whole { return whole }
        return try await asked { () throws(VaultError) in
            try await store.content(version.content, of: vault, in: range)
        }
    }

    // A content that the journal names and the store says it does not know is damage, not a wrong question.
    private func asked<Value: Sendable>(
        _ read: () async throws(VaultError) -> Value
    ) async throws(VaultError) -> Value {
        do throws(VaultError) {
            return try await read()
        } catch {
            throw error.code == .notFound ? damaged("the store does not have it") : error
        }
    }

    private func digestState() throws(VaultError) -> DigestState {
        do {
            return try DigestState(.sha256)
        } catch {
            throw VaultError(.cryptographyFailure, error.description)
        }
    }
}

extension Span<UInt8> {
    fileprivate var isZero: Bool { indices.allSatisfy { self[$0] == 0 } }
}
