// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import Synchronization
import Testing
import VaultObjectStore
import VaultTesting

@Suite("Daemons that are killed under writers — docs/object-store.md") struct KillTests {
    @Test func `an OSD and a gateway are killed, and every acknowledged document is readable`() async throws {
        guard let ceph = try ObjectStores.ceph?.get() else { return }
        let gateways = [ceph.endpoints[0], ceph.expendable]
        let test = try StoreUnderTest(gateways)
        defer { withExtendedLifetime(test) {} }
        let (first, code) = try await test.vault()
        // Two stores that share nothing but files and servers, as two processes have them.
        let second = try await Vault.open(
            first.id, in: test.another(gateways.reversed()), unlocking: .recoveryCode(code))
        let record = Record()
        try await withThrowingTaskGroup { group in
            for writer in 0..<8 {
                group.addTask { await record.write(into: writer % 2 == 0 ? first : second, writer: writer) }
            }
            try await record.wait(for: 40)
            try ceph.kill("osd.1")
            try await record.wait(for: 40)
            try ceph.kill("client.rgw.c")
            try await record.wait(for: 40)
            try ceph.start("client.rgw.c")
            try ceph.start("osd.1")
            try await record.wait(for: 40)
            record.stop()
            try await group.waitForAll()
        }
        let (documents, failures, longest) = record.outcome
        let opened = try await Vault.open(first.id, in: test.another(), unlocking: .recoveryCode(code))
        let listed = try await Set(opened.list().map(\.id))
        for (document, size) in documents {
            #expect(listed.contains(document))
            #expect(try await opened.read(document).bytes() == Samples.bytes(size))
        }
        #expect(try await opened.verify().isComplete)
        print(
            "kill: \(documents.count) acknowledged documents readable, \(failures) calls failed, longest pause \(longest) ms"
        )
        #expect(documents.count >= 160)
    }

    /// What writers were told.
    private final class Record: Sendable {
        private struct State {
            var documents: [DocumentID: Int] = [:]
            var failures = 0
            var isOver = false
            var last = ContinuousClock.now
            var longest = Duration.zero
        }
        private let state = Mutex(State())

        var outcome: (documents: [DocumentID: Int], failures: Int, longest: Int64) {
            state.withLock {
                (
                    $0.documents, $0.failures,
                    $0.longest.components.seconds * 1_000 + $0.longest.components.attoseconds / 1_000_000_000_000_000
                )
            }
        }

        func write(into vault: Vault, writer: Int) async {
            var number = 0
            while !state.withLock({ $0.isOver }) {
                number += 1
                let size = 70_000 + writer * 1_000 + number
                do {
                    let document = try await Samples.store(Samples.bytes(size), in: vault).document
                    state.withLock { state in
                        state.documents[document] = size
                        let now = ContinuousClock.now
                        state.longest = max(state.longest, now - state.last)
                        state.last = now
                    }
                } catch {
                    state.withLock { $0.failures += 1 }
                }
            }
        }

        /// Until more were acknowledged, by the writers that go on.
        func wait(for more: Int) async throws {
            let goal = state.withLock { $0.documents.count } + more
            // Counted in turns, of which the writers have as many: other suites may keep all threads busy for minutes.
            for _ in 0..<4_500 {
                guard state.withLock({ $0.documents.count }) < goal else { return }
                try await Task.sleep(for: .milliseconds(20))
            }
            stop()
            Issue.record("no progress in 90 s of this test's own")
        }

        func stop() { state.withLock { $0.isOver = true } }
    }
}
