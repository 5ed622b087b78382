// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore

/// Where the content of a signature stands, with the digest that the signature holds it to.
///
/// Not public to read: content is handed out by ``VerifiedContent`` only.
public struct SignedContent: Sendable {
    let source: any ByteSource
    let ranges: [Range<Int64>]
    let algorithm: DigestAlgorithm
    let digest: [UInt8]

    /// Makes a place.
    ///
    /// - Parameters:
    ///   - source: The file.
    ///   - ranges: The bytes of it that were digested, in their order; `nil` for all.
    ///   - algorithm: The digest algorithm of the reference.
    ///   - digest: The signed digest.
    public init(
        in source: any ByteSource, ranges: [Range<Int64>]? = nil, algorithm: DigestAlgorithm, digest: [UInt8]
    ) {
        self.source = source
        self.ranges = ranges ?? [0..<source.size]
        self.algorithm = algorithm
        self.digest = digest
    }
}
