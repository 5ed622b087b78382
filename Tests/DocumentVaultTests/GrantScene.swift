// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import VaultTesting

@testable import DocumentVault

/// A vault with two documents, an agency, a release service and its log, all of them test data.
struct GrantScene {
    static let now = Samples.time
    static let day: Int64 = 86_400

    let scene: Scene
    let birth: DocumentReference
    let residence: DocumentReference
    let agency: Party
    let service: Party
    let logs = InMemoryAccessLogStore()
    let failing: FailingAccessLogStore
    let releases: ReleaseService
    var vault: Vault { scene.vault }

    /// The holder of a card.
    struct Party {
        let key: DeviceKey
        let card: ValidatedCard

        init(_ role: AgencyCard.Role, _ name: String, at time: Instant = GrantScene.now) throws {
            key = try DeviceKey(random: SystemRandom())
            let card = try AgencyCard(
                role, name: name, code: "H26.01", keys: key.card, notBefore: time.adding(seconds: -GrantScene.day),
                notAfter: time.adding(seconds: 365 * GrantScene.day))
            self.card = ValidatedCard(
                card, certificate: try Digest32(of: Array(name.utf8)), trustDomain: "public-duty",
                validatedAt: time.adding(seconds: -3600))
        }

        /// The card as somebody validated it at another time.
        func validated(at time: Instant) -> ValidatedCard {
            ValidatedCard(card.card, certificate: card.certificate, trustDomain: card.trustDomain, validatedAt: time)
        }
    }

    init() async throws {
        scene = try await Scene()
        var birth = Samples.metadata(name: "giấy khai sinh.bin", type: "birth-certificate")
        birth.subjects = ["001099000001"]
        let bytes = Samples.bytes(3000)
        self.birth = try await scene.vault.store(
            MemorySource(bytes), metadata: birth, provenance: .selfDeclared(Digest32(of: bytes)),
            fields: [
                DocumentField(name: "fullName", value: "Nguyễn Văn Thử", origin: .issuer),
                DocumentField(name: "dateOfBirth", value: "1999-03-15", origin: .issuer),
            ], at: Self.now)
        residence = try await Samples.store(Samples.bytes(200_000), in: scene.vault)
        agency = try Party(.recipient, "Công an phường Thử Nghiệm")
        service = try Party(.releaseService, "Dịch vụ cấp quyền (thử nghiệm)")
        failing = FailingAccessLogStore(logs)
        releases = try ReleaseService(card: service.card, key: service.key, in: failing)
    }

    static func terms(
        uses: Int64 = 1, from: Int64 = -60, until: Int64 = 30 * GrantScene.day, dossier: String = "H26.01-261121-0001"
    ) -> GrantTerms {
        GrantTerms(
            procedure: "1.004222", dossier: dossier, purpose: "permanent-residence",
            purposeText: Phrase(vi: "giải quyết hồ sơ đăng ký thường trú", en: "to decide on permanent residence"),
            textShown: "Tôi đồng ý cho Công an phường Thử Nghiệm đọc giấy khai sinh của tôi.", language: .vietnamese,
            notBefore: now.adding(seconds: from), notAfter: now.adding(seconds: until), uses: uses)
    }

    func grant(
        _ terms: GrantTerms = GrantScene.terms(), items: [Vault.GrantRequest]? = nil,
        to recipient: ValidatedCard? = nil,
        release: GrantRelease? = nil
    ) async throws -> IssuedGrant {
        try await vault.grant(
            items ?? [Vault.GrantRequest(birth), Vault.GrantRequest(residence)], under: terms,
            to: recipient ?? agency.card, release: release ?? .by(service.card), at: Self.now)
    }

    /// A grant that the service keeps.
    func registered(_ terms: GrantTerms = GrantScene.terms()) async throws -> IssuedGrant {
        let issued = try await grant(terms)
        if let escrow = issued.escrow { try await releases.register(escrow, at: Self.now) }
        return issued
    }

    func request(_ issued: IssuedGrant, by key: DeviceKey? = nil, at time: Instant = GrantScene.now) throws
        -> AccessRequest
    {
        try issued.package.request(by: key ?? agency.key, official: "cán bộ 12", at: time)
    }

    /// The log as a citizen reads it.
    func history(from store: (any AccessLogStore)? = nil, at time: Instant = GrantScene.now) async throws
        -> AccessHistory
    {
        let log = AccessLog(in: store ?? logs, signedBy: service.key)
        let (checkpoint, entries) = try await log.history(of: vault.id, at: time)
        return try AccessHistory(
            entries, checkpoint, signedBy: log.verification,
            since: try await vault.accessLogAnchor(of: log.verification), at: time)
    }

    func kinds() async throws -> [AccessRecord.Kind] { try await history().entries.compactMap(\.record?.kind) }
}
