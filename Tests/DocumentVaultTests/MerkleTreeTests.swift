// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

/// The eight leaves of the tests of Certificate Transparency, with roots and proofs as published there; recomputed with
/// the recursive definitions of RFC 9162 §2.1 in Python.
private enum Published {
    static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    static let ca = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
    static let five = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
    static let bc = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
    static let nine = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
    static let six = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
    static let zero = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
    static let inclusion: [(place: Int, size: Int, proof: [String])] = [
        (0, 8, [nine, five, six]), (5, 8, [bc, ca, roots[4]]), (2, 3, [roots[2]]), (1, 5, [roots[1], five, bc]),
    ]
    static let consistency: [(first: Int, second: Int, proof: [String])] = [
        (1, 8, [nine, five, six]), (6, 8, [zero, ca, roots[4]]), (2, 5, [five, bc]),
    ]
}

@Suite("Merkle tree — RFC 9162 §2.1")
struct MerkleTreeTests {
    private func leaves() throws -> [Digest32] {
        try Published.leaves.map { try MerkleTree.leafHash(try #require(Hexadecimal.decode($0))) }
    }

    /// The definition of RFC 9162 §2.1.1, word for word.
    private func recursiveRoot(_ leaves: ArraySlice<Digest32>) throws -> Digest32 {
        guard leaves.count > 1 else { return try leaves.first ?? Digest32(of: []) }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        return try MerkleTree.nodeHash(recursiveRoot(leaves.prefix(split)), recursiveRoot(leaves.dropFirst(split)))
    }

    @Test func `roots and proofs are those published with Certificate Transparency`() throws {
        let leaves = try leaves()
        for size in 0...8 {
            #expect(try MerkleTree.root(of: leaves.prefix(size)).description == Published.roots[size])
        }
        for (place, size, proof) in Published.inclusion {
            let own = try MerkleTree.inclusionProof(of: place, in: Array(leaves.prefix(size)))
            #expect(own.map(\.description) == proof, "leaf \(place) of \(size)")
        }
        for (first, second, proof) in Published.consistency {
            let own = try MerkleTree.consistencyProof(from: first, in: Array(leaves.prefix(second)))
            #expect(own.map(\.description) == proof, "\(first) to \(second)")
        }
    }

    @Test func `every proof of every tree up to 33 leaves holds, and none holds for anything else`() throws {
        let leaves = try (0..<33).map { try MerkleTree.leafHash([UInt8($0)]) }
        let roots = try (0...33).map { try MerkleTree.root(of: leaves.prefix($0)) }
        for size in 1...33 {
            let tree = Array(leaves.prefix(size))
            for place in 0..<size {
                let proof = try MerkleTree.inclusionProof(of: place, in: tree)
                func holds(_ hash: Digest32, _ place: Int, _ size: Int, _ proof: [Digest32]) throws -> Bool {
                    try MerkleTree.isIncluded(
                        hash, at: Int64(place), size: Int64(size), root: roots[tree.count], by: proof)
                }
                #expect(try holds(leaves[place], place, size, proof))
                #expect(try !holds(leaves[(place + 1) % 33], place, size, proof))
                #expect(try !holds(leaves[place], place, size, proof + [roots[1]]))
                #expect(try proof.isEmpty || !holds(leaves[place], place, size, Array(proof.dropLast())))
                if size > 1 { #expect(try !holds(leaves[place], (place + 1) % size, size, proof)) }
                #expect(try !holds(leaves[place], size, size, proof))
                #expect(try !holds(leaves[place], -1, size, proof))
            }
            for first in 0...size {
                let proof = try MerkleTree.consistencyProof(from: first, in: tree)
                func holds(_ root: Digest32, _ proof: [Digest32]) throws -> Bool {
                    try MerkleTree.isContinued(
                        size: Int64(first), root: root, to: Int64(size), root: roots[size], by: proof)
                }
                #expect(try holds(roots[first], proof))
                #expect(try !holds(roots[(first + 1) % 34], proof))
                #expect(try !holds(roots[first], proof + [roots[3]]))
                for index in proof.indices {
                    var other = proof
                    other[index] = roots[33]
                    #expect(try !holds(roots[first], other))
                }
            }
            #expect(
                try !MerkleTree.isContinued(
                    size: Int64(size) + 1, root: roots[size], to: Int64(size), root: roots[size], by: []))
        }
    }

    @Test func `hostile numbers end in an answer`() throws {
        let root = try MerkleTree.leafHash([])
        let long = [Digest32](repeating: root, count: 100)
        for size in [Int64.min, -1, 0, 1, Int64.max] {
            for place in [Int64.min, -1, 0, Int64.max - 1, Int64.max] {
                for proof in [[], [root], Array(long.prefix(63)), long] {
                    #expect(
                        try !MerkleTree.isIncluded(root, at: place, size: size, root: .zero, by: proof))
                    #expect(
                        try !MerkleTree.isContinued(size: place, root: root, to: size, root: .zero, by: proof))
                }
            }
        }
        #expect(throws: VaultError(.notFound, "")) { try MerkleTree.inclusionProof(of: 0, in: []) }
        #expect(throws: VaultError(.notFound, "")) { try MerkleTree.consistencyProof(from: 1, in: []) }
    }

    @Test func `the edge of a tree says the same as the whole tree, and is refused when it fits no size`() throws {
        var frontier = MerkleFrontier()
        var leaves: [Digest32] = []
        for number in 0..<70 {
            leaves.append(try MerkleTree.leafHash([UInt8(number)]))
            try frontier.append(try #require(leaves.last))
            frontier = try MerkleFrontier(parsing: frontier.bytes, object: "")
            #expect(try frontier.root() == recursiveRoot(leaves[...]))
            #expect(try MerkleTree.root(of: leaves) == recursiveRoot(leaves[...]))
        }
        var bytes = frontier.bytes
        let place = try #require(bytes.firstRange(of: [0x02, 0x01, 70])).lowerBound + 2
        bytes[place] = 71
        let changed = bytes
        #expect(throws: VaultError(.damaged, "")) { try MerkleFrontier(parsing: changed, object: "") }
    }
}
