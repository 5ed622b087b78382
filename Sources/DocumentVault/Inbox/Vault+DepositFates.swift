// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

extension Vault {
    /// Whether a document has, or had, the id that a deposit's document gets; it need not be the deposit's.
    func isKnown(_ deposit: DepositID) -> Bool {
        let document = DepositTicket.document(of: deposit)
        return state.catalogue?.documents[document] != nil || state.catalogue?.erased[document] != nil
    }

    /// Whether somebody used the ticket of a document once more that was erased: an erasure deletes the content.
    func wasLeftAfterErasure(_ deposit: DepositID) async throws(VaultError) -> Bool {
        guard state.catalogue?.erased[DepositTicket.document(of: deposit)] != nil else { return false }
        return try await store.contentSize(DepositTicket.content(of: deposit), of: id) != nil
    }

    /// Why a deposit whose document's id is given away was not taken in; `nil` when it was, or when it is nothing to keep.
    ///
    /// An enrolled writer chooses the ids of the documents that it stores, and may choose a deposit's. Only a document with
    /// the deposit's own content, whose key the vault has, is what the deposit became.
    ///
    /// - Parameter record: The deposit's; `nil` when it does not open.
    func obstacle(to deposit: DepositID, _ record: DepositRecord?) async throws(VaultError) -> String? {
        guard let document = state.catalogue?.documents[DepositTicket.document(of: deposit)],
            let first = document.versions.first
        else { return nil }
        guard let record else { return "another document has its id, and it does not open" }
        let own = record.version
        if first.content == own.content, first.commitment == own.commitment, first.sha256 == own.sha256 {
            return try await hasKey(first, record.key) ? nil : "the vault lacks the key of its document"
        }
        // Of two who used its ticket one left the content that lies there, and that is the document: the other one's record
        // is of nothing.
        if first.content == own.content, try await commitment(of: own.content) == first.commitment { return nil }
        return "another document has its id"
    }

    private func hasKey(_ version: DocumentVersion, _ key: SharedSecret) async throws(VaultError) -> Bool {
        guard let bytes = try await store.keyRecord(of: version.id, in: id) else { return false }
        let object = "key record \(version.id)"
        guard let record = try? KeyRecord(parsing: bytes, object: object), record.document == version.document,
            record.version == version.id
        else { return false }
        // Somebody else may have begun an epoch meanwhile.
        if secrets[record.epoch] == nil { try await refresh() }
        guard let secret = secrets[record.epoch],
            let opened = try? record.open(vault: id, under: secret, object: object)
        else { return false }
        return opened.octets.isEqual(to: key.octets)
    }

    private func commitment(of content: ContentID) async throws(VaultError) -> Digest32? {
        let end = Int64(Cobblestone256.headerByteCount)
        guard let size = try await store.contentSize(content, of: id), size >= end else { return nil }
        let header = try await store.content(content, of: id, in: 0..<end)
        return Digest32(octets: Array(header.dropFirst(Cobblestone256.saltByteCount)))
    }

    private func waiting(_ deposit: DepositID) async throws(VaultError) -> StoredDeposit? {
        try await store.deposits(of: id, limit: store.capabilities.depositLimit).first { $0.id == deposit }
    }

    /// As ``obstacle(to:_:)``, of a deposit that lies in the inbox.
    private func obstacleInInbox(to deposit: DepositID) async throws(VaultError) -> String? {
        guard let found = try await waiting(deposit) else { return nil }
        let card = try await card()
        let keys = try await depositKeys()
        return try await obstacle(to: deposit, try? DepositRecord(opening: found, with: keys, card: card))
    }

    /// Deletes a deposit that was put aside or broken off; its content goes with the next ``sweep(at:)``, and from then on
    /// its ticket is good again.
    ///
    /// - Throws: ``VaultError``: `notFound` unless it was put aside and not taken in since, left with the ticket of a document
    ///   that was erased, without a content, or kept because another document has its id; errors of the store.
    public func discardDeposit(_ deposit: DepositID) async throws(VaultError) {
        try await refresh()
        try await loadDocuments()
        var isAside = state.core.quarantined[deposit] != nil && !isKnown(deposit)
        if !isAside { isAside = try await wasLeftAfterErasure(deposit) }
        if !isAside { isAside = try await obstacleInInbox(to: deposit) != nil }
        if !isAside, !isKnown(deposit) { isAside = try await isWithoutContent(deposit) }
        guard isAside else {
            throw VaultError(.notFound, object: "deposit \(deposit)", "it was neither put aside nor broken off")
        }
        try await store.deleteDeposits([deposit], of: id)
    }

    /// Whether a deposit waits without its content. Should its depositor be on the way, the record is put again.
    private func isWithoutContent(_ deposit: DepositID) async throws(VaultError) -> Bool {
        guard let found = try await waiting(deposit) else { return false }
        let keys = try await depositKeys()
        guard let record = try? DepositRecord(opening: found, with: keys, card: try await card()) else { return false }
        return try await store.contentSize(record.version.content, of: id) == nil
    }

    /// What became of a deposit that somebody has a receipt for.
    public func status(of deposit: DepositID) async throws(VaultError) -> DepositStatus {
        try await loadDocuments()
        let document = DepositTicket.document(of: deposit)
        if state.catalogue?.documents[document] != nil {
            guard let reason = try await obstacleInInbox(to: deposit) else { return .absorbed(document) }
            return .quarantined(reason)
        }
        if state.catalogue?.erased[document] != nil { return .erased }
        if let reason = state.core.quarantined[deposit] { return .quarantined(reason) }
        return try await waiting(deposit) == nil ? .missing : .waiting
    }

    /// What became of the document that a receipt is of: not of another one that was left with the same ticket later.
    ///
    /// Of one that waits, was put aside or erased the vault has nothing to compare: its content is not read here.
    public func status(of receipt: DepositReceipt) async throws(VaultError) -> DepositStatus {
        guard receipt.vault == id.description, let deposit = DepositID(receipt.deposit) else { return .missing }
        let status = try await status(of: deposit)
        guard case .absorbed(let document) = status, let record = state.catalogue?.documents[document] else {
            return status
        }
        return record.versions.contains { $0.sha256.description == receipt.sha256 } ? status : .missing
    }
}
