// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import Synchronization
import Testing
import VaultTesting

/// What docs/vault-stores.md promises to whoever writes an engine: the suites run over any store in a few lines.
@Suite("A store that knows only the protocol — docs/vault-stores.md")
struct ThirdPartyStoreTests {
    private func store() -> any VaultStore { ForeignStore() }

    @Test(arguments: VaultStoreConformance.cases)
    func `it does what a store must do`(conformance: VaultStoreConformance) async throws {
        try await conformance.run(on: store())
    }

    @Test(arguments: StoreAttack.cases)
    func `a vault in it finds the attack`(attack: StoreAttack) async throws {
        try await attack.run(on: store())
    }

    @Test(arguments: StoreCrash.cases)
    func `a device that crashes at any change of it loses nothing`(crash: StoreCrash) async throws {
        try await crash.run(on: store())
    }

    @Test func `a store that forgets to be idempotent is found by the suite`() async throws {
        var failed = 0
        for conformance in VaultStoreConformance.cases {
            do {
                try await conformance.run(on: ForeignStore(isForgetful: true))
            } catch {
                failed += 1
            }
        }
        #expect(failed >= 2)
    }
}

/// A store as somebody else would write it: tables of octets behind a lock.
private final class ForeignStore: VaultStore {
    private struct Tables {
        var head: JournalHead?
        var entries: [StoredEntry] = []
        var slots: [[UInt8]] = []
        var keys: [VersionID: [UInt8]] = [:]
        var contents: [ContentID: [UInt8]] = [:]
        var inbox: [StoredDeposit] = []
    }

    let capabilities = VaultStoreCapabilities(
        inlineContentLimit: 10_000, isDurable: false, overwritesDeleted: false, depositLimit: 50)
    private let vaults = Mutex<[VaultID: Tables]>([:])
    private let isForgetful: Bool

    init(isForgetful: Bool = false) { self.isForgetful = isForgetful }

    private func read<Value: Sendable>(_ vault: VaultID, _ body: (Tables) -> Value) -> Value {
        vaults.withLock { body($0[vault] ?? Tables()) }
    }

    private func change<Value: Sendable>(
        _ vault: VaultID, _ body: (inout Tables) throws(VaultError) -> Value
    ) throws(VaultError) -> Value {
        try vaults.withLock { (vaults) throws(VaultError) in try body(&vaults[vault, default: Tables()]) }
    }

    func head(of vault: VaultID) async throws(VaultError) -> JournalHead? { read(vault) { $0.head } }

    func append(_ batch: VaultAppend, to vault: VaultID) async throws(VaultError) -> VaultAppendOutcome {
        try change(vault) { tables in
            if !isForgetful, let done = tables.entries.first(where: { $0.operation == batch.entries[0].operation }) {
                return .repeated(done.sequence)
            }
            guard tables.head == batch.expecting else { return .conflict(tables.head) }
            tables.head = batch.head
            tables.entries += batch.entries
            if let slots = batch.slots { tables.slots = Array(slots.values) }
            tables.keys.merge(batch.keyRecords) { $1 }
            tables.contents.merge(batch.contents) { $1 }
            for index in tables.entries.indices
            where batch.dropping.payloads.contains(tables.entries[index].sequence) {
                tables.entries[index].payload = nil
            }
            for version in batch.dropping.keyRecords { tables.keys[version] = nil }
            for content in batch.dropping.contents { tables.contents[content] = nil }
            return .committed
        }
    }

    func entries(of vault: VaultID, from first: Int64, limit: Int) async throws(VaultError) -> [StoredEntry] {
        read(vault) { Array($0.entries.filter { $0.sequence >= first }.prefix(limit)) }
    }

    func slots(of vault: VaultID) async throws(VaultError) -> [[UInt8]] { read(vault) { $0.slots } }

    func keyRecords(of ids: [VersionID], in vault: VaultID) async throws(VaultError) -> [VersionID: [UInt8]] {
        read(vault) { tables in tables.keys.filter { ids.contains($0.key) } }
    }

    func replaceKeyRecords(_ records: [VersionID: [UInt8]], in vault: VaultID) async throws(VaultError) {
        try change(vault) { tables in
            for (id, record) in records where tables.keys[id] != nil { tables.keys[id] = record }
        }
    }

    func putContent(_ id: ContentID, of vault: VaultID, size: Int64, from stream: any ContentStream) async throws {
        var octets: [UInt8] = []
        while let piece = try stream.next() { octets += piece }
        guard octets.count == size else { throw VaultError(.storeFailure, "another size than announced") }
        let whole = octets
        try change(vault) { tables throws(VaultError) in
            guard tables.contents[id] == nil else { throw VaultError(.alreadyExists, "written once") }
            tables.contents[id] = whole
        }
    }

    func contentSize(_ id: ContentID, of vault: VaultID) async throws(VaultError) -> Int64? {
        read(vault) { tables in tables.contents[id].map { Int64($0.count) } }
    }

    func content(_ id: ContentID, of vault: VaultID, in range: Range<Int64>) async throws(VaultError) -> [UInt8] {
        guard let octets = read(vault, { $0.contents[id] }) else { throw VaultError(.notFound, "no such content") }
        guard range.upperBound <= octets.count else { throw VaultError(.damaged, "it is shorter") }
        return Array(octets[Int(range.lowerBound)..<Int(range.upperBound)])
    }

    func contents(of vault: VaultID, after id: ContentID?, limit: Int) async throws(VaultError) -> [ContentID] {
        read(vault) { tables in
            Array(tables.contents.keys.filter { key in id.map { $0 < key } ?? true }.sorted().prefix(limit))
        }
    }

    func deleteContents(_ ids: [ContentID], of vault: VaultID) async throws(VaultError) {
        try change(vault) { tables in for id in ids { tables.contents[id] = nil } }
    }

    func putDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError) {
        let limit = capabilities.depositLimit
        try change(vault) { tables throws(VaultError) in
            guard tables.head != nil else { throw VaultError(.notFound, "no such vault") }
            guard !tables.inbox.contains(where: { $0.id == deposit.id }) else { return }
            guard tables.inbox.count < limit, deposit.record.count <= 65_536 else {
                throw VaultError(.overQuota, "the inbox is full")
            }
            tables.inbox.append(deposit)
        }
    }

    func replaceDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError) {
        let isThere = try change(vault) { tables throws(VaultError) in
            guard let place = tables.inbox.firstIndex(where: { $0.id == deposit.id }) else { return false }
            tables.inbox[place] = deposit
            return true
        }
        if !isThere { try await putDeposit(deposit, of: vault) }
    }

    func deposits(of vault: VaultID, limit: Int) async throws(VaultError) -> [StoredDeposit] {
        read(vault) { Array($0.inbox.prefix(limit)) }
    }

    func deleteDeposits(_ ids: [DepositID], of vault: VaultID) async throws(VaultError) {
        try change(vault) { tables in tables.inbox.removeAll { ids.contains($0.id) } }
    }
}
