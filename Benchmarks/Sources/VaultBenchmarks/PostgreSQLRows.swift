// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CPostgreSQLPeer
import CryptoPrimitives
import DocumentVault
import Foundation
import VaultPostgreSQL

/// Compare-and-append in PostgreSQL through the library, beside the same SQL from a loop over libpq.
enum PostgreSQLRows {
    /// A server of `Scripts/postgresql-server`; ends with its last reference.
    private final class Server {
        let port: Int
        let folder: String
        private let process = Process()
        private let input = Pipe()

        init() throws {
            let output = Pipe()
            process.executableURL = URL(filePath: "Scripts/postgresql-server")
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            var line: [UInt8] = []
            while let octet = try output.fileHandleForReading.read(upToCount: 1)?.first, octet != 10 {
                line.append(octet)
            }
            let words = String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init)
            guard words.count == 3, words[0] == "ready", let port = Int(words[1]) else {
                throw CannotMeasure(description: words.joined(separator: " "))
            }
            (self.port, folder) = (port, words[2])
        }

        deinit {
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
        }
    }

    private static let scope = """
        SELECT set_config('dossier.vault', $1, true), 1 / (current_setting('fsync') = 'on'
            AND current_setting('full_page_writes') = 'on' AND current_setting('synchronous_commit') <> 'off')::int
        """
    private static let create = """
        WITH moved AS (INSERT INTO dossier.vault (id, sequence, hash) VALUES ($1, $2, $3)
            ON CONFLICT (id) DO NOTHING RETURNING id),
        put_entry AS (INSERT INTO dossier.entry (vault, sequence, operation, entry, payload)
            SELECT moved.id, given.sequence, given.operation, given.entry, given.payload
            FROM moved, unnest($4, $5, $6, $7) AS given (sequence, operation, entry, payload))
        SELECT count(*) FROM moved
        """
    private static let append = """
        WITH moved AS (UPDATE dossier.vault SET sequence = $2, hash = $3
            WHERE id = $1 AND sequence = $4 AND hash = $5
                AND NOT EXISTS (SELECT FROM dossier.entry WHERE vault = $1 AND operation = $6) RETURNING id),
        put_entry AS (INSERT INTO dossier.entry (vault, sequence, operation, entry, payload)
            SELECT moved.id, given.sequence, given.operation, given.entry, given.payload
            FROM moved, unnest($7, $8, $9, $10) AS given (sequence, operation, entry, payload))
        SELECT count(*) FROM moved
        """

    static func run(_ table: inout Table) async throws {
        let name = "compare-and-append in PostgreSQL"
        guard table.wants(name) else { return }
        let server: Server
        do {
            server = try Server()
        } catch {
            say("skipped: \(name): \(error)")
            return
        }
        let address = try PostgreSQLStoreURL(
            "postgres://dossier:test@localhost:\(server.port)/dossier?sslrootcert=\(server.folder)/server.crt"
                + "&durability=single-node&pool=8")
        _ = try await PostgreSQLVaultStore.prepare(address)
        let store = try await PostgreSQLVaultStore(address)
        let information =
            "host=localhost port=\(server.port) user=dossier password=test dbname=dossier sslmode=verify-full "
            + "sslrootcert=\(server.folder)/server.crt gssencmode=disable"
        for (connections, goal) in [(8, Goal.ratio(0.7)), (1, Goal.none)] {
            var (ours, peer): ([Double], [Double]) = ([], [])
            let count = connections == 8 ? 300 : 600
            for round in 0..<8 {
                let theirs = peer_appends(information, scope, create, append, Int32(connections), Int32(count))
                guard theirs > 0 else { throw CannotMeasure(description: "the loop over libpq") }
                let own = try await appends(in: store, connections, count)
                // The first round warms the server and both sides' statements.
                guard round > 0 else { continue }
                let total = Double(connections * count)
                peer.append(theirs / total * 1e6)
                ours.append(own / total * 1e6)
            }
            table.add(
                "\(name), \(connections) at once", ours: ours, peer: peer, "us", goal: goal,
                note:
                    "time per append of an entry of 1,000 octets, each vault's appends one after another; the peer sends "
                    + "the same two prepared statements in one round trip from \(connections) threads of C; TLS, one server, "
                    + "fsync on")
        }
        await store.close()
    }

    private static func batch(_ number: Int64, after head: JournalHead?, _ own: [UInt8]) throws -> VaultAppend {
        let octet = UInt8(truncatingIfNeeded: number)
        let tail = (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
        guard let operation = OperationID(octets: own.prefix(8) + tail),
            let hash = Digest32(octets: [UInt8](repeating: octet, count: 32))
        else { throw CannotMeasure(description: "ids") }
        let entry = StoredEntry(
            sequence: number, operation: operation, entry: [UInt8](repeating: octet & 127, count: 300),
            payload: [UInt8](repeating: octet & 127, count: 700))
        return VaultAppend(expecting: head, entries: [entry], head: JournalHead(sequence: number, hash: hash))
    }

    private static func appends(in store: PostgreSQLVaultStore, _ writers: Int, _ count: Int) async throws -> Double {
        var heads: [(VaultID, [UInt8], JournalHead)] = []
        for _ in 0..<writers {
            let own = randomOctets(32)
            guard let vault = VaultID(octets: own) else { throw CannotMeasure(description: "ids") }
            let first = try batch(0, after: nil, own)
            guard try await store.append(first, to: vault) == .committed else {
                throw CannotMeasure(description: "the first append")
            }
            heads.append((vault, own, first.head))
        }
        let started = heads
        return try await seconds {
            try await withThrowingTaskGroup { group in
                for (vault, own, first) in started {
                    group.addTask {
                        var head = first
                        for number in 1...Int64(count) {
                            let next = try batch(number, after: head, own)
                            guard try await store.append(next, to: vault) == .committed else {
                                throw CannotMeasure(description: "an append")
                            }
                            head = next.head
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
