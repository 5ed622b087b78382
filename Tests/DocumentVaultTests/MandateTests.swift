// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("Delegation — docs/formats/grant-v1.md §3")
struct MandateTests {
    private static let end = GrantScene.now.adding(seconds: 10 * GrantScene.day)

    /// Somebody who opens the vault with a key of its own and may grant within a scope.
    private struct Delegate {
        let key: DeviceKey
        let vault: Vault
        let mandate: Mandate

        init(
            _ scene: GrantScene, ground: Mandate.Ground = .parent, scope: Mandate.Scope = Mandate.Scope(),
            writing kinds: Set<EntryKind> = [.grant, .grantRevoked]
        ) async throws {
            key = try DeviceKey(random: SystemRandom())
            _ = try await scene.vault.enrol(
                key.card, as: .delegate, writing: kinds, label: "mẹ", until: MandateTests.end, at: GrantScene.now)
            mandate = try await scene.vault.mandate(
                for: key.card, name: "Trần Thị Nghiệm", ground: ground, scope: scope, from: GrantScene.now,
                until: MandateTests.end)
            vault = try await scene.scene.open(.device(key))
        }

        func grant(
            _ scene: GrantScene, _ terms: GrantTerms = GrantScene.terms(uses: 5), mandate: Mandate? = nil,
            at time: Instant = GrantScene.now
        ) async throws -> IssuedGrant {
            try await vault.grant(
                [Vault.GrantRequest(scene.birth)], under: terms, to: scene.agency.card,
                release: .by(scene.service.card), mandate: mandate ?? self.mandate, at: time)
        }
    }

    @Test func `a parent grants within scope and period, and the grant says by what leave`() async throws {
        let scene = try await GrantScene()
        let delegate = try await Delegate(
            scene, scope: Mandate.Scope(documentTypes: ["birth-certificate"], procedures: ["1.004222"]))
        let issued = try await delegate.grant(scene)
        try await scene.releases.register(try #require(issued.escrow), at: GrantScene.now)
        _ = try await scene.releases.release(scene.request(issued), to: scene.agency.card, at: GrantScene.now)
        let kept = try Grant(parsing: issued.grant.bytes)
        #expect(kept.mandate?.ground == .parent && kept.signer == delegate.key.card.verification)
        // Who made the grant revokes it; so does the owner.
        let own = try await delegate.vault.revoke(issued.grant.id, at: GrantScene.now)
        #expect(try await scene.releases.revoke(own, at: GrantScene.now).kind == .revoked)
        #expect(try await scene.scene.open().verify().isComplete)
        #expect(try await scene.scene.open().grants().count == 1)
    }

    @Test func `outside the scope, the period or the enrolment nothing is granted`() async throws {
        let scene = try await GrantScene()
        let types = try await Delegate(scene, scope: Mandate.Scope(documentTypes: ["land-certificate"]))
        await #expect(throws: VaultError(.notPermitted, "")) { _ = try await types.grant(scene) }
        let procedures = try await Delegate(scene, scope: Mandate.Scope(procedures: ["1.000894"]))
        await #expect(throws: VaultError(.notPermitted, "")) { _ = try await procedures.grant(scene) }
        // Somebody else's mandate, and none.
        await #expect(throws: VaultError(.notPermitted, "")) {
            _ = try await procedures.grant(scene, mandate: types.mandate)
        }
        await #expect(throws: VaultError(.notPermitted, "")) {
            _ = try await types.vault.grant(
                [Vault.GrantRequest(scene.residence)], under: GrantScene.terms(), to: scene.agency.card,
                release: .by(scene.service.card), at: GrantScene.now)
        }
        let reader = try await Delegate(scene, writing: [])
        await #expect(throws: VaultError(.notPermitted, "")) { _ = try await reader.grant(scene) }
        let good = try await Delegate(scene)
        await #expect(throws: VaultError(.notPermitted, "")) {
            _ = try await good.grant(scene, at: Self.end.adding(seconds: 1))
        }
        _ = try await good.grant(scene)
    }

    @Test func `who acts for the owner sees the documents of the scope until the mandate ends, and no others`()
        async throws
    {
        let scene = try await GrantScene()
        let delegate = try await Delegate(scene, scope: Mandate.Scope(documentTypes: ["birth-certificate"]))
        #expect(try await delegate.vault.list().count == 2, "the slot itself opens all of it")
        let bounded = try await MandatedVault(delegate.vault, under: delegate.mandate, at: GrantScene.now)
        #expect(try await bounded.list(at: GrantScene.now).map(\.id) == [scene.birth.document])
        #expect(try await bounded.read(scene.birth.document, at: GrantScene.now).bytes() == Samples.bytes(3000))
        await #expect(throws: VaultError(.notFound, "")) {
            _ = try await bounded.document(scene.residence.document, at: GrantScene.now)
        }
        await #expect(throws: VaultError(.notFound, "")) {
            _ = try await bounded.read(scene.residence.document, at: GrantScene.now)
        }
        let later = Self.end.adding(seconds: 1)
        await #expect(throws: VaultError(.notPermitted, "")) { _ = try await bounded.list(at: later) }
        await #expect(throws: VaultError(.notPermitted, "")) {
            _ = try await bounded.read(scene.birth.document, at: later)
        }
        await #expect(throws: VaultError(.notPermitted, "")) {
            _ = try await MandatedVault(delegate.vault, under: delegate.mandate, at: later)
        }
        // Without types the scope is every document; somebody else's mandate, and one that the delegate made, are none.
        let all = try await Delegate(scene)
        #expect(
            try await MandatedVault(all.vault, under: all.mandate, at: GrantScene.now).list(at: GrantScene.now).count
                == 2)
        await #expect(throws: VaultError(.notPermitted, "")) {
            _ = try await MandatedVault(delegate.vault, under: all.mandate, at: GrantScene.now)
        }
        let forged = try Mandate(
            id: delegate.mandate.id, vault: scene.vault.id, delegate: delegate.key.card.verification, name: "x",
            ground: .parent, scope: Mandate.Scope(), notBefore: GrantScene.now, notAfter: Self.end,
            signedBy: delegate.key.signing)
        await #expect(throws: VaultError(.damaged, "")) {
            _ = try await MandatedVault(delegate.vault, under: forged, at: GrantScene.now)
        }
        await #expect(throws: VaultError(.notPermitted, "")) {
            _ = try await MandatedVault(scene.vault, under: delegate.mandate, at: GrantScene.now)
        }
        let issued = try await bounded.grant(
            [Vault.GrantRequest(scene.birth)], under: GrantScene.terms(uses: 5), to: scene.agency.card,
            release: .by(scene.service.card), at: GrantScene.now)
        #expect(issued.grant.mandate?.id == delegate.mandate.id)
    }

    @Test func `a forged scope, a mandate of another vault and an ended one are refused where the share is kept`()
        async throws
    {
        let scene = try await GrantScene()
        let delegate = try await Delegate(scene, scope: Mandate.Scope(procedures: ["1.004222"]))
        let issued = try await delegate.grant(scene, GrantScene.terms(uses: 5, until: 60 * GrantScene.day))
        // The delegate widens its own scope: the owner did not sign that.
        let wider = try Mandate(
            id: delegate.mandate.id, vault: scene.vault.id, delegate: delegate.key.card.verification, name: "x",
            ground: .parent, scope: Mandate.Scope(), notBefore: GrantScene.now, notAfter: Self.end,
            signedBy: delegate.key.signing)
        let draft = Grant.Draft(
            id: GrantID(random: SystemRandom()), card: try await scene.vault.card(), mandate: wider,
            recipient: scene.agency.card, service: scene.service.card, terms: GrantScene.terms(),
            items: issued.grant.items, madeAt: GrantScene.now)
        #expect(throws: VaultError(.damaged, "")) { _ = try Grant(draft, signedBy: delegate.key.signing) }
        // Its own key without a mandate: it signs for no owner.
        var bare = draft
        bare.mandate = nil
        let without = bare
        #expect(throws: VaultError(.damaged, "")) { _ = try Grant(without, signedBy: delegate.key.signing) }
        let other = try await Scene()
        let foreign = try await other.vault.mandate(
            for: delegate.key.card, name: "x", ground: .parent, from: GrantScene.now, until: Self.end)
        var elsewhere = draft
        elsewhere.mandate = foreign
        let misplaced = elsewhere
        #expect(throws: VaultError(.damaged, "")) { _ = try Grant(misplaced, signedBy: delegate.key.signing) }

        try await scene.releases.register(try #require(issued.escrow), at: GrantScene.now)
        func release(at time: Instant) async throws {
            _ = try await scene.releases.release(
                scene.request(issued, at: time), to: scene.agency.validated(at: time), at: time)
        }
        try await release(at: Self.end)
        await #expect(throws: ReleaseRefusal(.mandateEnded)) { try await release(at: Self.end.adding(seconds: 1)) }
        // Ended before its time by the owner, and by nobody else.
        let card = try await scene.vault.card()
        let forged = try await other.vault.endMandate(delegate.mandate, at: GrantScene.now)
        await #expect(throws: VaultError(.notPermitted, "")) {
            try await scene.releases.revoke(forged, of: delegate.mandate, card: card, at: GrantScene.now)
        }
        try await release(at: GrantScene.now)
        let end = try await scene.vault.endMandate(delegate.mandate, reason: "đủ 18 tuổi", at: GrantScene.now)
        try await scene.releases.revoke(end, of: delegate.mandate, card: card, at: GrantScene.now)
        await #expect(throws: ReleaseRefusal(.mandateEnded)) { try await release(at: GrantScene.now) }
        let next = try await delegate.grant(scene)
        await #expect(throws: ReleaseRefusal(.mandateEnded)) {
            try await scene.releases.register(try #require(next.escrow), at: GrantScene.now)
        }
    }

    @Test func `a journal with a grant that its writer did not sign, or with one twice, is damaged`() async throws {
        let scene = try await GrantScene()
        let delegate = try await Delegate(scene)
        let writer = try #require(await scene.vault.writers().first)
        // The owner's signature on the grant, the delegate's on the entry.
        let owner = try #require(await scene.vault.owner)
        let draft = Grant.Draft(
            id: GrantID(random: SystemRandom()), card: try await scene.vault.card(), mandate: nil,
            recipient: scene.agency.card, service: nil, terms: GrantScene.terms(),
            items: try await scene.grant().grant.items, madeAt: GrantScene.now)
        let grant = try Grant(draft, signedBy: owner.key)
        try await scene.scene.forge(.grant(grant), as: writer.id, signedBy: delegate.key.signing)
        await #expect(throws: VaultError(.damaged, "")) { _ = try await scene.scene.open() }
    }

    @Test func `grants and the log's head outlive snapshots`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.registered()
        let key = scene.service.card.card.verification
        try await scene.vault.anchor(scene.history(), signedBy: key, at: GrantScene.now)
        // More entries than a snapshot may lag behind.
        for number in 0..<70 {
            _ = try await Samples.store([UInt8(number)], in: scene.vault)
        }
        let opened = try await scene.scene.open()
        #expect(await opened.state.snapshot != nil)
        #expect(try await opened.grants().map(\.id) == [issued.grant.id])
        #expect(try await opened.accessLogAnchor(of: key)?.size == 1)
        #expect(try await opened.grant(issued.grant.id) == issued.grant)
        _ = try await opened.revoke(issued.grant.id, at: GrantScene.now)
        #expect(try await opened.verify().isComplete)
    }
}
