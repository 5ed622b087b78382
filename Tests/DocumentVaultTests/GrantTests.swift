// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("Grants — docs/formats/grant-v1.md")
struct GrantTests {
    private func expectRefusal(
        _ reason: ReleaseRefusal.Reason, _ body: () async throws -> Release, _ place: SourceLocation = #_sourceLocation
    ) async {
        await #expect(throws: ReleaseRefusal(reason), sourceLocation: place) { try await body() }
    }

    @Test func `recipient and service together open the documents, and the log has it before the share leaves`()
        async throws
    {
        let scene = try await GrantScene()
        let issued = try await scene.registered()
        let request = try AccessRequest(parsing: scene.request(issued).bytes)
        let release = try Release(
            parsing: try await scene.releases.release(request, to: scene.agency.card, at: GrantScene.now).bytes)
        #expect(release.receipt.usesLeft == 0 && release.receipt.kind == .released)
        let package = try GrantPackage(parsing: issued.package.bytes)
        let items = try package.open(with: release, for: request, by: scene.agency.key)
        #expect(items.map(\.item.type) == ["birth-certificate", "other"])
        #expect(try await items[0].content(in: scene.scene.store).bytes() == Samples.bytes(3000))
        #expect(try await items[1].content(in: scene.scene.store).bytes() == Samples.bytes(200_000))
        // Handed over as octets, without a store.
        let sealed = try #require(await scene.scene.objects().contents[items[0].item.content])
        #expect(try items[0].open(sealed: sealed) == Samples.bytes(3000))
        #expect(throws: VaultError(.damaged, "")) { try items[1].open(sealed: sealed) }
        #expect(throws: VaultError(.damaged, "")) { try items[0].open(sealed: Array(sealed.dropLast())) }

        #expect(try await scene.kinds() == [.granted, .released])
        let line = try #require(try await scene.history().lines(with: scene.vault.grants()).first)
        #expect(line.record?.agency == "Công an phường Thử Nghiệm" && line.record?.official == "cán bộ 12")
        #expect(line.consent?.id == issued.grant.id && line.record?.dossier == "H26.01-261121-0001")
        #expect(line.record?.items.map(\.document) == [scene.birth.document, scene.residence.document])
        try await scene.history().check(release.receipt, signedBy: scene.service.card.card.verification)
        // The journal lists the grant, with the text that was shown, and everything still fits together.
        let opened = try await scene.scene.open()
        #expect(try await opened.grant(issued.grant.id).terms.textShown.hasPrefix("Tôi đồng ý"))
        #expect(try await opened.grants().map { $0.standing(at: GrantScene.now) } == [.inForce])
        #expect(try await opened.verify().isComplete)
    }

    @Test func `neither the recipient nor the service opens anything alone`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.registered()
        let escrow = try #require(issued.escrow)
        let request = try scene.request(issued)
        #expect(throws: VaultError(.notPermitted, "")) {
            _ = try issued.package.open(with: nil, for: nil, by: scene.agency.key)
        }
        // The service has the package too, and its own key.
        #expect(throws: VaultError(.damaged, "")) {
            _ = try GrantKeys.open(
                escrowShare(issued.package.bytes), for: .recipient, with: scene.service.key.agreement,
                of: issued.grant.digest)
        }
        // Each with its one share, whatever it puts in the place of the other.
        let release = try await scene.releases.release(request, to: scene.agency.card, at: GrantScene.now)
        let own = try GrantKeys.open(
            escrowShare(issued.package.bytes), for: .recipient, with: scene.agency.key.agreement,
            of: issued.grant.digest)
        let kept = SharedSecret(try escrow.openShare(with: scene.service.key))
        let zeros = SharedSecret(SecretBytes(byteCount: 32) { _ in })
        let item = issued.grant.items[0]
        func opens(_ first: borrowing SecretBytes, _ second: SharedSecret?) -> Bool {
            guard let key = try? GrantKeys.key(first, second, of: issued.grant.digest) else { return false }
            return
                (try? GrantedSecret.open(
                    itemKey(issued.package.bytes), for: item, of: issued.grant.digest, under: key)) != nil
        }
        let both = opens(own, kept)
        let alone = [
            opens(own, nil), opens(own, zeros), opens(own, SharedSecret(own.copy())), opens(kept.octets, nil),
            opens(kept.octets, kept), opens(zeros.octets, kept),
        ]
        #expect(both && !alone.contains(true))
        #expect(try issued.package.open(with: release, for: request, by: scene.agency.key).count == 2)
    }

    @Test func `another recipient is refused, whatever card it shows`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.registered()
        let other = try GrantScene.Party(.recipient, "Cơ quan khác (thử nghiệm)")
        // With its own key under the other's name, and under its own name.
        await expectRefusal(.notAuthenticated) {
            try await scene.releases.release(
                scene.request(issued, by: other.key), to: scene.agency.card, at: GrantScene.now)
        }
        await expectRefusal(.notAuthenticated) {
            try await scene.releases.release(scene.request(issued, by: other.key), to: other.card, at: GrantScene.now)
        }
        // Honestly itself, for a grant that is not its own.
        let honest = try AccessRequest(
            grant: issued.grant, card: other.card.card.digest, id: RequestID(random: SystemRandom()), repeated: nil,
            official: "x", at: GrantScene.now, signedBy: other.key)
        await expectRefusal(.otherRecipient) {
            try await scene.releases.release(honest, to: other.card, at: GrantScene.now)
        }
        // The right recipient, and then its package in the other's hands.
        let request = try scene.request(issued)
        let release = try await scene.releases.release(request, to: scene.agency.card, at: GrantScene.now)
        #expect(throws: VaultError(.damaged, "")) {
            _ = try issued.package.open(with: release, for: request, by: other.key)
        }
        #expect(try issued.package.open(with: release, for: request, by: scene.agency.key).count == 2)
    }

    @Test func `a card that was judged yesterday, is over, or is a service's gets nothing`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.registered(GrantScene.terms(until: 400 * GrantScene.day))
        func release(_ card: ValidatedCard, at time: Instant) async throws -> Release {
            try await scene.releases.release(scene.request(issued, at: time), to: card, at: time)
        }
        let tomorrow = GrantScene.now.adding(seconds: GrantScene.day + 1)
        let late = GrantScene.now.adding(seconds: 366 * GrantScene.day)
        await expectRefusal(.notAuthenticated) { try await release(scene.agency.card, at: tomorrow) }
        await expectRefusal(.notAuthenticated) { try await release(scene.agency.validated(at: late), at: late) }
        await expectRefusal(.notAuthenticated) { try await release(scene.service.card, at: GrantScene.now) }
        _ = try await release(scene.agency.validated(at: tomorrow), at: tomorrow)
    }

    @Test func `another dossier or a changed purpose is refused`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.registered()
        func request(dossier: String? = nil, procedure: String? = nil, purpose: String? = nil) throws -> AccessRequest {
            try AccessRequest(
                grant: issued.grant, id: RequestID(random: SystemRandom()), repeated: nil, procedure: procedure,
                dossier: dossier, purpose: purpose, official: "x", at: GrantScene.now, signedBy: scene.agency.key)
        }
        func release(_ request: AccessRequest) async throws -> Release {
            try await scene.releases.release(request, to: scene.agency.card, at: GrantScene.now)
        }
        await expectRefusal(.otherDossier) { try await release(request(dossier: "H26.01-261121-0002")) }
        await expectRefusal(.otherDossier) { try await release(request(procedure: "1.000894")) }
        await expectRefusal(.otherPurpose) { try await release(request(purpose: "statistics")) }
        _ = try await release(request())
        #expect(try await scene.kinds() == [.granted, .refused, .refused, .refused, .released])
    }

    @Test func `before its period, after its end and after too many uses nothing is released`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.registered(GrantScene.terms(uses: 2, from: 100, until: 1000))
        func release(after seconds: Int64) async throws -> Release {
            let time = GrantScene.now.adding(seconds: seconds)
            return try await scene.releases.release(scene.request(issued, at: time), to: scene.agency.card, at: time)
        }
        await expectRefusal(.notYetValid) { try await release(after: 99) }
        #expect(try await release(after: 100).receipt.usesLeft == 1)
        await expectRefusal(.expired) { try await release(after: 1001) }
        #expect(try await release(after: 1000).receipt.usesLeft == 0)
        await expectRefusal(.usedUp) { try await release(after: 1000) }
    }

    @Test func `a request comes once, is fresh, and a lost answer is repeated without costing a use`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.registered()
        func release(_ request: AccessRequest, after seconds: Int64 = 0) async throws -> Release {
            try await scene.releases.release(
                request, to: scene.agency.card, at: GrantScene.now.adding(seconds: seconds))
        }
        let first = try scene.request(issued)
        await expectRefusal(.stale) { try await release(first, after: 301) }
        await expectRefusal(.stale) { try await release(first, after: -31 - 270) }
        _ = try await release(first, after: 300)
        await expectRefusal(.replayed) { try await release(first, after: 300) }
        func again(_ repeated: RequestID, after seconds: Int64) async throws -> Release {
            let time = GrantScene.now.adding(seconds: seconds)
            let request = try issued.package.request(
                by: scene.agency.key, official: "x", repeating: repeated, at: time)
            return try await scene.releases.release(request, to: scene.agency.card, at: time)
        }
        // Three times within ten minutes, each in the log; a repetition is not repeated in its turn.
        for _ in 0..<3 { #expect(try await again(first.id, after: 900).receipt.usesLeft == 0) }
        await expectRefusal(.usedUp) { try await again(first.id, after: 900) }
        await expectRefusal(.usedUp) { try await again(RequestID(random: SystemRandom()), after: 900) }
        #expect(try await scene.kinds().filter { $0 == .released }.count == 4)
        let late = try await scene.registered()
        let used = try scene.request(late)
        _ = try await release(used)
        await expectRefusal(.usedUp) {
            let time = GrantScene.now.adding(seconds: 601)
            let request = try late.package.request(by: scene.agency.key, official: "x", repeating: used.id, at: time)
            return try await scene.releases.release(request, to: scene.agency.card, at: time)
        }
    }

    @Test func `after revocation nothing is released, and only who may has revoked`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.registered(GrantScene.terms(uses: 5))
        let other = try await Scene()
        _ = try await scene.releases.release(scene.request(issued), to: scene.agency.card, at: GrantScene.now)
        // Somebody else's word on it.
        let owner = try #require(await other.vault.owner)
        let forged = try GrantRevocation(
            of: issued.grant.digest, in: scene.vault.id, reason: "", at: GrantScene.now, signedBy: owner.key)
        await #expect(throws: VaultError(.notPermitted, "")) {
            try await scene.releases.revoke(forged, at: GrantScene.now)
        }
        _ = try await scene.releases.release(scene.request(issued), to: scene.agency.card, at: GrantScene.now)
        let revocation = try await scene.vault.revoke(issued.grant.id, reason: "đổi ý", at: GrantScene.now)
        let receipt = try await scene.releases.revoke(
            GrantRevocation(parsing: revocation.bytes), at: GrantScene.now)
        #expect(receipt.kind == .revoked)
        await expectRefusal(.revoked) {
            try await scene.releases.release(scene.request(issued), to: scene.agency.card, at: GrantScene.now)
        }
        // Both again: nothing changes.
        let again = try await scene.vault.revoke(issued.grant.id, at: GrantScene.now)
        #expect(try await scene.releases.revoke(again, at: GrantScene.now) == receipt)
        #expect(try await scene.scene.open().grants().map { $0.standing(at: GrantScene.now) } == [.revoked])
        #expect(try await scene.kinds() == [.granted, .released, .released, .revoked, .refused])
        await #expect(throws: VaultError(.notFound, "")) {
            _ = try await scene.vault.revoke(GrantID(random: SystemRandom()), at: GrantScene.now)
        }
    }

    @Test func `a grant that was changed anywhere is no grant, and its shares open nothing`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.registered()
        let bytes = issued.grant.bytes
        for index in stride(from: 0, to: bytes.count, by: 7) {
            var changed = bytes
            changed[index] ^= 1
            let other = changed
            #expect(throws: (any Error).self) { try Grant(parsing: other) }
        }
        #expect(try Grant(parsing: bytes) == issued.grant)
        // Shares of one grant under another one, of the same vault and recipient.
        let second = try await scene.grant(GrantScene.terms(dossier: "H26.01-261121-0002"))
        #expect(throws: VaultError(.damaged, "")) {
            _ = try GrantKeys.open(
                escrowShare(issued.package.bytes), for: .recipient, with: scene.agency.key.agreement,
                of: second.grant.digest)
        }
        // An escrow with another grant's share is not taken; nor is one for another service, nor a second share.
        let swapped = GrantEscrow(second.grant, share: escrowShare(try #require(issued.escrow).bytes))
        await #expect(throws: VaultError(.damaged, "")) {
            try await scene.releases.register(swapped, at: GrantScene.now)
        }
        let elsewhere = try GrantScene.Party(.releaseService, "Dịch vụ khác (thử nghiệm)")
        let foreign = try await scene.grant(release: .by(elsewhere.card))
        await #expect(throws: ReleaseRefusal(.otherService)) {
            try await scene.releases.register(try #require(foreign.escrow), at: GrantScene.now)
        }
        let resealed = GrantEscrow(
            issued.grant,
            share: try GrantKeys.seal(
                SecretBytes(byteCount: 32) { _ in }, for: .service, scene.service.card.card.agreement,
                of: issued.grant.digest, random: SystemRandom()))
        await #expect(throws: VaultError(.conflict, "")) {
            try await scene.releases.register(resealed, at: GrantScene.now)
        }
        #expect(try await scene.releases.register(try #require(issued.escrow), at: GrantScene.now).kind == .registered)
        #expect(try await scene.kinds() == [.granted])
    }

    @Test func `values are granted without the document, and only those that were named`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.grant(items: [Vault.GrantRequest(scene.birth, fields: ["dateOfBirth"])])
        try await scene.releases.register(try #require(issued.escrow), at: GrantScene.now)
        let request = try scene.request(issued)
        let release = try await scene.releases.release(request, to: scene.agency.card, at: GrantScene.now)
        let items = try issued.package.open(with: release, for: request, by: scene.agency.key)
        #expect(items[0].fields.map(\.value) == ["1999-03-15"] && items[0].fields[0].origin == .issuer)
        #expect(throws: VaultError(.notPermitted, "")) { try items[0].content(in: scene.scene.store) }
        await #expect(throws: VaultError(.invalidMetadata, "")) {
            _ = try await scene.grant(items: [Vault.GrantRequest(scene.birth, fields: ["motherName"])])
        }
        // No value stands in the log or in the grant.
        let value = Array("1999-03-15".utf8)
        for entry in try await scene.history().entries { #expect(entry.bytes.firstRange(of: value) == nil) }
        #expect(issued.grant.bytes.firstRange(of: value) == nil && issued.package.bytes.firstRange(of: value) == nil)
    }

    @Test func `an unattended grant says that it is one, opens without a service, and never for sensitive documents`()
        async throws
    {
        let scene = try await GrantScene()
        let issued = try await scene.grant(release: .unattended)
        #expect(issued.grant.isUnattended && issued.escrow == nil)
        let records = try await scene.vault.grants()
        #expect(records.first?.isUnattended == true)
        let items = try issued.package.open(with: nil, for: nil, by: scene.agency.key)
        #expect(try await items[0].content(in: scene.scene.store).bytes() == Samples.bytes(3000))
        #expect(throws: VaultError(.damaged, "")) {
            _ = try issued.package.open(with: nil, for: nil, by: scene.service.key)
        }
        var metadata = Samples.metadata(type: "criminal-record")
        metadata.isSensitive = true
        let sensitive = try await Samples.store([1], as: metadata, in: scene.vault)
        await #expect(throws: VaultError(.notPermitted, "")) {
            _ = try await scene.grant(items: [Vault.GrantRequest(sensitive)], release: .unattended)
        }
        _ = try await scene.grant(items: [Vault.GrantRequest(sensitive)])
    }

    @Test func `what is no definite consent is not signed`() async throws {
        let scene = try await GrantScene()
        func expectInvalid(_ change: (inout GrantTerms) -> Void, _ place: SourceLocation = #_sourceLocation) async {
            var terms = GrantScene.terms()
            change(&terms)
            let changed = terms
            await #expect(throws: VaultError(.invalidMetadata, ""), sourceLocation: place) {
                _ = try await scene.grant(changed)
            }
        }
        await expectInvalid { $0.textShown = "" }
        await expectInvalid { $0.purpose = "" }
        await expectInvalid { $0.dossier = "" }
        await expectInvalid { $0.uses = 0 }
        await expectInvalid { $0.uses = 1001 }
        await expectInvalid { $0.notAfter = $0.notBefore }
        await expectInvalid { $0.notAfter = GrantScene.now.adding(seconds: -1) }
        await #expect(throws: VaultError(.invalidMetadata, "")) { _ = try await scene.grant(items: []) }
        await #expect(throws: VaultError(.invalidMetadata, "")) { _ = try await scene.grant(to: scene.service.card) }
        await #expect(throws: VaultError(.invalidMetadata, "")) {
            _ = try await scene.grant(release: .by(scene.agency.card))
        }
        try await scene.vault.declare(.revoked, of: scene.birth.document, reason: "", at: GrantScene.now)
        await #expect(throws: VaultError(.conflict, "")) { _ = try await scene.grant() }
        _ = try await scene.grant(items: [Vault.GrantRequest(scene.residence)])
    }

    // The share and the first item's sealed key out of the DER of a package or escrow.
    private func escrowShare(_ bytes: [UInt8]) -> [UInt8] { GrantPackageParts(bytes)?.strings.last ?? [] }

    private func itemKey(_ bytes: [UInt8]) throws -> [UInt8] {
        try #require(GrantPackageParts(bytes)?.items.first)
    }
}

@Suite("Words of grants and logs")
struct GrantWordsTests {
    @Test func `every refusal, event, ground and standing has words in both languages`() {
        let phrases =
            ReleaseRefusal.Reason.allCases.map(\.phrase) + AccessRecord.Kind.allCases.map(\.name)
            + Mandate.Ground.allCases.map(\.name) + GrantRecord.Standing.allCases.map(\.name)
            + [WitnessStanding.unwitnessed.phrase, WitnessStanding.witnessed([]).phrase]
        for phrase in phrases { #expect(!phrase.vi.isEmpty && !phrase.en.isEmpty && phrase.vi != phrase.en) }
    }
}
