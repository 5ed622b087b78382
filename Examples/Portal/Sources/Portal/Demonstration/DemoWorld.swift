// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierKit
import SoftwareKeys
import TestPKI

/// Everything that the demonstration invents: authorities, persons, papers and an agency. New at every start.
public struct DemoWorld: Sendable {
    /// What judges signatures: both test roots, the policy of the library, material of the start.
    let validator: SignatureValidator
    let people: [DemoPerson]
    let papers: [SamplePaper]
    /// Signs for the agency.
    let agency: TestSubscriber
    private(set) var store: any VaultStore
    let types: DocumentTypeCatalogue
    let procedures: ProcedureCatalogue
    let desk: AgencyDesk
    private(set) var release: ReleaseDesk
    /// Cosigns the access log: somebody else's in real life, with a memory of its own.
    let witness: Witness
    private(set) var accounts: VaultAccounts
    private let name: VaultID
    /// Who is there for measuring only.
    var crowd: DemoCrowd?

    /// Makes a world.
    ///
    /// - Parameters:
    ///   - storage: Where vaults and logs lie.
    ///   - samples: The folder `testvectors/pdfs` of the repository.
    ///   - time: Now.
    public init(in storage: PortalStorage, samples: String, at time: Instant) async throws {
        let infrastructure = try TestInfrastructure(at: time)
        validator = SignatureValidator(
            trusting: infrastructure.trust, policy: .vietnam2026,
            material: try infrastructure.material(at: time))
        guard let citizen = infrastructure.subscriber("citizen"),
            let official = infrastructure.subscriber("official"),
            let commune = infrastructure.subscriber("commune")
        else { throw PortalError.notFound }
        agency = commune
        let spouse = try Self.subscriber(
            "Trần Thị Nghiệm (TEST)", "CCCD:001199000002", of: infrastructure.publicDomain, at: time)
        people = [
            DemoPerson(
                choice: .init(answer: "citizen-1", name: "Nguyễn Văn Thử", role: .citizen),
                subject: "001099000001",
                related: [
                    .spouse: ["001199000002"], .parent: ["001173000005", "001070000004"],
                    .host: ["001070000004"],
                    .child: ["name:Nguyễn Thử Mai"],
                ], signer: try citizen.signer()),
            DemoPerson(
                choice: .init(answer: "citizen-2", name: "Trần Thị Nghiệm", role: .citizen),
                subject: "001199000002",
                related: [.spouse: ["001099000001"], .child: ["name:Nguyễn Thử Mai"]],
                signer: try spouse.signer()),
            DemoPerson(
                choice: .init(answer: "official-1", name: "Lê Thị Kiểm", role: .official),
                subject: "001188000006",
                related: [:], signer: try official.signer()),
        ]
        let communeSigner = try commune.signer()
        papers = try await SamplePaper.read(
            from: samples, signing: ["birth-certificate.pdf", "marriage-certificate.pdf"]
        ) { try await $0.signed(by: communeSigner, claiming: time, reason: "TEST") }
        store = storage.vaults
        guard let name = VaultID(octets: SystemRandom().bytes(32)) else { throw PortalError.notFound }
        self.name = name
        accounts = storage.isShared ? VaultAccounts(in: storage.logs, of: name) : VaultAccounts()
        types = try DocumentTypeCatalogue.builtIn()
        procedures = try ProcedureCatalogue.builtIn(types: types)
        desk = AgencyDesk()
        let service = try Self.subscriber(
            "DỊCH VỤ CẤP QUYỀN ĐỌC THỬ NGHIỆM (TEST)", "MST:0100000003",
            of: infrastructure.publicDutyDomain, at: time)
        let release = try await ReleaseDesk(
            agency: commune, service: service, judgedBy: validator, log: storage.logs, at: time)
        self.release = release
        witness = Witness(
            key: try DeviceKey(random: SystemRandom()), for: [release.service.log.verification])
    }

    /// The same world as another server has it: the same parties and papers, nothing else in common but the storage.
    public func served(from storage: PortalStorage) throws -> DemoWorld {
        var world = self
        world.store = storage.vaults
        world.release = try ReleaseDesk(release, log: storage.logs)
        world.accounts = VaultAccounts(in: storage.logs, of: name)
        return world
    }

    /// Who may sign in.
    public var identityProvider: any IdentityProvider { DemoIdentityProvider(people: people, crowd: crowd) }

    func person(_ identity: IdentityAssertion) throws(PortalError) -> DemoPerson {
        guard
            let person = people.first(where: { $0.subject == identity.subject })
                ?? crowd?.person(withSubject: identity.subject)
        else { throw .forbidden }
        return person
    }

    /// Name of the agency that receives every dossier of the demonstration.
    var agencyName: String { agency.certificate.subject.commonName ?? "TEST" }

    private static func subscriber(
        _ name: String, _ identifier: String, of domain: TestInfrastructure.Domain, at time: Instant
    ) throws -> TestSubscriber {
        let key = try SoftwareKey.generate(.elliptic(.p256))
        let year: Int64 = 365 * 86_400
        let template = CertificateTemplate(
            subject: .vietnam(commonName: name, identifiers: [identifier]),
            notBefore: time.adding(seconds: -3600),
            notAfter: time.adding(seconds: 3 * year), keyUsage: [.digitalSignature, .nonRepudiation])
        return TestSubscriber(
            name: "citizen-2", key: key,
            certificate: try domain.issuing.issue(template, for: key.subjectPublicKeyInfo),
            issuer: domain.issuing.certificate)
    }
}
