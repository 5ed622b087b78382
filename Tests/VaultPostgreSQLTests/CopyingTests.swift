// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import TestSupport
import Testing
import VaultSQLite
import VaultTesting

@testable import VaultPostgreSQL

@Suite("Vaults that are copied from store to store")
struct CopyingTests {
    private let folder: TemporaryFolder
    private let code = RecoveryCode(random: SystemRandom())

    init() throws { folder = try TemporaryFolder() }

    private func sqlite(_ name: String) throws -> SQLiteVaultStore {
        try SQLiteVaultStore(path: folder.path(name), creating: true, shards: 3)
    }

    /// A vault with documents of all sizes, one erased, one corrected, keys rotated, and a deposit.
    private func vault(in store: any VaultStore) async throws -> Vault {
        let vault = try await Vault.create(
            name: "kho", in: store, unlocking: [.recoveryCode(code), .passphrase("mật khẩu")], at: Samples.time)
        var last: DocumentReference?
        for size in [10, 70_000, 3_000_000] { last = try await Samples.store(Samples.bytes(size), in: vault) }
        _ = try await Samples.store(Samples.bytes(11), correcting: last, in: vault)
        let gone = try await Samples.store(Samples.bytes(12), in: vault)
        try await vault.rotate(at: Samples.time)
        _ = try await vault.erase(gone.document, reason: "", at: Samples.time)
        // More entries than are copied at once.
        for number in 0..<70 { _ = try await Samples.store(Samples.bytes(20 + number), in: vault) }
        try await store.putDeposit(StoredDeposit(id: DepositID(random: SystemRandom()), record: [1, 2]), of: vault.id)
        return vault
    }

    private func expectWhole(_ vault: Vault, in store: any VaultStore) async throws {
        let anchor = await vault.anchor
        let opened = try await Vault.open(vault.id, in: store, unlocking: .recoveryCode(code), anchor: anchor)
        let report = try await opened.verify()
        #expect(report.isComplete, "\(report.problems)")
        let (listed, expected) = (try await opened.list().map(\.id), try await vault.list().map(\.id))
        #expect(Set(listed) == Set(expected))
        for document in listed {
            let (copied, own) = (try await opened.read(document).bytes(), try await vault.read(document).bytes())
            #expect(copied == own)
        }
    }

    @Test func `from SQLite to PostgreSQL and back, with nothing lost and nothing added`() async throws {
        try await TestStores.with(cases: "copying to PostgreSQL") { postgresql, _ in
            let (first, second) = (try sqlite("first"), try sqlite("second"))
            let vault = try await vault(in: first)
            let there = try await VaultCopying(from: first, to: postgresql).copy(vault.id)
            try await expectWhole(vault, in: postgresql)
            let back = try await VaultCopying(from: postgresql, to: second).copy(vault.id)
            try await expectWhole(vault, in: second)
            #expect(there == back && there.rounds == 1 && there.deposits == 1 && there.contents > 3)
            #expect(try await first.vaults(after: nil, limit: 9) == second.vaults(after: nil, limit: 9))
            #expect(try await postgresql.vaults(after: nil, limit: 9).map(\.id) == [vault.id])
            let again = try await VaultCopying(from: first, to: postgresql).copy(vault.id)
            #expect(again.copiedOctets == 0 && again.rounds == 1)
        }
    }

    @Test func `a copy is brought up to what happened since, erasures and rotated keys too`() async throws {
        try await TestStores.with(cases: "copying again") { postgresql, _ in
            let source = try sqlite("source")
            let vault = try await vault(in: source)
            let copying = VaultCopying(from: source, to: postgresql)
            _ = try await copying.copy(vault.id)
            let gone = try #require(try await vault.list().first)
            _ = try await vault.erase(gone.id, reason: "", at: Samples.time)
            try await vault.rotate(at: Samples.time)
            _ = try await Samples.store(Samples.bytes(2_000_000), in: vault)
            for deposit in try await source.deposits(of: vault.id, limit: 9) {
                try await source.deleteDeposits([deposit.id], of: vault.id)
            }
            let outcome = try await copying.copy(vault.id)
            #expect(outcome.deposits == 0)
            try await expectWhole(vault, in: postgresql)
        }
    }

    @Test func `a vault that is written and read meanwhile is followed`() async throws {
        try await TestStores.with(cases: "copying beside writers") { postgresql, _ in
            let source = try sqlite("source")
            let vault = try await vault(in: source)
            let writing = Task {
                for number in 0..<20 {
                    _ = try await Samples.store(Samples.bytes(20_000 + number), in: vault)
                    let all = try await vault.list()
                    _ = try await vault.read(all[all.count / 2].id).bytes()
                }
            }
            let copying = VaultCopying(from: source, to: postgresql)
            _ = try? await copying.copy(vault.id, rounds: 3)
            try await writing.value
            _ = try await copying.copy(vault.id)
            try await expectWhole(vault, in: postgresql)
        }
    }

    @Test func `a copy that went another way is not touched`() async throws {
        try await TestStores.with(cases: "copying over a fork") { postgresql, _ in
            let source = try sqlite("source")
            let vault = try await vault(in: source)
            let copying = VaultCopying(from: source, to: postgresql)
            _ = try await copying.copy(vault.id)
            let copy = try await Vault.open(vault.id, in: postgresql, unlocking: .recoveryCode(code))
            _ = try await Samples.store([1], in: copy)
            _ = try await Samples.store([2], in: vault)
            let head = try await postgresql.head(of: vault.id)
            await #expect(throws: VaultError(.forked, "")) { _ = try await copying.copy(vault.id) }
            #expect(try await postgresql.head(of: vault.id) == head)
        }
    }
}
