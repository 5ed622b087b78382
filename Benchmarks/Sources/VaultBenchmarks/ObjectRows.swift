// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import Synchronization
import VaultObjectStore
import VaultSQLite

/// Contents in an object store beside a bare client on the same gateway, and where small contents are better kept.
enum ObjectRows {
    static let name = "object store"

    static func run(_ table: inout Table, _ scratch: Scratch) async throws {
        guard table.wants(name) else { return }
        guard let gateway = try ObjectGateway(scratch) else {
            say("left out: \(name) (Debian packages ceph-mon, ceph-osd, ceph-common and radosgw)")
            return
        }
        defer { gateway.stop() }
        for (size, text, rounds, each) in [
            (100_000, "100 kB", 9, 20), (1 << 20, "1 MiB", 9, 8), (20 << 20, "20 MiB", 7, 2),
        ] {
            try await contents(&table, scratch, gateway, size, text, rounds: rounds, each: each)
        }
        try await atOnce(&table, scratch, gateway)
        try await threshold(&table, scratch, gateway)
    }

    private static func store(
        _ scratch: Scratch, _ gateway: ObjectGateway, _ folder: String, limit: Int = ObjectVaultStore.usualInlineLimit
    ) throws -> ObjectVaultStore {
        ObjectVaultStore(
            records: try SQLiteVaultStore(path: scratch(folder), creating: true, shards: 1),
            contents: try ObjectStoreLocation("s3://vaults/\(folder)?endpoint=\(gateway.endpoint)"),
            credentials: try ObjectStoreCredentials(accessKey: "vaultkey", secretKey: "vaultsecret"),
            inlineContentLimit: limit)
    }

    private static func newVault() throws -> VaultID {
        guard let vault = VaultID(octets: SystemRandom().bytes(32)) else { throw CannotMeasure(description: "an id") }
        return vault
    }

    /// One after the other: sealed octets as they are, through the store's own calls.
    private static func contents(
        _ table: inout Table, _ scratch: Scratch, _ gateway: ObjectGateway, _ size: Int, _ text: String, rounds: Int,
        each: Int
    ) async throws {
        let store = try store(scratch, gateway, "contents-\(size)")
        let (vault, bare) = (try newVault(), try BareClient(gateway.endpoint))
        var (put, barePut, got, bareGot): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        var (cpu, bareCPU): ([Double], [Double]) = ([], [])
        for round in -1..<rounds {
            let octets = (0..<each).map { _ in randomOctets(size) }
            let ids = octets.map { _ in ContentID(random: SystemRandom()) }
            func ours() async throws -> (Double, Double, Double) {
                let before = processSeconds()
                let wrote = try await seconds {
                    for (id, bytes) in zip(ids, octets) {
                        try await store.putContent(id, of: vault, size: Int64(size), from: Whole(bytes))
                    }
                }
                let read = try await seconds {
                    for (id, bytes) in zip(ids, octets) {
                        guard try await get(id, of: vault, size, from: store) == bytes else {
                            throw CannotMeasure(description: "other octets than were put")
                        }
                    }
                }
                return (wrote, read, processSeconds() - before)
            }
            func theirs() async throws -> (Double, Double, Double) {
                let before = processSeconds()
                let wrote = try await seconds {
                    for (id, bytes) in zip(ids, octets) { try bare.put("bare/\(vault)/\(id)", bytes) }
                }
                let read = try await seconds {
                    for (id, bytes) in zip(ids, octets) {
                        guard try bare.get("bare/\(vault)/\(id)", size) == bytes else {
                            throw CannotMeasure(description: "other octets than were put")
                        }
                    }
                }
                return (wrote, read, processSeconds() - before)
            }
            let (mine, bareOne): ((Double, Double, Double), (Double, Double, Double))
            if round % 2 == 0 {
                mine = try await ours()
                bareOne = try await theirs()
            } else {
                bareOne = try await theirs()
                mine = try await ours()
            }
            try await store.deleteContents(ids, of: vault)
            guard round >= 0 else { continue }
            let unit = 1_000 / Double(each)
            put.append(mine.0 * unit)
            barePut.append(bareOne.0 * unit)
            got.append(mine.1 * unit)
            bareGot.append(bareOne.1 * unit)
            cpu.append(mine.2 * unit)
            bareCPU.append(bareOne.2 * unit)
        }
        let note = "Ceph 16.2 on this machine, three copies; beside a bare loop over libcurl with signed digests"
        table.add("\(text) put, \(name)", ours: put, peer: barePut, "ms", goal: .ratio(0.8), note: note)
        table.add("\(text) got, \(name)", ours: got, peer: bareGot, "ms", goal: .ratio(0.8), note: note)
        table.add(
            "\(text) put and got, \(name), processor time", ours: cpu, peer: bareCPU, "ms", goal: .none, note: note)
    }

    /// As a document is read: whole up to 64 sealed chunks, a larger one in ranges.
    private static func get(
        _ id: ContentID, of vault: VaultID, _ size: Int, from store: ObjectVaultStore
    ) async throws -> [UInt8]? {
        guard size > 4 << 20 else { return try await store.contents([id], of: vault, limit: Int64(size))[id] }
        return try await store.content(id, of: vault, in: 0..<Int64(size))
    }

    /// Eight at once: what the gateway is asked for by an application server.
    private static func atOnce(_ table: inout Table, _ scratch: Scratch, _ gateway: ObjectGateway) async throws {
        let (size, each) = (100_000, 12)
        let store = try store(scratch, gateway, "at-once")
        let vault = try newVault()
        let clients = try (0..<8).map { _ in try BareClient(gateway.endpoint) }
        let bytes = randomOctets(size)
        var (ours, theirs): ([Double], [Double]) = ([], [])
        for round in -1..<7 {
            let mine = try await seconds {
                try await withThrowingTaskGroup { group in
                    for _ in 0..<8 {
                        group.addTask {
                            for _ in 0..<each {
                                try await store.putContent(
                                    ContentID(random: SystemRandom()), of: vault, size: Int64(size), from: Whole(bytes))
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            let bare = try await seconds {
                DispatchQueue.concurrentPerform(iterations: 8) { number in
                    for _ in 0..<each {
                        try? clients[number].put("bare/\(vault)/\(ContentID(random: SystemRandom()))", bytes)
                    }
                }
            }
            guard round >= 0 else { continue }
            ours.append(mine * 1_000 / Double(8 * each))
            theirs.append(bare * 1_000 / Double(8 * each))
        }
        table.add(
            "100 kB put, 8 at once, \(name)", ours: ours, peer: theirs, "ms", goal: .ratio(0.8),
            note: "time of the whole by the number of objects; eight bare loops on two processors take turns")
    }

    /// Whole documents into a vault: content in the row of the entry, or as an object before it.
    private static func threshold(_ table: inout Table, _ scratch: Scratch, _ gateway: ObjectGateway) async throws {
        let inside = try store(scratch, gateway, "inside", limit: 1 << 30)
        let beside = try store(scratch, gateway, "beside", limit: 0)
        for size in [4_000, 16_000, 60_000, 120_000, 250_000, 500_000, 1_000_000] {
            var (rows, objects): ([Double], [Double]) = ([], [])
            let (one, two) = (try await Fixture(in: inside), try await Fixture(in: beside))
            for round in -1..<7 {
                let bytes = randomOctets(size)
                let digest = try Digest32(of: bytes)
                let row = try await seconds { for _ in 0..<8 { try await one.vault.store(bytes, digest) } }
                let object = try await seconds { for _ in 0..<8 { try await two.vault.store(bytes, digest) } }
                guard round >= 0 else { continue }
                rows.append(row * 125)
                objects.append(object * 125)
            }
            table.add(
                "document of \(size / 1_000) kB as a row, not in \(name)", ours: rows, peer: objects, "ms", goal: .none,
                note: "the peer is the same document as an object")
        }
    }
}

/// Octets as a stream of one piece.
private final class Whole: ContentStream {
    private let rest: Mutex<[UInt8]?>

    init(_ bytes: [UInt8]) { rest = Mutex(bytes) }

    func next() -> [UInt8]? {
        rest.withLock { rest in
            defer { rest = nil }
            return rest
        }
    }
}
