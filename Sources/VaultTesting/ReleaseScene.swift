// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore

/// A vault in memory with one document, an agency, and a release service whose log lies in the store that is tested.
struct ReleaseScene {
    let recipient: ValidatedCard
    let service: ReleaseService
    private let vault: Vault
    private let document: DocumentReference
    private let recipientKey: DeviceKey
    private let serviceKey: DeviceKey
    private let store: any AccessLogStore
    private let failing: FailingAccessLogStore

    init(in store: any AccessLogStore) async throws {
        self.store = store
        failing = FailingAccessLogStore(store)
        vault = try await Vault.create(
            name: "kho", in: InMemoryVaultStore(), unlocking: [.recoveryCode(RecoveryCode(random: SystemRandom()))],
            at: Samples.time)
        document = try await Samples.store(Samples.bytes(300), in: vault)
        (recipientKey, recipient) = try Self.party(.recipient, "Cơ quan thử nghiệm")
        let card: ValidatedCard
        (serviceKey, card) = try Self.party(.releaseService, "Dịch vụ thử nghiệm")
        service = try ReleaseService(card: card, key: serviceKey, in: failing)
    }

    private static func party(_ role: AgencyCard.Role, _ name: String) throws -> (DeviceKey, ValidatedCard) {
        let key = try DeviceKey(random: SystemRandom())
        let card = try AgencyCard(
            role, name: name, keys: key.card, notBefore: Samples.time, notAfter: Samples.time.adding(seconds: 86_400))
        let certificate = try Digest32(of: Array(name.utf8))
        return (
            key,
            ValidatedCard(card, certificate: certificate, trustDomain: "public-duty", validatedAt: Samples.time)
        )
    }

    /// The same service in another process.
    func service(in other: any AccessLogStore) throws -> ReleaseService {
        try ReleaseService(card: service.card, key: serviceKey, in: other)
    }

    /// A grant that the service keeps.
    func grant(uses: Int64) async throws -> IssuedGrant {
        let terms = GrantTerms(
            procedure: "1.004222", dossier: "T-1", purpose: "x", purposeText: Phrase(vi: "x", en: "x"),
            textShown: "Tôi đồng ý.", language: .vietnamese, notBefore: Samples.time,
            notAfter: Samples.time.adding(seconds: 3600), uses: uses)
        let issued = try await vault.grant(
            [Vault.GrantRequest(document)], under: terms, to: recipient, release: .by(service.card), at: Samples.time)
        if let escrow = issued.escrow { try await service.register(escrow, at: Samples.time) }
        return issued
    }

    func request(_ issued: IssuedGrant, repeating earlier: RequestID? = nil) throws -> AccessRequest {
        try issued.package.request(by: recipientKey, official: "x", repeating: earlier, at: Samples.time)
    }

    /// How often the citizen's log, which must be whole, says that something was read under a grant.
    func releases(of issued: IssuedGrant) async throws -> Int {
        let log = AccessLog(in: store, signedBy: serviceKey)
        let (checkpoint, entries) = try await log.history(of: vault.id, at: Samples.time)
        let history = try AccessHistory(
            entries, checkpoint, signedBy: log.verification, since: nil, at: Samples.time)
        return history.entries.count { $0.record?.kind == .released && $0.record?.grant == issued.grant.digest }
    }

    /// Has a release lose the store at one of its calls, looks whether a read went unlogged, and reads afterwards.
    ///
    /// - Returns: Whether the release was given all the same.
    func survives(_ side: FailingStore.Side, atCall number: Int) async throws -> Bool {
        let issued = try await grant(uses: 9)
        let request = try request(issued)
        failing.crash(side, atCall: number)
        let release = try? await service.release(request, to: recipient, at: Samples.time)
        failing.recover()
        let logged = try await releases(of: issued)
        try await AccessLogStoreConformance.expect(
            logged == 1 || logged == 0 && release == nil, "\(logged) entries, \(side) call \(number)")
        let next = try self.request(issued, repeating: request.id)
        let second = try await service.release(next, to: recipient, at: Samples.time)
        try await AccessLogStoreConformance.expect(
            issued.package.open(with: second, for: next, by: recipientKey).count == 1, "what the next release opens")
        // The lost answer cost one use and its repetition none, or the lost request cost none.
        try await AccessLogStoreConformance.expect(second.receipt.usesLeft == 8, "\(second.receipt.usesLeft) uses left")
        try await AccessLogStoreConformance.expect(releases(of: issued) == logged + 1, "the entry of the next release")
        return release != nil
    }
}
