// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DocumentVault
import Synchronization

/// What every ``DocumentVault/VaultStore`` must do, as cases that a new engine's tests run one by one.
public struct VaultStoreConformance: Sendable, CustomStringConvertible {
    /// A case that does not hold.
    public struct Failure: Error, CustomStringConvertible {
        /// What was expected and what happened.
        public let description: String
    }

    /// What the case shows.
    public let description: String
    private let body: @Sendable (any VaultStore) async throws -> Void

    /// Runs the case on a store; it makes a vault of its own.
    ///
    /// - Throws: ``Failure``, or what the store threw.
    public func run(on store: any VaultStore) async throws { try await body(store) }

    /// All cases.
    public static let cases: [VaultStoreConformance] = [
        Self("a vault that does not exist has no head, entries, slots, key records or contents") { store in
            let vault = newVault()
            try await expect(store.head(of: vault) == nil, "a head")
            try await expect(store.entries(of: vault, from: 0, limit: 10).isEmpty, "entries")
            try await expect(store.slots(of: vault).isEmpty, "slots")
            try await expect(store.keyRecord(of: VersionID(random: SystemRandom()), in: vault) == nil, "a key record")
            try await expect(store.contentSize(ContentID(random: SystemRandom()), of: vault) == nil, "a content")
        },
        Self("what was appended is read back, and a second append follows it") { store in
            let vault = newVault()
            let (version, content) = (VersionID(random: SystemRandom()), ContentID(random: SystemRandom()))
            var first = batch(after: nil, count: 2)
            first.slots = [SlotID(random: SystemRandom()): [1, 2]]
            first.keyRecords = [version: [3]]
            first.contents = [content: [4, 5, 6]]
            try await expect(store.append(first, to: vault) == .committed, "the first append")
            try await expect(store.head(of: vault) == first.head, "the head")
            try await expect(store.entries(of: vault, from: 0, limit: 10) == first.entries, "the entries")
            try await expect(store.entries(of: vault, from: 1, limit: 10) == [first.entries[1]], "entries from 1")
            try await expect(store.entries(of: vault, from: 0, limit: 1) == [first.entries[0]], "the limit")
            try await expect(store.entries(of: vault, from: 2, limit: 1).isEmpty, "entries past the end")
            try await expect(store.slots(of: vault) == [[1, 2]], "the slots")
            try await expect(store.keyRecord(of: version, in: vault) == [3], "the key record")
            try await expect(store.contentSize(content, of: vault) == 3, "the size of the content")
            try await expect(store.content(content, of: vault, in: 1..<3) == [5, 6], "the content")
            var second = batch(after: first.head, count: 1)
            second.keyRecords = [version: [7, 7]]
            try await expect(store.append(second, to: vault) == .committed, "the second append")
            try await expect(store.keyRecord(of: version, in: vault) == [7, 7], "the replaced key record")
            try await expect(store.slots(of: vault) == [[1, 2]], "slots that the batch did not touch")
            try await expect(store.entries(of: vault, from: 0, limit: 10).count == 3, "the number of entries")
        },
        Self("an append on another head changes nothing and says which head there is") { store in
            let vault = newVault()
            let first = batch(after: nil, count: 1)
            _ = try await store.append(first, to: vault)
            var stale = batch(after: nil, count: 1)
            let content = ContentID(random: SystemRandom())
            stale.contents = [content: [1]]
            try await expect(store.append(stale, to: vault) == .conflict(first.head), "creating it again")
            let other = batch(after: stale.head, count: 1)
            try await expect(store.append(other, to: vault) == .conflict(first.head), "a head of another hash")
            try await expect(
                store.append(batch(after: first.head, count: 1), to: newVault()) == .conflict(nil), "no vault")
            try await expect(store.contentSize(content, of: vault) == nil, "a content of the refused append")
            try await expect(store.head(of: vault) == first.head, "the head")
        },
        Self("a batch sent again is not put again, also after later ones") { store in
            let vault = newVault()
            let first = batch(after: nil, count: 1)
            let second = batch(after: first.head, count: 1)
            _ = try await store.append(first, to: vault)
            _ = try await store.append(second, to: vault)
            try await expect(store.append(second, to: vault) == .repeated(1), "the second again")
            try await expect(store.append(first, to: vault) == .repeated(0), "the first again")
            try await expect(store.head(of: vault) == second.head, "the head")
        },
        Self("of many appends on one head exactly one is committed") { store in
            let vault = newVault()
            let first = batch(after: nil, count: 1)
            _ = try await store.append(first, to: vault)
            let committed = try await withThrowingTaskGroup { group in
                for _ in 0..<16 {
                    group.addTask {
                        try await store.append(batch(after: first.head, count: 1), to: vault) == .committed
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            try await expect(committed == 1, "\(committed) were committed")
            try await expect(store.entries(of: vault, from: 0, limit: 100).count == 2, "the number of entries")
        },
        Self("contents of all sizes are put, read in ranges, and deleted") { store in
            let vault = newVault()
            _ = try await store.append(batch(after: nil, count: 1), to: vault)
            for size in [1, 65_535, 65_536, 65_537, 3_000_000] {
                let id = ContentID(random: SystemRandom())
                let bytes = SystemRandom().bytes(size)
                try await store.putContent(id, of: vault, size: Int64(size), from: Pieces(bytes))
                try await expect(store.contentSize(id, of: vault) == Int64(size), "the size of \(size)")
                try await expect(store.content(id, of: vault, in: 0..<Int64(size)) == bytes, "the octets of \(size)")
                let last = Int64(size - 1)
                try await expect(
                    store.content(id, of: vault, in: last..<last + 1) == [bytes[size - 1]], "the last octet")
                try await refused(.damaged) { _ = try await store.content(id, of: vault, in: 0..<Int64(size + 1)) }
                let whole = try await store.contents(
                    [ContentID(random: SystemRandom()), id], of: vault, limit: Int64(size))
                try await expect(whole == [id: bytes], "the whole of \(size)")
                try await refused(.damaged) {
                    _ = try await store.contents([id], of: vault, limit: Int64(size - 1))
                }
                try await store.deleteContents([id, ContentID(random: SystemRandom())], of: vault)
                try await expect(store.contentSize(id, of: vault) == nil, "a deleted content of \(size)")
                try await refused(.notFound) { _ = try await store.content(id, of: vault, in: 0..<1) }
            }
        },
        Self("several contents are put at once, read, listed and deleted one by one") { store in
            let vault = newVault()
            let first = batch(after: nil, count: 1)
            _ = try await store.append(first, to: vault)
            var contents: [ContentID: [UInt8]] = [:]
            for number in 0..<100 {
                contents[ContentID(random: SystemRandom())] = SystemRandom().bytes(1 + number * 331)
            }
            try await store.putContents(contents, of: vault)
            try await store.putContents([:], of: vault)
            let ids = contents.keys.sorted()
            try await expect(store.contents(of: vault, after: nil, limit: 1000) == ids, "all are listed")
            try await expect(
                store.contents(of: vault, after: ids[49], limit: 20) == Array(ids[50..<70]), "a page of the list")
            try await expect(store.contents(ids, of: vault, limit: 65_536) == contents, "all at once")
            try await refused(.damaged) { _ = try await store.contents(ids, of: vault, limit: 32_000) }
            for id in ids {
                let bytes = contents[id] ?? []
                let size = Int64(bytes.count)
                try await expect(store.contentSize(id, of: vault) == size, "the size")
                try await expect(
                    store.content(id, of: vault, in: size / 2..<size) == Array(bytes[(bytes.count / 2)...]), "half")
                try await refused(.damaged) { _ = try await store.content(id, of: vault, in: 0..<size + 1) }
            }
            // One by a deletion, one by an append, and then all that are left.
            try await store.deleteContents([ids[0]], of: vault)
            var second = batch(after: first.head, count: 1)
            second.dropping = VaultAppend.Dropping(contents: [ids[99]])
            try await expect(store.append(second, to: vault) == .committed, "an append that drops one")
            for id in [ids[0], ids[99]] {
                try await expect(store.contentSize(id, of: vault) == nil, "a deleted content")
                try await refused(.notFound) { _ = try await store.content(id, of: vault, in: 0..<1) }
            }
            for id in ids[1..<99] {
                let read = try await store.content(id, of: vault, in: 0..<Int64(contents[id]?.count ?? 0))
                try await expect(read == contents[id], "what lies beside deleted ones")
            }
            try await store.deleteContents(ids, of: vault)
            try await expect(store.contents(of: vault, after: nil, limit: 10).isEmpty, "nothing is left")
        },
        Self("a content of another size than announced, or whose stream fails, leaves nothing behind") { store in
            let vault = newVault()
            _ = try await store.append(batch(after: nil, count: 1), to: vault)
            for announced in [99_999, 100_001] {
                let id = ContentID(random: SystemRandom())
                try await refused(.storeFailure) {
                    try await store.putContent(
                        id, of: vault, size: Int64(announced), from: Pieces(SystemRandom().bytes(100_000)))
                }
                try await expect(store.contentSize(id, of: vault) == nil, "a content announced with \(announced)")
            }
            let id = ContentID(random: SystemRandom())
            do {
                try await store.putContent(
                    id, of: vault, size: 200_000, from: Pieces(SystemRandom().bytes(100_000), fails: true))
                throw Failure(description: "a stream's error did not pass")
            } catch is Pieces.Broken {
                try await expect(store.contentSize(id, of: vault) == nil, "a content whose stream failed")
            }
        },
        Self("what an append drops is gone, and key records are replaced but never brought back") { store in
            let vault = newVault()
            let (kept, gone) = (VersionID(random: SystemRandom()), VersionID(random: SystemRandom()))
            let (inside, beside) = (ContentID(random: SystemRandom()), ContentID(random: SystemRandom()))
            var first = batch(after: nil, count: 3)
            first.keyRecords = [kept: [1], gone: [2]]
            first.contents = [inside: [3]]
            _ = try await store.append(first, to: vault)
            try await store.putContent(beside, of: vault, size: 100_000, from: Pieces(SystemRandom().bytes(100_000)))
            var second = batch(after: first.head, count: 1)
            second.dropping = VaultAppend.Dropping(payloads: [1], keyRecords: [gone], contents: [inside, beside])
            var stale = batch(after: nil, count: 1)
            stale.dropping = VaultAppend.Dropping(payloads: [0, 2], keyRecords: [kept], contents: [])
            _ = try await store.append(stale, to: vault)
            try await expect(
                store.keyRecords(of: [kept, gone], in: vault).count == 2, "a refused append dropped something")
            try await expect(store.append(second, to: vault) == .committed, "the append")
            try await expect(
                store.entries(of: vault, from: 0, limit: 9).map { $0.payload == nil } == [false, true, false, false],
                "the payloads that are left")
            try await expect(
                store.keyRecords(of: [kept, gone], in: vault) == [kept: [1]], "the key records that are left")
            try await expect(store.contentSize(inside, of: vault) == nil, "a dropped content inside")
            try await expect(store.contentSize(beside, of: vault) == nil, "a dropped content beside")
            try await store.replaceKeyRecords([kept: [9, 9], gone: [8]], in: vault)
            try await expect(store.keyRecords(of: [kept, gone], in: vault) == [kept: [9, 9]], "replaced key records")
        },
        Self("contents are listed once each, in order, wherever they lie") { store in
            let vault = newVault()
            var first = batch(after: nil, count: 1)
            var ids: [ContentID] = (0..<7).map { _ in ContentID(random: SystemRandom()) }
            for id in ids { first.contents[id] = [1] }
            _ = try await store.append(first, to: vault)
            for _ in 0..<6 {
                let id = ContentID(random: SystemRandom())
                try await store.putContent(id, of: vault, size: 70_000, from: Pieces(SystemRandom().bytes(70_000)))
                ids.append(id)
            }
            var listed: [ContentID] = []
            while true {
                let page = try await store.contents(of: vault, after: listed.last, limit: 4)
                guard !page.isEmpty else { break }
                try await expect(page.count <= 4, "the limit")
                listed += page
                guard listed.count < 100 else { break }
            }
            try await expect(listed == ids.sorted(), "the list")
            try await expect(store.contents(of: newVault(), after: nil, limit: 4).isEmpty, "contents of no vault")
        },
        Self("the inbox keeps the first record of an id, in order, up to its limit") { store in
            let vault = newVault()
            let deposits = (0..<5).map { number in
                StoredDeposit(id: DepositID(random: SystemRandom()), record: [UInt8(number), 7])
            }
            try await refused(.notFound) { try await store.putDeposit(deposits[0], of: vault) }
            _ = try await store.append(batch(after: nil, count: 1), to: vault)
            for deposit in deposits { try await store.putDeposit(deposit, of: vault) }
            try await store.putDeposit(StoredDeposit(id: deposits[0].id, record: [99]), of: vault)
            try await expect(store.deposits(of: vault, limit: 10) == deposits, "the inbox")
            let other = StoredDeposit(id: deposits[2].id, record: [98])
            for deposit in [other, other, deposits[2]] {
                try await store.replaceDeposit(deposit, of: vault)
                try await expect(
                    store.deposits(of: vault, limit: 10) == deposits.map { $0.id == deposit.id ? deposit : $0 },
                    "a record that takes another's place")
            }
            try await expect(store.deposits(of: vault, limit: 2) == Array(deposits.prefix(2)), "the limit")
            try await store.deleteDeposits([deposits[1].id, DepositID(random: SystemRandom())], of: vault)
            try await expect(
                store.deposits(of: vault, limit: 10).map(\.id) == [0, 2, 3, 4].map { deposits[$0].id }, "what is left")
            let limit = store.capabilities.depositLimit
            for _ in 4..<max(4, min(limit, 2000)) {
                try await store.putDeposit(StoredDeposit(id: DepositID(random: SystemRandom()), record: [1]), of: vault)
            }
            if limit <= 2000 {
                try await refused(.overQuota) {
                    try await store.putDeposit(
                        StoredDeposit(id: DepositID(random: SystemRandom()), record: [1]), of: vault)
                }
            }
            try await refused(.overQuota) {
                try await store.putDeposit(
                    StoredDeposit(id: DepositID(random: SystemRandom()), record: [UInt8](repeating: 0, count: 65_537)),
                    of: vault)
            }
        },
        Self("a sweep beside an upload loses nothing, in every order of their steps") { store in
            try await SweepInterleavings.run(on: store)
        },
        Self("every reply of a store's changes may be lost, and the retry finds what was done") { store in
            try await LostReplies.run(on: store)
        },
        Self("a new store has a vault made and opened again, with documents inside and beside") { store in
            let vault = try await Vault.create(
                name: "conformance", in: store, unlocking: [.passphrase("conformance")], at: Samples.time)
            for size in [10, 200_000] {
                _ = try await Samples.store(Samples.bytes(size), in: vault)
            }
            let opened = try await Vault.open(
                vault.id, in: store, unlocking: .passphrase("conformance"), anchor: await vault.anchor)
            for record in try await opened.list() {
                let bytes = try await opened.read(record.id).bytes()
                try await expect(bytes == Samples.bytes(bytes.count), "a document")
            }
            try await expect(opened.verify().isComplete, "verification")
        },
    ]

    private init(_ description: String, _ body: @escaping @Sendable (any VaultStore) async throws -> Void) {
        self.description = description
        self.body = body
    }

    private static func expect(_ holds: Bool, _ what: String) async throws {
        guard holds else { throw Failure(description: "does not hold: \(what)") }
    }

    private static func refused(_ code: VaultError.Code, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as VaultError {
            guard error.code == code else { throw Failure(description: "\(error), expected \(code.rawValue)") }
            return
        }
        throw Failure(description: "not refused, expected \(code.rawValue)")
    }

    private static func newVault() -> VaultID {
        guard let vault = VaultID(octets: SystemRandom().bytes(32)) else { preconditionFailure("32 octets") }
        return vault
    }

    private static func digest() -> Digest32 {
        guard let digest = Digest32(octets: SystemRandom().bytes(32)) else { preconditionFailure("32 octets") }
        return digest
    }

    // Opaque octets: a store does not look inside.
    private static func batch(after head: JournalHead?, count: Int64) -> VaultAppend {
        let first = (head?.sequence ?? -1) + 1
        let entries = (first..<first + count).map {
            StoredEntry(
                sequence: $0, operation: OperationID(random: SystemRandom()), entry: SystemRandom().bytes(200),
                payload: SystemRandom().bytes(600))
        }
        return VaultAppend(
            expecting: head, entries: entries, head: JournalHead(sequence: first + count - 1, hash: digest()))
    }

    private final class Pieces: ContentStream {
        struct Broken: Error {}
        private let rest: Mutex<[UInt8]>
        private let fails: Bool

        init(_ bytes: [UInt8], fails: Bool = false) {
            rest = Mutex(bytes)
            self.fails = fails
        }

        func next() throws -> [UInt8]? {
            try rest.withLock { rest in
                guard !rest.isEmpty else {
                    if fails { throw Broken() }
                    return nil
                }
                let piece = Array(rest.prefix(40_000))
                rest.removeFirst(piece.count)
                return piece
            }
        }
    }
}
