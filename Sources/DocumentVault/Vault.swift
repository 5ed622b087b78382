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
    let store: any VaultStore
    let secrets: [Int64: EpochSecret]
    let owner: OwnerKey?
    let random: any RandomSource
    var state: VaultState

    init(
        _ state: VaultState, freshness: Freshness, in store: any VaultStore, secrets: [Int64: EpochSecret],
        owner: OwnerKey?, random: any RandomSource
    ) {
        id = state.vault
        self.state = state
        self.freshness = freshness
        self.store = store
        self.secrets = secrets
        self.owner = owner
        self.random = random
    }

    /// The vault's own name, as given at its creation.
    public var name: String { state.name }

    /// Whose vault it is.
    public var ownerKind: OwnerKind { state.ownerKind }

    /// The head as an anchor, to be kept outside the store's administration after every change.
    public var anchor: Anchor? { state.head.map { Anchor(vault: id, head: $0) } }

    /// All documents, in the order in which they were first stored.
    public func list() -> [DocumentRecord] { state.order.compactMap { state.documents[$0] } }

    /// One document.
    ///
    /// - Throws: ``VaultError`` with code `notFound`.
    public func document(_ document: DocumentID) throws(VaultError) -> DocumentRecord {
        guard let record = state.documents[document] else {
            throw VaultError(.notFound, object: "document \(document)", "the vault does not have it")
        }
        return record
    }

    /// The documents whose newest version has these bytes.
    public func documents(withDigest sha256: Digest32) -> [DocumentRecord] {
        list().filter { $0.current.sha256 == sha256 }
    }

    /// The content of a version, read as it is asked for.
    ///
    /// - Parameters:
    ///   - document: The document.
    ///   - version: The version; `nil` is the newest.
    /// - Throws: ``VaultError`` with code `notFound` or `damaged`.
    public func read(_ document: DocumentID, version: VersionID? = nil) async throws(VaultError) -> DocumentContent {
        let record = try self.document(document)
        guard let found = version.map({ record.version($0) }) ?? record.current else {
            throw VaultError(.notFound, object: "document \(document)", "it does not have that version")
        }
        return try await content(of: found)
    }

    /// Reads what others have appended since.
    ///
    /// - Throws: ``VaultError``: `rolledBack` or `forked` when the store shows less or something else than before,
    ///   `damaged` when a new entry does not hold.
    public func refresh() async throws(VaultError) {
        guard let known = state.head else { return }
        guard let head = try await store.head(of: id) else {
            throw VaultError(.rolledBack, object: "entry \(known.sequence)", "the store has no such vault any more")
        }
        while let own = state.head, own.sequence < head.sequence {
            let page = try await store.entries(of: id, from: own.sequence + 1, limit: JournalReading.pageSize)
            guard !page.isEmpty else {
                throw VaultError(.damaged, object: "entry \(own.sequence + 1)", "the store's head is \(head.sequence)")
            }
            // Another task of this actor may have folded some of these meanwhile.
            for stored in page where stored.sequence > (state.head?.sequence ?? -1) {
                try state.apply(stored, opening: secrets)
            }
        }
        guard let own = state.head, own.sequence >= head.sequence else { return }
        guard head.sequence >= known.sequence else {
            throw VaultError(.rolledBack, object: "entry \(known.sequence)", "the store's head is \(head.sequence)")
        }
        guard state.hashes.indices.contains(Int(head.sequence)), state.hashes[Int(head.sequence)] == head.hash else {
            throw VaultError(.forked, object: "entry \(head.sequence)", "the store's head is another entry")
        }
    }

    func content(of version: DocumentVersion) async throws(VaultError) -> DocumentContent {
        let object = "key record \(version.id)"
        guard let bytes = try await store.keyRecord(of: version.id, in: id) else {
            throw VaultError(.damaged, object: object, "the store does not have it")
        }
        let record = try KeyRecord(parsing: bytes, object: object)
        guard record.document == version.document, record.version == version.id, let secret = secrets[record.epoch]
        else {
            throw VaultError(.damaged, object: object, "it belongs to another version or epoch")
        }
        let key = try record.open(vault: id, under: secret, object: object)
        return DocumentContent(version, key: key, vault: id, store: store)
    }
}
