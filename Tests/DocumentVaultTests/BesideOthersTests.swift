// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Synchronization
import Testing
import VaultTesting

@testable import DocumentVault

/// What others do to a vault in the middle of a call.
@Suite("Calls while others change the vault")
struct BesideOthersTests {
    /// Does something beside chosen calls, straight on the store behind it.
    private final class Beside: StoreDecorator {
        typealias Act = @Sendable () async throws -> Void
        let inner: any VaultStore
        private let acts: Mutex<[(isBefore: Bool, call: StoreCall, times: Int, act: Act)]> = Mutex([])

        init(_ inner: any VaultStore) { self.inner = inner }

        func act(before call: StoreCall, times: Int = 1, _ act: @escaping Act) {
            acts.withLock { $0.append((true, call, times, act)) }
        }

        func act(after call: StoreCall, times: Int = 1, _ act: @escaping Act) {
            acts.withLock { $0.append((false, call, times, act)) }
        }

        private func run(_ isBefore: Bool, _ call: StoreCall) async throws(VaultError) {
            let due = acts.withLock { acts in
                acts.indices.compactMap { index -> Act? in
                    guard acts[index].isBefore == isBefore, acts[index].call == call, acts[index].times > 0 else {
                        return nil
                    }
                    acts[index].times -= 1
                    return acts[index].act
                }
            }
            for act in due {
                do { try await act() } catch { throw VaultError(.storeFailure, "the other: \(error)") }
            }
        }

        func before(_ call: StoreCall) async throws(VaultError) { try await run(true, call) }
        func after(_ call: StoreCall) async throws(VaultError) { try await run(false, call) }
    }

    private func deposit(_ bytes: [UInt8], by ticket: DepositTicket, in store: any VaultStore) async throws {
        _ = try await ticket.deposit(
            MemorySource(bytes), sha256: Digest32(of: bytes), metadata: Samples.metadata(), depositor: "", in: store,
            at: Samples.time)
    }

    @Test func `an export comes to its end while another device gives the vault new keys again and again`() async throws
    {
        let scene = try await Scene()
        for number in 0..<70 { _ = try await Samples.store(Samples.bytes(100 + number), in: scene.vault) }
        #expect(await scene.vault.state.snapshot != nil, "its pages go with the next one")
        let other = try await scene.open()
        let beside = Beside(scene.store)
        let vault = try await Vault.open(scene.vault.id, in: beside, unlocking: .recoveryCode(scene.code))
        // So often that the snapshot goes, before and after everything that a rotation changes is read.
        beside.act(before: .keyRecords, times: 3) { for _ in 0..<40 { try await other.rotate(at: Samples.time) } }
        beside.act(after: .slots, times: 4) { try await other.rotate(at: Samples.time) }
        beside.act(after: .content, times: 30) { try await other.rotate(at: Samples.time) }
        let code = RecoveryCode(random: SystemRandom())
        let file = Mutex<[UInt8]>([])
        let anchor = try await vault.export(under: code, to: { piece in file.withLock { $0 += piece } })
        let bytes = file.withLock { $0 }
        let export = try ExportedVault(reading: MemorySource(bytes))
        #expect(export.exportedHead == anchor.head)
        let restored = try await Vault.restore(
            export, code: code, in: InMemoryVaultStore(), reason: "thử", at: Samples.time)
        #expect(try await restored.list().count == 70)
        #expect(try await restored.verify().isComplete)
        #expect(try await scene.open().verify().isComplete)
    }

    @Test func `an export in which a document was erased meanwhile is none, and the next one is`() async throws {
        let scene = try await Scene()
        let kept = try await Samples.store(Samples.bytes(9), in: scene.vault)
        let gone = try await Samples.store(Samples.bytes(10), in: scene.vault)
        let other = try await scene.open()
        let beside = Beside(scene.store)
        let vault = try await Vault.open(scene.vault.id, in: beside, unlocking: .recoveryCode(scene.code))
        beside.act(before: .contentSize) {
            _ = try await other.erase(gone.document, reason: "", at: Samples.time)
        }
        let code = RecoveryCode(random: SystemRandom())
        await #expect(throws: VaultError(.busy, "")) { _ = try await vault.export(under: code, to: { _ in }) }
        let file = Mutex<[UInt8]>([])
        _ = try await vault.export(under: code, to: { piece in file.withLock { $0 += piece } })
        let export = try ExportedVault(reading: MemorySource(file.withLock { $0 }))
        #expect(try await Vault.open(export, code: code).list().map(\.id) == [kept.document])
    }

    @Test(arguments: [StoreCall.slots, .keyRecords, .replaceKeyRecords, .append])
    func `a rotation that another one overtakes ends well, and every key is of the newest epoch`(call: StoreCall)
        async throws
    {
        for isBefore in [true, false] {
            let scene = try await Scene()
            for number in 0..<5 { _ = try await Samples.store(Samples.bytes(number), in: scene.vault) }
            let other = try await scene.open()
            let beside = Beside(scene.store)
            let vault = try await Vault.open(scene.vault.id, in: beside, unlocking: .recoveryCode(scene.code))
            if isBefore {
                beside.act(before: call, times: 2) { try await other.rotate(at: Samples.time) }
            } else {
                beside.act(after: call, times: 2) { try await other.rotate(at: Samples.time) }
            }
            let new = RecoveryCode(random: SystemRandom())
            try await vault.rotate(adding: [Vault.SlotSecret(.recoveryCode(new))], at: Samples.time)
            let opened = try await scene.open(.recoveryCode(new))
            #expect(await !opened.isRotating, "\(call), before: \(isBefore)")
            let newest = await opened.state.core.epoch.number
            #expect(newest >= 3, "\(call), before: \(isBefore): nobody came in between")
            for (version, bytes) in try await scene.objects().keyRecords {
                #expect(try KeyRecord(parsing: bytes, object: "\(version)").epoch == newest, "\(call), \(isBefore)")
            }
            #expect(try await opened.verify().isComplete)
        }
    }

    @Test func `many rotations at once all end well`() async throws {
        let scene = try await Scene()
        for number in 0..<20 { _ = try await Samples.store(Samples.bytes(number), in: scene.vault) }
        try await withThrowingTaskGroup { group in
            for _ in 0..<6 {
                let vault = try await scene.open()
                group.addTask { for _ in 0..<4 { try await vault.rotate(at: Samples.time) } }
            }
            try await group.waitForAll()
        }
        let opened = try await scene.open()
        #expect(await opened.state.core.epoch.number == 25)
        #expect(try await opened.verify().isComplete)
        #expect(try await opened.list().count == 20)
    }

    @Test func `a store that lost a slot is found out when one is added, and does not keep the call for ever`()
        async throws
    {
        let scene = try await Scene()
        func code() -> Unlocking { .recoveryCode(RecoveryCode(random: SystemRandom())) }
        let lost = try await scene.vault.addSlot(code(), at: Samples.time)
        try await scene.store.tamper(with: scene.vault.id) { $0.slots[lost] = nil }
        let opened = try await scene.open()
        await #expect(throws: VaultError(.damaged, "")) { _ = try await opened.addSlot(code(), at: Samples.time) }
        await #expect(throws: VaultError(.damaged, "")) { try await opened.rotate(at: Samples.time) }
        // Without the lost one all is well again.
        try await opened.removeSlots([lost], at: Samples.time)
        _ = try await opened.addSlot(code(), at: Samples.time)
        #expect(try await scene.open().verify().isComplete)
    }

    @Test(arguments: [StoreCall.deposits, .contents, .head])
    func `a deposit that comes in the middle of a sweep stays; what nothing names goes`(call: StoreCall) async throws {
        let scene = try await Scene()
        let orphan = ContentID(random: SystemRandom())
        try await scene.store.putContents([orphan: [1, 2, 3]], of: scene.vault.id)
        let ticket = try await scene.vault.issueTicket(for: "x")
        let beside = Beside(scene.store)
        let store = scene.store
        let vault = try await Vault.open(scene.vault.id, in: beside, unlocking: .recoveryCode(scene.code))
        beside.act(after: call) { try await deposit([1, 2, 3], by: ticket, in: store) }
        #expect(try await vault.sweep(at: Samples.time) == [orphan])
        #expect(try await vault.absorbDeposits(at: Samples.time).documents.map(\.document) == [ticket.document])
        #expect(try await vault.read(ticket.document).bytes() == [1, 2, 3])
        #expect(try await scene.open().verify().isComplete)
    }

    /// Leaves the record of one attempt, which was killed there.
    private func leaveRecord(of ticket: DepositTicket, in scene: Scene) async {
        scene.failing.crash(.before, atChange: 1)
        await #expect(throws: VaultError(.storeFailure, "")) { try await deposit([0], by: ticket, in: scene.failing) }
        scene.failing.recover()
    }

    @Test func `what two killed attempts left is put aside, can be deleted, and then the ticket is good again`()
        async throws
    {
        let scene = try await Scene()
        let ticket = try await scene.vault.issueTicket(for: "x")
        await leaveRecord(of: ticket, in: scene)
        scene.failing.crash(.before, atChange: 2)
        await #expect(throws: VaultError(.storeFailure, "")) { try await deposit([1], by: ticket, in: scene.failing) }
        scene.failing.recover()
        let vault = try await scene.open()
        let absorbed = try await vault.absorbDeposits(at: Samples.time)
        #expect(Array(absorbed.quarantined.keys) == [ticket.id] && absorbed.aside.isEmpty)
        let again = try await vault.absorbDeposits(at: Samples.time)
        #expect(again.quarantined.isEmpty && Array(again.aside.keys) == [ticket.id] && again.documents.isEmpty)
        await #expect(throws: VaultError(.alreadyExists, "")) { try await deposit([2], by: ticket, in: scene.store) }

        try await vault.discardDeposit(ticket.id)
        #expect(try await vault.sweep(at: Samples.time).count == 1)
        #expect(try await vault.absorbDeposits(at: Samples.time).aside.isEmpty)
        try await deposit([3], by: ticket, in: scene.store)
        #expect(try await vault.absorbDeposits(at: Samples.time).documents.map(\.document) == [ticket.document])
        #expect(try await vault.read(ticket.document).bytes() == [3])
        #expect(try await vault.status(of: ticket.id) == .absorbed(ticket.document))
        // What was taken in is no longer to be discarded.
        await #expect(throws: VaultError(.notFound, "")) { try await vault.discardDeposit(ticket.id) }
        await #expect(throws: VaultError(.alreadyExists, "")) { try await deposit([4], by: ticket, in: scene.store) }
        #expect(try await scene.open().verify().isComplete)
        #expect(try await scene.open().read(ticket.document).bytes() == [3])
    }

    @Test func `a deposit that was acknowledged is taken in although the vault looked too early`() async throws {
        for isSlow in [false, true] {
            let scene = try await Scene()
            let ticket = try await scene.vault.issueTicket(for: "x")
            await leaveRecord(of: ticket, in: scene)
            let (store, vault) = (scene.store, try await scene.open())
            let beside = Beside(store)
            if isSlow {
                // The vault has read the record of the first attempt; then the second one is made and acknowledged.
                beside.act(after: .deposits) { try await deposit([1], by: ticket, in: store) }
                let slow = try await Vault.open(scene.vault.id, in: beside, unlocking: .recoveryCode(scene.code))
                #expect(try await slow.absorbDeposits(at: Samples.time).quarantined.count == 1)
            } else {
                // The vault looks after the content came and before the record of the first attempt was replaced.
                beside.act(before: .deleteDeposits) {
                    let early = try await vault.absorbDeposits(at: Samples.time)
                    #expect(early.quarantined.count == 1)
                }
                try await deposit([1], by: ticket, in: beside)
            }
            // Two devices at once: it is taken in once.
            let (one, two) = (try await scene.open(), try await scene.open())
            async let first = one.absorbDeposits(at: Samples.time)
            async let second = two.absorbDeposits(at: Samples.time)
            let taken = try await first.documents + second.documents
            #expect(taken.map(\.document) == [ticket.document], "slow: \(isSlow)")
            #expect(try await scene.open().read(ticket.document).bytes() == [1])
            #expect(try await scene.open().verify().isComplete)
        }
    }

    @Test func `a deposit of which a store gave wrong octets once is taken in when it gives the right ones`()
        async throws
    {
        let scene = try await Scene()
        let ticket = try await scene.vault.issueTicket(for: "x")
        try await deposit(Samples.bytes(900), by: ticket, in: scene.store)
        let content = try DepositTicket.content(of: ticket.id)
        let good = try #require(try await scene.objects().contents[content])
        try await scene.store.tamper(with: scene.vault.id) { $0.contents[content]?[100] ^= 1 }
        let vault = try await scene.open()
        #expect(try await vault.absorbDeposits(at: Samples.time).quarantined.count == 1)
        #expect(try await vault.absorbDeposits(at: Samples.time).aside.count == 1)
        try await scene.store.tamper(with: scene.vault.id) { $0.contents[content] = good }
        let absorbed = try await vault.absorbDeposits(at: Samples.time)
        #expect(absorbed.documents.map(\.document) == [ticket.document] && absorbed.aside.isEmpty)
        #expect(try await scene.open().verify().isComplete)
    }
}
