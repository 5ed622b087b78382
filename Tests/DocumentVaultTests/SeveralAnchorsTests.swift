// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

/// Devices keep anchors of their own: the newest one need not be at hand when a restored store is accepted.
@Suite("Anchors that are accepted one after another — docs/formats/vault-v1.md §3")
struct SeveralAnchorsTests {
    private let scene: Scene
    /// Of what was lost; the second one later.
    private let anchors: [Anchor]

    init() async throws {
        scene = try await Scene()
        _ = try await Samples.store([1], in: scene.vault)
        let old = try await scene.objects()
        var kept: [Anchor] = []
        for number in 2...3 as ClosedRange<UInt8> {
            for _ in 0..<2 { _ = try await Samples.store([number], in: scene.vault) }
            kept.append(try #require(await scene.vault.anchor))
        }
        anchors = kept
        try await scene.store.tamper(with: scene.vault.id) { $0 = old }
    }

    private func grown(accepting first: Anchor) async throws -> Vault {
        let owner = try await scene.open()
        try await owner.acceptOlderState(than: first, reason: "đĩa hỏng", at: Samples.time)
        for _ in 0..<9 { _ = try await Samples.store([7], in: owner) }
        return owner
    }

    @Test func `an anchor beyond the accepted one is accepted after the journal has grown past it`() async throws {
        let owner = try await grown(accepting: anchors[0])
        #expect(try await scene.open(anchor: anchors[0]).freshness == .anchored)
        await #expect(throws: VaultError(.forked, "")) { _ = try await scene.open(anchor: anchors[1]) }
        let before = try #require(await owner.anchor)
        try await owner.acceptOlderState(than: anchors[1], reason: "mốc của điện thoại", at: Samples.time)
        for anchor in anchors + [before] { #expect(try await scene.open(anchor: anchor).freshness == .anchored) }
        #expect(try await scene.open().verify(anchor: anchors[1]).isComplete)
        // What was stored since is not given up by that.
        let accepted = try await scene.objects()
        _ = try await Samples.store([8], in: owner)
        let later = await owner.anchor
        try await scene.store.tamper(with: scene.vault.id) { $0 = accepted }
        await #expect(throws: VaultError(.rolledBack, "")) { _ = try await scene.open(anchor: later) }
    }

    @Test func `an anchor that the journal has, and one of another history, are not accepted`() async throws {
        let owner = try await grown(accepting: anchors[1])
        let present = try #require(await owner.anchor)
        // Both were given up the first time; what was taken after that names the restoration.
        let another = Anchor(
            vault: scene.vault.id,
            head: JournalHead(sequence: present.head.sequence - 1, hash: anchors[1].head.hash),
            restorations: present.restorations)
        for anchor in anchors + [present, another] {
            await #expect(throws: VaultError(.forked, "")) {
                try await owner.acceptOlderState(than: anchor, reason: "", at: Samples.time)
            }
        }
        #expect(await owner.anchor == present)
    }

    @Test func `without a restoration before it another history is accepted by nobody`() async throws {
        let owner = try await scene.open()
        for _ in 0..<9 { _ = try await Samples.store([7], in: owner) }
        await #expect(throws: VaultError(.forked, "")) {
            try await owner.acceptOlderState(than: anchors[1], reason: "", at: Samples.time)
        }
    }
}
