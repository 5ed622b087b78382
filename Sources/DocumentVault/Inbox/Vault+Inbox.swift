// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierCore

extension Vault {
    /// What others need to leave documents here.
    public func card() async throws(VaultError) -> VaultCard {
        guard let first = try await store.entries(of: id, from: 0, limit: 1).first else {
            throw VaultError(.damaged, object: "entry 0", "missing")
        }
        let card = try VaultCard(first.entry)
        guard card.vault == id else {
            throw VaultError(.damaged, object: "entry 0", "it is not the genesis of this vault")
        }
        return card
    }

    /// Issues a ticket with which one document can be left in the inbox.
    ///
    /// - Parameters:
    ///   - dossier: Code of the dossier that it is issued with.
    ///   - largest: Largest document in octets.
    ///   - until: Until when it is good.
    /// - Throws: ``VaultError`` with code `notPermitted` without the owner's key.
    public func issueTicket(
        for dossier: String, largest: Int64 = 64 << 20, until: Instant? = nil
    ) async throws(VaultError) -> DepositTicket {
        let owner = try requireOwner()
        guard dossier.utf8.count <= 255, !dossier.hasControls, largest >= 0 else {
            throw VaultError(.invalidMetadata, "dossier or size of a ticket")
        }
        try VaultEvent.check(until)
        // Somebody may have been removed on another device: a deposit by this ticket is not for them.
        try await refresh()
        let current = try currentSecret()
        let sealing =
            current.number == 1
            ? nil
            : DepositTicket.Sealing(epoch: current.number, key: try current.depositKey(of: id).publicKey)
        return try DepositTicket(
            card: try await card(), id: DepositID(random: random), dossier: dossier.normalizedNFC, largest: largest,
            until: until, sealing: sealing, signedBy: owner.key)
    }

    /// A deposit that is to be judged before it becomes a document.
    public struct Arrival: Sendable {
        /// The deposit.
        public let deposit: DepositID
        /// Who left it: a claim.
        public let depositor: String
        /// What it becomes; its provenance is the holder's word.
        public let version: DocumentVersion
        /// The document.
        public let content: DocumentContent
    }

    /// What absorbing did.
    public struct Absorbed: Sendable {
        /// Documents that were taken in.
        public internal(set) var documents: [DocumentReference] = []
        /// Deposits that were put aside now, with the reasons.
        public internal(set) var quarantined: [DepositID: String] = [:]
        /// Deposits that were put aside before, still lie there and still do not hold, with the reasons of then, and those
        /// that cannot be taken in because another document has their id; see ``Vault/discardDeposit(_:)``.
        public internal(set) var aside: [DepositID: String] = [:]
        /// Deposits that the vault's quota has no room for, and why; they wait.
        public internal(set) var noRoom: [DepositID: String] = [:]
        /// Deposits whose content is not there yet.
        public internal(set) var incomplete: [DepositID] = []
        /// Whether more wait: the call is bounded.
        public internal(set) var hasMore = false
    }

    /// Takes in what lies in the inbox: each deposit once, whatever is retried or replayed; what does not hold is put aside.
    ///
    /// What was put aside is looked at again after all others, as far as the limits go: a depositor may have been on its way
    /// just then, and a store may have given wrong octets once.
    ///
    /// - Parameters:
    ///   - limit: Most deposits looked at.
    ///   - octets: Most octets of documents read; one document is read in any case.
    ///   - first: Deposits that are looked at before all others, also those that were put aside.
    ///   - time: Now; recorded as a claim.
    ///   - judge: Gives the provenance, for example after validating the document's signatures; by default the document
    ///     stays on the word of who left it.
    /// - Throws: ``VaultError``: `notPermitted`, errors of the store; what `judge` throws.
    public func absorbDeposits(
        limit: Int = 32, octets: Int64 = 256 << 20, lookingFirstAt first: Set<DepositID> = [], at time: Instant,
        judging judge: @Sendable (Arrival) async throws -> Provenance = { $0.version.provenance }
    ) async throws -> Absorbed {
        var result = Absorbed()
        let deposits = try await store.deposits(of: id, limit: max(limit, store.capabilities.depositLimit))
        guard !deposits.isEmpty else { return result }
        try await refresh()
        try await loadDocuments()
        let card = try await card()
        let keys = try await depositKeys()
        var work = Absorbing(card: card, keys: keys, limit: limit, octets: octets, time: time)
        for deposit in deposits where first.contains(deposit.id) {
            result.aside[deposit.id] = state.core.quarantined[deposit.id]
            guard work.hasRoom else { break }
            try await take(deposit, &work, &result, judge)
        }
        let others = inTurn(deposits.filter { !first.contains($0.id) })
        for deposit in others where state.core.quarantined[deposit.id] == nil {
            guard work.hasRoom else {
                result.hasMore = true
                break
            }
            try await take(deposit, &work, &result, judge)
        }
        for deposit in others {
            guard let reason = state.core.quarantined[deposit.id], result.quarantined[deposit.id] == nil else {
                continue
            }
            result.aside[deposit.id] = reason
            guard work.hasRoom, try await mayHold(deposit, work) else { continue }
            try await take(deposit, &work, &result, judge)
        }
        return result
    }

    /// Deposits in the order in which they are looked at: that of their arrival, or, where those that do not hold can be put
    /// aside no more and would stand before the others each time, one of chance.
    private func inTurn(_ deposits: [StoredDeposit]) -> [StoredDeposit] {
        guard state.core.quarantined.count >= StateCore.mostQuarantined else { return deposits }
        return deposits.map { (deposit: $0, place: DepositID(random: random)) }.sorted { $0.place < $1.place }
            .map(\.deposit)
    }

    /// One call's bounds, and what opens deposits.
    private struct Absorbing {
        let card: VaultCard
        let keys: DepositKeys
        let limit: Int
        var octets: Int64
        var looked = 0
        let time: Instant

        init(card: VaultCard, keys: DepositKeys, limit: Int, octets: Int64, time: Instant) {
            self.card = card
            self.keys = keys
            self.limit = limit
            self.octets = octets
            self.time = time
        }

        /// One document is read in any case.
        var hasRoom: Bool { looked < limit && (looked == 0 || octets > 0) }
    }

    /// Whether a deposit that was put aside is worth being read again: its record opens, and what lies there begins as the
    /// record says.
    private func mayHold(_ deposit: StoredDeposit, _ work: Absorbing) async throws(VaultError) -> Bool {
        if isKnown(deposit.id) { return true }
        guard let record = try? DepositRecord(opening: deposit, with: work.keys, card: work.card) else { return false }
        let end = Int64(Cobblestone256.headerByteCount)
        do throws(VaultError) {
            let header = try await store.content(record.version.content, of: id, in: 0..<end)
            return Array(header.dropFirst(Cobblestone256.saltByteCount)) == record.version.commitment.octets
        } catch {
            guard error.code == .notFound || error.code == .damaged else { throw error }
            return false
        }
    }

    /// Refuses a deposit whose ids are those of something that the vault has or had: an entry with them would be one that no
    /// reader takes in, and its key would take the place of another's.
    func checkIsNew(_ record: DepositRecord) async throws(VaultError) {
        let (deposit, version) = (record.ticket.id, record.version)
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: "deposit \(deposit)", detail) }
        if let fault = state.catalogue?.fault(of: [version]) { throw damaged(fault) }
        // Ids that the depositor chose are read for those that left their deposits before the version's was derived.
        guard version.id != (try DepositTicket.version(of: deposit)) else { return }
        guard try await store.keyRecord(of: version.id, in: id) == nil else {
            throw damaged("a version that another document has")
        }
        for tombstone in (state.catalogue?.erased ?? [:]).values {
            guard case .erased(let erasure) = try await event(at: tombstone.erasedIn).event,
                erasure.versions.contains(where: { $0.version == version.id })
            else { continue }
            throw damaged("a version that was erased")
        }
    }

    private func take(
        _ deposit: StoredDeposit, _ work: inout Absorbing, _ result: inout Absorbed,
        _ judge: @Sendable (Arrival) async throws -> Provenance
    ) async throws {
        work.looked += 1
        try Task.checkCancellation()
        guard !isKnown(deposit.id) else {
            if try await wasLeftAfterErasure(deposit.id) {
                result.aside[deposit.id] = "the document of its ticket was erased: it needs a new ticket"
                return
            }
            // Taken in before, and the deletion did not take place; or shown again by the store.
            let record = try? DepositRecord(opening: deposit, with: work.keys, card: work.card)
            return try await settle(deposit.id, try await obstacle(to: deposit.id, record), &result)
        }
        var wasRead = false
        do {
            let record = try DepositRecord(opening: deposit, with: work.keys, card: work.card)
            try await checkIsNew(record)
            guard try await store.contentSize(record.version.content, of: id) != nil else {
                // Nothing was read, and those that were broken off must not stand before the others for ever.
                work.looked -= 1
                result.incomplete.append(deposit.id)
                return
            }
            // Before it is read: it is looked at each time until there is room.
            try quota.check(state.core, adding: [record.version])
            work.octets -= record.version.size
            wasRead = true
            let content = DocumentContent(record.version, key: record.key, vault: id, store: store)
            try await content.forEachPiece { _ in }
            let provenance = try await judge(
                Arrival(deposit: deposit.id, depositor: record.depositor, version: record.version, content: content)
            )
            if let reference = try await absorb(record, provenance, at: work.time) {
                result.documents.append(reference)
                try await settle(deposit.id, nil, &result)
            } else {
                // Another device did, or gave the document's id to another one.
                var obstacle: String? = "it was not taken in"
                if isKnown(deposit.id) { obstacle = try await self.obstacle(to: deposit.id, record) }
                try await settle(deposit.id, obstacle, &result)
            }
        } catch let error as VaultError where error.code == .overQuota {
            // A smaller one behind it may have room.
            result.noRoom[deposit.id] = error.detail
        } catch let error as VaultError where error.code.isOfDeposit {
            guard state.core.quarantined[deposit.id] == nil else { return }
            // Anybody who runs the store can fill the inbox with what does not hold: past the limit it stays there.
            if state.core.quarantined.count < StateCore.mostQuarantined {
                try await quarantine(deposit.id, reason: error.detail, at: work.time)
                // Another device took it in at this moment.
                guard !isKnown(deposit.id) else { return }
            } else if !wasRead {
                // It lies there next time as well, and must not stand before the others.
                work.looked -= 1
            }
            result.quarantined[deposit.id] = error.detail
        }
    }

    /// Deletes a deposit that was taken in; one that was not, although its document's id is given away, stays and is named.
    private func settle(_ deposit: DepositID, _ obstacle: String?, _ result: inout Absorbed) async throws(VaultError) {
        if obstacle == nil { try await store.deleteDeposits([deposit], of: id) }
        result.aside[deposit] = obstacle
    }

    private func absorb(
        _ record: DepositRecord, _ provenance: Provenance, at time: Instant
    ) async throws(VaultError) -> DocumentReference? {
        let deposited = record.version
        guard provenance.sha256 == deposited.sha256 else {
            throw VaultError(.provenanceMismatch, "the provenance speaks of other bytes than the deposit's")
        }
        // What a depositor says speaks for no issuer, whoever signed the document, and replaces none of another signer.
        var metadata = deposited.metadata
        metadata.supersedes = metadata.supersedes.filter { mayReplace($0, provenance) }
        let fields = deposited.fields.map { field in
            field.origin == .issuer
                ? DocumentField(name: field.name, value: field.value, origin: .declared, location: field.location)
                : field
        }
        let version = try DocumentVersion(
            document: deposited.document, id: deposited.id, content: deposited.content, size: deposited.size,
            commitment: deposited.commitment, previous: nil, metadata: metadata, provenance: provenance,
            fields: fields, storedAt: time)
        // Somebody else may put it aside at this moment. What has the operation's id need not be of this deposit: a writer
        // chooses the ids of its entries. The document's id, which is new in any case, makes sure that it happens once.
        for operation in try operations(taking: record.ticket.id) where !isKnown(record.ticket.id) {
            let appended: Appended
            do throws(VaultError) {
                appended = try await change(operation: operation, at: time) { (state) throws(VaultError) in
                    try self.quota.check(state.core, adding: [version])
                    let secret = try self.currentSecret()
                    var change = Change(
                        events: [.depositAbsorbed(record.ticket.id, .document(version))], secret: secret)
                    change.takesUpContents = true
                    change.keyRecords[version.id] = try KeyRecord(
                        sealing: record.key, vault: self.id, document: version.document, version: version.id,
                        under: secret,
                        random: self.random
                    ).bytes
                    return change
                }
            } catch {
                // Another device took it in between: what would come now is no new document.
                guard error.code == .conflict, isKnown(record.ticket.id) else { throw error }
                return nil
            }
            guard case .committed = appended else { continue }
            return DocumentReference(vault: id, document: version.document, version: version.id)
        }
        return nil
    }

    /// The operations by which a deposit may be taken in, the last of them for one whose others an entry has that is not its
    /// own.
    private func operations(taking deposit: DepositID) throws(VaultError) -> [OperationID] {
        [
            try OperationID(absorbing: deposit), try OperationID(absorbing: deposit, putAside: true),
            OperationID(random: random),
        ]
    }

    /// Whether a deposit may take the place of a document: only of one with a judged signature of the same signer in the
    /// same trust domain. Everything else is for the owner to decide.
    private func mayReplace(_ document: DocumentID, _ provenance: Provenance) -> Bool {
        guard let new = provenance.verification, !new.signer.isEmpty,
            let old = state.catalogue?.documents[document]?.current.provenance.verification
        else { return false }
        return new.signer == old.signer && new.trustDomain == old.trustDomain
    }

    private func quarantine(_ deposit: DepositID, reason: String, at time: Instant) async throws(VaultError) {
        // The first operation's id may be that of an entry which is not of this deposit.
        for operation in [try OperationID(absorbing: deposit), OperationID(random: random)]
        where state.core.quarantined[deposit] == nil && !isKnown(deposit) {
            _ = try await change(operation: operation, at: time) { (state) throws(VaultError) in
                // Every reader takes one more, but those from before November 2026 took no vault that has it.
                guard state.core.quarantined.count < StateCore.mostQuarantined else {
                    throw VaultError(.conflict, object: "deposit \(deposit)", "others were put aside meanwhile")
                }
                return Change(
                    events: [.depositAbsorbed(deposit, .quarantined(reason: StateCore.kept(reason)))],
                    secret: try self.currentSecret())
            }
        }
    }

    func depositKeys() async throws(VaultError) -> DepositKeys {
        guard let genesis = state.genesis, let secret = secrets[1],
            case .genesis(_, _, let sealed) = try await event(at: 0).event
        else { throw VaultError(.damaged, object: "entry 0", "no key of the vault") }
        return DepositKeys(vault: id, first: try genesis.privateKey(sealed: sealed, under: secret), secrets: secrets)
    }

    /// Contents that deposits in the inbox name.
    func contentsOfDeposits() async throws(VaultError) -> Set<ContentID> {
        let deposits = try await store.deposits(of: id, limit: store.capabilities.depositLimit)
        guard !deposits.isEmpty else { return [] }
        let card = try await card()
        let keys = try await depositKeys()
        var contents: Set<ContentID> = []
        for deposit in deposits {
            // Of one that only a newer program can open as well: its content's id follows from the ticket's (format §12).
            contents.insert(try DepositTicket.content(of: deposit.id))
            if let record = try? DepositRecord(opening: deposit, with: keys, card: card) {
                contents.insert(record.version.content)
            }
        }
        return contents
    }
}

extension VaultError.Code {
    /// Whether the fault is the deposit's own, so that no later look finds it otherwise.
    var isOfDeposit: Bool {
        self == .damaged || self == .newerVersion || self == .invalidMetadata || self == .provenanceMismatch
    }
}

extension OperationID {
    /// The operation by which a deposit is taken in or put aside (format §12): the same on every device, so that it happens
    /// once.
    ///
    /// - Parameter putAside: Whether it was put aside by that operation, and is taken in after all.
    init(absorbing deposit: DepositID, putAside: Bool = false) throws(VaultError) {
        let digest = try Digest32(of: VaultSeal.context(.deposit, [deposit.octets] + (putAside ? [[1]] : [])))
        guard let operation = OperationID(octets: digest.octets.prefix(16)) else {
            throw VaultError(.cryptographyFailure, "an operation's id")
        }
        self = operation
    }
}
