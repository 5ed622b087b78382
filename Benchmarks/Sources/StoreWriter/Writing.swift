// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation

/// Documents of many sizes, written by several tasks until the process is killed.
struct Writing {
    private static let time = Instant(seconds: 1_795_228_222)
    private let store: any VaultStore

    init(_ store: any VaultStore) { self.store = store }

    func run() async throws {
        var lines: [VaultLine] = []
        while let line = readLine() {
            if let vault = VaultLine(line.split(separator: " ")) { lines.append(vault) }
        }
        if lines.isEmpty {
            for number in 0..<4 {
                let code = RecoveryCode(random: SystemRandom())
                let vault = try await Vault.create(
                    name: "\(number)", in: store, unlocking: [.recoveryCode(code)], at: Self.time)
                let line = VaultLine(id: vault.id, code: try code.text().replacing(" ", with: ""))
                StoreWriter.say("vault \(line.id) \(line.code)")
                lines.append(line)
            }
        }
        try await withThrowingTaskGroup { group in
            for line in lines {
                group.addTask { try await write(in: try await retried { try await line.open(in: store) }) }
            }
            try await group.waitForAll()
        }
    }

    private func write(in vault: Vault) async throws {
        var mine: [(id: DocumentID, digest: Digest32)] = []
        while true {
            // Beside its entry, a row of its own, and where there is an object store a small and a large object in it.
            let size = [500, 20_000, 20_000, 60_000, 100_000, 1_500_000].randomElement() ?? 0
            let bytes = SystemRandom().bytes(size)
            let digest = try Digest32(of: bytes)
            let operation = OperationID(random: SystemRandom())
            StoreWriter.say("sending \(digest)")
            let reference = try await retried {
                try await vault.store(
                    MemorySource(bytes),
                    metadata: DocumentMetadata(
                        type: "other", name: "\(size)", mediaType: "application/octet-stream"),
                    provenance: .selfDeclared(digest), operation: operation, at: Self.time)
            }
            StoreWriter.say("document \(vault.id) \(reference.document) \(digest)")
            mine.append((reference.document, digest))
            guard mine.count % 4 == 0, let earlier = mine.randomElement() else { continue }
            let read = try await retried { try await vault.read(earlier.id).bytes() }
            guard try Digest32(of: read) == earlier.digest else {
                StoreWriter.say("wrong \(vault.id) \(earlier.id)")
                exit(1)
            }
        }
    }

    /// A caller that was told that the outcome is unknown says the same again, under the same operation.
    private func retried<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        for _ in 0..<20 {
            let start = ContinuousClock.now
            do { return try await body() } catch let error as VaultError {
                guard [.busy, .storeFailure].contains(error.code) else { throw error }
                StoreWriter.say("again \(start.duration(to: .now).components.seconds) \(error)")
            }
        }
        return try await body()
    }
}
