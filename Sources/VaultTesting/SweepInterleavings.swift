// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Synchronization

/// One device uploads while another sweeps: the upload's two changes and the sweep's two, in all six orders.
enum SweepInterleavings {
    /// Lets each of two devices make its changes when the schedule says so.
    final class Gate: StoreDecorator {
        let inner: any VaultStore
        private let turn: Turn
        private let own: Character

        init(_ inner: any VaultStore, _ turn: Turn, _ own: Character) {
            self.inner = inner
            self.turn = turn
            self.own = own
        }

        func before(_ call: StoreCall) async throws(VaultError) {
            if call.isChange { await turn.wait(for: own) }
        }

        func after(_ call: StoreCall) async throws(VaultError) {
            if call.isChange { await turn.done(own) }
        }
    }

    actor Turn {
        private var schedule: [Character]
        private var waiting: [(Character, CheckedContinuation<Void, Never>)] = []

        init(_ schedule: String) { self.schedule = Array(schedule) }

        func wait(for own: Character) async {
            guard let next = schedule.first, next != own, schedule.contains(own) else { return }
            await withCheckedContinuation { waiting.append((own, $0)) }
        }

        func done(_ own: Character) {
            if let index = schedule.firstIndex(of: own) { schedule.remove(at: index) }
            release()
        }

        /// A device that has no more to do stands in nobody's way.
        func leave(_ own: Character) {
            schedule.removeAll { $0 == own }
            release()
        }

        private func release() {
            let free = waiting.filter { own, _ in schedule.first == own || !schedule.contains(own) }
            waiting.removeAll { own, _ in schedule.first == own || !schedule.contains(own) }
            for (_, continuation) in free { continuation.resume() }
        }
    }

    static func run(on store: any VaultStore) async throws {
        let size = store.capabilities.inlineContentLimit + 1
        for schedule in ["uuss", "usus", "ussu", "suus", "susu", "ssuu"] {
            let code = RecoveryCode(random: SystemRandom())
            let owner = try await Vault.create(
                name: "sweep", in: store, unlocking: [.recoveryCode(code)], at: Samples.time)
            // Something to sweep in any case, as a crash leaves it.
            let orphan = ContentID(random: SystemRandom())
            try await store.putContent(orphan, of: owner.id, size: 3, from: OnePiece([1, 2, 3]))
            let turn = Turn(schedule)
            let uploader = try await Vault.open(owner.id, in: Gate(store, turn, "u"), unlocking: .recoveryCode(code))
            let sweeper = try await Vault.open(owner.id, in: Gate(store, turn, "s"), unlocking: .recoveryCode(code))
            async let swept: Void = {
                _ = try await sweeper.sweep(at: Samples.time)
                await turn.leave("s")
            }()
            let reference = try await Samples.store(Samples.bytes(size), in: uploader)
            await turn.leave("u")
            try await swept
            let opened = try await Vault.open(owner.id, in: store, unlocking: .recoveryCode(code))
            let bytes = try await opened.read(reference.document).bytes()
            guard bytes == Samples.bytes(size), try await opened.verify().isComplete else {
                throw VaultStoreConformance.Failure(description: "\(schedule): the document was lost")
            }
            guard try await store.contentSize(orphan, of: owner.id) == nil else {
                throw VaultStoreConformance.Failure(description: "\(schedule): the orphan was not swept")
            }
        }
    }
}

/// Octets as a stream of one piece.
final class OnePiece: ContentStream {
    private let rest: Mutex<[UInt8]?>

    init(_ bytes: [UInt8]) { rest = Mutex(bytes) }

    func next() -> [UInt8]? {
        rest.withLock { rest in
            defer { rest = nil }
            return rest
        }
    }
}
