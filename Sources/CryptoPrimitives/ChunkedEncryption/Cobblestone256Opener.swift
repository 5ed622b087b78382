// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Opens one sealed message that arrives in parts, in order, with constant memory; see ``Cobblestone256``.
///
/// Every octet given out is authenticated, but that the message is whole is known only when ``finish()`` returns: what
/// was read before must not be acted upon as complete.
public struct Cobblestone256Opener: ~Copyable {
    private let chunks: Cobblestone256Chunks
    private var next: Int64 = 0
    private var pending: [UInt8] = []

    /// Begins a message; see ``Cobblestone256Chunks/init(header:sealedSize:key:context:)``.
    public init(
        header: Span<UInt8>, sealedSize: Int64, key: borrowing SecretBytes, context: Span<UInt8>
    ) throws(CryptoPrimitivesError) {
        chunks = try Cobblestone256Chunks(header: header, sealedSize: sealedSize, key: key, context: context)
        pending.reserveCapacity(Cobblestone256.sealedChunkByteCount)
    }

    /// Octets of the whole plaintext.
    public var plaintextSize: Int64 { chunks.plaintextSize }

    /// Takes in what follows the header and returns the plaintext of the chunks that are complete.
    ///
    /// - Throws: ``CryptoPrimitivesError`` with code `authenticationFailure`.
    public mutating func update(_ sealed: Span<UInt8>) throws(CryptoPrimitivesError) -> [UInt8] {
        var rest = sealed
        return try [UInt8](capacity: pending.count + sealed.count) { output throws(CryptoPrimitivesError) in
            while rest.count > 0 {
                guard next < chunks.count else { throw .authentication() }
                let range = chunks.sealedRange(of: next)
                let wanted = Int(range.upperBound - range.lowerBound)
                if pending.isEmpty, rest.count >= wanted {
                    try chunks.open(next, rest.extracting(first: wanted), into: &output)
                    rest = rest.extracting(droppingFirst: wanted)
                } else {
                    let taken = min(rest.count, wanted - pending.count)
                    unsafe rest.extracting(first: taken).withUnsafeBufferPointer {
                        unsafe pending.append(contentsOf: $0)
                    }
                    rest = rest.extracting(droppingFirst: taken)
                    guard pending.count == wanted else { return }
                    let whole = pending
                    pending.removeAll(keepingCapacity: true)
                    try chunks.open(next, whole.span, into: &output)
                }
                next += 1
            }
        }
    }

    /// Confirms that the message is whole.
    ///
    /// - Throws: ``CryptoPrimitivesError`` with code `authenticationFailure` for a message that was cut.
    public consuming func finish() throws(CryptoPrimitivesError) {
        guard next == chunks.count, pending.isEmpty else { throw .authentication() }
    }
}
