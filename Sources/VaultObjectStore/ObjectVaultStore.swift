// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DocumentVault

/// A store of vaults whose large contents lie in an object store, and everything else in another store.
///
/// Heads, entries, slots, key records, deposits and small contents go to ``records`` unchanged; that store alone decides who
/// was first. The object store is asked for nothing but create, read, delete and list of objects that are written once under
/// random keys: a content is there, checked by the gateway against its SHA-256, before any entry names it. Contents that lie in
/// ``records`` already stay readable, so an object store may be added to a store that is in use.
public final class ObjectVaultStore: InspectableVaultStore {
    /// Largest sealed content, in octets, that goes into the other store: below it a row costs less than an object.
    public static let usualInlineLimit = 65_536

    public let capabilities: VaultStoreCapabilities
    /// Where everything but large contents lies.
    public let records: any VaultStore
    /// Where the large contents lie.
    public let location: ObjectStoreLocation
    let client: S3Client
    let places = KnownPlaces()

    /// Joins a store and an object store. Nothing is asked yet; ``check()`` does.
    ///
    /// - Parameters:
    ///   - records: Where everything but large contents lies.
    ///   - location: Where the large contents lie.
    ///   - credentials: The keys with which requests are signed.
    ///   - inlineContentLimit: Largest sealed content, in octets, that goes into `records`.
    ///   - settings: How patient calls are.
    ///   - random: Names uploads and spreads repetitions.
    public init(
        records: any VaultStore, contents location: ObjectStoreLocation, credentials: ObjectStoreCredentials,
        inlineContentLimit: Int = usualInlineLimit, settings: ObjectStoreSettings = ObjectStoreSettings(),
        random: any RandomSource = SystemRandom()
    ) {
        self.records = records
        self.location = location
        var capabilities = records.capabilities
        capabilities.inlineContentLimit = inlineContentLimit
        // What an object store does with the octets of a deleted object is not known to its clients.
        capabilities.overwritesDeleted = false
        self.capabilities = capabilities
        client = S3Client(location, credentials, settings, random: random)
    }

    /// Asks the object store for a page of keys: whether it answers, has the bucket and takes the keys.
    ///
    /// - Throws: ``DocumentVault/VaultError``: `notAStore` without the bucket, `notPermitted`, `busy`, `storeFailure`.
    public func check() async throws(VaultError) {
        do {
            _ = try await client.list(root, after: nil, limit: 1)
        } catch {
            throw error.error("object store")
        }
    }

    /// What all keys begin with.
    var root: String { (location.prefix.isEmpty ? "" : location.prefix + "/") + "vault/" }

    func folder(of vault: VaultID) -> String { "\(root)\(vault)/" }

    func key(_ id: ContentID, of vault: VaultID) -> String { folder(of: vault) + id.description }

    // MARK: What goes to the other store as it is

    public func head(of vault: VaultID) async throws(VaultError) -> JournalHead? { try await records.head(of: vault) }

    public func entries(
        of vault: VaultID, from sequence: Int64, limit: Int
    ) async throws(VaultError) -> [StoredEntry] {
        try await records.entries(of: vault, from: sequence, limit: limit)
    }

    public func slots(of vault: VaultID) async throws(VaultError) -> [[UInt8]] { try await records.slots(of: vault) }

    public func keyRecords(
        of versions: [VersionID], in vault: VaultID
    ) async throws(VaultError) -> [VersionID: [UInt8]] {
        try await records.keyRecords(of: versions, in: vault)
    }

    public func replaceKeyRecords(_ keyRecords: [VersionID: [UInt8]], in vault: VaultID) async throws(VaultError) {
        try await records.replaceKeyRecords(keyRecords, in: vault)
    }

    public func putDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError) {
        try await records.putDeposit(deposit, of: vault)
    }

    public func replaceDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError) {
        try await records.replaceDeposit(deposit, of: vault)
    }

    public func deposits(of vault: VaultID, limit: Int) async throws(VaultError) -> [StoredDeposit] {
        try await records.deposits(of: vault, limit: limit)
    }

    public func deleteDeposits(_ ids: [DepositID], of vault: VaultID) async throws(VaultError) {
        try await records.deleteDeposits(ids, of: vault)
    }

    public func inspect(_ vault: VaultID) async throws(VaultError) {
        try await (records as? any InspectableVaultStore)?.inspect(vault)
    }

    /// Contents that are put together are small ones, which lie in the other store.
    public func putContents(_ contents: [ContentID: [UInt8]], of vault: VaultID) async throws(VaultError) {
        try await records.putContents(contents, of: vault)
    }

    // MARK: Appending

    public func append(_ batch: VaultAppend, to vault: VaultID) async throws(VaultError) -> VaultAppendOutcome {
        // What lies in the other store goes with the append; only the rest is asked of the object store.
        var objects: [ContentID] = []
        for id in batch.dropping.contents where try await records.contentSize(id, of: vault) == nil {
            objects.append(id)
        }
        let outcome = try await records.append(batch, to: vault)
        // The change is made: an object that stays behind is garbage, and the next sweep finds it.
        if case .committed = outcome, !objects.isEmpty { try? await deleteObjects(objects, of: vault) }
        return outcome
    }
}
