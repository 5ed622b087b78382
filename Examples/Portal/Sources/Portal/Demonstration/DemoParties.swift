// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierKit
import SoftwareKeys
import TestPKI

/// The invented authorities, persons and agencies of a demonstration, with their keys: what all servers of one portal must
/// have in common beside the storage.
public struct DemoParties: Sendable {
    /// Tells this demonstration from others in the same database.
    let name: VaultID
    let trust: [TrustDomain]
    /// Issuing certificates and revocation lists of the start, which are valid for 30 days.
    let material: ValidationMaterial
    let citizen: TestSubscriber
    let spouse: TestSubscriber
    let official: TestSubscriber
    /// Signs for the agency.
    let commune: TestSubscriber
    /// The agency's keys for grants.
    let recipient: Cardholder
    /// The release service's.
    let service: Cardholder

    /// Keys with the card that a certificate signed.
    struct Cardholder: Sendable {
        let key: DeviceKey
        let card: SignedAgencyCard
    }

    private static let year: Int64 = 365 * 86_400

    /// Invents them.
    ///
    /// - Parameter time: Now.
    public init(at time: Instant) async throws {
        let infrastructure = try TestInfrastructure(at: time)
        guard let citizen = infrastructure.subscriber("citizen"),
            let official = infrastructure.subscriber("official"),
            let commune = infrastructure.subscriber("commune"),
            let name = VaultID(octets: SystemRandom().bytes(VaultID.byteCount))
        else { throw PortalError.notFound }
        self.name = name
        (self.citizen, self.official, self.commune) = (citizen, official, commune)
        (trust, material) = (infrastructure.trust, try infrastructure.material(at: time))
        spouse = try Self.subscriber(
            "Trần Thị Nghiệm (TEST)", "CCCD:001199000002", of: infrastructure.publicDomain, at: time)
        let keeper = try Self.subscriber(
            "DỊCH VỤ CẤP QUYỀN ĐỌC THỬ NGHIỆM (TEST)", "MST:0100000003",
            of: infrastructure.publicDutyDomain, at: time)
        let check = SignerCheck(SignatureValidator(trusting: trust, policy: .vietnam2026, material: material))
        recipient = try await Self.cardholder(.recipient, "T01.01", commune, check, at: time)
        service = try await Self.cardholder(.releaseService, "", keeper, check, at: time)
    }

    /// Takes those that were kept.
    init(
        name: VaultID, trust: [TrustDomain], material: ValidationMaterial,
        persons: (citizen: TestSubscriber, spouse: TestSubscriber, official: TestSubscriber, commune: TestSubscriber),
        recipient: Cardholder, service: Cardholder
    ) {
        (self.name, self.trust, self.material) = (name, trust, material)
        (citizen, spouse, official, commune) = persons
        (self.recipient, self.service) = (recipient, service)
    }

    private static func cardholder(
        _ role: AgencyCard.Role, _ code: String, _ subscriber: TestSubscriber, _ check: SignerCheck, at time: Instant
    ) async throws -> Cardholder {
        let key = try DeviceKey(random: SystemRandom())
        let card = try AgencyCard(
            role, name: subscriber.certificate.subject.commonName ?? "", code: code, keys: key.card, notBefore: time,
            notAfter: time.adding(seconds: year))
        return Cardholder(
            key: key, card: try await .signing(card, by: subscriber.signer(), checking: check, at: time))
    }

    private static func subscriber(
        _ name: String, _ identifier: String, of domain: TestInfrastructure.Domain, at time: Instant
    ) throws -> TestSubscriber {
        let key = try SoftwareKey.generate(.elliptic(.p256))
        let template = CertificateTemplate(
            subject: .vietnam(commonName: name, identifiers: [identifier]),
            notBefore: time.adding(seconds: -3600),
            notAfter: time.adding(seconds: 3 * year), keyUsage: [.digitalSignature, .nonRepudiation])
        return TestSubscriber(
            name: name, key: key, certificate: try domain.issuing.issue(template, for: key.subjectPublicKeyInfo),
            issuer: domain.issuing.certificate)
    }
}
