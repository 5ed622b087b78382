// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierKit
import SoftwareKeys
import TestPKI

/// The agency's keys for grants, and the release service that holds the second shares and writes the access log.
///
/// Two parties in real life; the demonstration runs both in one process, and says so.
struct ReleaseDesk: Sendable {
    let recipientKey: DeviceKey
    let recipientCard: SignedAgencyCard
    let serviceCard: SignedAgencyCard
    let service: ReleaseService
    private let serviceKey: DeviceKey
    private let validatedService: ValidatedCard
    let validator: SignatureValidator

    private static let domains: Set<String> = ["public-duty"]
    private static let year: Int64 = 365 * 86_400

    /// Makes keys, has the certificates of agency and service sign the cards, and opens the log.
    init(
        agency: TestSubscriber, service subscriber: TestSubscriber,
        judgedBy validator: SignatureValidator,
        log: any AccessLogStore, at time: Instant
    ) async throws {
        self.validator = validator
        let check = SignerCheck(validator)
        let end = time.adding(seconds: Self.year)
        recipientKey = try DeviceKey(random: SystemRandom())
        serviceKey = try DeviceKey(random: SystemRandom())
        recipientCard = try await .signing(
            AgencyCard(
                .recipient, name: agency.certificate.subject.commonName ?? "", code: "T01.01",
                keys: recipientKey.card,
                notBefore: time, notAfter: end), by: agency.signer(), checking: check, at: time)
        serviceCard = try await .signing(
            AgencyCard(
                .releaseService, name: subscriber.certificate.subject.commonName ?? "",
                keys: serviceKey.card,
                notBefore: time, notAfter: end), by: subscriber.signer(), checking: check, at: time)
        validatedService = try serviceCard.validated(by: validator, as: .releaseService, in: Self.domains, at: time)
        service = try ReleaseService(card: validatedService, key: serviceKey, in: log)
    }

    /// The same parties, as another server has them: with the log by a connection of its own.
    init(_ other: ReleaseDesk, log: any AccessLogStore) throws {
        (recipientKey, recipientCard) = (other.recipientKey, other.recipientCard)
        (serviceKey, serviceCard, validatedService) = (other.serviceKey, other.serviceCard, other.validatedService)
        validator = other.validator
        service = try ReleaseService(card: validatedService, key: serviceKey, in: log)
    }

    /// The agency's card, judged now: chain, revocation, purpose and period.
    func recipient(at time: Instant) throws -> ValidatedCard {
        try recipientCard.validated(by: validator, as: .recipient, in: Self.domains, at: time)
    }

    /// The release service's card, judged now.
    func releaser(at time: Instant) throws -> ValidatedCard {
        try serviceCard.validated(by: validator, as: .releaseService, in: Self.domains, at: time)
    }

    /// Has the release service let the agency read what a grant gives: the log has its entry before anything opens.
    ///
    /// - Throws: `ReleaseRefusal`, which is logged as well; errors of package and store.
    func open(
        _ package: GrantPackage, for official: String, in store: any VaultStore, at time: Instant
    ) async throws -> OpenedGrant {
        let request = try package.request(by: recipientKey, official: official, at: time)
        let release = try await service.release(request, to: try recipient(at: time), at: time)
        var papers: [OpenedGrant.Paper] = []
        for item in try package.open(with: release, for: request, by: recipientKey) {
            let bytes = item.item.isFieldsOnly ? nil : try await item.content(in: store).bytes()
            let copy = try GrantedCopy(of: item.item, in: package, release, official: official, at: time)
            papers.append(OpenedGrant.Paper(item: item.item, fields: item.fields, bytes: bytes, copy: copy))
        }
        return OpenedGrant(
            papers: papers, by: official, at: time, usesLeft: release.receipt.usesLeft,
            entry: release.receipt.place)
    }
}

/// What an agency read under a grant.
struct OpenedGrant: Sendable {
    struct Paper: Sendable {
        let item: GrantItem
        let fields: [DocumentField]
        let bytes: [UInt8]?
        /// What goes with the paper wherever it is exported to.
        let copy: GrantedCopy
    }

    let papers: [Paper]
    let by: String
    let at: Instant
    let usesLeft: Int64
    /// Place of the entry in the citizen's access log.
    let entry: Int64
}
