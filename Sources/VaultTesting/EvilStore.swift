// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
import Synchronization

/// A store whose administrator lies: it stands before an honest one and changes its answers.
public final class EvilStore: StoreDecorator {
    /// What is done to answers; by default nothing.
    public struct Lies: Sendable {
        /// Answers from another store, for example one with yesterday's state.
        public var other: (any VaultStore)?
        /// Changes the head.
        public var head: (@Sendable (JournalHead?) -> JournalHead?)?
        /// Changes every entry; `nil` leaves it out.
        public var entry: (@Sendable (StoredEntry) -> StoredEntry?)?
        /// Changes the slots.
        public var slots: (@Sendable ([[UInt8]]) -> [[UInt8]])?
        /// Changes a key record.
        public var keyRecord: (@Sendable (VersionID, [UInt8]) -> [UInt8]?)?
        /// Changes a whole sealed content.
        public var content: (@Sendable (ContentID, [UInt8]) -> [UInt8]?)?
        /// Changes the inbox.
        public var deposits: (@Sendable ([StoredDeposit]) -> [StoredDeposit])?
        /// Whether deletions are acknowledged and not done.
        public var keepsDeleted = false
    }

    public let inner: any VaultStore
    private let told = Mutex(Lies())

    /// Stands before a store, honestly until told to lie.
    public init(_ inner: any VaultStore) { self.inner = inner }

    /// Changes the lies.
    public func lie(_ body: (inout Lies) -> Void) { told.withLock { body(&$0) } }

    private var lies: Lies { told.withLock { $0 } }

    public func head(of vault: VaultID) async throws(VaultError) -> JournalHead? {
        let lies = lies
        let head = try await (lies.other ?? inner).head(of: vault)
        return lies.head.map { $0(head) } ?? head
    }

    public func entries(of vault: VaultID, from sequence: Int64, limit: Int) async throws(VaultError) -> [StoredEntry] {
        let lies = lies
        let entries = try await (lies.other ?? inner).entries(of: vault, from: sequence, limit: limit)
        return lies.entry.map { entries.compactMap($0) } ?? entries
    }

    public func slots(of vault: VaultID) async throws(VaultError) -> [[UInt8]] {
        let lies = lies
        let slots = try await (lies.other ?? inner).slots(of: vault)
        return lies.slots.map { $0(slots) } ?? slots
    }

    public func keyRecords(
        of versions: [VersionID], in vault: VaultID
    ) async throws(VaultError) -> [VersionID: [UInt8]] {
        let lies = lies
        let records = try await (lies.other ?? inner).keyRecords(of: versions, in: vault)
        guard let change = lies.keyRecord else { return records }
        return Dictionary(
            records.compactMap { version, record in change(version, record).map { (version, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    private func whole(_ id: ContentID, _ vault: VaultID) async throws(VaultError) -> [UInt8]? {
        let store = lies.other ?? inner
        guard let size = try await store.contentSize(id, of: vault) else { return nil }
        let bytes = try await store.content(id, of: vault, in: 0..<size)
        return lies.content.map { $0(id, bytes) } ?? bytes
    }

    public func contentSize(_ id: ContentID, of vault: VaultID) async throws(VaultError) -> Int64? {
        try await whole(id, vault).map { Int64($0.count) }
    }

    public func content(
        _ id: ContentID, of vault: VaultID, in range: Range<Int64>
    ) async throws(VaultError) -> [UInt8] {
        guard let bytes = try await whole(id, vault) else {
            throw VaultError(.notFound, object: "content \(id)", "the store does not have it")
        }
        // A liar cuts what it gives, rather than say that it has less.
        let low = min(Int(range.lowerBound), bytes.count)
        return Array(bytes[low..<max(low, min(Int(range.upperBound), bytes.count))])
    }

    public func deposits(of vault: VaultID, limit: Int) async throws(VaultError) -> [StoredDeposit] {
        let lies = lies
        let deposits = try await (lies.other ?? inner).deposits(of: vault, limit: limit)
        return lies.deposits.map { $0(deposits) } ?? deposits
    }

    public func deleteDeposits(_ ids: [DepositID], of vault: VaultID) async throws(VaultError) {
        if !lies.keepsDeleted { try await inner.deleteDeposits(ids, of: vault) }
    }

    public func append(_ batch: VaultAppend, to vault: VaultID) async throws(VaultError) -> VaultAppendOutcome {
        let lies = lies
        var batch = batch
        if lies.keepsDeleted { batch.dropping = VaultAppend.Dropping() }
        return try await (lies.other ?? inner).append(batch, to: vault)
    }
}
