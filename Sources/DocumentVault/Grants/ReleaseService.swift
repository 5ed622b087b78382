// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore

/// Keeps the second shares of grants, and releases one only after it has judged the request and logged the access.
///
/// There is no other way to a share in this library: ``release(_:to:visibleFrom:at:)`` puts the log entry on stable storage
/// first. What it enforces: period, number of uses, revocation, recipient, dossier, purpose. What it cannot do alone is to
/// read: its share opens nothing without the recipient's.
public struct ReleaseService: Sendable {
    /// The card that grants name.
    public let card: ValidatedCard
    /// The access logs that it writes.
    public let log: AccessLog
    private let key: DeviceKey
    private let random: any RandomSource

    /// How far a request's claimed time may be from now, in seconds: 300.
    public static let freshness: Int64 = 300
    /// For how long an answer that was lost is given again without counting another use, in seconds: 600.
    public static let repetitionWindow: Int64 = 600
    /// How often.
    public static let mostRepetitions: Int64 = 3

    /// Makes a service.
    ///
    /// - Parameters:
    ///   - card: Its validated card, of the role ``AgencyCard/Role/releaseService``.
    ///   - key: The private keys of the card.
    ///   - store: Where grants and logs are kept.
    /// - Throws: ``VaultError`` with code `invalidMetadata` when card and keys do not belong together.
    public init(
        card: ValidatedCard, key: DeviceKey, in store: any AccessLogStore, random: any RandomSource = SystemRandom()
    ) throws(VaultError) {
        guard card.card.role == .releaseService,
            key.card == DeviceCard(agreement: card.card.agreement, verification: card.card.verification)
        else { throw VaultError(.invalidMetadata, "the keys are not those of the release service's card") }
        self.card = card
        self.key = key
        self.random = random
        log = AccessLog(in: store, signedBy: key, random: random)
    }

    /// Takes a grant into keeping and logs that it did; the same escrow again gives the same receipt.
    ///
    /// - Throws: ``ReleaseRefusal``: `otherService`, `expired`, `revoked` for one that was revoked before it came,
    ///   `mandateEnded`; ``VaultError``: `damaged` when the share does not open, `conflict` for another share of the same
    ///   grant, errors of the store.
    @discardableResult
    public func register(_ escrow: GrantEscrow, at time: Instant) async throws -> GrantReceipt {
        let grant = escrow.grant
        guard grant.service?.card == card.card.digest else { throw ReleaseRefusal(.otherService) }
        guard time <= grant.terms.notAfter else { throw ReleaseRefusal(.expired) }
        guard grant.mandate?.isInForce(at: time) ?? true else { throw ReleaseRefusal(.mandateEnded) }
        _ = try escrow.openShare(with: key)
        return try await log.append(to: grant.vault) { place in
            if let kept = try await state(of: grant.digest, in: grant.vault) {
                guard kept.escrow == escrow else {
                    throw VaultError(.conflict, object: "grant \(grant.id)", "it is kept with another share")
                }
                return (AccessLog.Change(), kept.receipt)
            }
            guard try await log.store.record(KeptGrant.revokedKey(of: grant.digest), of: grant.vault) == nil else {
                throw ReleaseRefusal(.revoked)
            }
            try await checkMandate(of: grant)
            let entry = try log.entry(record(.granted, grant, at: time), at: place)
            let receipt = try receipt(.registered, grant, entry, at: time, usesLeft: grant.terms.uses)
            let state = KeptGrant(escrow: escrow, used: 0, revokedAt: nil, receipt: receipt)
            return (
                AccessLog.Change(entries: [entry], records: [KeptGrant.key(of: grant.digest): state.bytes]), receipt
            )
        }
    }

    /// Judges a request, logs the access, and only then releases the share.
    ///
    /// - Parameters:
    ///   - request: The recipient's request.
    ///   - recipient: The recipient's card, validated within the last 24 hours: the caller has its certificate's revocation
    ///     judged anew.
    ///   - visibleFrom: From when the citizen sees the entry, where a law has it withheld from an investigation's subject;
    ///     `nil`: at once.
    ///   - time: Now.
    /// - Returns: The receipt and the share, sealed to the recipient's key.
    /// - Throws: ``ReleaseRefusal``, after the refusal was logged; ``VaultError``: errors of the store, and then nothing was
    ///   released.
    public func release(
        _ request: AccessRequest, to recipient: ValidatedCard, visibleFrom: Instant? = nil, at time: Instant
    ) async throws -> Release {
        // Neither released nor noted as refused: the person whose documents they are would read lines of the agency's making.
        guard !request.official.breaksLine else {
            throw VaultError(.invalidMetadata, object: "request \(request.id)", "a name of more than one line")
        }
        let logged: (state: KeptGrant, receipt: GrantReceipt)
        do {
            logged = try await log.append(to: request.vault) { place in
                guard let state = try await state(of: request.grant, in: request.vault) else {
                    throw ReleaseRefusal(.unknownGrant)
                }
                return try await use(state, request, recipient, visibleFrom, at: time, place)
            }
        } catch let refusal as ReleaseRefusal {
            try await note(refusal, request, recipient, at: time)
            throw refusal
        }
        // The entry is on stable storage: from here on the access counts, whether or not the answer arrives.
        let grant = logged.state.escrow.grant
        let share = try logged.state.escrow.openShare(with: key)
        return Release(
            logged.receipt,
            share: try GrantKeys.seal(
                share, for: .release, recipient.card.agreement, of: grant.digest, request: request.digest.octets,
                random: random))
    }

    private func use(
        _ state: KeptGrant, _ request: AccessRequest, _ recipient: ValidatedCard, _ visibleFrom: Instant?,
        at time: Instant, _ place: Int64
    ) async throws -> (AccessLog.Change, (state: KeptGrant, receipt: GrantReceipt)) {
        let grant = state.escrow.grant
        if let reason = GrantJudgement.reason(against: request, of: grant, by: recipient, at: time) {
            throw ReleaseRefusal(reason)
        }
        guard try await answer(to: request.id, of: grant) == nil else { throw ReleaseRefusal(.replayed) }
        guard state.revokedAt == nil else { throw ReleaseRefusal(.revoked) }
        try await checkMandate(of: grant)
        var change = AccessLog.Change()
        var state = state
        if let repeated = request.repeated, var earlier = try await answer(to: repeated, of: grant),
            earlier.isRepeatable(at: time)
        {
            earlier.repetitions += 1
            change.records[KeptAnswer.key(of: repeated, grant.digest)] = earlier.bytes
        } else {
            guard state.used < grant.terms.uses else { throw ReleaseRefusal(.usedUp) }
            state.used += 1
            change.records[KeptGrant.key(of: grant.digest)] = state.bytes
        }
        let record = record(.released, grant, at: time, official: request.official)
        let entry = try log.entry(record, at: place, visibleFrom: visibleFrom)
        let receipt = try receipt(
            .released, grant, entry, at: time, usesLeft: grant.terms.uses - state.used, request: request.digest)
        change.entries = [entry]
        // A repetition is no new use that could be repeated in its turn.
        change.records[KeptAnswer.key(of: request.id, grant.digest)] =
            KeptAnswer(time: time, repetitions: request.repeated == nil ? 0 : Self.mostRepetitions).bytes
        return (change, (state, receipt))
    }

    /// Ends a grant that was not registered here, or perhaps was not: who has its escrow and brings it afterwards is refused.
    ///
    /// Without it, somebody who keeps an escrow back – it may travel with the recipient – could have it registered after the
    /// withdrawal. The grant, which the vault keeps (``Vault/grant(_:)``) and every package has, shows whose revocation counts.
    ///
    /// - Throws: As ``revoke(_:at:)``; ``ReleaseRefusal`` with `otherService` for a grant that names another one.
    @discardableResult
    public func revoke(_ revocation: GrantRevocation, of grant: Grant, at time: Instant) async throws -> GrantReceipt {
        guard revocation.grant == grant.digest, revocation.vault == grant.vault, revocation.isSigned(for: grant) else {
            throw VaultError(.notPermitted, object: "revocation", "nobody who may has signed it for this grant")
        }
        guard grant.service?.card == card.card.digest else { throw ReleaseRefusal(.otherService) }
        let early = try await log.append(to: grant.vault) { place -> (AccessLog.Change, GrantReceipt?) in
            guard try await state(of: grant.digest, in: grant.vault) == nil else { return (AccessLog.Change(), nil) }
            let key = KeptGrant.revokedKey(of: grant.digest)
            if let kept = try await log.store.record(key, of: grant.vault) {
                return (AccessLog.Change(), try GrantReceipt(parsing: kept))
            }
            let entry = try log.entry(record(.revoked, grant, at: time, reason: revocation.reason), at: place)
            let receipt = try receipt(.revoked, grant, entry, at: time, usesLeft: 0)
            return (AccessLog.Change(entries: [entry], records: [key: receipt.bytes]), receipt)
        }
        if let early { return early }
        return try await revoke(revocation, at: time)
    }

    /// Ends a grant: nothing is released from now on. The same revocation again changes nothing.
    ///
    /// - Throws: ``ReleaseRefusal``: `unknownGrant`, and nothing is kept then (``revoke(_:of:at:)``); ``VaultError``:
    ///   `notPermitted` when neither the owner nor who made the grant signed it, errors of the store.
    @discardableResult
    public func revoke(_ revocation: GrantRevocation, at time: Instant) async throws -> GrantReceipt {
        try await log.append(to: revocation.vault) { place in
            guard var state = try await state(of: revocation.grant, in: revocation.vault) else {
                throw ReleaseRefusal(.unknownGrant)
            }
            let grant = state.escrow.grant
            guard revocation.isSigned(for: grant) else {
                throw VaultError(.notPermitted, object: "revocation", "nobody who may has signed it")
            }
            guard state.revokedAt == nil else { return (AccessLog.Change(), state.receipt) }
            let entry = try log.entry(record(.revoked, grant, at: time, reason: revocation.reason), at: place)
            state.revokedAt = time
            state.receipt = try receipt(.revoked, grant, entry, at: time, usesLeft: 0)
            return (
                AccessLog.Change(entries: [entry], records: [KeptGrant.key(of: grant.digest): state.bytes]),
                state.receipt
            )
        }
    }

    /// Why nothing is given under a grant any more, whoever asks; `nil` while it is in force, its uses spent or not.
    ///
    /// For who shows again what was released: what was read is not taken back by anybody, but a page that hands it out once
    /// more after the end or the withdrawal would be reading anew. It counts and logs nothing.
    ///
    /// - Returns: `unknownGrant`, `notYetValid`, `expired`, `revoked` or `mandateEnded`.
    /// - Throws: ``VaultError``: errors of the store.
    public func obstacle(to grant: Grant, at time: Instant) async throws(VaultError) -> ReleaseRefusal.Reason? {
        guard let state = try await state(of: grant.digest, in: grant.vault) else {
            let key = KeptGrant.revokedKey(of: grant.digest)
            return try await log.store.record(key, of: grant.vault) == nil ? .unknownGrant : .revoked
        }
        if state.revokedAt != nil { return .revoked }
        if time < grant.terms.notBefore { return .notYetValid }
        if time > grant.terms.notAfter { return .expired }
        guard let mandate = grant.mandate else { return nil }
        let key = KeptGrant.mandateKey(of: try Digest32(of: mandate.bytes))
        let isEnded = try await log.store.record(key, of: grant.vault) != nil
        return isEnded || !mandate.isInForce(at: time) ? .mandateEnded : nil
    }

    /// Ends a mandate: no grant made under it is served from now on.
    ///
    /// - Parameter end: Made by ``Vault/endMandate(_:reason:at:)``.
    /// - Throws: ``VaultError``: `notPermitted` when the owner did not sign it, errors of the store.
    public func revoke(_ end: GrantRevocation, of mandate: Mandate, card: VaultCard, at time: Instant) async throws {
        let digest = try Digest32(of: mandate.bytes)
        guard end.grant == digest, end.vault == card.vault, mandate.vault == card.vault,
            end.isSigned(by: card.ownerKey)
        else { throw VaultError(.notPermitted, object: "revocation", "the owner did not sign it for this mandate") }
        try await log.append(to: card.vault) { place in
            let key = KeptGrant.mandateKey(of: digest)
            guard try await log.store.record(key, of: card.vault) == nil else { return (AccessLog.Change(), ()) }
            let entry = try log.entry(
                AccessRecord(.revoked, at: time, official: mandate.name, reason: end.reason), at: place)
            return (AccessLog.Change(entries: [entry], records: [key: end.bytes]), ())
        }
    }

    private func checkMandate(of grant: Grant) async throws {
        guard let mandate = grant.mandate else { return }
        let key = KeptGrant.mandateKey(of: try Digest32(of: mandate.bytes))
        guard try await log.store.record(key, of: grant.vault) == nil else { throw ReleaseRefusal(.mandateEnded) }
    }

    private func note(
        _ refusal: ReleaseRefusal, _ request: AccessRequest, _ recipient: ValidatedCard, at time: Instant
    ) async throws {
        // Who names no grant of this service names no vault of anybody: there is no log to write to.
        guard refusal.reason != .unknownGrant else { return }
        // What nobody proved to have said does not go into the log as anybody's word.
        let isProven = refusal.reason != .notAuthenticated
        try await log.writeFailure(
            AccessRecord(
                .refused, at: time, agency: isProven ? recipient.card.name : "",
                official: isProven ? request.official : "", card: isProven ? recipient.card.digest : nil,
                grant: request.grant, procedure: isProven ? request.procedure : "",
                dossier: isProven ? request.dossier : "", purpose: isProven ? request.purpose : "",
                reason: refusal.reason.rawValue), of: request.vault)
    }

    private func record(
        _ kind: AccessRecord.Kind, _ grant: Grant, at time: Instant, official: String = "", reason: String = ""
    ) -> AccessRecord {
        AccessRecord(
            kind, at: time, agency: grant.recipient.name, official: official, card: grant.recipient.card,
            grant: grant.digest, procedure: grant.terms.procedure, dossier: grant.terms.dossier,
            purpose: grant.terms.purpose,
            items: grant.items.map { AccessRecord.Item(document: $0.document, version: $0.version) }, reason: reason)
    }

    private func receipt(
        _ kind: GrantReceipt.Kind, _ grant: Grant, _ entry: AccessLogEntry, at time: Instant, usesLeft: Int64,
        request: Digest32? = nil
    ) throws(VaultError) -> GrantReceipt {
        try GrantReceipt(
            kind, of: grant, place: entry.place, leafHash: entry.leafHash, at: time, usesLeft: usesLeft,
            request: request, signedBy: key.signing)
    }

    private func state(of grant: Digest32, in vault: VaultID) async throws(VaultError) -> KeptGrant? {
        guard let bytes = try await log.store.record(KeptGrant.key(of: grant), of: vault) else { return nil }
        return try KeptGrant(parsing: bytes, object: "kept grant")
    }

    private func answer(to request: RequestID, of grant: Grant) async throws(VaultError) -> KeptAnswer? {
        guard let bytes = try await log.store.record(KeptAnswer.key(of: request, grant.digest), of: grant.vault) else {
            return nil
        }
        return try KeptAnswer(parsing: bytes, object: "kept answer")
    }
}
