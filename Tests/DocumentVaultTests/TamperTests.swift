// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import Foundation
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("A malicious store — docs/formats/vault-v1.md §7")
struct TamperTests {
    let secret = Unlocking.passphrase("mật khẩu")

    /// A vault with a document inside the append and one beside it, and a recovery slot that the tests do not use.
    private func smallVault() async throws -> (InMemoryVaultStore, Vault, RecoveryCode) {
        let store = InMemoryVaultStore(inlineContentLimit: 1200)
        let code = RecoveryCode(random: SystemRandom())
        let vault = try await VaultTests.newVault(in: store, [secret, .recoveryCode(code)])
        _ = try await Samples.store(Samples.bytes(600), as: Samples.metadata(name: "a"), in: vault)
        _ = try await Samples.store(Samples.bytes(1500), as: Samples.metadata(name: "b"), in: vault)
        return (store, vault, code)
    }

    /// Opening by the recovery code (which derives nothing) and verifying must say that something is wrong.
    private func isDetected(_ objects: InMemoryVaultStore.Objects, _ id: VaultID, _ code: RecoveryCode) async -> Bool {
        let store = InMemoryVaultStore()
        await store.put(objects, id)
        do {
            return try await !Vault.verify(id, in: store, unlocking: .recoveryCode(code)).isComplete
        } catch {
            return true
        }
    }

    /// A vault with every kind of entry and object: devices, delegates, holds, an erasure, rotation, a deposit that was
    /// taken in, a snapshot and a restoration.
    private func fullVault() async throws -> (InMemoryVaultStore, Vault, RecoveryCode) {
        let (first, vault, code) = try await smallVault()
        let device = try DeviceKey(random: SystemRandom())
        let delegate = try DeviceKey(random: SystemRandom())
        let slot = try await vault.enrol(device.card, as: .device, label: "điện thoại", at: Samples.time).slot
        _ = try await vault.enrol(delegate.card, as: .delegate, writing: [], at: Samples.time)
        let documents = try await vault.list().map(\.id)
        try await vault.hold(documents[0], ground: "QĐ 1", decidedBy: "Tòa án thử nghiệm", at: Samples.time)
        try await vault.declare(.withdrawn, of: documents[0], reason: "r", at: Samples.time)
        _ = try await vault.erase(documents[1], reason: "yêu cầu", at: Samples.time)
        let bytes = Samples.bytes(300)
        _ = try await vault.issueTicket(for: "H29.1-0001").deposit(
            MemorySource(bytes), sha256: Digest32(of: bytes), metadata: Samples.metadata(), depositor: "x", in: first,
            at: Samples.time)
        _ = try await vault.absorbDeposits(at: Samples.time)
        try await vault.rotate(removing: [slot], at: Samples.time)
        let written = Written()
        let exportCode = RecoveryCode(random: SystemRandom())
        _ = try await vault.export(under: exportCode, to: { written.append($0) })
        let store = InMemoryVaultStore(inlineContentLimit: 1200)
        let restored = try await Vault.restore(
            ExportedVault(reading: MemorySource(written.bytes)), code: exportCode, in: store, reason: "thử",
            at: Samples.time)
        try await restored.makeSnapshot(at: Samples.time)
        return (store, restored, code)
    }

    @Test(arguments: [false, true])
    func `every octet of every object changed is detected`(isFull: Bool) async throws {
        let (store, vault, code) = try await (isFull ? fullVault() : smallVault())
        let objects = try #require(await store.vaults[vault.id])
        #expect(await !isDetected(objects, vault.id, code))
        let isThorough = ProcessInfo.processInfo.environment["DOSSIER_THOROUGH"] == "1"
        // The full vault has six times as many octets: by default a part of them, beginning elsewhere in each object.
        let step = isFull && !isThorough ? 17 : 1
        if step > 1 { print("reduced: every \(step)th octet of a full vault; all with DOSSIER_THOROUGH=1") }
        var (changes, seen) = (0, 0)
        func expectDetected(_ what: String, _ body: (inout InMemoryVaultStore.Objects) -> Void) async {
            seen += 1
            guard seen % step == 0 else { return }
            var copy = objects
            body(&copy)
            changes += 1
            let detected = await isDetected(copy, vault.id, code)
            #expect(detected, "\(what)")
        }
        for (number, entry) in objects.entries.enumerated() {
            for index in entry.entry.indices {
                await expectDetected("entry \(number) octet \(index)") { $0.entries[number].entry[index] ^= 1 }
            }
            for index in (entry.payload ?? []).indices {
                await expectDetected("payload \(number) octet \(index)") { $0.entries[number].payload?[index] ^= 0x80 }
            }
        }
        for (id, slot) in objects.slots {
            for index in slot.indices {
                await expectDetected("slot \(id) octet \(index)") { $0.slots[id]?[index] ^= 4 }
            }
        }
        for (id, record) in objects.keyRecords {
            for index in record.indices {
                await expectDetected("key record \(id) octet \(index)") { $0.keyRecords[id]?[index] ^= 0x10 }
            }
        }
        for (id, content) in objects.contents {
            for index in content.indices {
                await expectDetected("content \(id) octet \(index)") { $0.contents[id]?[index] ^= 2 }
            }
        }
        for index in 0..<32 {
            await expectDetected("head octet \(index)") {
                var octets = $0.head.hash.octets
                octets[index] ^= 1
                $0.head = JournalHead(sequence: $0.head.sequence, hash: Digest32(octets: octets) ?? $0.head.hash)
            }
        }
        print(
            "tamper: \(changes) of \(seen) single-octet changes\(isFull ? ", every kind of object" : ""), all detected")
    }

    @Test func `objects cut, missing, exchanged or added are detected, and the object is named`() async throws {
        let (store, vault, code) = try await smallVault()
        let objects = try #require(await store.vaults[vault.id])
        let contents = objects.contents.keys.sorted { $0.description < $1.description }
        let keys = objects.keyRecords.keys.sorted { $0.description < $1.description }
        let slots = objects.slots.keys.sorted { $0.description < $1.description }
        var twin = objects
        twin.contents[ContentID(random: SystemRandom())] = [1]
        #expect(await !isDetected(twin, vault.id, code), "an orphan content is not part of the vault")

        typealias Change = @Sendable (inout InMemoryVaultStore.Objects) -> Void
        let changes: [(String, Change)] = [
            (
                "contents exchanged",
                { objects in
                    (objects.contents[contents[0]], objects.contents[contents[1]]) =
                        (objects.contents[contents[1]], objects.contents[contents[0]])
                }
            ),
            (
                "key records exchanged",
                { objects in
                    (objects.keyRecords[keys[0]], objects.keyRecords[keys[1]]) =
                        (objects.keyRecords[keys[1]], objects.keyRecords[keys[0]])
                }
            ),
            (
                "payloads exchanged",
                { objects in
                    (objects.entries[2].payload, objects.entries[3].payload) =
                        (objects.entries[3].payload, objects.entries[2].payload)
                }
            ),
            (
                "entries exchanged",
                { objects in
                    (objects.entries[2].entry, objects.entries[3].entry) = (
                        objects.entries[3].entry, objects.entries[2].entry
                    )
                }
            ),
            ("content missing", { $0.contents[contents[0]] = nil }),
            ("content emptied", { $0.contents[contents[0]] = [] }),
            ("content lengthened", { $0.contents[contents[0]]?.append(0) }),
            ("key record missing", { $0.keyRecords[keys[0]] = nil }),
            ("payload dropped", { $0.entries[2].payload = nil }),
            ("entry in the middle missing", { $0.entries.remove(at: 2) }),
            ("last entry missing", { $0.entries.removeLast() }),
            ("slot missing", { $0.slots[slots[0]] = nil }),
            ("slot twice", { $0.slots[SlotID(random: SystemRandom())] = $0.slots[slots[0]] }),
        ]
        for (name, change) in changes {
            var copy = objects
            change(&copy)
            #expect(await isDetected(copy, vault.id, code), "\(name)")
        }
        for count in stride(from: 0, to: 1600, by: 7) {
            var copy = objects
            let content = contents[count % 2]
            guard let bytes = copy.contents[content], count < bytes.count else { continue }
            copy.contents[content] = Array(bytes.prefix(count))
            #expect(await isDetected(copy, vault.id, code), "cut to \(count)")
        }

        let named = InMemoryVaultStore()
        var flipped = objects
        flipped.contents[contents[0]]?[100] ^= 1
        await named.put(flipped, vault.id)
        let report = try await Vault.verify(vault.id, in: named, unlocking: .recoveryCode(code))
        #expect(report.problems.map(\.object).first?.hasPrefix("document ") == true && report.problems.count == 1)
        #expect(report.problems.first?.object.hasSuffix(", content \(contents[0])") == true)
        #expect(report.problems.first?.detail.contains("octet 56") == true)
        #expect(report.documents == 2 && report.intactVersions == 1)
    }

    @Test func `an older state is found with an anchor and called unanchored without`() async throws {
        let (store, vault, _) = try await smallVault()
        let yesterday = try #require(await store.vaults[vault.id])
        let before = try #require(await vault.anchor)
        _ = try await Samples.store([1], in: vault)
        let anchor = try #require(await vault.anchor)
        #expect(Anchor(anchor.description) == anchor)
        #expect(try await Vault.open(vault.id, in: store, unlocking: secret, anchor: before).freshness == .anchored)

        await store.put(yesterday, vault.id)
        #expect(try await Vault.open(vault.id, in: store, unlocking: secret).freshness == .unanchored)
        await #expect(throws: VaultError(.rolledBack, "")) {
            _ = try await Vault.open(vault.id, in: store, unlocking: secret, anchor: anchor)
        }
        #expect(try await Vault.verify(vault.id, in: store, unlocking: secret, anchor: anchor).freshness == .rolledBack)
        await #expect(throws: VaultError(.rolledBack, "")) { try await vault.refresh() }

        let other = try await Vault.open(vault.id, in: store, unlocking: secret)
        _ = try await Samples.store([2], in: other)
        await #expect(throws: VaultError(.forked, "")) {
            _ = try await Vault.open(vault.id, in: store, unlocking: secret, anchor: anchor)
        }
        #expect(try await Vault.verify(vault.id, in: store, unlocking: secret, anchor: anchor).freshness == .forked)
        await #expect(throws: VaultError(.forked, "")) { try await vault.refresh() }
    }

    @Test func `a slot of another vault or with another cost opens nothing`() async throws {
        let (store, vault, _) = try await smallVault()
        let objects = try #require(await store.vaults[vault.id])
        // The same passphrase, but sealed for somebody else's vault.
        let foreign = InMemoryVaultStore()
        let other = try await VaultTests.newVault(in: foreign, [secret])
        var copy = objects
        copy.slots = try #require(await foreign.vaults[other.id]).slots
        await store.put(copy, vault.id)
        await #expect(throws: VaultError(.damaged, "")) {
            _ = try await Vault.open(vault.id, in: store, unlocking: secret)
        }

        // A cost below the floor or above the ceiling is refused before anything is derived.
        for (memory, passes) in [(8, 3), (65_536, 1), (1 << 30, 3), (65_536, 1000)] {
            var lowered = objects
            for (id, bytes) in lowered.slots where try Slot(parsing: bytes).kind == 1 {
                lowered.slots[id] = try Self.slot(bytes, memory: memory, passes: passes)
            }
            await store.put(lowered, vault.id)
            await #expect(throws: VaultError(.refusedCost, "")) {
                _ = try await Vault.open(vault.id, in: store, unlocking: secret)
            }
        }
        await store.put(objects, vault.id)
        _ = try await Vault.open(vault.id, in: store, unlocking: secret)
    }

    private static func slot(_ bytes: [UInt8], memory: Int, passes: Int) throws -> [UInt8] {
        var slot = try DERElement(parsing: bytes).reader()
        let header = try slot.next().elements()
        let (sealed, signature) = (try slot.next().bytes, try slot.next().bytes)
        let rest = try header[5].elements().dropFirst(2)
        return DERWriter.bytes { writer in
            writer.sequence {
                $0.sequence { inner in
                    for element in header[..<5] { inner.raw(element.bytes) }
                    inner.sequence {
                        $0.integer(memory)
                        $0.integer(passes)
                        for element in rest { $0.raw(element.bytes) }
                    }
                }
                $0.raw(sealed)
                $0.raw(signature)
            }
        }
    }

    @Test func `entries of a newer version, kind or writer are called so`() async throws {
        let (store, vault, _) = try await smallVault()
        let objects = try #require(await store.vaults[vault.id])
        var copy = objects
        // SEQUENCE, SEQUENCE (both with two octets of length), INTEGER, its length, its value.
        let place = try #require(copy.entries[0].entry.firstRange(of: [2, 1, 1])).lowerBound + 2
        copy.entries[0].entry[place] = 2
        await store.put(copy, vault.id)
        await #expect(throws: VaultError(.newerVersion, "")) {
            _ = try await Vault.open(vault.id, in: store, unlocking: secret)
        }
    }
}

extension InMemoryVaultStore {
    func put(_ objects: Objects, _ vault: VaultID) { vaults[vault] = objects }
}
