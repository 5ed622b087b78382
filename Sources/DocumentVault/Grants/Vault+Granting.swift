// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore

extension Vault {
    /// What a grant is to give of one document.
    public struct GrantRequest: Sendable, Hashable {
        /// The version.
        public var reference: DocumentReference
        /// The fields whose values are given instead of the document; empty: the document.
        public var fields: [String]

        /// Asks for a document, or for some of its values.
        public init(_ reference: DocumentReference, fields: [String] = []) {
            self.reference = reference
            self.fields = fields
        }
    }

    /// Grants a recipient to read versions of documents, for one purpose; the journal holds the grant when this returns.
    ///
    /// The documents stay where they are: what leaves are the signed grant and two sealed shares, of which neither opens
    /// anything alone. When the reply of the store was lost, revoke the grant that ``grants()`` then lists, and grant anew.
    ///
    /// - Parameters:
    ///   - items: What may be read: 1 to 256 versions.
    ///   - terms: What the person agreed to, with the text that was shown.
    ///   - recipient: The recipient's validated card.
    ///   - release: Who keeps the second share.
    ///   - mandate: The owner's leave, unless the owner's own secret opened the vault.
    ///   - time: Now; recorded as a claim.
    /// - Throws: ``VaultError``: `invalidMetadata` for terms that are no definite consent, a card that is not in force or of
    ///   the wrong role, or a field that the document does not have; `notFound`; `conflict` for a document that is not
    ///   active; `notPermitted` for an unattended grant of a sensitive document, or without a mandate for this;
    ///   `overQuota`; errors of the store.
    public func grant(
        _ items: [GrantRequest], under terms: GrantTerms, to recipient: ValidatedCard, release: GrantRelease,
        mandate: Mandate? = nil, at time: Instant
    ) async throws(VaultError) -> IssuedGrant {
        if let fault = terms.fault { throw VaultError(.invalidMetadata, "terms of a grant: \(fault)") }
        guard recipient.card.role == .recipient, recipient.card.isInForce(at: time) else {
            throw VaultError(.invalidMetadata, "the recipient's card is of another role or not in force")
        }
        var service: ValidatedCard?
        if case .by(let card) = release {
            guard card.card.role == .releaseService, card.card.isInForce(at: time) else {
                throw VaultError(.invalidMetadata, "the release service's card is of another role or not in force")
            }
            service = card
        }
        guard (1...Grant.mostItems).contains(items.count),
            Set(items.map(\.reference.version)).count == items.count, terms.notAfter > time
        else { throw VaultError(.invalidMetadata, "a grant has 1 to \(Grant.mostItems) items and an end to come") }
        let card = try await card()
        let mandate = try mandated(by: mandate, at: time)
        var granted: [(item: GrantItem, secret: GrantedSecret)] = []
        for item in items { granted.append(try await grantable(item, attended: service != nil, on: time.date)) }
        let draft = Grant.Draft(
            id: GrantID(random: random), card: card, mandate: mandate, recipient: recipient, service: service,
            terms: terms, items: granted.map(\.item), madeAt: time)
        let grant = try signed(draft)
        let issued = try seal(grant, granted, recipient, service)
        _ = try await change(operation: OperationID(random: random), at: time) { (state) throws(VaultError) in
            guard state.core.ledger.grants.count < GrantLedger.most else {
                throw VaultError(.overQuota, object: "vault \(id)", "\(GrantLedger.most) grants")
            }
            return Change(events: [.grant(grant)], secret: try self.currentSecret())
        }
        return issued
    }

    /// The mandate under which the key that opened the vault acts; `nil` for the owner, who needs none.
    func mandated(by mandate: Mandate?, at time: Instant) throws(VaultError) -> Mandate? {
        if owner != nil { return nil }
        guard case .device(let key) = access.opener, let mandate, mandate.vault == id,
            mandate.delegate == key.signing.verificationKey, mandate.isInForce(at: time)
        else {
            throw VaultError(.notPermitted, object: "vault \(id)", "no mandate in force for the key that opened it")
        }
        return mandate
    }

    private func signed(_ draft: Grant.Draft) throws(VaultError) -> Grant {
        if let mandate = draft.mandate,
            !mandate.scope.allows(draft.terms.procedure, draft.items.map(\.type))
        {
            throw VaultError(.notPermitted, object: "vault \(id)", "outside the scope of the mandate")
        }
        if let owner { return try Grant(draft, signedBy: owner.key) }
        guard case .device(let key) = access.opener else {
            throw VaultError(.notPermitted, object: "vault \(id)", "the secret that opened it may not sign")
        }
        return try Grant(draft, signedBy: key.signing)
    }

    private func grantable(
        _ request: GrantRequest, attended: Bool, on day: CalendarDate
    ) async throws(VaultError) -> (item: GrantItem, secret: GrantedSecret) {
        let object = "document \(request.reference.document)"
        guard request.reference.vault == id else { throw VaultError(.notFound, object: object, "of another vault") }
        let record = try await document(request.reference.document)
        guard let version = record.version(request.reference.version) else {
            throw VaultError(.notFound, object: object, "it does not have that version")
        }
        let status = record.status(on: day)
        guard status == .active || status == .expired else {
            throw VaultError(.conflict, object: object, "it is \(status.rawValue)")
        }
        guard attended || version.metadata.isSensitive != true else {
            throw VaultError(.notPermitted, object: object, "a sensitive document is granted through a release service")
        }
        let item = GrantItem(version, fields: request.fields.map(\.normalizedNFC))
        guard item.isFieldsOnly else { return (item, .key(try await content(of: version).sharedKey)) }
        guard item.fields.count <= GrantItem.mostFields else {
            throw VaultError(.invalidMetadata, object: object, "\(item.fields.count) fields")
        }
        let values = version.fields.filter { item.fields.contains($0.name) }
        guard Set(values.map(\.name)) == Set(item.fields) else {
            throw VaultError(.invalidMetadata, object: object, "it does not have all the fields that were asked for")
        }
        return (item, .fields(values))
    }

    private func seal(
        _ grant: Grant, _ granted: [(item: GrantItem, secret: GrantedSecret)], _ recipient: ValidatedCard,
        _ service: ValidatedCard?
    ) throws(VaultError) -> IssuedGrant {
        let first = random.secret(GrantKeys.shareByteCount)
        let second = service == nil ? nil : SharedSecret(random.secret(GrantKeys.shareByteCount))
        let key = try GrantKeys.key(first, second, of: grant.digest)
        var items: [[UInt8]] = []
        for (item, secret) in granted {
            items.append(try secret.sealed(for: item, of: grant.digest, under: key, random: random))
        }
        let share = try GrantKeys.seal(
            first, for: .recipient, recipient.card.agreement, of: grant.digest, random: random)
        var escrow: GrantEscrow?
        if let service, let second {
            escrow = GrantEscrow(
                grant,
                share: try GrantKeys.seal(
                    second.octets, for: .service, service.card.agreement, of: grant.digest, random: random))
        }
        return IssuedGrant(
            grant: grant, package: GrantPackage(grant, share: share, items: items), escrow: escrow)
    }

    /// All grants, the newest first; ended and revoked ones included.
    ///
    /// - Throws: ``VaultError``: errors of the store.
    public func grants() async throws(VaultError) -> [GrantRecord] {
        state.core.ledger.grants.values.sorted { $0.sequence > $1.sequence }
    }

    /// A grant whole, with the text that was shown.
    ///
    /// - Throws: ``VaultError``: `notFound`, errors of the store.
    public func grant(_ grant: GrantID) async throws(VaultError) -> Grant {
        guard let record = state.core.ledger.grants[grant] else {
            throw VaultError(.notFound, object: "grant \(grant)", "the vault does not have it")
        }
        guard case .grant(let whole) = try await event(at: record.sequence).event, whole.id == grant else {
            throw VaultError(.damaged, object: "entry \(record.sequence)", "no grant")
        }
        return whole
    }

    /// Revokes a grant: the journal says so when this returns, and the release service has to be told.
    ///
    /// - Parameters:
    ///   - grant: The grant.
    ///   - reason: Why; without personal data, at most 1,024 octets.
    ///   - time: Now; recorded as a claim.
    /// - Returns: What the release service is to be given; a grant that was revoked before gives it again. Nothing takes back
    ///   what was read before, and an unattended grant cannot be stopped.
    /// - Throws: ``VaultError``: `notFound`, `notPermitted`, errors of the store.
    public func revoke(
        _ grant: GrantID, reason: String = "", at time: Instant
    ) async throws(VaultError) -> GrantRevocation {
        guard reason.utf8.count <= 1024 else { throw VaultError(.invalidMetadata, "a reason of more than 1024 octets") }
        guard let record = state.core.ledger.grants[grant] else {
            throw VaultError(.notFound, object: "grant \(grant)", "the vault does not have it")
        }
        if record.revokedAt == nil {
            do throws(VaultError) {
                _ = try await change(operation: OperationID(random: random), at: time) { (state) throws(VaultError) in
                    guard state.core.ledger.grants[grant]?.revokedAt == nil else {
                        throw VaultError(.conflict, object: "grant \(grant)", "it was revoked meanwhile")
                    }
                    return Change(
                        events: [.grantRevoked(grant, reason: reason.normalizedNFC)], secret: try self.currentSecret())
                }
            } catch {
                guard error.code == .conflict, state.core.ledger.grants[grant]?.revokedAt != nil else { throw error }
            }
        }
        return try revocation(of: record.digest, reason: reason, at: time)
    }

    private func revocation(
        of digest: Digest32, reason: String, at time: Instant
    ) throws(VaultError) -> GrantRevocation {
        if let owner {
            return try GrantRevocation(of: digest, in: id, reason: reason, at: time, signedBy: owner.key)
        }
        guard case .device(let key) = access.opener else {
            throw VaultError(.notPermitted, object: "vault \(id)", "the secret that opened it may not sign")
        }
        return try GrantRevocation(of: digest, in: id, reason: reason, at: time, signedBy: key.signing)
    }

    /// Gives somebody the owner's leave to grant: a device of the owner, a parent, a member of staff.
    ///
    /// The holder also has to be enrolled as a writer of the kinds ``EntryKind/grant`` and ``EntryKind/grantRevoked``
    /// (``enrol(_:as:writing:label:until:at:)``), which lets it read the whole vault; the mandate bounds what it may grant.
    ///
    /// - Parameters:
    ///   - holder: Its public keys, from a source that the caller trusts.
    ///   - name: Its name, 1 to 255 octets.
    ///   - ground: On what ground it acts.
    ///   - scope: What it may grant.
    ///   - notBefore: From when.
    ///   - notAfter: Until when, for example the eve of a child's 18th birthday.
    /// - Throws: ``VaultError``: `notPermitted` without the owner's key, `invalidMetadata`.
    public func mandate(
        for holder: DeviceCard, name: String, ground: Mandate.Ground, scope: Mandate.Scope = Mandate.Scope(),
        from notBefore: Instant, until notAfter: Instant
    ) throws(VaultError) -> Mandate {
        let owner = try requireOwner()
        return try Mandate(
            id: MandateID(random: random), vault: id, delegate: holder.verification, name: name, ground: ground,
            scope: scope, notBefore: notBefore, notAfter: notAfter, signedBy: owner.key)
    }

    /// Ends a mandate before its time: release services that are given this serve no grant made under it.
    ///
    /// The holder's writer and slot are to be removed besides (``removeWriter(_:at:)``, rotation).
    ///
    /// - Throws: ``VaultError``: `notPermitted` without the owner's key.
    public func endMandate(
        _ mandate: Mandate, reason: String = "", at time: Instant
    ) throws(VaultError) -> GrantRevocation {
        let owner = try requireOwner()
        return try GrantRevocation(
            of: Digest32(of: mandate.bytes), in: id, reason: reason, at: time, signedBy: owner.key)
    }

    /// The newest checkpoint of one access log of the vault that the journal holds: each release service keeps a log, and begins
    /// another one with a new key.
    ///
    /// - Parameter log: The key of the log, from the validated card of the service.
    /// - Throws: ``VaultError``: errors of the store; `damaged` when the journal does not hold.
    public func accessLogAnchor(of log: VaultVerificationKey) async throws(VaultError) -> Checkpoint? {
        // A snapshot by a program that kept one checkpoint for all logs may not tell of this one: the journal does.
        if state.core.ledger.newest(of: log) == nil, state.core.ledger.log != nil, state.firstHash > 0 {
            try await refoldFromGenesis()
        }
        return state.core.ledger.newest(of: log)?.checkpoint
    }

    /// Puts the checkpoint of an access log that was checked into the journal, so that a shorter or other log is found out
    /// from now on, on every device.
    ///
    /// - Parameters:
    ///   - history: The log, checked against ``accessLogAnchor(of:)``.
    ///   - log: The key of the log.
    ///   - time: Now; recorded as a claim.
    /// - Throws: ``VaultError``: `notPermitted`, `forked` when somebody anchored another log meanwhile, `overQuota` for one log too
    ///   many, errors of the store.
    public func anchor(
        _ history: AccessHistory, signedBy log: VaultVerificationKey, at time: Instant
    ) async throws(VaultError) {
        let anchor = GrantLedger.LogAnchor(key: log, checkpoint: history.checkpoint)
        guard anchor.checkpoint.log == id, anchor.checkpoint.isSigned(by: log) else {
            throw VaultError(.damaged, object: "checkpoint", "of another vault's log, or not signed by it")
        }
        let known = try await accessLogAnchor(of: log)
        if let known, known.root == anchor.checkpoint.root, known.size == anchor.checkpoint.size { return }
        _ = try await change(operation: OperationID(random: random), at: time) { (state) throws(VaultError) in
            if let known = state.core.ledger.newest(of: log) {
                guard anchor.continues(known) else {
                    throw VaultError(.forked, object: "checkpoint", "the journal holds a newer or another one")
                }
            } else {
                guard state.core.ledger.hasRoom else {
                    throw VaultError(.overQuota, object: "vault \(id)", "checkpoints of \(GrantLedger.mostLogs) logs")
                }
            }
            return Change(events: [.accessLogCheckpoint(anchor)], secret: try self.currentSecret())
        }
    }
}
