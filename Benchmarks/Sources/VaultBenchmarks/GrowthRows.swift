// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import VaultSQLite

/// How a vault behaves as it grows.
enum GrowthRows {
    /// Leaves as many entries behind the newest snapshot as the format allows: a device writes them, which cannot make one.
    private static func lengthenTail(_ fixture: Fixture) async throws {
        let key = try DeviceKey(random: SystemRandom())
        let owner = try await fixture.open()
        _ = try await owner.enrol(key.card, as: .device, at: Fixture.time)
        try await owner.makeSnapshot(at: Fixture.time)
        let device = try await Vault.open(fixture.vault.id, in: fixture.store, unlocking: .device(key))
        let bytes = [UInt8](repeating: 7, count: 100)
        let digest = try Digest32(of: bytes)
        for number in 0..<64 { try await device.store(bytes, digest, name: "tail \(number).pdf") }
    }

    /// Opening and listing small and large vaults, and rotating the large one.
    static func run(_ table: inout Table, _ scratch: Scratch, most: Int) async throws {
        let large = "\(most.formatted()) documents"
        guard table.wants("opening") || table.wants("listing") || table.wants("rotating") else { return }
        let small = try await Fixture(scratch("small"))
        _ = try await Fixture.fill(small.vault, 1000)
        try await lengthenTail(small)
        let big = try await Fixture(scratch("big"))
        _ = try await Fixture.fill(big.vault, most)
        try await lengthenTail(big)
        var opening: (small: [Double], big: [Double]) = ([], [])
        for _ in 0..<41 {
            opening.small.append(try await seconds { _ = try await small.open() } * 1000)
            opening.big.append(
                try await seconds {
                    let newest = try await big.open().newest(50)
                    guard newest.records.count == 50 else { throw CannotMeasure(description: "the first page") }
                } * 1000)
        }
        let note =
            "by recovery code, so without key derivation; 64 entries behind the snapshot, their signatures checked"
        table.add("opening a vault of 1,000 documents", opening.small.median, "ms", goal: .atMost(5), note: note)
        table.add(
            "opening \(large) and the first page of 50", ours: opening.big, peer: opening.small, "ms",
            goal: .ratio(0.5), note: note + "; the peer is opening 1,000")
        var listing: [Double] = []
        for _ in 0..<5 {
            let vault = try await big.open()
            listing.append(
                try await seconds {
                    guard try await vault.list().count == most + 64 else { throw CannotMeasure(description: "list") }
                })
        }
        table.add("listing all of \(large)", listing.median, "s", goal: .atMost(1), note: "every page read and checked")
        var rotating: [Double] = []
        for _ in 0..<(table.wants("rotating") ? 3 : 0) {
            let vault = try await big.open()
            rotating.append(try await seconds { try await vault.rotate(at: Fixture.time) })
        }
        if !rotating.isEmpty {
            table.add(
                "rotating \(large)", rotating.median, "s", goal: .atMost(10),
                note: "a new epoch, every key record wrapped anew and read back; from a vault that was just opened")
        }
        scratch.delete("small")
        scratch.delete("big")
    }

    /// The cost of a document in a vault that grows.
    static func oneVault(_ table: inout Table, _ scratch: Scratch, most: Int) async throws {
        let name = "storing a document, one vault growing to \(most.formatted())"
        guard table.wants(name) else { return }
        // The first thousand, several times over: a single small vault is over too soon to be measured.
        var first: [Double] = []
        for round in 0..<9 {
            let fixture = try await Fixture(scratch("first\(round)"))
            first.append(try await Fixture.fill(fixture.vault, 1000) * 1000)
            scratch.delete("first\(round)")
        }
        let fixture = try await Fixture(scratch("growing"))
        let tail = 9000
        _ = try await Fixture.fill(fixture.vault, most - tail)
        var last: [Double] = []
        for round in 0..<9 {
            last.append(try await Fixture.fill(fixture.vault, 1000, from: most - tail + round * 1000) * 1000)
            // Beside the big vault as well, so that a busy moment hits both.
            let fresh = try await Fixture(scratch("again\(round)"))
            first[round] = try await Fixture.fill(fresh.vault, 1000) * 1000
            scratch.delete("again\(round)")
        }
        table.add(
            name, ours: last, peer: first, "µs", goal: .ratio(1 / 1.3),
            note: "documents of 100 octets in batches; ours is the last 9,000, the peer the first 1,000 of fresh vaults"
        )
        scratch.delete("growing")
    }

    /// The cost of a document spread over many vaults.
    static func manyVaults(_ table: inout Table, _ scratch: Scratch, vaults: Int, each: Int) async throws {
        let name = "storing a document, \((vaults * each).formatted()) over \(vaults.formatted()) vaults"
        guard table.wants(name) else { return }
        let bytes = [UInt8](repeating: 7, count: 100)
        let digest = try Digest32(of: bytes)
        let batch = (0..<10).map { Fixture.upload(MemorySource(bytes), "document \($0).pdf", digest) }
        let store = try SQLiteVaultStore(path: scratch("many"), creating: true)
        let code = RecoveryCode(random: SystemRandom())
        func make(_ number: Int, in store: SQLiteVaultStore) async throws -> VaultID {
            try await Vault.create(
                name: "vault \(number)", in: store, unlocking: [.recoveryCode(code)], at: Fixture.time
            ).id
        }
        /// Ten documents into each of some vaults, each opened for it.
        func visit(_ ids: ArraySlice<VaultID>, in store: SQLiteVaultStore) async throws -> Double {
            let time = try await seconds {
                for id in ids {
                    let vault = try await Vault.open(id, in: store, unlocking: .recoveryCode(code))
                    _ = try await vault.store(batch, at: Fixture.time)
                }
            }
            return time * 1e6 / Double(ids.count * batch.count)
        }
        var ids: [VaultID] = []
        for number in 0..<vaults { ids.append(try await make(number, in: store)) }
        for _ in 0..<(each / batch.count - 1) { _ = try await visit(ids[...], in: store) }
        var last: [Double] = []
        var first: [Double] = []
        let stretch = vaults / 10
        for round in 0..<10 {
            last.append(try await visit(ids[round * stretch..<(round + 1) * stretch], in: store))
            // A thousand documents in as few vaults with as many documents each.
            let fresh = try SQLiteVaultStore(path: scratch("few\(round)"), creating: true)
            var few: [VaultID] = []
            for number in 0..<(1000 / each) { few.append(try await make(number, in: fresh)) }
            for _ in 0..<(each / batch.count - 1) { _ = try await visit(few[...], in: fresh) }
            first.append(try await visit(few[...], in: fresh))
            scratch.delete("few\(round)")
        }
        table.add(
            name, ours: last, peer: first, "µs", goal: .ratio(1 / 1.3),
            note: "ten documents of 100 octets a visit, each vault opened for it; the peer is 1,000 documents in "
                + "\(1000 / each) vaults")
        scratch.delete("many")
    }
}
