// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault

/// A store in memory, for tests: everything in it can be looked at, changed and put back.
public actor InMemoryVaultStore: VaultStore {
    /// Everything that one vault has in the store.
    public struct Objects: Sendable, Hashable {
        /// The head, as the store tells it.
        public var head: JournalHead
        /// Entries with their payloads.
        public var entries: [StoredEntry] = []
        /// Slots.
        public var slots: [SlotID: [UInt8]] = [:]
        /// Key records.
        public var keyRecords: [VersionID: [UInt8]] = [:]
        /// Sealed contents.
        public var contents: [ContentID: [UInt8]] = [:]
        /// Deposits in the order of their arrival.
        public var deposits: [StoredDeposit] = []
    }

    public nonisolated let capabilities: VaultStoreCapabilities
    /// All vaults; may be changed behind their backs.
    public var vaults: [VaultID: Objects] = [:]
    private var loose: [VaultID: [ContentID: [UInt8]]] = [:]

    /// Makes an empty store.
    public init(inlineContentLimit: Int = 65_536) {
        capabilities = VaultStoreCapabilities(
            inlineContentLimit: inlineContentLimit, isDurable: false, overwritesDeleted: false)
    }

    /// Changes what the store has, as an attacker or a broken disk would.
    public func tamper<Result: Sendable>(
        with vault: VaultID, _ body: @Sendable (inout Objects) throws -> Result
    ) throws -> Result {
        guard var objects = vaults[vault] else { throw VaultError(.notFound, "the store does not have the vault") }
        defer { vaults[vault] = objects }
        return try body(&objects)
    }

    public func head(of vault: VaultID) -> JournalHead? { vaults[vault]?.head }

    public func append(_ batch: VaultAppend, to vault: VaultID) -> VaultAppendOutcome {
        let existing = vaults[vault]
        if let operation = batch.entries.first?.operation,
            let done = existing?.entries.first(where: { $0.operation == operation })
        {
            return .repeated(done.sequence)
        }
        guard existing?.head == batch.expecting else { return .conflict(existing?.head) }
        var objects = existing ?? Objects(head: batch.head)
        objects.head = batch.head
        objects.entries += batch.entries
        if let slots = batch.slots { objects.slots = slots }
        objects.keyRecords.merge(batch.keyRecords) { _, new in new }
        objects.contents.merge(batch.contents) { _, new in new }
        for index in objects.entries.indices where batch.dropping.payloads.contains(objects.entries[index].sequence) {
            objects.entries[index].payload = nil
        }
        for version in batch.dropping.keyRecords { objects.keyRecords[version] = nil }
        for content in batch.dropping.contents { objects.contents[content] = nil }
        objects.contents.merge(loose.removeValue(forKey: vault) ?? [:]) { _, new in new }
        vaults[vault] = objects
        return .committed
    }

    public func entries(of vault: VaultID, from sequence: Int64, limit: Int) -> [StoredEntry] {
        Array((vaults[vault]?.entries ?? []).drop { $0.sequence < sequence }.prefix(limit))
    }

    public func slots(of vault: VaultID) -> [[UInt8]] { vaults[vault].map { Array($0.slots.values) } ?? [] }

    public func keyRecords(of versions: [VersionID], in vault: VaultID) -> [VersionID: [UInt8]] {
        guard let records = vaults[vault]?.keyRecords else { return [:] }
        return Dictionary(
            versions.compactMap { version in records[version].map { (version, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    public func replaceKeyRecords(_ records: [VersionID: [UInt8]], in vault: VaultID) {
        for (version, record) in records where vaults[vault]?.keyRecords[version] != nil {
            vaults[vault]?.keyRecords[version] = record
        }
    }

    public func putContent(_ id: ContentID, of vault: VaultID, size: Int64, from stream: any ContentStream) throws {
        var bytes: [UInt8] = []
        while let piece = try stream.next() { bytes += piece }
        guard Int64(bytes.count) == size else {
            throw VaultError(.storeFailure, object: "content \(id)", "\(bytes.count) octets, \(size) were announced")
        }
        guard self.bytes(id, vault) == nil else {
            throw VaultError(.alreadyExists, object: "content \(id)", "a content is written once")
        }
        if vaults[vault] == nil { loose[vault, default: [:]][id] = bytes } else { vaults[vault]?.contents[id] = bytes }
    }

    public func contentSize(_ id: ContentID, of vault: VaultID) -> Int64? { bytes(id, vault).map { Int64($0.count) } }

    public func content(
        _ id: ContentID, of vault: VaultID, in range: Range<Int64>
    ) throws(VaultError) -> [UInt8] {
        guard let bytes = bytes(id, vault) else {
            throw VaultError(.notFound, object: "content \(id)", "the store does not have it")
        }
        guard range.lowerBound >= 0, range.upperBound <= Int64(bytes.count) else {
            throw VaultError(.damaged, object: "content \(id)", "it has \(bytes.count) octets")
        }
        return Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
    }

    public func contents(of vault: VaultID, after id: ContentID?, limit: Int) -> [ContentID] {
        let all = Set(vaults[vault]?.contents.keys.map { $0 } ?? []).union(loose[vault]?.keys.map { $0 } ?? [])
        return Array(all.filter { content in id.map { $0 < content } ?? true }.sorted().prefix(limit))
    }

    public func putDeposit(_ deposit: StoredDeposit, of vault: VaultID) throws(VaultError) {
        guard let waiting = vaults[vault]?.deposits else {
            throw VaultError(.notFound, object: "vault \(vault)", "the store does not have it")
        }
        guard !waiting.contains(where: { $0.id == deposit.id }) else { return }
        guard waiting.count < capabilities.depositLimit, deposit.record.count <= 65_536 else {
            throw VaultError(.overQuota, object: "vault \(vault)", "\(waiting.count) deposits wait")
        }
        vaults[vault]?.deposits.append(deposit)
    }

    public func replaceDeposit(_ deposit: StoredDeposit, of vault: VaultID) throws(VaultError) {
        guard let place = vaults[vault]?.deposits.firstIndex(where: { $0.id == deposit.id }) else {
            return try putDeposit(deposit, of: vault)
        }
        vaults[vault]?.deposits[place] = deposit
    }

    public func deposits(of vault: VaultID, limit: Int) -> [StoredDeposit] {
        Array((vaults[vault]?.deposits ?? []).prefix(limit))
    }

    public func deleteDeposits(_ ids: [DepositID], of vault: VaultID) {
        vaults[vault]?.deposits.removeAll { ids.contains($0.id) }
    }

    public func deleteContents(_ ids: [ContentID], of vault: VaultID) {
        for id in ids {
            vaults[vault]?.contents[id] = nil
            loose[vault]?[id] = nil
        }
    }

    private func bytes(_ id: ContentID, _ vault: VaultID) -> [UInt8]? {
        vaults[vault]?.contents[id] ?? loose[vault]?[id]
    }
}
