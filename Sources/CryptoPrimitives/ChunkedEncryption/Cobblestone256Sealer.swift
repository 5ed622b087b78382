// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Seals one message that arrives in parts, with constant memory; see ``Cobblestone256``.
///
/// Call ``update(_:into:)`` any number of times, then ``finish(into:)`` once. A sealer that is dropped without finishing
/// leaves a message that every reader refuses as cut.
public struct Cobblestone256Sealer: ~Copyable {
    /// Salt and key commitment, which are also the first octets of the output.
    public let header: [UInt8]
    private let cipher: AESGCMContext
    private let baseNonce: [UInt8]
    private var chunk: Int64 = 0
    private var headerIsWritten = false
    private var pending: [UInt8] = []

    /// Begins a message; see ``Cobblestone256/seal(_:key:context:random:)``.
    public init(
        key: borrowing SecretBytes, context: Span<UInt8>, random: some RandomSource
    ) throws(CryptoPrimitivesError) {
        let salt = random.bytes(Cobblestone256.saltByteCount)
        let keys = try Cobblestone256Keys(inputKey: key, salt: salt.span, context: context)
        let cipher = try keys.cipher(.seal)
        self.cipher = cipher
        header = salt + keys.commitment
        baseNonce = keys.baseNonce
    }

    /// The key commitment, 32 octets: equal for no two keys that could open the message.
    public var commitment: [UInt8] { Array(header[Cobblestone256.saltByteCount...]) }

    /// Room that ``update(_:into:)`` may need for `count` octets of plaintext, or ``finish(into:)`` for 0.
    public func outputBound(for count: Int) -> Int {
        let chunks = (pending.count + count) / Cobblestone256.chunkByteCount + 1
        return (headerIsWritten ? 0 : Cobblestone256.headerByteCount) + pending.count + count
            + chunks * AESGCM.overhead
    }

    /// Takes in plaintext and appends the chunks that are complete.
    ///
    /// - Throws: ``CryptoPrimitivesError`` with code `invalidLength` when `output` has less room than
    ///   ``outputBound(for:)`` says, or past 4 PiB.
    public mutating func update(
        _ plaintext: Span<UInt8>, into output: inout OutputSpan<UInt8>
    ) throws(CryptoPrimitivesError) {
        let taken = try sealWhole(plaintext, into: &output)
        append(plaintext.extracting(droppingFirst: taken))
    }

    /// Appends the chunks that are complete.
    ///
    /// - Returns: How many octets were taken in; when some wait for more, all of them.
    private mutating func sealWhole(
        _ plaintext: Span<UInt8>, into output: inout OutputSpan<UInt8>
    ) throws(CryptoPrimitivesError) -> Int {
        try writeHeader(into: &output)
        var taken = 0
        if !pending.isEmpty {
            taken = min(plaintext.count, Cobblestone256.chunkByteCount - pending.count)
            append(plaintext.extracting(first: taken))
            guard pending.count == Cobblestone256.chunkByteCount else { return taken }
            try sealPending(into: &output)
        }
        while plaintext.count - taken >= Cobblestone256.chunkByteCount {
            try sealChunk(plaintext.extracting(taken..<taken + Cobblestone256.chunkByteCount), into: &output)
            taken += Cobblestone256.chunkByteCount
        }
        return taken
    }

    /// Takes in the end of the plaintext, and appends the chunks that are complete and the last one.
    ///
    /// What is there whole is sealed from where it stands: nothing of it is copied before.
    ///
    /// - Throws: As ``update(_:into:)``.
    public consuming func finish(
        _ plaintext: Span<UInt8>, into output: inout OutputSpan<UInt8>
    ) throws(CryptoPrimitivesError) {
        let taken = try sealWhole(plaintext, into: &output)
        if pending.isEmpty { return try sealChunk(plaintext.extracting(droppingFirst: taken), into: &output) }
        try sealPending(into: &output)
    }

    /// Takes in the end of the plaintext and returns the chunks that are complete and the last one.
    public consuming func finish(_ plaintext: Span<UInt8>) throws(CryptoPrimitivesError) -> [UInt8] {
        let bound = outputBound(for: plaintext.count)
        var sealer = Optional(self)
        return try [UInt8](capacity: bound) { span throws(CryptoPrimitivesError) in
            try sealer.take()?.finish(plaintext, into: &span)
        }
    }

    /// Appends the last chunk and ends the message.
    public consuming func finish(into output: inout OutputSpan<UInt8>) throws(CryptoPrimitivesError) {
        try writeHeader(into: &output)
        try sealPending(into: &output)
    }

    /// Takes in plaintext and returns the chunks that are complete.
    public mutating func update(_ plaintext: Span<UInt8>) throws(CryptoPrimitivesError) -> [UInt8] {
        var output: [UInt8] = []
        output = try [UInt8](capacity: outputBound(for: plaintext.count)) { span throws(CryptoPrimitivesError) in
            try update(plaintext, into: &span)
        }
        return output
    }

    /// Returns the last chunk and ends the message.
    public consuming func finish() throws(CryptoPrimitivesError) -> [UInt8] {
        try finish([UInt8]().span)
    }

    private mutating func writeHeader(into output: inout OutputSpan<UInt8>) throws(CryptoPrimitivesError) {
        guard !headerIsWritten else { return }
        guard output.freeCapacity >= header.count else {
            throw CryptoPrimitivesError(.invalidLength, "no room for the header")
        }
        for octet in header { output.append(octet) }
        headerIsWritten = true
    }

    private mutating func append(_ part: Span<UInt8>) {
        unsafe part.withUnsafeBufferPointer { unsafe pending.append(contentsOf: $0) }
    }

    private mutating func sealPending(into output: inout OutputSpan<UInt8>) throws(CryptoPrimitivesError) {
        let part = pending
        pending.removeAll(keepingCapacity: true)
        try sealChunk(part.span, into: &output)
    }

    private mutating func sealChunk(
        _ part: Span<UInt8>, into output: inout OutputSpan<UInt8>
    ) throws(CryptoPrimitivesError) {
        guard chunk < Cobblestone256.mostChunks else {
            throw CryptoPrimitivesError(.invalidLength, clause: "chunked-encryption: chunking", "more than 2^38 chunks")
        }
        let nonce = Cobblestone256Keys.nonce(baseNonce, chunk: chunk)
        chunk += 1
        try unsafe part.withUnsafeBufferPointer { message throws(CryptoPrimitivesError) in
            try unsafe cipher.seal(message, nonce: nonce.span, into: &output)
        }
    }
}
