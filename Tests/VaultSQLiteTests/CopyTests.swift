// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import Testing
import VaultSQLite
import VaultTesting

@testable import DocumentVault

/// A copy is brought up to its source, and nothing that it has of its own is ever taken away.
@Suite("Copies of vaults — contract of VaultCopying")
struct CopyTests {
    private let folder: TemporaryFolder
    private let code = RecoveryCode(random: SystemRandom())
    private let source: SQLiteVaultStore
    private let target: SQLiteVaultStore
    private let vault: Vault
    private let references: [DocumentReference]

    init() async throws {
        folder = try TemporaryFolder()
        source = try SQLiteVaultStore(path: folder.path + "/source", creating: true, shards: 1)
        target = try SQLiteVaultStore(path: folder.path + "/target", creating: true, shards: 1)
        vault = try await Vault.create(
            name: "kho", in: source, unlocking: [.recoveryCode(code)], at: Samples.time)
        var references: [DocumentReference] = []
        for size in [10, 5000, 200_000] { references.append(try await Samples.store(Samples.bytes(size), in: vault)) }
        self.references = references
    }

    private func copy() async throws -> VaultCopying.Outcome {
        try await VaultCopying(from: source, to: target).copy(vault.id)
    }

    private func opened() async throws -> Vault {
        try await Vault.open(vault.id, in: target, unlocking: .recoveryCode(code))
    }

    @Test(arguments: [false, true])
    func `a copy that is used already keeps what was stored in it when it is copied over once more`(
        sourceGoesOn: Bool
    ) async throws {
        _ = try await copy()
        let own = try await opened()
        var stored: [(DocumentReference, [UInt8])] = []
        for size in [30, 6000, 300_000] {
            let bytes = Samples.bytes(size)
            stored.append((try await Samples.store(bytes, in: own), bytes))
        }
        let deposit = StoredDeposit(id: DepositID(random: SystemRandom()), record: [1])
        try await target.putDeposit(deposit, of: vault.id)
        // The source may even have more entries than the copy.
        if sourceGoesOn { for number in 0..<9 { _ = try await Samples.store([UInt8(number)], in: vault) } }
        let before = try await target.contents(of: vault.id, after: nil, limit: 99)
        await #expect(throws: VaultError(.forked, "")) { _ = try await copy() }
        #expect(try await target.contents(of: vault.id, after: nil, limit: 99) == before)
        #expect(try await target.deposits(of: vault.id, limit: 9) == [deposit])
        let whole = try await opened()
        #expect(try await whole.verify().isComplete)
        for (reference, bytes) in stored { #expect(try await whole.read(reference.document).bytes() == bytes) }
    }

    @Test func `an upload and a deposit that only the copy has stay there`() async throws {
        _ = try await copy()
        let content = ContentID(random: SystemRandom())
        try await target.putContent(content, of: vault.id, size: 3, from: HeldPieces([[1, 2, 3]]))
        let deposit = StoredDeposit(id: DepositID(random: SystemRandom()), record: [1])
        try await target.putDeposit(deposit, of: vault.id)
        let outcome = try await copy()
        #expect(outcome.contents == 3 && outcome.deposits == 0 && outcome.rounds == 1)
        #expect(try await target.contentSize(content, of: vault.id) == 3)
        #expect(try await target.deposits(of: vault.id, limit: 9) == [deposit])
    }

    @Test func `an erasure that nothing follows goes over to the copy, with keys and contents`() async throws {
        _ = try await copy()
        let gone = try await vault.document(references[2].document).current
        _ = try await vault.erase(references[2].document, reason: "", at: Samples.time)
        _ = try await vault.sweep(at: Samples.time)
        let outcome = try await copy()
        #expect(outcome.contents == 2 && outcome.keyRecords == 2)
        #expect(try await target.keyRecords(of: [gone.id], in: vault.id).isEmpty)
        #expect(try await target.contentSize(gone.content, of: vault.id) == nil)
        #expect(try await opened().verify().isComplete)
        // And with pages of snapshots, which tell of what was erased.
        try await vault.makeSnapshot(at: Samples.time)
        _ = try await copy()
        _ = try await vault.erase(references[1].document, reason: "", at: Samples.time)
        _ = try await copy()
        let (here, there) = (
            try await source.contents(of: vault.id, after: nil, limit: 99),
            try await target.contents(of: vault.id, after: nil, limit: 99)
        )
        #expect(here == there)
        #expect(try await opened().verify().isComplete)
    }

    @Test func `a content that the source lost is told, and stays in the copy`() async throws {
        _ = try await copy()
        let content = try await vault.document(references[2].document).current.content
        try FileManager.default.removeItem(atPath: "\(folder.path)/source/contents/\(vault.id)/\(content)")
        await #expect(throws: VaultError(.damaged, "")) { _ = try await copy() }
        #expect(try await opened().verify().isComplete)
        let other = try SQLiteVaultStore(path: folder.path + "/other", creating: true, shards: 1)
        await #expect(throws: VaultError(.damaged, "")) {
            _ = try await VaultCopying(from: source, to: other).copy(vault.id)
        }
        let rest = try await Vault.open(vault.id, in: other, unlocking: .recoveryCode(code)).verify()
        #expect(rest.intactVersions == 2 && rest.problems == [VaultError(.damaged, "")])
    }

    @Test func `a deposit goes over, and goes from the copy when it was taken in`() async throws {
        let ticket = try await vault.issueTicket(for: "H29.1-0001")
        let bytes = Samples.bytes(100_000)
        _ = try await ticket.deposit(
            MemorySource(bytes), sha256: Digest32(of: bytes), metadata: Samples.metadata(), depositor: "UBND phường",
            in: source, at: Samples.time)
        #expect(try await copy().deposits == 1)
        #expect(try await target.deposits(of: vault.id, limit: 9).count == 1)
        _ = try await vault.absorbDeposits(at: Samples.time)
        #expect(try await copy().deposits == 0)
        #expect(try await target.deposits(of: vault.id, limit: 9).isEmpty)
        let copied = try await opened()
        #expect(try await copied.read(ticket.document).bytes() == bytes)
        #expect(try await copied.verify().isComplete)
    }

    @Test func `several who copy at once do not hinder each other`() async throws {
        for number in 0..<20 { _ = try await Samples.store(Samples.bytes(60_000 + number * 9000), in: vault) }
        let (source, target, id) = (source, target, vault.id)
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask { try await VaultCopying(from: source, to: target).copy(id).contents }
            }
            for try await contents in group { #expect(contents == 23) }
        }
        #expect(try await opened().verify().isComplete)
    }

    @Test func `two who put the same content at once do not write into each other's file`() async throws {
        let content = ContentID(random: SystemRandom())
        let size = 40 << 20
        let (store, id) = (source, vault.id)
        let outcomes = await withTaskGroup(of: (UInt8, Bool).self) { group in
            for octet in UInt8(1)...4 {
                group.addTask {
                    let pieces = Array(repeating: [UInt8](repeating: octet, count: 1 << 20), count: size >> 20)
                    let put: ()? = try? await store.putContent(
                        content, of: id, size: Int64(size), from: HeldPieces(pieces))
                    return (octet, put != nil)
                }
            }
            return await group.reduce(into: [UInt8: Bool]()) { $0[$1.0] = $1.1 }
        }
        #expect(outcomes.values.contains(true))
        let first = try await store.content(content, of: id, in: 0..<1)
        #expect(outcomes[first[0]] == true)
        for place in stride(from: 0, to: size, by: 1 << 20) {
            let piece = try await store.content(content, of: id, in: Int64(place)..<Int64(place + (1 << 20)))
            #expect(piece.allSatisfy { $0 == first[0] })
        }
        let folder = "\(folder.path)/source/contents/\(id)"
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).allSatisfy { !$0.hasSuffix(".part") })
    }

    @Test(arguments: [false, true])
    func `a deposit's content that comes again under its id takes the place of the first one in the copy`(
        wasDamaged: Bool
    ) async throws {
        let ticket = try await vault.issueTicket(for: "x")
        let content = try DepositTicket.content(of: ticket.id)
        func leave(_ bytes: [UInt8]) async throws {
            _ = try await ticket.deposit(
                MemorySource(bytes), sha256: Digest32(of: bytes), metadata: Samples.metadata(), depositor: "x",
                in: source, at: Samples.time)
        }
        try await leave([1, 2, 3])
        if wasDamaged {
            // The record is lost, the content lies in the copy as it was left.
            _ = try await copy()
            let deposits = try await source.deposits(of: vault.id, limit: 9)
            try await source.deleteDeposits(deposits.map(\.id), of: vault.id)
            try await target.deleteDeposits(deposits.map(\.id), of: vault.id)
            _ = try await vault.sweep(at: Samples.time)
            try await leave([4, 5, 6])
        }
        _ = try await vault.absorbDeposits(at: Samples.time)
        _ = try await copy()
        let copied = try await opened()
        #expect(try await copied.read(ticket.document).bytes() == (wasDamaged ? [4, 5, 6] : [1, 2, 3]))
        #expect(try await copied.verify().isComplete)
        #expect(try await target.contentSize(content, of: vault.id) != nil)
        #expect(try await copy().copiedOctets == 0)
    }
}
