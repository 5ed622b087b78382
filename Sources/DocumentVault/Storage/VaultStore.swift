// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Where the sealed objects of vaults lie. A store never sees a key or a plaintext, and is not trusted.
///
/// The contract, which `VaultStoreConformance` of `VaultTesting` checks:
///
/// - **Append is atomic, durable and idempotent.** ``append(_:to:)`` either puts everything that it is given on stable
///   storage, drops what is to go and moves the head, or changes nothing. It happens only when the vault's head is the
///   expected one (for a new vault: when there is none). A batch whose first entry's operation is in the journal already
///   is not put a second time: the answer is ``VaultAppendOutcome/repeated(_:)``. When a reply was lost, the same batch
///   is sent again.
/// - **One head.** All callers see one order of heads for one vault; nothing is promised across vaults.
/// - **Key records are replaced, never brought back.** ``replaceKeyRecords(_:in:)`` changes those that exist and leaves
///   out the others, so that a rotation that runs beside an erasure cannot undo it.
/// - **Contents are written once.** ``putContent(_:of:size:from:)`` is durable when it returns, before any entry names the
///   content; ids are random and never used again. A content is readable as soon as its put, or the batch that carries
///   it, has returned. Putting fewer or more octets than announced leaves nothing behind. ``contents(of:after:limit:)``
///   lists every content that is readable, each exactly once, in ascending order of ids.
/// - **The inbox is bounded.** ``putDeposit(_:of:)`` is durable when it returns and idempotent: an id that exists keeps
///   its first record. A vault that does not exist is `notFound`; past ``VaultStoreCapabilities/depositLimit`` it is
///   `overQuota`.
/// - **What is deleted is gone**: overwritten where the engine can, see ``VaultStoreCapabilities``.
/// - **Errors** are ``VaultError`` with the codes `notFound`, `busy` (nothing was changed, repeating is right),
///   `storeFull`, `notPermitted`, `overQuota`, `damaged`, `storeFailure` (whether an append took place is unknown:
///   repeat it).
///
/// Every call may come from many tasks and many processes at once. Implementations keep blocking work off the
/// cooperative pool.
public protocol VaultStore: Sendable {
    /// What the engine can do.
    var capabilities: VaultStoreCapabilities { get }

    /// The head of a vault, or `nil` when the store has no such vault.
    func head(of vault: VaultID) async throws(VaultError) -> JournalHead?

    /// Puts entries with all that belongs to them, when the head is the expected one.
    func append(_ batch: VaultAppend, to vault: VaultID) async throws(VaultError) -> VaultAppendOutcome

    /// Entries in ascending order from a sequence number on, at most `limit`; empty past the end.
    func entries(
        of vault: VaultID, from sequence: Int64, limit: Int
    ) async throws(VaultError) -> [StoredEntry]

    /// All slots of a vault, in no particular order.
    func slots(of vault: VaultID) async throws(VaultError) -> [[UInt8]]

    /// The key records of versions; those that do not exist are left out.
    func keyRecords(of versions: [VersionID], in vault: VaultID) async throws(VaultError) -> [VersionID: [UInt8]]

    /// Replaces the key records that exist, all or none.
    func replaceKeyRecords(_ records: [VersionID: [UInt8]], in vault: VaultID) async throws(VaultError)

    /// Puts a sealed content of exactly `size` octets, taken from `stream` off the cooperative pool.
    ///
    /// Errors of the stream pass through unchanged.
    func putContent(
        _ id: ContentID, of vault: VaultID, size: Int64, from stream: any ContentStream
    ) async throws

    /// Puts several sealed contents, each as ``putContent(_:of:size:from:)`` does; all are durable when it returns. The
    /// vault exists. What it leaves when it fails is garbage that ``contents(of:after:limit:)`` lists, or nothing.
    ///
    /// By default one after the other; an engine that can do better with many at once says so in
    /// ``VaultStoreCapabilities/leastPack``.
    func putContents(_ contents: [ContentID: [UInt8]], of vault: VaultID) async throws(VaultError)

    /// Octets of a sealed content, or `nil` when the store does not have it.
    func contentSize(_ id: ContentID, of vault: VaultID) async throws(VaultError) -> Int64?

    /// Octets of a range of a sealed content; `notFound` when there is no such content, `damaged` when it is shorter.
    func content(
        _ id: ContentID, of vault: VaultID, in range: Range<Int64>
    ) async throws(VaultError) -> [UInt8]

    /// Whole sealed contents; those that do not exist are left out, and one of more than `limit` octets is `damaged`.
    ///
    /// By default ``contentSize(_:of:)`` and ``content(_:of:in:)`` for each; an engine that can do it in one read does.
    func contents(
        _ ids: [ContentID], of vault: VaultID, limit: Int64
    ) async throws(VaultError) -> [ContentID: [UInt8]]

    /// Ids of contents in ascending order, those after `id`, at most `limit`: for collecting garbage only.
    func contents(of vault: VaultID, after id: ContentID?, limit: Int) async throws(VaultError) -> [ContentID]

    /// Deletes contents; those that do not exist are no error.
    func deleteContents(_ ids: [ContentID], of vault: VaultID) async throws(VaultError)

    /// Puts a deposit of at most 65,536 octets into the inbox; one that is there under the same id stays as it is.
    func putDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError)

    /// Puts a deposit into the inbox in the place of the one with the same id, in one step: whoever looks finds one of the two.
    func replaceDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError)

    /// Deposits in the inbox in the order of their arrival, at most `limit`.
    func deposits(of vault: VaultID, limit: Int) async throws(VaultError) -> [StoredDeposit]

    /// Deletes deposits; those that do not exist are no error.
    func deleteDeposits(_ ids: [DepositID], of vault: VaultID) async throws(VaultError)
}

extension VaultStore {
    public func contents(
        _ ids: [ContentID], of vault: VaultID, limit: Int64
    ) async throws(VaultError) -> [ContentID: [UInt8]] {
        var contents: [ContentID: [UInt8]] = [:]
        for id in ids {
            guard let size = try await contentSize(id, of: vault) else { continue }
            guard size <= limit else {
                throw VaultError(
                    .damaged, object: "content \(id)", "\(size) octets, at most \(limit) are read")
            }
            contents[id] = try await content(id, of: vault, in: 0..<size)
        }
        return contents
    }

    public func putContents(_ contents: [ContentID: [UInt8]], of vault: VaultID) async throws(VaultError) {
        for (id, bytes) in contents {
            do {
                try await putContent(id, of: vault, size: Int64(bytes.count), from: BytesStream(bytes))
            } catch let error as VaultError {
                throw error
            } catch {
                throw VaultError(.storeFailure, object: "content \(id)", "\(error)")
            }
        }
    }

    /// The key record of a version, or `nil`.
    public func keyRecord(of version: VersionID, in vault: VaultID) async throws(VaultError) -> [UInt8]? {
        try await keyRecords(of: [version], in: vault)[version]
    }
}
