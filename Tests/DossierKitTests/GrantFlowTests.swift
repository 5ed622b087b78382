// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DocumentVault
import DossierCore
import DossierKit
import OnceOnly
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import Testing
import VaultTesting

@Suite("From plan to release: cards, consent, grant — docs/once-only.md")
struct GrantFlowTests {
    private let bench: Bench
    private static let year: Int64 = 365 * 86_400

    init() throws { bench = try Bench.shared.get() }

    /// The keys of an agency and its card, signed with the certificate of a subscriber of the test infrastructure.
    private struct Agency {
        let key: DeviceKey
        let signed: SignedAgencyCard

        init(
            _ bench: Bench, _ subscriber: String, _ role: AgencyCard.Role = .recipient, name: String? = nil
        ) async throws {
            key = try DeviceKey(random: SystemRandom())
            let signer = try bench.signer(subscriber)
            let card = try AgencyCard(
                role, name: name ?? signer.certificate.subject.commonName ?? "", keys: key.card,
                notBefore: Bench.now.adding(seconds: -60), notAfter: Bench.now.adding(seconds: GrantFlowTests.year))
            signed = SignedAgencyCard(
                card,
                signature: try await CAdESSignature.detached(
                    over: MemorySource(card.bytes), by: signer, claiming: Bench.now))
        }
    }

    private func refuses(
        _ code: AgencyCardError.Code, _ card: SignedAgencyCard, as role: AgencyCard.Role = .recipient,
        by validator: SignatureValidator? = nil, in domains: Set<String> = ["public-duty"],
        at time: Instant = Bench.now,
        _ place: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: AgencyCardError(code), sourceLocation: place) {
            try card.validated(by: validator ?? bench.validator, as: role, in: domains, at: time)
        }
    }

    @Test func `a card is taken from the agency that its certificate names, in force, unrevoked, for its role`()
        async throws
    {
        let agency = try await Agency(bench, "commune")
        let card = try SignedAgencyCard(parsing: agency.signed.bytes)
        let valid = try card.validated(by: bench.validator, as: .recipient, in: ["public-duty"], at: Bench.now)
        #expect(valid.trustDomain == "public-duty" && valid.card == agency.signed.card)
        refuses(.otherRole, card, as: .releaseService)
        refuses(.otherDomain, card, in: ["public"])
        refuses(.notInForce, card, at: Bench.now.adding(seconds: Self.year + 1))
        refuses(
            .signatureInvalid, card,
            by: bench.validator(
                trusting: bench.infrastructure.trust, material: try bench.material(revoking: "commune")))
        // No revocation information, and trust in nobody: nothing is known, so nothing is taken.
        refuses(
            .signatureIndeterminate, card,
            by: bench.validator(
                trusting: bench.infrastructure.trust,
                material: ValidationMaterial(certificates: bench.material.certificates)))
        refuses(.signatureIndeterminate, card, by: bench.validator(trusting: []))
        // A certificate of somebody else over a card with the agency's name: a citizen's, and another official's.
        refuses(.otherDomain, try await Agency(bench, "citizen", name: valid.card.name).signed)
        refuses(.otherName, try await Agency(bench, "commune", name: "Cơ quan khác (TEST)").signed)
        // The organisation of an official's certificate is the agency.
        let official = try await Agency(bench, "official", name: valid.card.name).signed
        _ = try official.validated(by: bench.validator, as: .recipient, in: ["public-duty"], at: Bench.now)
        // Keys that were put in the place of the agency's.
        let stranger = try DeviceKey(random: SystemRandom())
        let other = try AgencyCard(
            .recipient, name: valid.card.name, keys: stranger.card, notBefore: valid.card.notBefore,
            notAfter: valid.card.notAfter)
        refuses(.signatureInvalid, SignedAgencyCard(other, signature: card.signature))
        refuses(.malformed, SignedAgencyCard(valid.card, signature: [1, 2, 3]))
        #expect(throws: AgencyCardError(.malformed)) { try SignedAgencyCard(parsing: []) }
        await #expect(throws: AgencyCardError(.otherName)) {
            _ = try await SignedAgencyCard.signing(
                valid.card, by: bench.signer("company"), checking: bench.check, at: Bench.now)
        }
    }

    @Test func `what a person agreed to becomes a grant to exactly that, and a release with a log`() async throws {
        let store = InMemoryVaultStore()
        let vault = try await Vault.create(
            name: "kho thử nghiệm", in: store, unlocking: [.recoveryCode(RecoveryCode(random: SystemRandom()))],
            at: Bench.now)
        let person = "001099000001"
        for (file, type) in [
            ("birth-certificate.pdf", "birth-certificate"), ("residence-confirmation.pdf", "residence-confirmation"),
        ] {
            let bytes = try await bench.signedPDF(file, by: "commune")
            var metadata = DocumentMetadata(type: type, name: file, mediaType: "application/pdf")
            metadata.subjects = [person]
            metadata.issuedOn = CalendarDate("2026-11-19")
            metadata.issuerKind = type == "birth-certificate" ? .communeCommittee : .communePolice
            _ = try await vault.store(
                MemorySource(bytes), metadata: metadata,
                provenance: .verified(bench.report(bytes), source: .agencyResult), at: Bench.now)
        }
        let evidence = try await vault.evidence(judgedBy: bench.validator, at: Bench.now)
        #expect(evidence.map(\.issuer.kind) == [.communeCommittee, .communePolice])
        let types = try DocumentTypeCatalogue.builtIn()
        let day = Bench.now.date(atOffset: vietnamOffset)
        let plans = try ProcedureCatalogue.builtIn(types: types).plans(
            using: EvidenceSet(evidence, types: types), for: Applicant(id: person), on: day, decisionBy: day)
        let plan = try #require(
            plans.first { !$0.disclosure.isEmpty && $0.disclosure.allSatisfy { $0.fields.isEmpty } })

        let agency = try await Agency(bench, "commune")
        let keeper = try await Agency(bench, "official", .releaseService)
        let card = try agency.signed.validated(by: bench.validator, as: .recipient, at: Bench.now)
        let service = try keeper.signed.validated(by: bench.validator, as: .releaseService, at: Bench.now)
        let question = ConsentQuestion(
            for: plan, dossier: "H26.01-0001", to: .init(name: card.card.name), from: Bench.now,
            until: Bench.now.adding(seconds: 86_400))
        let text = question.text(in: .vietnamese)
        let consent = try Consent(
            to: question, shown: text, in: .vietnamese,
            answer: .init(by: person, agrees: true, agreesToSensitive: true, channel: "portal", at: Bench.now))
        let issued = try await vault.grant(consent, to: card, release: .by(service), at: Bench.now)
        #expect(issued.grant.terms.textShown == text && issued.grant.items.count == plan.disclosure.count)
        #expect(issued.grant.recipient.certificate == card.certificate)

        let releases = try ReleaseService(card: service, key: keeper.key, in: InMemoryAccessLogStore())
        try await releases.register(try #require(issued.escrow), at: Bench.now)
        let request = try issued.package.request(by: agency.key, official: "cán bộ 7", at: Bench.now)
        let release = try await releases.release(request, to: card, at: Bench.now)
        let items = try issued.package.open(with: release, for: request, by: agency.key)
        for (item, disclosure) in zip(items, plan.disclosure) {
            guard disclosure.fields.isEmpty else { continue }
            let bytes = try await item.content(in: store).bytes()
            #expect(try bench.report(bytes).report?.indication == .totalPassed, "the official judges it anew")
        }
        let (checkpoint, entries) = try await releases.log.history(of: vault.id, at: Bench.now)
        let history = try AccessHistory(
            entries, checkpoint, signedBy: service.card.verification,
            since: try await vault.accessLogAnchor(of: service.card.verification), at: Bench.now)
        #expect(try await history.lines(with: vault.grants()).map(\.record?.kind) == [.released, .granted])

        // Everything else than what was agreed to is refused.
        let other = try await Agency(bench, "official").signed.validated(
            by: bench.validator, as: .recipient, at: Bench.now)
        await #expect(throws: ConsentMismatch(.otherRecipient)) {
            _ = try await vault.grant(consent, to: other, release: .by(service), at: Bench.now)
        }
        await #expect(throws: ConsentMismatch(.otherRelease)) {
            _ = try await vault.grant(consent, to: card, release: .unattended, at: Bench.now)
        }
        await #expect(throws: ConsentMismatch(.withdrawn)) {
            _ = try await vault.grant(
                consent.withdrawn(at: Bench.now), to: card, release: .by(service), at: Bench.now)
        }
    }

    @Test func `a result goes into the vault that the citizen signed for, and a substituted card is refused`()
        async throws
    {
        func vault(_ name: String) async throws -> (InMemoryVaultStore, Vault) {
            let store = InMemoryVaultStore()
            let code = RecoveryCode(random: SystemRandom())
            return (
                store,
                try await Vault.create(name: name, in: store, unlocking: [.recoveryCode(code)], at: Bench.now)
            )
        }
        let (store, own) = try await vault("kho của dân")
        let (_, attacker) = try await vault("kho của kẻ gian")
        let ticket = try await own.issueTicket(for: "T-1")
        let substitute = try await attacker.issueTicket(for: "T-1")
        func dossier(_ ticket: DepositTicket, code: String = "T-1") -> Dossier {
            Dossier(
                code: code, for: .init(code: "1.004222", version: "2026-07-01"),
                attachments: [DossierKit.Attachment(ticket)])
        }
        let sealed = try await dossier(ticket).signed(
            by: bench.signer("citizen"), checking: bench.check, at: Bench.now)
        func find(
            _ sealed: SealedDossier, _ file: DossierKit.Attachment? = nil, _ validator: SignatureValidator? = nil
        ) throws -> DepositTicket {
            let entry = sealed.manifest.attachments[0]
            let received = [
                ReceivedAttachment(
                    ordinal: entry.ordinal, name: entry.name, source: (file ?? sealed.attachments[0]).source)
            ]
            let validator = validator ?? bench.validator
            return try DossierExamination(
                manifestBytes: sealed.manifestBytes, signature: sealed.signature, received: received,
                validator: validator, at: Bench.now
            ).depositTicket(in: received)
        }
        let found = try find(sealed)
        #expect(found.card.vault == own.id)
        let result: [UInt8] = [1, 2, 3]
        _ = try await found.deposit(
            MemorySource(result), sha256: Digest32(of: result), metadata: Samples.metadata(), depositor: "UBND",
            in: store, at: Bench.now)
        #expect(try await own.absorbDeposits(at: Bench.now).documents.count == 1)
        // Another vault's ticket in the place of the one that was signed; a dossier that nobody trusted signed; a ticket
        // of another dossier.
        #expect(throws: DossierError(.invalidAttachment, "")) { try find(sealed, DossierKit.Attachment(substitute)) }
        #expect(throws: DossierError(.invalidAttachment, "")) {
            try find(sealed, sealed.attachments[0], bench.validator(trusting: []))
        }
        let moved = try await dossier(ticket, code: "T-2").signed(
            by: bench.signer("citizen"), checking: bench.check, at: Bench.now)
        #expect(throws: DossierError(.invalidAttachment, "")) { try find(moved) }
        let without = try await Dossier(
            code: "T-1", for: .init(code: "1.004222", version: "2026-07-01"),
            attachments: [DossierKit.Attachment(name: "a.txt", type: "other", source: MemorySource([1]))]
        ).signed(by: bench.signer("citizen"), checking: bench.check, at: Bench.now)
        #expect(throws: DossierError(.incomplete, "")) { try find(without) }
    }

    @Test func `a mandate of the vault is a representation in procedures, on its ground and in its days`() async throws
    {
        let vault = try await Vault.create(
            name: "kho của con", in: InMemoryVaultStore(),
            unlocking: [.recoveryCode(RecoveryCode(random: SystemRandom()))], at: Bench.now)
        let key = try DeviceKey(random: SystemRandom())
        func mandate(_ ground: Mandate.Ground) async throws -> Mandate {
            try await vault.mandate(
                for: key.card, name: "Nguyễn Văn Thử", ground: ground, from: Bench.now,
                until: Bench.now.adding(seconds: 86_400))
        }
        let parent = try #require(Representation(try await mandate(.parent), person: "001099000001"))
        #expect(parent.ground == .parent && parent.person == "001099000001")
        let day = Bench.now.date(atOffset: vietnamOffset)
        #expect(parent.isInForce(on: day) && parent.isInForce(on: day.adding(days: 1)))
        #expect(!parent.isInForce(on: day.adding(days: 2)) && !parent.isInForce(on: day.adding(days: -1)))
        #expect(Representation(try await mandate(.ownDevice), person: "x") == nil)
        #expect(Representation(try await mandate(.seat), person: "x")?.ground == .powerOfAttorney)
    }
}
