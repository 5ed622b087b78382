// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A store as it was before one entry of a vault: it is read, and changed by nothing.
struct StoreBeforeEntry: VaultStore {
    let store: any VaultStore
    let vault: VaultID
    /// The last entry that is shown.
    let head: JournalHead
    let fault: VaultError

    /// - Parameters:
    ///   - sequence: The entry, at least 1.
    ///   - fault: Why it does not hold.
    init(
        _ store: any VaultStore, of vault: VaultID, before sequence: Int64, because fault: VaultError
    ) async throws(VaultError) {
        let object = "entry \(sequence - 1)"
        guard let stored = try await store.entries(of: vault, from: sequence - 1, limit: 1).first,
            stored.sequence == sequence - 1
        else { throw VaultError(.damaged, object: object, "missing") }
        let entry = try JournalEntry(parsing: stored.entry, object: object)
        guard entry.sequence == sequence - 1 else {
            throw VaultError(.damaged, object: object, "the number is another")
        }
        (self.store, self.vault, self.head, self.fault) = (store, vault, entry.head, fault)
    }

    var capabilities: VaultStoreCapabilities { store.capabilities }

    func head(of vault: VaultID) async throws(VaultError) -> JournalHead? { vault == self.vault ? head : nil }

    func entries(of vault: VaultID, from sequence: Int64, limit: Int) async throws(VaultError) -> [StoredEntry] {
        try await store.entries(of: vault, from: sequence, limit: limit).filter { $0.sequence <= head.sequence }
    }

    func slots(of vault: VaultID) async throws(VaultError) -> [[UInt8]] { try await store.slots(of: vault) }

    func keyRecords(of versions: [VersionID], in vault: VaultID) async throws(VaultError) -> [VersionID: [UInt8]] {
        try await store.keyRecords(of: versions, in: vault)
    }

    func contentSize(_ id: ContentID, of vault: VaultID) async throws(VaultError) -> Int64? {
        try await store.contentSize(id, of: vault)
    }

    func content(_ id: ContentID, of vault: VaultID, in range: Range<Int64>) async throws(VaultError) -> [UInt8] {
        try await store.content(id, of: vault, in: range)
    }

    func contents(
        _ ids: [ContentID], of vault: VaultID, limit: Int64
    ) async throws(VaultError) -> [ContentID: [UInt8]] { try await store.contents(ids, of: vault, limit: limit) }

    func contents(of vault: VaultID, after id: ContentID?, limit: Int) async throws(VaultError) -> [ContentID] {
        try await store.contents(of: vault, after: id, limit: limit)
    }

    func deposits(of vault: VaultID, limit: Int) async throws(VaultError) -> [StoredDeposit] {
        try await store.deposits(of: vault, limit: limit)
    }

    private var readOnly: VaultError {
        VaultError(
            .notPermitted, object: fault.object,
            "it does not hold (\(fault.detail)), and the vault is read as it was before it, not changed: export it, and import the export into another store"
        )
    }

    func append(_ batch: VaultAppend, to vault: VaultID) async throws(VaultError) -> VaultAppendOutcome {
        throw readOnly
    }

    func replaceKeyRecords(_ records: [VersionID: [UInt8]], in vault: VaultID) async throws(VaultError) {
        throw readOnly
    }

    func putContent(_ id: ContentID, of vault: VaultID, size: Int64, from stream: any ContentStream) async throws {
        throw readOnly
    }

    func putContents(_ contents: [ContentID: [UInt8]], of vault: VaultID) async throws(VaultError) { throw readOnly }

    func deleteContents(_ ids: [ContentID], of vault: VaultID) async throws(VaultError) { throw readOnly }

    func putDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError) { throw readOnly }

    func replaceDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError) { throw readOnly }

    func deleteDeposits(_ ids: [DepositID], of vault: VaultID) async throws(VaultError) { throw readOnly }
}
