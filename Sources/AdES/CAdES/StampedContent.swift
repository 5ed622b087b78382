// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore
import PKIX

/// The content of a signature as digests ask for it, each digested once for all signers and time-stamps of a file.
public final class StampedContent {
    /// A digest under way, copied from by everybody who continues it.
    private final class Kept {
        let state: DigestState
        init(_ state: consuming DigestState) { self.state = state }
    }
    private struct Key: Hashable {
        let algorithm: DigestAlgorithm
        let before: [UInt8]
    }

    private let source: (any ByteSource)?
    private let ranges: [Range<Int64>]?
    private var kept: [Key: Kept] = [:]
    private var digests: [DigestAlgorithm: [UInt8]] = [:]
    /// What the counter-signatures of all signers may cost together; no file has a thousand by the largest keys.
    let counterSignatures = VerificationAllowance(microseconds: 1_000_000)
    /// Octets that were digested for older archive time-stamps of all signers.
    private var digestedForOlder: Int64 = 0
    private var structures: StampedStructures?

    /// - Parameters:
    ///   - source: `nil` when the content is not at hand.
    ///   - ranges: What of the source is the content, in order; `nil` for all of it.
    public init(_ source: (any ByteSource)?, ranges: [Range<Int64>]? = nil) {
        self.source = source
        self.ranges = ranges
    }

    /// Whether the content is at hand.
    public var isAtHand: Bool { source != nil }

    /// The digest of the content; `nil` when it is not at hand.
    ///
    /// - Throws: ``CryptoPrimitives/SourceDigestError``.
    public func digest(_ algorithm: DigestAlgorithm) throws -> [UInt8]? {
        if let known = digests[algorithm] { return known }
        digests[algorithm] = try source.map { try algorithm.digest(of: $0, ranges: ranges) }
        return digests[algorithm]
    }

    /// The structure that the signers stand in, taken apart once for all of them.
    func structures(of bytes: [UInt8]) -> StampedStructures {
        if let structures, structures.bytes == bytes { return structures }
        let made = StampedStructures(bytes)
        structures = made
        return made
    }

    /// Whether so many octets more may be digested for older archive time-stamps, each of which stands over the structure anew:
    /// 512 MiB for a file, and of a large structure 64 times what it has.
    func mayDigest(_ octets: Int, ofStructure size: Int) -> Bool {
        let allowed = max(Int64(1) << 29, Int64(size).multipliedReportingOverflow(by: 64).partialValue)
        guard digestedForOlder <= allowed - Int64(octets) else { return false }
        digestedForOlder += Int64(octets)
        return true
    }

    /// A digest that has taken in some octets and then the content; `nil` when it is not at hand.
    func state(_ algorithm: DigestAlgorithm, after before: [UInt8]) throws -> DigestState? {
        guard let source else { return nil }
        let key = Key(algorithm: algorithm, before: before)
        if let known = kept[key] { return try known.state.copied() }
        var state = try DigestState(algorithm)
        try state.update(before)
        for range in ranges ?? [0..<source.size] { try state.update(source, range) }
        let made = Kept(state)
        kept[key] = made
        return try made.state.copied()
    }
}
