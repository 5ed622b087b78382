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

    /// Deletes what an interrupted call left in the inbox of a deposit that became a document: its record describes the document
    /// and has its key, which an erasure promises to be gone.
    func deleteRecord(of document: DocumentID) async throws(VaultError) {
        guard let deposit = DepositID(octets: document.octets), isKnown(deposit), try await waiting(deposit) != nil,
            try await !wasLeftAfterErasure(deposit), try await obstacleInInbox(to: deposit) == nil
        else { return }
        try await store.deleteDeposits([deposit], of: id)
    }

    /// Deletes a deposit that was put aside or broken off; its content goes with the next ``sweep(at:)``, and from then on
    /// its ticket is good again. What lies there now is read before: its depositor may have left it again.
    ///
    /// - Parameter regardless: Whether one that was put aside goes although what lies there now can be read: for one that was
    ///   just looked at, and that a judgement of its signatures keeps out.
    /// - Throws: ``VaultError``: `notPermitted` without the owner's key; `notFound` unless it does not hold, was left with the
    ///   ticket of a document that was erased, without a content, or kept because another document has its id; `conflict` when
    ///   it was put aside and holds now, so that the next ``absorbDeposits(limit:octets:lookingFirstAt:at:judging:)`` takes it
    ///   in; errors of the store.
    public func discardDeposit(_ deposit: DepositID, regardless: Bool = false) async throws(VaultError) {
        _ = try requireOwner()
        try await refresh()
        try await loadDocuments()
        var isAside = try await wasLeftAfterErasure(deposit)
        if !isAside { isAside = try await obstacleInInbox(to: deposit) != nil }
        if !isAside, !isKnown(deposit) {
            let wasAside = state.core.quarantined[deposit] != nil
            isAside = wasAside && regardless
            if !isAside, let found = try await waiting(deposit) {
                isAside = try await !isReadable(found)
                guard isAside || !wasAside else {
                    throw VaultError(
                        .conflict, object: "deposit \(deposit)", "it holds now, and the next look takes it in")
                }
            } else if !isAside {
                isAside = wasAside
            }
        }
        guard isAside else {
            throw VaultError(.notFound, object: "deposit \(deposit)", "it was neither put aside nor broken off")
        }
        try await store.deleteDeposits([deposit], of: id)
    }

    /// Whether a deposit that waits is whole as far as can be seen without judging its signatures: its record opens, it takes
    /// nobody's ids, and its content is there and holds to its end.
    private func isReadable(_ deposit: StoredDeposit) async throws(VaultError) -> Bool {
        let keys = try await depositKeys()
        let card = try await card()
        do {
            let record = try DepositRecord(opening: deposit, with: keys, card: card)
            try await checkIsNew(record)
            guard try await store.contentSize(record.version.content, of: id) != nil else { return false }
            try await DocumentContent(record.version, key: record.key, vault: id, store: store).forEachPiece { _ in }
            return true
        } catch let error as VaultError {
            guard error.code.isOfDeposit || error.code == .notFound else { throw error }
            return false
        } catch {
            throw VaultError(.storeFailure, object: "deposit \(deposit.id)", "\(error)")
        }
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

    /// How many deposits lie in the inbox that are no documents of the vault: what waits, was broken off or put aside. They are
    /// in no export.
    public func depositsWaiting() async throws(VaultError) -> Int {
        try await loadDocuments()
        var count = 0
        for deposit in try await store.deposits(of: id, limit: store.capabilities.depositLimit) {
            if isKnown(deposit.id), try await obstacleInInbox(to: deposit.id) == nil { continue }
            count += 1
        }
        return count
    }
}
