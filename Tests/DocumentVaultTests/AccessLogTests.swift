// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("Access log — docs/formats/grant-v1.md §10–§11, RFC 9162")
struct AccessLogTests {
    @Test(arguments: FailingStore.Side.allCases)
    func `a release that dies at any call of the store is logged or did not happen`(
        side: FailingStore.Side
    ) async throws {
        var died = 0
        for number in 0..<12 {
            let scene = try await GrantScene()
            let issued = try await scene.registered(GrantScene.terms(uses: 9))
            let request = try scene.request(issued)
            scene.failing.crash(side, atCall: number)
            let release = try? await scene.releases.release(request, to: scene.agency.card, at: GrantScene.now)
            scene.failing.recover()
            let logged = try await scene.kinds().filter { $0 == .released }.count
            if release == nil { died += 1 }
            // Never an unlogged read: who has a share stands in the log.
            #expect(release == nil || logged == 1, "call \(number)")
            #expect(logged <= 1)
            // Afterwards the recipient gets in, and what it opens is right.
            let next = try issued.package.request(
                by: scene.agency.key, official: "x", repeating: request.id, at: GrantScene.now)
            let second = try await scene.releases.release(next, to: scene.agency.card, at: GrantScene.now)
            #expect(try issued.package.open(with: second, for: next, by: scene.agency.key).count == 2)
            // The lost answer cost one use and its repetition none, or the lost request cost none.
            #expect(second.receipt.usesLeft == 8)
            #expect(try await scene.kinds().filter { $0 == .released }.count == logged + 1)
        }
        #expect(died > 0 && died < 12)
    }

    @Test func `whoever releases at once uses each use once`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.registered(GrantScene.terms(uses: 5))
        let requests = try (0..<12).map { _ in try scene.request(issued) }
        let service = scene.releases
        let card = scene.agency.card
        let released = await withTaskGroup(of: Bool.self) { group in
            for request in requests {
                group.addTask {
                    (try? await service.release(request, to: card, at: GrantScene.now)) != nil
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(released == 5)
        #expect(try await scene.kinds().filter { $0 == .released }.count == 5)
    }

    @Test func `an entry that is taken out, changed, put in or moved is found out`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.registered(GrantScene.terms(uses: 9))
        for _ in 0..<4 {
            _ = try await scene.releases.release(scene.request(issued), to: scene.agency.card, at: GrantScene.now)
        }
        let key = scene.service.card.card.verification
        let (checkpoint, entries) = try await scene.releases.log.history(of: scene.vault.id, at: GrantScene.now)
        func check(_ entries: [AccessLogEntry]) throws {
            _ = try AccessHistory(entries, checkpoint, signedBy: key, since: nil, at: GrantScene.now)
        }
        try check(entries)
        for index in entries.indices {
            var fewer = entries
            fewer.remove(at: index)
            #expect(throws: VaultError(.damaged, "")) { try check(fewer) }
            if index < entries.count - 1 {
                #expect(throws: VaultError(.damaged, "")) { try check(fewer + [entries[index]]) }
            }
            #expect(throws: VaultError(.damaged, "")) { try check(entries + [entries[index]]) }
            var other = entries
            other[index] = try AccessLogEntry(
                AccessRecord(.released, at: GrantScene.now), at: Int64(index), visibleFrom: nil, random: SystemRandom())
            #expect(throws: VaultError(.damaged, "")) { try check(other) }
            // A leaf with another record beside it.
            let bytes = entries[index].bytes
            for place in stride(from: 0, to: bytes.count, by: 11) {
                var changed = bytes
                changed[place] ^= 1
                guard let parsed = try? AccessLogEntry(parsing: changed) else { continue }
                var other = entries
                other[index] = parsed
                #expect(throws: VaultError(.damaged, "")) { try check(other) }
            }
        }
        // Another key's checkpoint.
        let stranger = try DeviceKey(random: SystemRandom())
        let forged = try Checkpoint(
            of: scene.vault.id, size: checkpoint.size, root: checkpoint.root, at: GrantScene.now,
            signedBy: stranger.signing)
        #expect(throws: VaultError(.damaged, "")) {
            try AccessHistory(entries, forged, signedBy: key, since: nil, at: GrantScene.now)
        }
    }

    @Test func `a log cut to before the anchor, or begun anew, is found out on every device`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.registered(GrantScene.terms(uses: 9))
        let yesterday = await scene.logs.fork()
        let release = try await scene.releases.release(
            scene.request(issued), to: scene.agency.card, at: GrantScene.now)
        let key = scene.service.card.card.verification
        try await scene.vault.anchor(scene.history(), signedBy: key, at: GrantScene.now)
        // Another device, which reads the journal, knows it too; after a rotation and a snapshot as well.
        let other = try await scene.scene.open()
        #expect(try await other.accessLogAnchor(of: key)?.size == 2)
        await #expect(throws: VaultError(.rolledBack, "")) { _ = try await scene.history(from: yesterday) }
        // A log that the keeper writes anew, as long as the other one: the anchor and the receipt convict it.
        let service = try ReleaseService(card: scene.service.card, key: scene.service.key, in: yesterday)
        _ = try await service.log.write(AccessRecord(.unlocked, at: GrantScene.now), of: scene.vault.id)
        await #expect(throws: VaultError(.forked, "")) { _ = try await scene.history(from: yesterday) }
        let (checkpoint, entries) = try await service.log.history(of: scene.vault.id, at: GrantScene.now)
        let unanchored = try AccessHistory(entries, checkpoint, signedBy: key, since: nil, at: GrantScene.now)
        #expect(throws: VaultError(.forked, "")) { try unanchored.check(release.receipt, signedBy: key) }
        await #expect(throws: VaultError(.forked, "")) {
            try await scene.vault.anchor(unanchored, signedBy: key, at: GrantScene.now)
        }
        try await scene.history().check(release.receipt, signedBy: key)
        // And the honest log goes on.
        _ = try await scene.releases.release(scene.request(issued), to: scene.agency.card, at: GrantScene.now)
        try await other.anchor(scene.history(), signedBy: key, at: GrantScene.now)
        #expect(try await other.accessLogAnchor(of: key)?.size == 3)
        try await other.rotate(at: GrantScene.now)
        #expect(try await scene.scene.open().verify().isComplete)
    }

    @Test func `a forged receipt is refused, and one of an entry that the log lacks convicts it`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.registered()
        let request = try scene.request(issued)
        let release = try await scene.releases.release(request, to: scene.agency.card, at: GrantScene.now)
        let key = scene.service.card.card.verification
        let stranger = try DeviceKey(random: SystemRandom())
        let history = try await scene.history()
        let forged = try GrantReceipt(
            .released, of: issued.grant, place: 1, leafHash: history.entries[1].leafHash, at: GrantScene.now,
            usesLeft: 0, request: request.digest, signedBy: stranger.signing)
        #expect(throws: VaultError(.damaged, "")) { try history.check(forged, signedBy: key) }
        #expect(throws: VaultError(.damaged, "")) {
            _ = try issued.package.open(
                with: Release(forged, share: release.share), for: request, by: scene.agency.key)
        }
        let bytes = release.receipt.bytes
        for index in stride(from: 0, to: bytes.count, by: 5) {
            var changed = bytes
            changed[index] ^= 1
            let receipt = try? GrantReceipt(parsing: changed)
            #expect(receipt?.isSigned(by: key) != true)
        }
        let ahead = try GrantReceipt(
            .released, of: issued.grant, place: 9, leafHash: .zero, at: GrantScene.now, usesLeft: 0, request: nil,
            signedBy: scene.service.key.signing)
        #expect(throws: VaultError(.rolledBack, "")) { try history.check(ahead, signedBy: key) }
        try history.check(release.receipt, signedBy: key)
        // A release for one request does not answer another.
        let other = try scene.request(issued)
        #expect(throws: VaultError(.damaged, "")) {
            _ = try issued.package.open(with: release, for: other, by: scene.agency.key)
        }
    }

    @Test func `a split view is refused by the witness that both clients ask for`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.registered(GrantScene.terms(uses: 9))
        let key = scene.service.card.card.verification
        let witness = Witness(key: try DeviceKey(random: SystemRandom()), for: [key])
        let trusted: Set = [witness.verification]
        func seen(_ log: AccessLog, from size: Int64) async throws -> AccessHistory {
            let (checkpoint, entries) = try await log.history(of: scene.vault.id, at: GrantScene.now)
            let proof = try await log.consistencyProof(from: size, to: checkpoint.size, of: scene.vault.id)
            let word = try await witness.cosign(checkpoint, signedBy: key, consistency: proof, at: GrantScene.now)
            return try AccessHistory(
                entries, checkpoint, signedBy: key, since: nil,
                cosignatures: [Cosignature(parsing: word.bytes)], trusting: trusted, at: GrantScene.now)
        }
        #expect(try await seen(scene.releases.log, from: 0).standing == .witnessed([witness.verification]))
        // The keeper shows the citizen a log without the release, and the court one with it.
        let shown = ReleaseServiceLog(await scene.logs.fork(), scene)
        _ = try await scene.releases.release(scene.request(issued), to: scene.agency.card, at: GrantScene.now)
        _ = try await shown.log.write(AccessRecord(.unlocked, at: GrantScene.now), of: scene.vault.id)
        #expect(try await seen(scene.releases.log, from: 1).checkpoint.size == 2)
        await #expect(throws: VaultError(.forked, "")) { _ = try await seen(shown.log, from: 1) }
        await #expect(throws: VaultError(.forked, "")) { _ = try await seen(shown.log, from: 2) }
        _ = try await shown.log.write(AccessRecord(.unlocked, at: GrantScene.now), of: scene.vault.id)
        await #expect(throws: VaultError(.forked, "")) { _ = try await seen(shown.log, from: 2) }
        let old = try await ReleaseServiceLog(scene.logs.fork(), scene).log.checkpoint(
            of: scene.vault.id, at: GrantScene.now)
        #expect(old.size == 2)
        _ = try await scene.releases.release(scene.request(issued), to: scene.agency.card, at: GrantScene.now)
        _ = try await seen(scene.releases.log, from: 2)
        await #expect(throws: VaultError(.rolledBack, "")) {
            _ = try await witness.cosign(old, signedBy: key, consistency: [], at: GrantScene.now)
        }
        // Without a witness it is said; a cosignature of somebody whom nobody trusts is none.
        let plain = try await scene.history()
        #expect(plain.standing == .unwitnessed)
        #expect(plain.standing.phrase.en.hasPrefix("unwitnessed"))
        let stranger = Witness(key: try DeviceKey(random: SystemRandom()), for: [key])
        let word = try await stranger.cosign(plain.checkpoint, signedBy: key, consistency: [], at: GrantScene.now)
        #expect(WitnessStanding(of: plain.checkpoint, [word], trusting: trusted) == .unwitnessed)
        await #expect(throws: VaultError(.notPermitted, "")) {
            _ = try await Witness(key: try DeviceKey(random: SystemRandom()), for: []).cosign(
                plain.checkpoint, signedBy: key, consistency: [], at: GrantScene.now)
        }
    }

    private struct ReleaseServiceLog {
        let log: AccessLog
        init(_ store: InMemoryAccessLogStore, _ scene: GrantScene) {
            log = AccessLog(in: store, signedBy: scene.service.key)
        }
    }

    @Test
    func `a record withheld from the subject of an investigation is shown when its time comes, and cannot be put off`()
        async throws
    {
        let scene = try await GrantScene()
        let issued = try await scene.registered()
        let later = GrantScene.now.adding(seconds: 90 * GrantScene.day)
        _ = try await scene.releases.release(
            scene.request(issued), to: scene.agency.card, visibleFrom: later, at: GrantScene.now)
        let line = try #require(try await scene.history().lines(with: []).first)
        #expect(line.record == nil && line.visibleFrom == later)
        #expect(try await scene.history(at: later).lines(with: []).first?.record?.kind == .released)
        // Nothing of it stands in what is shown before.
        let shown = try await scene.history().entries[1].bytes
        #expect(shown.firstRange(of: Array("cán bộ 12".utf8)) == nil)
        #expect(shown.firstRange(of: issued.grant.digest.octets) == nil)
        let (checkpoint, entries) = try await scene.releases.log.history(of: scene.vault.id, at: GrantScene.now)
        #expect(throws: VaultError(.damaged, "")) {
            try AccessHistory(
                entries, checkpoint, signedBy: scene.service.card.card.verification, since: nil, at: later)
        }
    }

    @Test func `a flood of failures is counted, not written out`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.registered()
        let stranger = try DeviceKey(random: SystemRandom())
        for number in 0..<40 {
            let time = GrantScene.now.adding(seconds: Int64(number))
            await #expect(throws: ReleaseRefusal(.notAuthenticated)) {
                _ = try await scene.releases.release(
                    scene.request(issued, by: stranger, at: time), to: scene.agency.card, at: time)
            }
        }
        #expect(try await scene.kinds() == [.granted, .refused])
        let hour = GrantScene.now.adding(seconds: AccessLog.failureWindow)
        let records = try await scene.history(at: hour).entries.compactMap(\.record)
        #expect(records.map(\.count) == [1, 1, 39])
        // What nobody proved to have said is not in the log.
        #expect(records[2].agency.isEmpty && records[2].official.isEmpty && records[2].reason == "not-authenticated")
        #expect(try await scene.history(at: hour.adding(seconds: 9000)).entries.count == 3)
        // Many kinds of failure at once end in one count.
        for number in 0..<200 {
            try await scene.releases.log.writeFailure(
                AccessRecord(.unlockFailed, at: hour, reason: "kind \(number)"), of: scene.vault.id)
        }
        #expect(try await scene.history(at: hour).entries.count == 3 + 65)
    }

    @Test func `inclusion and consistency are proven to who has only checkpoints`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.registered(GrantScene.terms(uses: 30))
        let log = scene.releases.log
        var before = try await log.checkpoint(of: scene.vault.id, at: GrantScene.now)
        for _ in 0..<10 {
            let release = try await scene.releases.release(
                scene.request(issued), to: scene.agency.card, at: GrantScene.now)
            let next = try await log.checkpoint(of: scene.vault.id, at: GrantScene.now)
            let receipt = release.receipt
            #expect(
                try MerkleTree.isIncluded(
                    receipt.leafHash, at: receipt.place, size: next.size, root: next.root,
                    by: try await log.inclusionProof(of: receipt.place, in: next.size, of: scene.vault.id)))
            #expect(
                try MerkleTree.isContinued(
                    size: before.size, root: before.root, to: next.size, root: next.root,
                    by: try await log.consistencyProof(from: before.size, to: next.size, of: scene.vault.id)))
            before = next
        }
    }

    @Test func `entries, checkpoints, receipts and requests that were cut or changed never trap`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.registered()
        let request = try scene.request(issued)
        let release = try await scene.releases.release(request, to: scene.agency.card, at: GrantScene.now)
        let history = try await scene.history()
        let samples: [([UInt8], ([UInt8]) throws -> Void)] = [
            (history.entries[1].bytes, { _ = try AccessLogEntry(parsing: $0) }),
            (history.checkpoint.bytes, { _ = try Checkpoint(parsing: $0) }),
            (release.bytes, { _ = try Release(parsing: $0) }), (request.bytes, { _ = try AccessRequest(parsing: $0) }),
            (issued.package.bytes, { _ = try GrantPackage(parsing: $0) }),
            (try #require(issued.escrow).bytes, { _ = try GrantEscrow(parsing: $0) }),
            (scene.agency.card.card.bytes, { _ = try AgencyCard(parsing: $0) }),
        ]
        for (bytes, parse) in samples {
            try parse(bytes)
            for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 60)) {
                #expect(throws: (any Error).self) { try parse(Array(bytes.prefix(count))) }
                var changed = bytes
                changed[count] = changed[count] &+ 128
                _ = try? parse(changed)
                changed[count] = 0xff
                _ = try? parse(changed)
            }
        }
    }
}
