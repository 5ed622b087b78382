// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault

/// A store that passes every call on to another one; what stands between them conforms and overrides what it changes.
public protocol StoreDecorator: VaultStore {
    /// The store that calls are passed on to.
    var inner: any VaultStore { get }
    /// Called before a call is passed on.
    func before(_ call: StoreCall) async throws(VaultError)
    /// Called when the store has answered, before the answer is given.
    func after(_ call: StoreCall) async throws(VaultError)
}

/// The calls of a store.
public enum StoreCall: String, Sendable, Hashable, CaseIterable {
    /// ``DocumentVault/VaultStore/head(of:)``
    case head
    /// ``DocumentVault/VaultStore/append(_:to:)``
    case append
    /// ``DocumentVault/VaultStore/entries(of:from:limit:)``
    case entries
    /// ``DocumentVault/VaultStore/slots(of:)``
    case slots
    /// ``DocumentVault/VaultStore/keyRecords(of:in:)``
    case keyRecords
    /// ``DocumentVault/VaultStore/replaceKeyRecords(_:in:)``
    case replaceKeyRecords
    /// ``DocumentVault/VaultStore/putContent(_:of:size:from:)``
    case putContent
    /// ``DocumentVault/VaultStore/contentSize(_:of:)``
    case contentSize
    /// ``DocumentVault/VaultStore/content(_:of:in:)``
    case content
    /// ``DocumentVault/VaultStore/contents(of:after:limit:)``
    case contents
    /// ``DocumentVault/VaultStore/deleteContents(_:of:)``
    case deleteContents
    /// ``DocumentVault/VaultStore/putDeposit(_:of:)``
    case putDeposit
    /// ``DocumentVault/VaultStore/replaceDeposit(_:of:)``
    case replaceDeposit
    /// ``DocumentVault/VaultStore/deposits(of:limit:)``
    case deposits
    /// ``DocumentVault/VaultStore/deleteDeposits(_:of:)``
    case deleteDeposits

    /// Whether the call changes the store.
    public var isChange: Bool {
        switch self {
        case .append, .replaceKeyRecords, .putContent, .deleteContents, .putDeposit, .replaceDeposit, .deleteDeposits:
            true
        default: false
        }
    }
}

extension StoreDecorator {
    public var capabilities: VaultStoreCapabilities { inner.capabilities }

    public func before(_ call: StoreCall) async throws(VaultError) {}

    public func after(_ call: StoreCall) async throws(VaultError) {}

    private func pass<Value: Sendable>(
        _ call: StoreCall, _ body: () async throws(VaultError) -> Value
    ) async throws(VaultError) -> Value {
        try await before(call)
        let value = try await body()
        try await after(call)
        return value
    }

    public func head(of vault: VaultID) async throws(VaultError) -> JournalHead? {
        try await pass(.head) { () throws(VaultError) in try await inner.head(of: vault) }
    }

    public func append(_ batch: VaultAppend, to vault: VaultID) async throws(VaultError) -> VaultAppendOutcome {
        try await pass(.append) { () throws(VaultError) in try await inner.append(batch, to: vault) }
    }

    public func entries(of vault: VaultID, from sequence: Int64, limit: Int) async throws(VaultError) -> [StoredEntry] {
        try await pass(.entries) { () throws(VaultError) in
            try await inner.entries(of: vault, from: sequence, limit: limit)
        }
    }

    public func slots(of vault: VaultID) async throws(VaultError) -> [[UInt8]] {
        try await pass(.slots) { () throws(VaultError) in try await inner.slots(of: vault) }
    }

    public func keyRecords(
        of versions: [VersionID], in vault: VaultID
    ) async throws(VaultError) -> [VersionID: [UInt8]] {
        try await pass(.keyRecords) { () throws(VaultError) in try await inner.keyRecords(of: versions, in: vault) }
    }

    public func replaceKeyRecords(_ records: [VersionID: [UInt8]], in vault: VaultID) async throws(VaultError) {
        try await pass(.replaceKeyRecords) { () throws(VaultError) in
            try await inner.replaceKeyRecords(records, in: vault)
        }
    }

    public func putContent(
        _ id: ContentID, of vault: VaultID, size: Int64, from stream: any ContentStream
    ) async throws {
        try await before(.putContent)
        try await inner.putContent(id, of: vault, size: size, from: stream)
        try await after(.putContent)
    }

    public func putContents(_ contents: [ContentID: [UInt8]], of vault: VaultID) async throws(VaultError) {
        try await pass(.putContent) { () throws(VaultError) in try await inner.putContents(contents, of: vault) }
    }

    public func contentSize(_ id: ContentID, of vault: VaultID) async throws(VaultError) -> Int64? {
        try await pass(.contentSize) { () throws(VaultError) in try await inner.contentSize(id, of: vault) }
    }

    public func content(
        _ id: ContentID, of vault: VaultID, in range: Range<Int64>
    ) async throws(VaultError) -> [UInt8] {
        try await pass(.content) { () throws(VaultError) in try await inner.content(id, of: vault, in: range) }
    }

    public func contents(of vault: VaultID, after id: ContentID?, limit: Int) async throws(VaultError) -> [ContentID] {
        try await pass(.contents) { () throws(VaultError) in
            try await inner.contents(of: vault, after: id, limit: limit)
        }
    }

    public func deleteContents(_ ids: [ContentID], of vault: VaultID) async throws(VaultError) {
        try await pass(.deleteContents) { () throws(VaultError) in try await inner.deleteContents(ids, of: vault) }
    }

    public func putDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError) {
        try await pass(.putDeposit) { () throws(VaultError) in try await inner.putDeposit(deposit, of: vault) }
    }

    public func replaceDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError) {
        try await pass(.replaceDeposit) { () throws(VaultError) in try await inner.replaceDeposit(deposit, of: vault) }
    }

    public func deposits(of vault: VaultID, limit: Int) async throws(VaultError) -> [StoredDeposit] {
        try await pass(.deposits) { () throws(VaultError) in try await inner.deposits(of: vault, limit: limit) }
    }

    public func deleteDeposits(_ ids: [DepositID], of vault: VaultID) async throws(VaultError) {
        try await pass(.deleteDeposits) { () throws(VaultError) in try await inner.deleteDeposits(ids, of: vault) }
    }
}
