// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore

extension Vault {
    /// The key that signs for the owner; part of the genesis, from which the vault has its name.
    public var ownerVerificationKey: VaultVerificationKey? { state.genesis?.ownerKey }

    /// Erases a document with all its versions: keys, descriptions and contents go, hashes of ciphertext stay.
    ///
    /// The key records and the payloads go in the same atomic change as the entry that says so, the snapshot's pages that
    /// told of the document right after it, large contents as the engine deletes them. A call that was interrupted is
    /// made again; ``sweep(at:)`` deletes contents that a crash left.
    ///
    /// - Parameters:
    ///   - document: The document.
    ///   - reason: Why; kept in the journal and in the statement, so without personal data.
    ///   - remaining: What the caller knows to remain elsewhere: backups, copies handed out.
    ///   - time: Now; recorded as a claim.
    /// - Returns: The signed statement.
    /// - Throws: ``VaultError``: `held` under a legal hold, `notFound`, `notPermitted` without the owner's key, errors of the
    ///   store.
    public func erase(
        _ document: DocumentID, reason: String, remaining: [ErasureStatement.Remainder] = [],
        operation: OperationID? = nil, at time: Instant
    ) async throws(VaultError) -> ErasureStatement {
        let owner = try requireOwner()
        guard reason.utf8.count <= 4096 else { throw VaultError(.invalidMetadata, "a reason of more than 4096 octets") }
        try await loadDocuments()
        try await deleteRecord(of: document)
        if state.catalogue?.erased[document] == nil {
            _ = try await self.document(document)
            do throws(VaultError) {
                _ = try await change(operation: operation ?? OperationID(random: random), at: time) {
                    (state) throws(VaultError) in
                    guard let record = state.catalogue?.documents[document] else {
                        throw VaultError(.notFound, object: "document \(document)", "it was erased meanwhile")
                    }
                    guard record.hold == nil else {
                        throw VaultError(.held, object: "document \(document)", "under a legal hold")
                    }
                    let erasure = Erasure(of: record, reason: reason.normalizedNFC)
                    var change = Change(events: [.erased(erasure)], secret: try self.currentSecret())
                    change.dropping = VaultAppend.Dropping(
                        payloads: erasure.entries, keyRecords: erasure.versions.map(\.version),
                        contents: erasure.versions.map(\.content))
                    return change
                }
            } catch {
                // An earlier call, whose reply was lost, or another device had done it already.
                guard error.code == .notFound, state.catalogue?.erased[document] != nil else { throw error }
            }
        }
        // Pages of the snapshot that tell of the document must go too.
        if state.needsSnapshot { try await makeSnapshot(at: time) }
        guard let tombstone = state.catalogue?.erased[document] else {
            throw VaultError(.damaged, object: "document \(document)", "the erasure is not in the journal")
        }
        let found = try await event(at: tombstone.erasedIn)
        guard case .erased(let erasure) = found.event else {
            throw VaultError(.damaged, object: "entry \(tombstone.erasedIn)", "no erasure")
        }
        return try ErasureStatement(
            vault: id, erasure: erasure, entry: found.entry.head, erasedAt: found.time, remaining: remaining,
            signedBy: owner.key)
    }

    /// Forbids to erase a document until the hold is lifted.
    ///
    /// - Parameters:
    ///   - ground: On what ground.
    ///   - decidedBy: Who decided.
    /// - Throws: ``VaultError``: `notFound`, `notPermitted` without the owner's key, errors of the store.
    public func hold(
        _ document: DocumentID, ground: String, decidedBy: String, at time: Instant
    ) async throws(VaultError) {
        try await put(
            LegalHold(ground: ground.normalizedNFC, decidedBy: decidedBy.normalizedNFC, placedAt: time), document, time)
    }

    /// Lifts a legal hold.
    ///
    /// - Throws: As ``hold(_:ground:decidedBy:at:)``.
    public func liftHold(on document: DocumentID, at time: Instant) async throws(VaultError) {
        try await put(nil, document, time)
    }

    private func put(_ hold: LegalHold?, _ document: DocumentID, _ time: Instant) async throws(VaultError) {
        _ = try requireOwner()
        _ = try await self.document(document)
        if let hold,
            hold.ground.isEmpty || hold.decidedBy.isEmpty || hold.ground.utf8.count + hold.decidedBy.utf8.count > 4096
        {
            throw VaultError(.invalidMetadata, "a hold names its ground and who decided, in at most 4096 octets")
        }
        _ = try await change(operation: OperationID(random: random), at: time) { (state) throws(VaultError) in
            guard state.catalogue?.documents[document] != nil else {
                throw VaultError(.notFound, object: "document \(document)", "it was erased")
            }
            return Change(events: [.legalHold(document, hold)], secret: try self.currentSecret())
        }
    }
}
