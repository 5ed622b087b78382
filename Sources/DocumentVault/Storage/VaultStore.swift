// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Where the sealed objects of vaults lie. A store never sees a key or a plaintext, and is not trusted.
///
/// The contract, which `VaultStoreConformance` of `VaultTesting` checks:
///
/// - **Append is atomic, durable and idempotent.** ``append(_:to:)`` either puts everything that it is given on stable
///   storage and moves the head, or changes nothing. It happens only when the vault's head is the expected one (for a
///   new vault: when there is none). A batch whose first entry's operation is in the journal already is not put a second
///   time: the answer is ``VaultAppendOutcome/repeated(_:)``. When a reply was lost, the same batch is sent again.
/// - **One head.** All callers see one order of heads for one vault; nothing is promised across vaults.
/// - **Contents are written once.** ``putContent(_:of:size:from:)`` is durable when it returns, before any entry names the
///   content; ids are random and never used again. A content is readable as soon as its put, or the batch that carries
///   it, has returned. Putting fewer or more octets than announced leaves nothing behind.
/// - **What is deleted is gone**: overwritten where the engine can, see ``VaultStoreCapabilities``.
/// - **Errors** are ``VaultError`` with the codes `notFound`, `busy` (nothing was changed, repeating is right),
///   `storeFull`, `notPermitted`, `damaged`, `storeFailure` (whether an append took place is unknown: repeat it).
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

    /// The key record of a version, or `nil`.
    func keyRecord(of version: VersionID, in vault: VaultID) async throws(VaultError) -> [UInt8]?

    /// Puts a sealed content of exactly `size` octets, taken from `stream` off the cooperative pool.
    ///
    /// Errors of the stream pass through unchanged.
    func putContent(
        _ id: ContentID, of vault: VaultID, size: Int64, from stream: any ContentStream
    ) async throws

    /// Octets of a sealed content, or `nil` when the store does not have it.
    func contentSize(_ id: ContentID, of vault: VaultID) async throws(VaultError) -> Int64?

    /// Octets of a range of a sealed content; `notFound` when there is no such content, `damaged` when it is shorter.
    func content(
        _ id: ContentID, of vault: VaultID, in range: Range<Int64>
    ) async throws(VaultError) -> [UInt8]

    /// Deletes contents; those that do not exist are no error.
    func deleteContents(_ ids: [ContentID], of vault: VaultID) async throws(VaultError)
}
