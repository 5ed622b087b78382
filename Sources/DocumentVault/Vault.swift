// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore

/// An open vault: documents, their versions and their history, sealed in a store that is not trusted.
///
/// Several devices may have the same vault open. Every change is an append on the head that this actor knows; when
/// somebody else was faster, the newer entries are read, checked and folded in, and the change is tried again on them.
public actor Vault {
    /// Name of the vault.
    public nonisolated let id: VaultID
    /// How the journal compared with the anchor given at opening.
    public nonisolated let freshness: Freshness
    /// What the vault may hold; changes past it are refused.
    public nonisolated let quota: VaultQuota
    /// The entry before which the vault was opened to be read; `nil` when all entries hold, see
    /// ``openBeforeDamage(_:in:unlocking:anchor:random:)``.
    public nonisolated let endsBefore: EntryAtFault?
    let store: any VaultStore
    let access: Access
    let random: any RandomSource
    var secrets: [Int64: EpochSecret]
    var state: VaultState
    /// The references of the newest snapshot's pages, once they were read.
    var pages: SnapshotIndexes?
    /// Whether the next snapshot makes every page anew, because some do not hold.
    var rebuildsPages = false
    /// Versions whose keys the last rotation of this device, or sweep that ended one, had to leave behind.
    public internal(set) var keysLeftBehind: [KeyLeftBehind] = []

    /// With what the vault was opened.
    struct Access: Sendable {
        let slot: SlotID
        let opener: SlotOpener
        let owner: OwnerKey?
    }

    init(
        _ state: VaultState, freshness: Freshness, in store: any VaultStore, secrets: [Int64: EpochSecret],
        access: Access, quota: VaultQuota, random: any RandomSource, endsBefore: EntryAtFault? = nil
    ) {
        id = state.vault
        self.state = state
        self.freshness = freshness
        self.store = store
        self.secrets = secrets
        self.access = access
        self.quota = quota
        self.endsBefore = endsBefore
        self.random = random
    }

    /// The vault's own name, as given at its creation.
    public var name: String { state.core.name }

    /// Whose vault it is.
    public var ownerKind: OwnerKind { state.core.ownerKind }

    /// The head as an anchor, to be kept outside the store's administration after every change.
    public var anchor: Anchor? {
        state.head.map { Anchor(vault: id, head: $0, restorations: state.core.restorations.map(\.digest)) }
    }

    /// Documents that are not erased; known without reading them.
    public var documentCount: Int64 { state.core.documents }

    /// Padded octets of all versions of all documents.
    public var storedOctets: Int64 { state.core.octets }

    var owner: OwnerKey? { access.owner }

    var reader: SnapshotReader { SnapshotReader(vault: id, store: store, secrets: secrets) }

    /// All documents, in the order in which they were first stored.
    ///
    /// - Throws: ``VaultError``: `damaged` when pages of the snapshot or entries after it do not hold, errors of the store.
    public func list() async throws(VaultError) -> [DocumentRecord] {
        try await loadDocuments()
        return state.catalogue?.list ?? []
    }

    /// One document.
    ///
    /// - Throws: ``VaultError`` with code `notFound`; as ``list()``.
    public func document(_ document: DocumentID) async throws(VaultError) -> DocumentRecord {
        try await loadDocuments()
        guard let record = state.catalogue?.documents[document] else {
            let isErased = state.catalogue?.erased[document] != nil
            throw VaultError(
                .notFound, object: "document \(document)", isErased ? "it was erased" : "the vault does not have it")
        }
        return record
    }

    /// The documents whose newest version has these bytes.
    ///
    /// - Throws: As ``list()``.
    public func documents(withDigest sha256: Digest32) async throws(VaultError) -> [DocumentRecord] {
        try await loadDocuments()
        return state.catalogue?.documents(withDigest: sha256) ?? []
    }

    /// The content of a version, read as it is asked for.
    ///
    /// - Parameters:
    ///   - document: The document.
    ///   - version: The version; `nil` is the newest.
    /// - Throws: ``VaultError`` with code `notFound` or `damaged`.
    public func read(_ document: DocumentID, version: VersionID? = nil) async throws(VaultError) -> DocumentContent {
        let record = try await self.document(document)
        guard let found = version.map({ record.version($0) }) ?? record.current else {
            throw VaultError(.notFound, object: "document \(document)", "it does not have that version")
        }
        return try await content(of: found)
    }

    func content(of version: DocumentVersion) async throws(VaultError) -> DocumentContent {
        let object = "key record \(version.id)"
        guard let bytes = try await store.keyRecord(of: version.id, in: id) else {
            // Somebody else may have erased the document since this one last looked.
            try? await refresh()
            guard state.catalogue?.erased[version.document] == nil else {
                throw VaultError(.notFound, object: "document \(version.document)", "it was erased")
            }
            throw VaultError(.damaged, object: object, "the store does not have it")
        }
        let record = try KeyRecord(parsing: bytes, object: object)
        // Another device may have rotated since this one last looked.
        if secrets[record.epoch] == nil { try await refresh() }
        guard record.document == version.document, record.version == version.id, let secret = secrets[record.epoch]
        else {
            throw VaultError(.damaged, object: object, "it belongs to another version or epoch")
        }
        let key = try record.open(vault: id, under: secret, object: object)
        return DocumentContent(version, key: key, vault: id, store: store)
    }
}
