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
}
