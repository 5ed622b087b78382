// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierKit
import SoftwareKeys
import TestPKI

/// Everything that one server of the demonstration has: the invented parties, their papers, and the storage.
public struct DemoWorld: Sendable {
    /// What judges signatures: both test roots, the policy of the library, material of the start.
    let validator: SignatureValidator
    let people: [DemoPerson]
    let papers: [SamplePaper]
    /// Signs for the agency.
    let agency: TestSubscriber
    let store: any VaultStore
    let types: DocumentTypeCatalogue
    let procedures: ProcedureCatalogue
    let desk: AgencyDesk
    let release: ReleaseDesk
    /// Cosigns the access log: somebody else's in real life, with a memory of its own. Each server has one.
    let witness: Witness
    let accounts: VaultAccounts
    /// Who is there for measuring only.
    var crowd: DemoCrowd?

    /// Makes a world.
    ///
    /// - Parameters:
    ///   - storage: Where vaults and logs lie.
    ///   - parties: Who is in it; servers with one storage need the same.
    ///   - samples: The folder `testvectors/pdfs` of the repository.
    ///   - time: Now.
    /// - Throws: ``PortalStartError``: `noSamples`, `worldTooOld`; errors of signing.
    public init(
        in storage: PortalStorage, of parties: DemoParties, samples: String, at time: Instant
    ) async throws {
        let validator = SignatureValidator(
            trusting: parties.trust, policy: .vietnam2026, material: parties.material)
        self.validator = validator
        agency = parties.commune
        people = [
            DemoPerson(
                choice: .init(answer: "citizen-1", name: "Nguyễn Văn Thử", role: .citizen),
                subject: "001099000001",
                related: [
                    .spouse: ["001199000002"], .parent: ["001173000005", "001070000004"],
                    .host: ["001070000004"],
                    .child: ["name:Nguyễn Thử Mai"],
                ], signer: try parties.citizen.signer()),
            DemoPerson(
                choice: .init(answer: "citizen-2", name: "Trần Thị Nghiệm", role: .citizen),
                subject: "001199000002",
                related: [.spouse: ["001099000001"], .child: ["name:Nguyễn Thử Mai"]],
                signer: try parties.spouse.signer()),
            DemoPerson(
                choice: .init(answer: "official-1", name: "Lê Thị Kiểm", role: .official),
                subject: "001188000006",
                related: [:], signer: try parties.official.signer()),
        ]
        do {
            release = try ReleaseDesk(parties, judgedBy: validator, log: storage.logs, at: time)
        } catch is AgencyCardError {
            throw PortalStartError(.worldTooOld, "--world")
        }
        let communeSigner = try agency.signer()
        do {
            papers = try await SamplePaper.read(
                from: samples, signing: ["birth-certificate.pdf", "marriage-certificate.pdf"]
            ) { try await $0.signed(by: communeSigner, claiming: time, reason: "TEST") }
        } catch is ByteSourceError {
            throw PortalStartError(.noSamples, samples)
        }
        store = storage.vaults
        let records = PortalRecords(in: storage.records, of: parties.name)
        (accounts, desk) = (VaultAccounts(records: records), AgencyDesk(records: records))
        types = try DocumentTypeCatalogue.builtIn()
        procedures = try ProcedureCatalogue.builtIn(types: types)
        witness = Witness(
            key: try DeviceKey(random: SystemRandom()), for: [release.service.log.verification])
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
}
