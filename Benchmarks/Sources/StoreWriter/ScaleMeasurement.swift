// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import VaultPostgreSQL

/// What opening, listing and putting take in a store with few vaults and in one with many, measured in turn.
struct ScaleMeasurement {
    private static let time = Instant(seconds: 1_795_228_222)
    private static let writers = 32
    private let store: PostgreSQLVaultStore
    private var vaults: [(id: VaultID, code: RecoveryCode)] = []

    /// Makes vaults of ten documents among those that are there.
    init(_ store: PostgreSQLVaultStore) async throws {
        self.store = store
        vaults = try await withThrowingTaskGroup { group in
            for number in 0..<Self.writers {
                group.addTask {
                    let code = RecoveryCode(random: SystemRandom())
                    let vault = try await Vault.create(
                        name: "\(number)", in: store, unlocking: [.recoveryCode(code)], at: Self.time)
                    for _ in 0..<10 { try await Self.put(1000, in: vault) }
                    return (vault.id, code)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private static func put(_ size: Int, in vault: Vault) async throws {
        let bytes = SystemRandom().bytes(size)
        _ = try await vault.store(
            MemorySource(bytes),
            metadata: DocumentMetadata(type: "other", name: "giấy tờ", mediaType: "application/octet-stream"),
            provenance: .selfDeclared(Digest32(of: bytes)), at: time)
    }

    /// Milliseconds of each call, by name, with all writers at once; each does it so often.
    func round(_ count: Int) async throws -> [String: [Double]] {
        try await withThrowingTaskGroup { group in
            for (id, code) in vaults {
                group.addTask {
                    var times: [String: [Double]] = [:]
                    let clock = ContinuousClock()
                    func timed(_ name: String, _ body: () async throws -> Void) async throws {
                        let taken = try await clock.measure(body)
                        times[name, default: []].append(taken / .milliseconds(1))
                    }
                    for _ in 0..<count {
                        try await timed("head") { _ = try await store.head(of: id) }
                        var opened: Vault?
                        try await timed("open") {
                            opened = try await Vault.open(id, in: store, unlocking: .recoveryCode(code))
                        }
                        guard let vault = opened else { continue }
                        try await timed("list") { _ = try await vault.list() }
                        try await timed("put") { try await Self.put(1000, in: vault) }
                    }
                    return times
                }
            }
            return try await group.reduce(into: [:]) { all, times in all.merge(times) { $0 + $1 } }
        }
    }

    /// Prints a line for each call: median and 99th percentile in both stores, and the ratio of the medians over rounds.
    static func run(small: PostgreSQLVaultStore, large: PostgreSQLVaultStore) async throws {
        let (few, many) = (try await Self(small), try await Self(large))
        var all: (few: [String: [Double]], many: [String: [Double]]) = ([:], [:])
        var ratios: [String: [Double]] = [:]
        for number in 0..<9 {
            let (first, second) = (try await few.round(3), try await many.round(3))
            // The first round fills caches and prepares statements on both sides.
            guard number > 0 else { continue }
            for (name, times) in second {
                guard let others = first[name] else { continue }
                ratios[name, default: []].append(times.at(0.5) / others.at(0.5))
            }
            all.few.merge(first) { $0 + $1 }
            all.many.merge(second) { $0 + $1 }
        }
        for name in ["head", "open", "list", "put"] {
            let (a, b, ratio) = (all.few[name] ?? [], all.many[name] ?? [], (ratios[name] ?? []).at(0.5))
            print(
                String(
                    format: "%@ few p50 %.2f p99 %.2f ms, many p50 %.2f p99 %.2f ms, ratio %.2f", name, a.at(0.5),
                    a.at(0.99), b.at(0.5), b.at(0.99), ratio))
        }
    }
}

extension [Double] {
    fileprivate func at(_ part: Double) -> Double {
        isEmpty ? .nan : sorted()[Swift.min(count - 1, Int(Double(count) * part))]
    }
}
