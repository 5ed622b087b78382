// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierKit
import SoftwareKeys
import VaultSQLite

/// The agency with its keys, and the release service: two parties that belong on two machines in different hands.
actor GuideAgency {
    nonisolated let name: String
    nonisolated let releases: ReleaseService
    nonisolated let witness: Witness
    private nonisolated let trust: GuideTrust
    private nonisolated let card: SignedAgencyCard
    private nonisolated let serviceCard: SignedAgencyCard
    private nonisolated let keys: DeviceKey
    private var packages: [String: [UInt8]] = [:]

    init(_ trust: GuideTrust, log path: String, at time: Instant) async throws {
        let check = SignerCheck(trust.validator)
        let end = time.adding(seconds: 365 * 86_400)
        let (commune, official) = (try trust.signer("commune"), try trust.signer("official"))
        let name = commune.certificate.subject.commonName ?? ""
        let (keys, serviceKeys) = (try DeviceKey(random: SystemRandom()), try DeviceKey(random: SystemRandom()))
        let card = try await SignedAgencyCard.signing(
            AgencyCard(.recipient, name: name, code: "T01.01", keys: keys.card, notBefore: time, notAfter: end),
            by: commune, checking: check, at: time)
        let serviceCard = try await SignedAgencyCard.signing(
            AgencyCard(
                .releaseService, name: official.certificate.subject.commonName ?? "", keys: serviceKeys.card,
                notBefore: time, notAfter: end), by: official, checking: check, at: time)
        let releases = try ReleaseService(
            card: serviceCard.validated(
                by: trust.validator, as: .releaseService, in: ["public-duty"], at: time),
            key: serviceKeys, in: SQLiteAccessLogStore(path: path))
        witness = Witness(key: try DeviceKey(random: SystemRandom()), for: [releases.log.verification])
        self.trust = trust
        self.name = name
        self.keys = keys
        self.card = card
        self.serviceCard = serviceCard
        self.releases = releases
    }

    /// Cards are judged each time: a revoked certificate must not go on receiving.
    nonisolated func recipient(at time: Instant) throws -> ValidatedCard {
        try card.validated(by: trust.validator, as: .recipient, in: ["public-duty"], at: time)
    }

    nonisolated func releaser(at time: Instant) throws -> ValidatedCard {
        try serviceCard.validated(by: trust.validator, as: .releaseService, in: ["public-duty"], at: time)
    }

    func receive(_ package: [UInt8], for dossier: String) { packages[dossier] = package }

    /// Reads what a dossier's grant gives; the log has its entry before anything opens.
    func read(_ dossier: String, in store: SQLiteVaultStore, at time: Instant) async throws -> [(GrantedCopy, [UInt8])]
    {
        guard let bytes = packages[dossier] else { throw GuideError.notFound }
        let package = try GrantPackage(parsing: bytes)
        let request = try package.request(by: keys, official: "cán bộ 12", at: time)
        let release = try await releases.release(request, to: recipient(at: time), at: time)
        var papers: [(GrantedCopy, [UInt8])] = []
        for item in try package.open(with: release, for: request, by: keys) {
            let copy = try GrantedCopy(of: item.item, in: package, release, official: "cán bộ 12", at: time)
            papers.append((copy, try await item.content(in: store).bytes()))
        }
        return papers
    }
}
