// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("Withdrawals that come before their grant — docs/formats/grant-v1.md §9")
struct RevocationOrderTests {
    private func issued(_ scene: GrantScene) async throws -> (IssuedGrant, GrantEscrow) {
        let issued = try await scene.vault.grant(
            [Vault.GrantRequest(scene.birth)], under: GrantScene.terms(uses: 5), to: scene.agency.card,
            release: .by(scene.service.card), at: GrantScene.now)
        return (issued, try #require(issued.escrow))
    }

    @Test func `an escrow that is kept back until after the withdrawal is not registered`() async throws {
        let scene = try await GrantScene()
        let (issued, escrow) = try await issued(scene)
        let end = try await scene.vault.revoke(issued.grant.id, at: GrantScene.now)
        await #expect(throws: ReleaseRefusal(.unknownGrant)) {
            try await scene.releases.revoke(end, at: GrantScene.now)
        }
        let grant = try await scene.vault.grant(issued.grant.id)
        let receipt = try await scene.releases.revoke(end, of: grant, at: GrantScene.now)
        #expect(receipt.kind == .revoked)
        #expect(try await scene.releases.revoke(end, of: grant, at: GrantScene.now) == receipt)
        #expect(try await scene.releases.obstacle(to: grant, at: GrantScene.now) == .revoked)
        await #expect(throws: ReleaseRefusal(.revoked)) {
            try await scene.releases.register(escrow, at: GrantScene.now)
        }
        await #expect(throws: ReleaseRefusal(.unknownGrant)) {
            try await scene.releases.release(scene.request(issued), to: scene.agency.card, at: GrantScene.now)
        }
        #expect(try await scene.kinds() == [.revoked])
        // One that was not withdrawn is registered and served.
        let (other, kept) = try await self.issued(scene)
        try await scene.releases.register(kept, at: GrantScene.now)
        _ = try await scene.releases.release(scene.request(other), to: scene.agency.card, at: GrantScene.now)
    }

    @Test func `one that is registered already is ended in the same way, and only who may has ended it`() async throws {
        let scene = try await GrantScene()
        let (issued, escrow) = try await issued(scene)
        let stranger = try #require(await Scene().vault.owner)
        let forged = try GrantRevocation(
            of: issued.grant.digest, in: scene.vault.id, reason: "", at: GrantScene.now, signedBy: stranger.key)
        let (another, _) = try await self.issued(scene)
        let end = try await scene.vault.revoke(issued.grant.id, at: GrantScene.now)
        for (revocation, grant) in [(forged, issued.grant), (end, another.grant)] {
            await #expect(throws: VaultError(.notPermitted, "")) {
                try await scene.releases.revoke(revocation, of: grant, at: GrantScene.now)
            }
        }
        try await scene.releases.register(escrow, at: GrantScene.now)
        #expect(try await scene.releases.obstacle(to: issued.grant, at: GrantScene.now) == nil)
        _ = try await scene.releases.release(scene.request(issued), to: scene.agency.card, at: GrantScene.now)
        #expect(try await scene.releases.revoke(end, of: issued.grant, at: GrantScene.now).kind == .revoked)
        await #expect(throws: ReleaseRefusal(.revoked)) {
            try await scene.releases.release(scene.request(issued), to: scene.agency.card, at: GrantScene.now)
        }
        #expect(try await scene.kinds() == [.granted, .released, .revoked, .refused])
    }

    @Test func `what stands in the way of a grant is said at every time, and uses that are spent are none of it`()
        async throws
    {
        let scene = try await GrantScene()
        let (issued, escrow) = try await issued(scene)
        func obstacle(_ seconds: Int64) async throws -> ReleaseRefusal.Reason? {
            try await scene.releases.obstacle(to: issued.grant, at: GrantScene.now.adding(seconds: seconds))
        }
        #expect(try await obstacle(0) == .unknownGrant)
        try await scene.releases.register(escrow, at: GrantScene.now)
        let terms = issued.grant.terms
        let (start, end) = (
            terms.notBefore.seconds - GrantScene.now.seconds, terms.notAfter.seconds - GrantScene.now.seconds
        )
        #expect(try await obstacle(start) == nil)
        #expect(try await obstacle(end) == nil)
        #expect(try await obstacle(start - 1) == .notYetValid)
        #expect(try await obstacle(end + 1) == .expired)
        for _ in 0..<terms.uses {
            _ = try await scene.releases.release(scene.request(issued), to: scene.agency.card, at: GrantScene.now)
        }
        #expect(try await obstacle(0) == nil)
    }
}
