// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax

/// The right edge of a growing Merkle tree: enough to append leaves and to tell the root, whatever the size.
public struct MerkleFrontier: Sendable, Hashable {
    /// Number of leaves.
    public private(set) var size: Int64 = 0
    /// Roots of the perfect trees that the size is made of, the largest first.
    private var hashes: [Digest32] = []

    /// The empty tree.
    public init() {}

    /// Adds the hash of a leaf.
    public mutating func append(_ leafHash: Digest32) throws(VaultError) {
        var hash = leafHash
        var bits = size
        while bits & 1 == 1, let left = hashes.popLast() {
            hash = try MerkleTree.nodeHash(left, hash)
            bits >>= 1
        }
        hashes.append(hash)
        size += 1
    }

    /// The root of the tree (RFC 9162 §2.1.1).
    public func root() throws(VaultError) -> Digest32 {
        guard var hash = hashes.last else { return try Digest32(of: []) }
        for left in hashes.dropLast().reversed() { hash = try MerkleTree.nodeHash(left, hash) }
        return hash
    }

    /// `SEQUENCE { size INTEGER, hashes SEQUENCE OF OCTET STRING }`, as an access log keeps it.
    var bytes: [UInt8] {
        DERWriter.bytes { frontier in
            frontier.sequence {
                $0.integer(size)
                $0.sequence { list in
                    for hash in hashes { list.octetString(hash.octets) }
                }
            }
        }
    }

    init(parsing bytes: [UInt8], object: String) throws(VaultError) {
        self = try parsed(object) {
            var reader = try DERElement(parsing: bytes).reader(.sequence)
            var frontier = MerkleFrontier()
            frontier.size = try reader.next().integer()
            frontier.hashes = try reader.next(.sequence).elements().map { element in
                guard let hash = Digest32(octets: try element.octetString()) else {
                    throw VaultError(.damaged, object: object, "a hash of the wrong length")
                }
                return hash
            }
            try reader.end()
            guard frontier.size >= 0, frontier.hashes.count == frontier.size.nonzeroBitCount else {
                throw VaultError(.damaged, object: object, "an edge that no tree has")
            }
            return frontier
        }
    }
}
