// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// The agency's keys for grants, and the release service that holds the second shares and writes the access log.
///
/// Two parties in real life; the demonstration runs both in one process, and says so.
struct ReleaseDesk: Sendable {
    let recipientCard: SignedAgencyCard
    let serviceCard: SignedAgencyCard
    let service: ReleaseService
    private let recipientKey: DeviceKey
    private let validator: SignatureValidator

    private static let domains: Set<String> = ["public-duty"]

    /// - Throws: `AgencyCardError` when a card does not hold at that time; errors of the log.
    init(
        _ parties: DemoParties, judgedBy validator: SignatureValidator, log: any AccessLogStore, at time: Instant
    ) throws {
        self.validator = validator
        (recipientKey, recipientCard) = (parties.recipient.key, parties.recipient.card)
        serviceCard = parties.service.card
        service = try ReleaseService(
            card: serviceCard.validated(by: validator, as: .releaseService, in: Self.domains, at: time),
            key: parties.service.key, in: log)
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
