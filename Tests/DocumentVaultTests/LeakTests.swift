// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("What a store can tell — docs/formats/vault-v1.md §8")
struct LeakTests {
    @Test func `a store sees counts and padded sizes, and documents of one padded size look alike`() async throws {
        let scene = try await Scene()
        for size in [1, 500, 1000, 1024] {
            _ = try await Samples.store(
                Samples.bytes(size), as: Samples.metadata(name: String(repeating: "n", count: size / 10 + 1)),
                in: scene.vault)
        }
        let large = try await Samples.store(Samples.bytes(100_000), in: scene.vault)
        var report = try await LeakReport(of: scene.vault.id, in: scene.store)
        #expect(report.entries == 7 && report.documentVersions == 5 && report.contents == 5)
        #expect(report.contentSizes.count == 2 && report.uniqueContentSizes == 1)
        #expect(report.slots == ["recovery-code": 1] && report.epoch == 1)
        #expect(report.payloadSizes.count <= 3)
        _ = try await scene.vault.erase(large.document, reason: "", at: Samples.time)
        try await scene.vault.rotate(at: Samples.time)
        report = try await LeakReport(of: scene.vault.id, in: scene.store)
        #expect(report.erasedPayloads == 1 && report.epoch == 2 && report.contents == 4)
        // Nothing that was sealed stands anywhere in the clear.
        let objects = try await scene.objects()
        let all =
            objects.entries.flatMap { $0.entry + ($0.payload ?? []) } + objects.slots.values.joined()
            + objects.keyRecords.values.joined() + objects.contents.values.joined()
        for text in ["kho thử nghiệm", "nnnnnnnnnn", "application/octet-stream", "other"] {
            #expect(all.firstRange(of: Array(text.utf8)) == nil, "\(text)")
        }
    }
}
