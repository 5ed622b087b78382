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
        private var statements: [OpaquePointer?] = []

        /// - Parameter changes: What one write does, each with as many parameters as ``write(_:)`` is given values for it.
        init(_ path: String, tables: [String], changes: [String]) throws {
            guard sqlite3_open(path, &database) == SQLITE_OK else { throw CannotMeasure(description: "sqlite3_open") }
            for sql in ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA secure_delete = ON"] + tables
            {
                guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else {
                    throw CannotMeasure(description: sql)
                }
            }
            for sql in changes {
                var statement: OpaquePointer?
                guard sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK else {
                    throw CannotMeasure(description: sql)
                }
                statements.append(statement)
            }
        }

        deinit {
            for statement in statements { sqlite3_finalize(statement) }
            sqlite3_close(database)
        }

        /// One transaction.
        func write(_ values: [[[UInt8]]]) throws {
            guard statements.count == 1 || sqlite3_exec(database, "BEGIN IMMEDIATE", nil, nil, nil) == SQLITE_OK else {
                throw CannotMeasure(description: "BEGIN")
            }
            for (statement, values) in zip(statements, values) {
                for (place, bytes) in values.enumerated() {
                    // Copied, as the octets are there for the call alone.
                    let isBound = bytes.withUnsafeBytes { buffer in
                        sqlite3_bind_blob(
                            statement, Int32(place) + 1, buffer.baseAddress, Int32(buffer.count),
                            unsafeBitCast(-1, to: sqlite3_destructor_type.self)) == SQLITE_OK
                    }
                    guard isBound else { throw CannotMeasure(description: "a value") }
                }
                guard sqlite3_step(statement) == SQLITE_DONE, sqlite3_reset(statement) == SQLITE_OK else {
                    throw CannotMeasure(description: "a change")
                }
            }
            guard statements.count == 1 || sqlite3_exec(database, "COMMIT", nil, nil, nil) == SQLITE_OK else {
                throw CannotMeasure(description: "COMMIT")
            }
        }
    }

    private static let contentAlone = (
        tables: ["CREATE TABLE content (no INTEGER PRIMARY KEY, sealed BLOB NOT NULL)"],
        changes: ["INSERT INTO content (sealed) VALUES (?)"]
    )

    /// What a store changes for one document, by the tables of the format (§9), with nothing read and nothing checked.
    private static let rows = (
        tables: [
            "CREATE TABLE vault (no INTEGER PRIMARY KEY, hash BLOB NOT NULL)",
            "INSERT INTO vault VALUES (1, zeroblob(32))",
            "CREATE TABLE entry (place INTEGER PRIMARY KEY, vault INTEGER NOT NULL, operation BLOB NOT NULL, "
                + "entry BLOB NOT NULL, payload BLOB)",
            "CREATE UNIQUE INDEX entry_operation ON entry (vault, operation)",
            "CREATE TABLE key_record (vault INTEGER NOT NULL, version BLOB NOT NULL, record BLOB NOT NULL)",
            "CREATE UNIQUE INDEX key_record_version ON key_record (vault, version)",
            "CREATE TABLE content (vault INTEGER NOT NULL, id BLOB NOT NULL, sealed BLOB NOT NULL)",
            "CREATE UNIQUE INDEX content_id ON content (vault, id)",
        ],
        changes: [
            "UPDATE vault SET hash = ? WHERE no = 1",
            "INSERT INTO entry (vault, operation, entry, payload) VALUES (1, ?, ?, ?)",
            "INSERT INTO key_record VALUES (1, ?, ?)", "INSERT INTO content VALUES (1, ?, ?)",
        ]
    )

    static func single(_ table: inout Table, _ scratch: Scratch) async throws {
        let name = "durable write of 50 KiB"
        guard table.wants(name) else { return }
        let bytes = randomOctets(50 << 10)
        let digest = try Digest32(of: bytes)
        let fixture = try await Fixture(scratch("single"))
        let bare = try BareDatabase(
            scratch("bare.sqlite"), tables: contentAlone.tables, changes: contentAlone.changes)
        let rowed = try BareDatabase(scratch("rows.sqlite"), tables: rows.tables, changes: rows.changes)
        // What a vault writes for them: already of a padded size, so the same octets and the tags.
        let sealed = randomOctets(Int(try Cobblestone256.sealedSize(ofPlaintext: Int64(bytes.count))))
        // About the sizes of the format (§5, §6).
        let (entry, payload, record) = (randomOctets(320), randomOctets(640), randomOctets(112))
        var ours: [Double] = []
        var peer: [Double] = []
        var rowsAlone: [Double] = []
        var least: [Double] = []
        let sealing = SystemRandom().secret(32)
        let signing = try VaultSigningKey(random: SystemRandom())
        var cpu: (ours: [Double], peer: [Double]) = ([], [])
        // A database copies its journal back every thousand pages, ours makes a snapshot every 32 entries: rounds that are
        // long enough to pay for their share of both.
        let count = 256
        for round in 0..<9 {
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
                try await seconds { for _ in 0..<count { try bare.write([[sealed]]) } } * 1e6 / Double(count))
            cpu.peer.append((processSeconds() - before) * 1e6 / Double(count))
            func row(_ sealed: [UInt8]) throws {
                try rowed.write([
                    [randomOctets(32)], [randomOctets(16), entry, payload], [randomOctets(16), record],
                    [randomOctets(16), sealed],
                ])
            }
            rowsAlone.append(
                try await seconds { for _ in 0..<count { try row(sealed) } } * 1e6 / Double(count))
            least.append(
                try await seconds {
                    for _ in 0..<count {
                        // The digest of the plaintext, the content sealed, the entry signed, once each.
                        _ = try Digest32(of: bytes)
                        let content = try AESGCM.seal(
                            bytes.span, key: sealing, nonce: randomOctets(12).span, authenticating: entry.span)
                        _ = try signing.signature(of: entry.span)
                        try row(content)
                    }
                } * 1e6 / Double(count))
            if !round.isMultiple(of: 2) { try await own() }
        }
        table.add(
            name, ours: ours, peer: peer, "µs", goal: .ratio(1 / 1.3),
            note:
                "the peer is INSERT of the same padded octets with SQLite alone, WAL, synchronous=FULL, secure_delete; "
                + "rounds of 256, eight snapshots in each of ours")
        table.add(
            name + ", processor time", ours: cpu.ours, peer: cpu.peer, "µs", goal: .none,
            note: "the same rounds; what is left when the disk and other programs are left out")
        table.add(
            name + ", its rows by SQLite alone", ours: rowsAlone, peer: peer, "µs", goal: .none,
            note: "what the vault changes in the database for a document, without sealing, signing or another thread: "
                + "no vault with these tables comes nearer to the peer")
        table.add(
            name + ", its rows, one digest, one AES-GCM, one Ed25519", ours: least, peer: peer, "µs", goal: .none,
            note:
                "the same with nothing but the cryptography that a vault with a signed journal cannot do without: the bound "
                + "for every implementation over libcrypto and libsodium on this disk")
        scratch.delete("single")
        for suffix in ["", "-wal", "-shm"] {
            for base in ["bare", "rows"] { scratch.delete("\(base).sqlite\(suffix)") }
        }
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
