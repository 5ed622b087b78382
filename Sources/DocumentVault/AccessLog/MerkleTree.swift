// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The Merkle tree of RFC 9162 §2.1 over SHA-256: roots, proofs of inclusion, proofs that one tree continues another.
///
/// All functions are pure and take time at most linear in the number of leaves they are given; checking a proof takes
/// time in its length, which is at most 64.
public enum MerkleTree {
    /// Most hashes that a proof can have.
    public static let longestProof = 64

    /// The hash of a leaf: SHA-256 of 0x00 and the leaf's octets (RFC 9162 §2.1.1).
    public static func leafHash(_ leaf: [UInt8]) throws(VaultError) -> Digest32 { try Digest32(of: [0] + leaf) }

    /// The hash of a node: SHA-256 of 0x01 and its two children (RFC 9162 §2.1.1).
    public static func nodeHash(_ left: Digest32, _ right: Digest32) throws(VaultError) -> Digest32 {
        try Digest32(of: [1] + left.octets + right.octets)
    }

    /// The root of the tree over leaf hashes; of no leaves it is SHA-256 of no octets.
    public static func root(of leaves: some RandomAccessCollection<Digest32>) throws(VaultError) -> Digest32 {
        var frontier = MerkleFrontier()
        for leaf in leaves { try frontier.append(leaf) }
        return try frontier.root()
    }

    /// The proof that the leaf at a place is in the tree over leaf hashes (RFC 9162 §2.1.3.1).
    ///
    /// - Throws: ``VaultError`` with code `notFound` for a place outside the tree.
    public static func inclusionProof(of place: Int, in leaves: [Digest32]) throws(VaultError) -> [Digest32] {
        guard leaves.indices.contains(place) else {
            throw VaultError(.notFound, object: "leaf \(place)", "the tree has \(leaves.count)")
        }
        var proof: [Digest32] = []
        var range = leaves.indices
        while range.count > 1 {
            let middle = range.lowerBound + largestPower(below: range.count)
            if place < middle {
                proof.append(try root(of: leaves[middle..<range.upperBound]))
                range = range.lowerBound..<middle
            } else {
                proof.append(try root(of: leaves[range.lowerBound..<middle]))
                range = middle..<range.upperBound
            }
        }
        return proof.reversed()
    }

    /// The proof that the tree over leaf hashes continues the tree over the first `size` of them (RFC 9162 §2.1.4.1).
    ///
    /// Empty for the same size and for the empty tree.
    ///
    /// - Throws: ``VaultError`` with code `notFound` for a size that the tree does not reach.
    public static func consistencyProof(from size: Int, in leaves: [Digest32]) throws(VaultError) -> [Digest32] {
        guard (0...leaves.count).contains(size) else {
            throw VaultError(.notFound, object: "tree of \(size)", "the tree has \(leaves.count) leaves")
        }
        guard size > 0, size < leaves.count else { return [] }
        var proof: [Digest32] = []
        var range = leaves.indices
        // Whether the part that is left is a whole tree whose root the first tree's owner knows.
        var isKnown = true
        while size < range.upperBound {
            let middle = range.lowerBound + largestPower(below: range.count)
            if size <= middle {
                proof.append(try root(of: leaves[middle..<range.upperBound]))
                range = range.lowerBound..<middle
            } else {
                proof.append(try root(of: leaves[range.lowerBound..<middle]))
                range = middle..<range.upperBound
                isKnown = false
            }
        }
        if !isKnown { proof.append(try root(of: leaves[range])) }
        return proof.reversed()
    }

    /// Whether a proof shows that a leaf stands at a place of the tree with this size and root (RFC 9162 §2.1.3.2).
    public static func isIncluded(
        _ leafHash: Digest32, at place: Int64, size: Int64, root: Digest32, by proof: [Digest32]
    ) throws(VaultError) -> Bool {
        guard place >= 0, place < size, proof.count <= longestProof else { return false }
        var (first, second) = (place, size - 1)
        var hash = leafHash
        for step in proof {
            guard second > 0 else { return false }
            if first & 1 == 1 || first == second {
                hash = try nodeHash(step, hash)
                while first & 1 == 0, first != 0 {
                    first >>= 1
                    second >>= 1
                }
            } else {
                hash = try nodeHash(hash, step)
            }
            first >>= 1
            second >>= 1
        }
        return second == 0 && hash == root
    }

    /// Whether a proof shows that the tree of `second` continues that of `first` (RFC 9162 §2.1.4.2).
    public static func isContinued(
        size firstSize: Int64, root firstRoot: Digest32, to secondSize: Int64, root secondRoot: Digest32,
        by proof: [Digest32]
    ) throws(VaultError) -> Bool {
        guard firstSize >= 0, firstSize <= secondSize, proof.count <= longestProof else { return false }
        if firstSize == secondSize { return proof.isEmpty && firstRoot == secondRoot }
        if firstSize == 0 {
            let empty = try MerkleFrontier().root()
            return proof.isEmpty && firstRoot == empty
        }
        var path = proof[...]
        if firstSize & (firstSize - 1) == 0 { path = [firstRoot] + path }
        guard let start = path.popFirst() else { return false }
        var (first, second) = (firstSize - 1, secondSize - 1)
        while first & 1 == 1 {
            first >>= 1
            second >>= 1
        }
        var (old, new) = (start, start)
        for step in path {
            guard second > 0 else { return false }
            if first & 1 == 1 || first == second {
                old = try nodeHash(step, old)
                new = try nodeHash(step, new)
                while first & 1 == 0, first != 0 {
                    first >>= 1
                    second >>= 1
                }
            } else {
                new = try nodeHash(new, step)
            }
            first >>= 1
            second >>= 1
        }
        return second == 0 && old == firstRoot && new == secondRoot
    }

    /// The largest power of two smaller than a count of at least 2.
    private static func largestPower(below count: Int) -> Int {
        1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}
