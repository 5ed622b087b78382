// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Opens the chunks of one sealed message in any order; see ``Cobblestone256``.
///
/// The true size of the sealed message is a parameter and must come from somewhere that is itself authenticated, or the
/// last chunk must be opened too: a middle chunk alone does not show that the message was cut behind it.
public struct Cobblestone256Chunks: ~Copyable {
    /// Octets of the plaintext.
    public let plaintextSize: Int64
    /// Number of chunks, at least 1.
    public let count: Int64
    private let cipher: AESGCMContext
    private let baseNonce: [UInt8]
    private let sealedSize: Int64

    /// Checks size and key commitment.
    ///
    /// - Parameters:
    ///   - header: The first 56 octets of the sealed message.
    ///   - sealedSize: Octets of the whole sealed message.
    ///   - key: 32 octets.
    ///   - context: As given for sealing.
    /// - Throws: ``CryptoPrimitivesError`` with code `authenticationFailure`.
    public init(
        header: Span<UInt8>, sealedSize: Int64, key: borrowing SecretBytes, context: Span<UInt8>
    ) throws(CryptoPrimitivesError) {
        guard header.count == Cobblestone256.headerByteCount else { throw .authentication() }
        let plaintextSize = try Cobblestone256.plaintextSize(ofSealed: sealedSize)
        let keys = try Cobblestone256Keys(
            inputKey: key, salt: header.extracting(first: Cobblestone256.saltByteCount), context: context)
        guard
            ConstantTime.areEqual(
                keys.commitment.span, header.extracting(droppingFirst: Cobblestone256.saltByteCount))
        else { throw .authentication() }
        let cipher = try keys.cipher(.open)
        self.cipher = cipher
        self.plaintextSize = plaintextSize
        count = plaintextSize / Int64(Cobblestone256.chunkByteCount) + 1
        self.sealedSize = sealedSize
        baseNonce = keys.baseNonce
    }

    /// Where a chunk stands in the sealed message, in octets from its start; `index` is below ``count``.
    public func sealedRange(of index: Int64) -> Range<Int64> {
        precondition((0..<count).contains(index), "chunk \(index) of \(count)")
        let start = Int64(Cobblestone256.headerByteCount) + index * Int64(Cobblestone256.sealedChunkByteCount)
        return start..<min(start + Int64(Cobblestone256.sealedChunkByteCount), sealedSize)
    }

    /// Opens one chunk and appends its plaintext, 16 KiB or for the last chunk less.
    ///
    /// - Parameters:
    ///   - index: Below ``count``.
    ///   - sealed: The octets of ``sealedRange(of:)``.
    ///   - output: Has room for the plaintext.
    /// - Throws: ``CryptoPrimitivesError`` with code `authenticationFailure`.
    public func open(
        _ index: Int64, _ sealed: Span<UInt8>, into output: inout OutputSpan<UInt8>
    ) throws(CryptoPrimitivesError) {
        let range = sealedRange(of: index)
        guard sealed.count == Int(range.upperBound - range.lowerBound) else { throw .authentication() }
        let nonce = Cobblestone256Keys.nonce(baseNonce, chunk: index)
        try unsafe sealed.withUnsafeBufferPointer { message throws(CryptoPrimitivesError) in
            try unsafe cipher.open(message, nonce: nonce.span, into: &output)
        }
    }

    /// Opens one chunk; see ``open(_:_:into:)``.
    public func open(_ index: Int64, _ sealed: Span<UInt8>) throws(CryptoPrimitivesError) -> [UInt8] {
        try [UInt8](capacity: Cobblestone256.chunkByteCount) { output throws(CryptoPrimitivesError) in
            try open(index, sealed, into: &output)
        }
    }
}
