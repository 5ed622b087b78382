// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DERSyntax

/// MessageImprint (RFC 3161 §2.4.1): the digest that is time-stamped.
public struct MessageImprint: Sendable, Hashable {
    /// The digest's algorithm, as received.
    public let algorithm: AlgorithmIdentifier
    /// The digest.
    public let value: [UInt8]

    /// Makes an imprint; the value must have the digest's length.
    public init(_ digest: DigestAlgorithm, value: [UInt8]) {
        algorithm = AlgorithmIdentifier(digest.objectIdentifier, parameters: AlgorithmIdentifier.null)
        self.value = value
    }

    /// The imprint of bytes.
    ///
    /// - Throws: ``CryptoPrimitives/CryptoPrimitivesError`` when the digest is not available.
    public init(of bytes: [UInt8], _ digest: DigestAlgorithm = .sha256) throws(CryptoPrimitivesError) {
        self.init(digest, value: try digest.digest(of: bytes))
    }

    /// Reads a MessageImprint.
    ///
    /// - Throws: ``DERSyntax/DERSyntaxError``, also for a value that does not have the length of a digest that is known.
    public init(_ element: DERElement) throws(DERSyntaxError) {
        var reader = try element.reader(.sequence)
        algorithm = try AlgorithmIdentifier(reader.next())
        value = try reader.next().octetString()
        try reader.end()
        if let digest = DigestAlgorithm(algorithm.algorithm), digest.byteCount != value.count {
            throw DERSyntaxError(
                .invalidValue, at: element.range.lowerBound, clause: "RFC 3161 2.4.1",
                "a digest of \(value.count) bytes, expected \(digest.byteCount)")
        }
    }

    /// The digest, or `nil` for one that is not known.
    public var digest: DigestAlgorithm? { DigestAlgorithm(algorithm.algorithm) }

    /// The DER.
    public var bytes: [UInt8] {
        DERWriter.bytes { writer in
            writer.sequence {
                $0.raw(algorithm.bytes)
                $0.octetString(value)
            }
        }
    }

    /// NULL and absent parameters mean the same for digests, so only the algorithm counts.
    public static func == (left: Self, right: Self) -> Bool {
        left.algorithm.algorithm == right.algorithm.algorithm && left.value == right.value
    }
    public func hash(into hasher: inout Hasher) { hasher.combine(value) }
}
