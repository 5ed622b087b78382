// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import VaultSQLite

/// How a vault behaves as it grows: opening, listing, storing and rotating, in a SQLite store on the disk of the folder
/// that `DOSSIER_BENCH_FOLDER` names. The first argument is the largest number of documents (100,000).
@main
struct VaultScale {
    static func main() async throws {
        let most = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000
        let parent = ProcessInfo.processInfo.environment["DOSSIER_BENCH_FOLDER"].map { URL(filePath: $0) }
        let folder = (parent ?? FileManager.default.temporaryDirectory).appending(
            path: "vault-scale-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try SQLiteVaultStore(path: folder.path() + "/store", creating: true, shards: 1)
        let code = RecoveryCode(random: SystemRandom())
        let time = Instant(seconds: 1_795_228_222)
        let vault = try await Vault.create(name: "scale", in: store, unlocking: [.recoveryCode(code)], at: time)
        let bytes = [UInt8](repeating: 7, count: 100)
        let digest = try Digest32(of: bytes)
        let clock = ContinuousClock()
        func seconds(_ body: () async throws -> Void) async throws -> Double {
            try await clock.measure { try await body() } / .seconds(1)
        }
        func report(_ name: String, _ value: Double, _ unit: String, _ goal: String = "") {
            print(
                "\(name.padding(toLength: 52, withPad: " ", startingAt: 0)) \(String(format: "%10.3f", value)) \(unit)  \(goal)"
            )
        }
        func upload(_ number: Int) -> DocumentUpload {
            DocumentUpload(
                MemorySource(bytes),
                metadata: DocumentMetadata(type: "other", name: "document \(number).pdf", mediaType: "application/pdf"),
                provenance: .selfDeclared(digest))
        }
        var stored = 0
        for size in [1000, 10_000, 100_000, 1_000_000] where size <= most {
            let count = size - stored
            let first = stored
            let filling = try await seconds {
                for start in stride(from: 0, to: count, by: 3200) {
                    let batch = (start..<min(start + 3200, count)).map { upload(first + $0) }
                    _ = try await vault.store(batch, at: time)
                }
            }
            stored = size
            report("\(size): storing in batches, per document", filling / Double(count) * 1e6, "µs")
            var openings: [Double] = []
            for _ in 0..<11 {
                openings.append(
                    try await seconds { _ = try await Vault.open(vault.id, in: store, unlocking: .recoveryCode(code)) })
            }
            report("\(size): opening, median", openings.sorted()[5] * 1000, "ms", "goal <= 5 at 1000")
            let opened = try await Vault.open(vault.id, in: store, unlocking: .recoveryCode(code))
            let listing = try await seconds { precondition(try await opened.list().count == size) }
            report("\(size): listing all, first time", listing, "s", "goal <= 1 at 100000")
            let fresh = try await Vault.open(vault.id, in: store, unlocking: .recoveryCode(code))
            let single = try await seconds {
                for number in 0..<320 {
                    let one = upload(number)
                    _ = try await fresh.store(
                        MemorySource(bytes), metadata: one.metadata, provenance: one.provenance, at: time)
                }
            }
            stored += 320
            try await vault.refresh()
            report("\(size): storing one by one, durable, per document", single / 320 * 1e6, "µs")
            let rotating = try await seconds { try await vault.rotate(at: time) }
            report("\(size): rotating", rotating, "s", "goal < 10 at 100000")
        }
        let verifying = try await seconds { precondition(try await vault.verify().isComplete) }
        report("\(stored): verifying everything", verifying, "s")
    }
}
