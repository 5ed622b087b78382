// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault

/// The rows of a vault that is being moved: brings those of the new cluster up to those of the old one.
///
/// Every change of the new cluster takes place only while its row says that this very process copies the vault there.
struct VaultCopy: Sendable {
    /// Everything that a vault has beside its head.
    static let tables = ["entry", "slot", "key_record", "content", "piece", "deposit"]
    private static let mine =
        "EXISTS (SELECT FROM @vault WHERE id = $1 AND standing = 3 AND moves = $2 AND run = $3)"
    /// Octets of contents that are carried at once.
    private static let batchSize: Int64 = 1 << 20

    /// Number of rows of each kind.
    struct Counts: Sendable, Hashable {
        var entries, slots, keyRecords, contents, deposits: Int64
    }

    /// What a cluster has, in a few octets.
    private struct Summary: Sendable, Equatable {
        var counts: Counts
        var digests: [[UInt8]?]
    }

    let mover: VaultMover
    let source: VaultMover.Source
    let target: Int
    /// Number of this move.
    let moves: Int64

    init(_ mover: VaultMover, from source: VaultMover.Source, to target: Int) {
        (self.mover, self.source, self.target) = (mover, source, target)
        moves = source.standing.moves + 1
    }

    private var vault: VaultID { mover.vault }

    /// One round. Returns how many entries were missing.
    func bringUp() async throws(VaultError) -> Int64 {
        let (here, there) = (try await summary(source.shard), try await summary(target))
        // Contents before the entries that name them, so that a copy that is broken off is none the worse.
        if here.digests[3] != there.digests[3] { try await bringContents() }
        if here.digests[0] != there.digests[0] { try await bringEntries() }
        if here.digests[1] != there.digests[1] { try await bringSlots() }
        if here.digests[2] != there.digests[2] { try await bringKeys() }
        if here.digests[4] != there.digests[4] { try await bringDeposits() }
        return max(0, here.counts.entries - there.counts.entries)
    }

    /// Looks whether both clusters have the same, ending with a head.
    func compared(with head: JournalHead) async throws(VaultError) -> Counts {
        try await put([
            (
                "DELETE FROM @piece WHERE vault = $1 AND \(Self.mine) AND NOT EXISTS "
                    + "(SELECT FROM @content WHERE content.vault = $1 AND content.id = piece.content)", []
            )
        ])
        let (here, there) = (try await summary(source.shard), try await summary(target))
        guard here == there, here.counts.entries == head.sequence + 1 else {
            throw VaultError(.damaged, object: mover.object, "the copy is not what was copied")
        }
        let last = try await read(
            target, "SELECT entry FROM @entry WHERE vault = $1 AND sequence = $2", [.number(head.sequence)]
        ) { rows throws(PostgreSQLError) in rows.count == 1 ? try rows.octets(0, 0) : [] }
        guard try Digest32(of: last) == head.hash else {
            throw VaultError(.damaged, object: "entry \(head.sequence)", "it is not what the head says")
        }
        return here.counts
    }

    private func summary(_ shard: Int) async throws(VaultError) -> Summary {
        func digest(_ table: String, _ row: String, _ order: String) -> String {
            "SELECT count(*), sha256(string_agg(\(row), ''::bytea ORDER BY \(order))) FROM @\(table) WHERE vault = $1"
        }
        let texts = [
            digest(
                "entry",
                "int8send(sequence) || operation || sha256(entry) || coalesce(sha256(payload), ''::bytea)", "sequence"),
            digest("slot", "id || sha256(record)", "id"), digest("key_record", "version || sha256(record)", "version"),
            digest("content", "id || int8send(size)", "id"), digest("deposit", "id || sha256(record)", "place"),
        ]
        return try await mover.step(shard) { cluster in
            texts.map { cluster.query($0, [.octets(vault.octets)]) }
        } _: { rows throws(PostgreSQLError) in
            var (counts, digests): ([Int64], [[UInt8]?]) = ([], [])
            for row in rows {
                counts.append(try row.number(0, 0))
                digests.append(try row.optionalOctets(0, 1))
            }
            guard counts.count == 5 else { throw PostgreSQLError(.unexpected) }
            return Summary(
                counts: Counts(
                    entries: counts[0], slots: counts[1], keyRecords: counts[2], contents: counts[3],
                    deposits: counts[4]), digests: digests)
        }
    }

    // MARK: - Rows of each kind

    private func bringEntries() async throws(VaultError) {
        var next = try await read(target, "SELECT coalesce(max(sequence), -1) FROM @entry WHERE vault = $1") {
            rows throws(PostgreSQLError) in try rows.number(0, 0) + 1
        }
        while true {
            let page = try await read(
                source.shard,
                """
                SELECT sequence, operation, entry, payload FROM @entry WHERE vault = $1 AND sequence >= $2
                ORDER BY sequence LIMIT 64
                """, [.number(next)]
            ) { rows throws(PostgreSQLError) in try rows.columns(4) }
            guard let last = page[0].last, let sequences = try? page[0].map(Rows.number), !sequences.isEmpty else {
                break
            }
            try await put([
                (
                    """
                    INSERT INTO @entry (vault, sequence, operation, entry, payload)
                    SELECT $1, given.* FROM unnest($4, $5, $6, $7) AS given WHERE \(Self.mine)
                    ON CONFLICT (vault, sequence) DO NOTHING
                    """,
                    [.numberList(sequences), .octetsList(page[1]), .octetsList(page[2]), .octetsList(page[3])]
                )
            ])
            next = ((try? Rows.number(last)) ?? next) + 1
        }
        let empty = try await read(
            source.shard, "SELECT sequence FROM @entry WHERE vault = $1 AND payload IS NULL"
        ) { rows throws(PostgreSQLError) in try rows.columns(1)[0].map(Rows.number) }
        try await put([
            (
                """
                UPDATE @entry SET payload = NULL
                WHERE vault = $1 AND sequence = ANY ($4) AND payload IS NOT NULL AND \(Self.mine)
                """, [.numberList(empty)]
            )
        ])
    }

    private func bringSlots() async throws(VaultError) {
        let slots = try await read(source.shard, "SELECT id, record FROM @slot WHERE vault = $1") {
            rows throws(PostgreSQLError) in try rows.columns(2)
        }
        try await put([
            ("DELETE FROM @slot WHERE vault = $1 AND id <> ALL ($4) AND \(Self.mine)", [.octetsList(slots[0])]),
            (
                """
                INSERT INTO @slot (vault, id, record) SELECT $1, given.* FROM unnest($4, $5) AS given WHERE \(Self.mine)
                ON CONFLICT (vault, id) DO UPDATE SET record = excluded.record
                """, [.octetsList(slots[0]), .octetsList(slots[1])]
            ),
        ])
    }

    private func bringKeys() async throws(VaultError) {
        var (all, last): ([[UInt8]?], [UInt8]) = ([], [])
        while true {
            let page = try await read(
                source.shard,
                "SELECT version, record FROM @key_record WHERE vault = $1 AND version > $2 ORDER BY version LIMIT 1000",
                [.octets(last)]
            ) { rows throws(PostgreSQLError) in try rows.columns(2) }
            guard let end = page[0].last, let end else { break }
            try await put([
                (
                    """
                    INSERT INTO @key_record (vault, version, record)
                    SELECT $1, given.* FROM unnest($4, $5) AS given WHERE \(Self.mine)
                    ON CONFLICT (vault, version) DO UPDATE SET record = excluded.record
                    WHERE key_record.record <> excluded.record
                    """, [.octetsList(page[0]), .octetsList(page[1])]
                )
            ])
            all += page[0]
            last = end
        }
        try await put([
            (
                """
                DELETE FROM @key_record WHERE vault = $1 AND \(Self.mine)
                    AND NOT EXISTS (SELECT FROM unnest($4) AS given (version) WHERE given.version = key_record.version)
                """, [.octetsList(all)]
            )
        ])
    }

    private func bringDeposits() async throws(VaultError) {
        let list = "SELECT id FROM @deposit WHERE vault = $1 ORDER BY place"
        let here = try await read(source.shard, list) { rows throws(PostgreSQLError) in try rows.columns(1)[0] }
        let there = Set(try await read(target, list) { rows throws(PostgreSQLError) in try rows.columns(1)[0] })
        try await put([
            ("DELETE FROM @deposit WHERE vault = $1 AND id <> ALL ($4) AND \(Self.mine)", [.octetsList(here)])
        ])
        // One after the other: their order is that of arrival.
        for id in here where !there.contains(id) {
            let deposit = try await read(
                source.shard, "SELECT id, record FROM @deposit WHERE vault = $1 AND id = $2", [.octets(id ?? [])]
            ) { rows throws(PostgreSQLError) in try rows.columns(2) }
            guard let record = deposit[1].first, let record else { continue }
            try await put([
                (
                    """
                    INSERT INTO @deposit (vault, id, record) SELECT $1, $4, $5 WHERE \(Self.mine)
                    ON CONFLICT (vault, id) DO NOTHING
                    """, [.octets(id ?? []), .octets(record)]
                )
            ])
        }
    }

    private func bringContents() async throws(VaultError) {
        var (all, last): ([[UInt8]?], [UInt8]) = ([], [])
        while true {
            let page = try await read(
                source.shard, "SELECT id, size FROM @content WHERE vault = $1 AND id > $2 ORDER BY id LIMIT 1000",
                [.octets(last)]
            ) { rows throws(PostgreSQLError) in
                let columns = try rows.columns(2)
                return (ids: columns[0], sizes: try columns[1].map(Rows.number))
            }
            guard let end = page.ids.last, let end else { break }
            let there = Set(
                try await read(
                    target, "SELECT id FROM @content WHERE vault = $1 AND id = ANY ($2)", [.octetsList(page.ids)]
                ) { rows throws(PostgreSQLError) in try rows.columns(1)[0] })
            var (batch, octets): ([[UInt8]?], Int64) = ([], 0)
            for (id, size) in zip(page.ids, page.sizes) where !there.contains(id) {
                guard size <= Statements.pieceSize else {
                    try await bringPieces(id ?? [], size)
                    continue
                }
                if octets + size > Self.batchSize || batch.count == 64 {
                    try await bringWhole(batch)
                    (batch, octets) = ([], 0)
                }
                batch.append(id)
                octets += size
            }
            if !batch.isEmpty { try await bringWhole(batch) }
            all += page.ids
            last = end
        }
        try await put([
            (
                """
                DELETE FROM @content WHERE vault = $1 AND \(Self.mine)
                    AND NOT EXISTS (SELECT FROM unnest($4) AS given (id) WHERE given.id = content.id)
                """, [.octetsList(all)]
            )
        ])
    }

    private func bringWhole(_ ids: [[UInt8]?]) async throws(VaultError) {
        let contents = try await read(
            source.shard,
            "SELECT id, octets FROM @content WHERE vault = $1 AND id = ANY ($2) AND octets IS NOT NULL",
            [.octetsList(ids)]
        ) { rows throws(PostgreSQLError) in try rows.columns(2) }
        try await put([
            (
                """
                INSERT INTO @content (vault, id, size, octets) SELECT $1, given.id, length(given.octets), given.octets
                FROM unnest($4, $5) AS given (id, octets) WHERE \(Self.mine) ON CONFLICT (vault, id) DO NOTHING
                """, [.octetsList(contents[0]), .octetsList(contents[1])]
            )
        ])
    }

    /// A content in pieces; its row comes last, so that it is there wholly or not at all.
    private func bringPieces(_ id: [UInt8], _ size: Int64) async throws(VaultError) {
        let pieces = (size + Statements.pieceSize - 1) / Statements.pieceSize
        for number in 0..<pieces {
            let octets = try await read(
                source.shard, "SELECT octets FROM @piece WHERE vault = $1 AND content = $2 AND number = $3",
                [.octets(id), .number(number)]
            ) { rows throws(PostgreSQLError) in rows.count == 1 ? try rows.octets(0, 0) : nil }
            // Deleted meanwhile.
            guard let octets else { return }
            try await put([
                (
                    """
                    INSERT INTO @piece (vault, content, number, octets) SELECT $1, $4, $5, $6 WHERE \(Self.mine)
                    ON CONFLICT (vault, content, number) DO NOTHING
                    """, [.octets(id), .number(number), .octets(octets)]
                )
            ])
        }
        try await put([
            (
                """
                INSERT INTO @content (vault, id, size) SELECT $1, $4, $5 WHERE \(Self.mine)
                ON CONFLICT (vault, id) DO NOTHING
                """, [.octets(id), .number(size)]
            )
        ])
    }

    // MARK: - Transactions

    private func read<Value: Sendable>(
        _ shard: Int, _ text: String, _ values: [Query.Value] = [],
        _ body: @escaping @Sendable (Rows) throws(PostgreSQLError) -> Value
    ) async throws(VaultError) -> Value {
        try await mover.step(shard) { cluster in
            [cluster.query(text, [.octets(vault.octets)] + values)]
        } _: { rows throws(PostgreSQLError) in
            try body(rows[0])
        }
    }

    /// Changes of the new cluster, in one transaction, as long as this process is the one that copies.
    private func put(_ changes: [(text: String, values: [Query.Value])]) async throws(VaultError) {
        let own: [Query.Value] = [.octets(vault.octets), .number(moves), .octets(mover.run)]
        let isMine = try await mover.step(target) { cluster in
            [
                cluster.query(
                    "SELECT id FROM @vault WHERE id = $1 AND standing = 3 AND moves = $2 AND run = $3 FOR UPDATE", own)
            ] + changes.map { cluster.query($0.text, own + $0.values) }
        } _: { rows throws(PostgreSQLError) in
            rows[0].count == 1
        }
        guard isMine else { throw VaultError(.conflict, object: mover.object, "another process moves it") }
    }
}

extension Rows {
    /// The values column by column.
    func columns(_ count: Int) throws(PostgreSQLError) -> [[[UInt8]?]] {
        var columns = [[[UInt8]?]](repeating: [], count: count)
        for row in 0..<self.count {
            for column in 0..<count { columns[column].append(try optionalOctets(row, column)) }
        }
        return columns
    }

    /// The number in a value of eight octets.
    static func number(_ octets: [UInt8]?) throws(PostgreSQLError) -> Int64 {
        guard let octets, octets.count == 8 else {
            throw PostgreSQLError(.damaged, object: "column", "a value of another type than the store writes")
        }
        return Int64(bitPattern: octets.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}
