// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CSQLitePeer
import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import VaultSQLite

/// Durable writes: one at a time beside the bare database, and several writers beside one.
enum WriteRows {
    /// A database with the settings of a shard, and nothing around it.
    private final class BareDatabase {
        private var database: OpaquePointer?
        private var insert: OpaquePointer?

        init(_ path: String) throws {
            guard sqlite3_open(path, &database) == SQLITE_OK else { throw CannotMeasure(description: "sqlite3_open") }
            for sql in [
                "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA secure_delete = ON",
                "CREATE TABLE content (no INTEGER PRIMARY KEY, sealed BLOB NOT NULL)",
            ] {
                guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else {
                    throw CannotMeasure(description: sql)
                }
            }
            guard
                sqlite3_prepare_v2(database, "INSERT INTO content (sealed) VALUES (?)", -1, &insert, nil) == SQLITE_OK
            else { throw CannotMeasure(description: "sqlite3_prepare_v2") }
        }

        deinit {
            sqlite3_finalize(insert)
            sqlite3_close(database)
        }

        func write(_ bytes: [UInt8]) throws {
            let done = bytes.withUnsafeBytes { buffer in
                sqlite3_bind_blob(insert, 1, buffer.baseAddress, Int32(buffer.count), nil) == SQLITE_OK
                    && sqlite3_step(insert) == SQLITE_DONE && sqlite3_reset(insert) == SQLITE_OK
            }
            guard done else { throw CannotMeasure(description: "INSERT") }
        }
    }

    static func single(_ table: inout Table, _ scratch: Scratch) async throws {
        let name = "durable write of 50 KiB"
        guard table.wants(name) else { return }
        let bytes = randomOctets(50 << 10)
        let digest = try Digest32(of: bytes)
        let fixture = try await Fixture(scratch("single"))
        let bare = try BareDatabase(scratch("bare.sqlite"))
        // What a vault writes for them: already of a padded size, so the same octets and the tags.
        let sealed = randomOctets(Int(try Cobblestone256.sealedSize(ofPlaintext: Int64(bytes.count))))
        var ours: [Double] = []
        var peer: [Double] = []
        var cpu: (ours: [Double], peer: [Double]) = ([], [])
        // As many as lie between two snapshots, so that every round pays for one.
        let count = 32
        for round in 0..<33 {
            func own() async throws {
                let before = processSeconds()
                ours.append(
                    try await seconds {
                        for _ in 0..<count { try await fixture.vault.store(bytes, digest) }
                    } * 1e6 / Double(count))
                cpu.ours.append((processSeconds() - before) * 1e6 / Double(count))
            }
            if round.isMultiple(of: 2) { try await own() }
            let before = processSeconds()
            peer.append(
                try await seconds { for _ in 0..<count { try bare.write(sealed) } } * 1e6 / Double(count))
            cpu.peer.append((processSeconds() - before) * 1e6 / Double(count))
            if !round.isMultiple(of: 2) { try await own() }
        }
        table.add(
            name, ours: ours, peer: peer, "µs", goal: .ratio(1 / 1.3),
            note:
                "the peer is INSERT of the same padded octets with SQLite alone, WAL, synchronous=FULL, secure_delete; "
                + "rounds of 32, a snapshot in each of ours")
        table.add(
            name + ", processor time", ours: cpu.ours, peer: cpu.peer, "µs", goal: .none,
            note: "the same rounds; what is left when the disk and other programs are left out")
        scratch.delete("single")
        for suffix in ["", "-wal", "-shm"] { scratch.delete("bare.sqlite\(suffix)") }
    }

    static let documentSize = 20 << 10

    /// Vaults for several writers.
    private struct Vaults {
        let path: String
        let ids: [VaultID]
        let code: RecoveryCode
    }

    /// Stores documents into vaults in turn until the time is over.
    ///
    /// - Returns: Documents that were acknowledged.
    private static func write(_ vaults: [Vault], for duration: Duration) async throws -> Int {
        let bytes = randomOctets(documentSize)
        let digest = try Digest32(of: bytes)
        let end = ContinuousClock.now + duration
        var count = 0
        while ContinuousClock.now < end {
            try await vaults[count % vaults.count].store(bytes, digest)
            count += 1
        }
        return count
    }

    private static func writers(_ vaults: [Vault], _ writers: Int, for duration: Duration) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for writer in 0..<writers {
                let own = stride(from: writer, to: vaults.count, by: writers).map { vaults[$0] }
                group.addTask { try await write(own, for: duration) }
            }
            return try await group.reduce(0, +)
        }
    }

    private static func opened(_ ids: [VaultID], _ code: RecoveryCode, _ path: String) async throws -> [Vault] {
        let store = try SQLiteVaultStore(path: path)
        var vaults: [Vault] = []
        for id in ids { vaults.append(try await Vault.open(id, in: store, unlocking: .recoveryCode(code))) }
        return vaults
    }

    /// The part of one process: waits for a line on standard input, writes, and prints what was acknowledged.
    static func child(path: String, ids: [VaultID], code: RecoveryCode, writers: Int, milliseconds: Int) async throws {
        let vaults = try await opened(ids, code, path)
        say("ready")
        _ = readLine()
        say("\(try await Self.writers(vaults, writers, for: .milliseconds(milliseconds)))")
    }

    static func several(_ table: inout Table, _ scratch: Scratch) async throws {
        let name = "8 writers over 64 vaults, a durable write of 20 KiB"
        guard table.wants(name) else { return }
        let path = scratch("several")
        let store = try SQLiteVaultStore(path: path, creating: true)
        let code = RecoveryCode(random: SystemRandom())
        var ids: [VaultID] = []
        for number in 0..<64 {
            ids.append(
                try await Vault.create(
                    name: "vault \(number)", in: store, unlocking: [.recoveryCode(code)], at: Fixture.time
                ).id)
        }
        var single: [Double] = []
        var eight: [Double] = []
        var processes: [Double] = []
        let milliseconds = 1500
        func cost(_ count: Int) -> Double { Double(milliseconds) * 1000 / Double(max(count, 1)) }
        for _ in 0..<5 {
            let vaults = try await opened(ids, code, path)
            single.append(cost(try await write(vaults, for: .milliseconds(milliseconds))))
            eight.append(cost(try await writers(vaults, 8, for: .milliseconds(milliseconds))))
            processes.append(cost(try await two(path, ids, code, milliseconds)))
        }
        let note =
            "the peer is one writer over the same vaults; time per document that was acknowledged after its commit"
        table.add(name, ours: eight, peer: single, "µs", goal: .ratio(2), note: note)
        table.add(
            name + ", two processes", ours: processes, peer: single, "µs", goal: .ratio(2),
            note: note + "; four writers in each of two processes, each with half of the vaults")
        scratch.delete("several")
    }

    private static func two(
        _ path: String, _ ids: [VaultID], _ code: RecoveryCode, _ milliseconds: Int
    ) async throws -> Int {
        var children: [(process: Process, input: FileHandle, output: FileHandle)] = []
        for half in 0..<2 {
            let process = Process()
            process.executableURL = URL(filePath: Program.own)
            let own = stride(from: half, to: ids.count, by: 2).map { "\(ids[$0])" }
            process.arguments = ["child", "write", path, "4", "\(milliseconds)"] + own
            process.environment = ProcessInfo.processInfo.environment.merging(["DOSSIER_BENCH_CODE": try code.text()]) {
                $1
            }
            let (input, output) = (Pipe(), Pipe())
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            children.append((process, input.fileHandleForWriting, output.fileHandleForReading))
        }
        for child in children where child.output.availableData.isEmpty {
            throw CannotMeasure(description: "a writer did not start")
        }
        for child in children { try child.input.write(contentsOf: Data("\n".utf8)) }
        var count = 0
        for child in children {
            let text = String(decoding: child.output.readDataToEndOfFile(), as: UTF8.self)
            child.process.waitUntilExit()
            guard let own = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
                throw CannotMeasure(description: "a writer said \(text)")
            }
            count += own
        }
        return count
    }
}
