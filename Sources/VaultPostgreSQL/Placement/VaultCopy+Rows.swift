// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault

/// Each kind of rows. What these return is how many transactions carried something.
extension VaultCopy {
    /// Octets of contents that are carried at once.
    private static let batchSize: Int64 = 1 << 20
    /// Ids that are compared at once.
    private static let pageSize = 4096

    func bringEntries() async throws(VaultError) -> Int {
        var brought = 0
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
            ) { rows throws(PostgreSQLError) in
                let columns = try rows.columns(4)
                return (sequences: try rows.numbers(0), columns: Array(columns.dropFirst()))
            }
            guard let last = page.sequences.last else { break }
            try await put(
                (
                    """
                    INSERT INTO @entry (vault, sequence, operation, entry, payload)
                    SELECT $1, given.* FROM unnest($4, $5, $6, $7) AS given WHERE \(Self.mine)
                    ON CONFLICT (vault, sequence) DO NOTHING
                    """, [.numberList(page.sequences)] + page.columns.map { .octetsList($0) }
                ))
            brought += 1
            next = last + 1
        }
        let (here, there) = try await both { shard throws(VaultError) in
            try await read(shard, "SELECT sequence FROM @entry WHERE vault = $1 AND payload IS NULL") {
                rows throws(PostgreSQLError) in Set(try rows.numbers(0))
            }
        }
        let gone = here.subtracting(there)
        guard !gone.isEmpty else { return brought }
        try await put(
            (
                "UPDATE @entry SET payload = NULL WHERE vault = $1 AND sequence = ANY ($4) AND \(Self.mine)",
                [.numberList(gone.sorted())]
            ))
        return brought + 1
    }

    /// Small records that may be replaced.
    func bringRecords(_ table: String, id: String) async throws(VaultError) -> Int {
        try await differences(table, id: id, mark: "sha256(record)") { ids, _ throws(VaultError) in
            let columns = try await read(
                source.shard, "SELECT \(id), record FROM @\(table) WHERE vault = $1 AND \(id) = ANY ($2)",
                [.octetsList(ids)]
            ) { rows throws(PostgreSQLError) in try rows.columns(2) }
            try await put(
                (
                    """
                    INSERT INTO @\(table) (vault, \(id), record)
                    SELECT $1, given.* FROM unnest($4, $5) AS given WHERE \(Self.mine)
                    ON CONFLICT (vault, \(id)) DO UPDATE SET record = excluded.record
                    """, columns.map { .octetsList($0) }
                ))
            return 1
        }
    }

    func bringDeposits() async throws(VaultError) -> Int {
        let (here, there) = try await both { shard throws(VaultError) in
            try await read(shard, "SELECT id FROM @deposit WHERE vault = $1 ORDER BY place") {
                rows throws(PostgreSQLError) in try rows.columns(1)[0]
            }
        }
        var brought = 0
        let gone = Set(there).subtracting(here)
        if !gone.isEmpty {
            try await put(
                (
                    "DELETE FROM @deposit WHERE vault = $1 AND id = ANY ($4) AND \(Self.mine)",
                    [.octetsList(Array(gone))]
                ))
            brought += 1
        }
        let known = Set(there)
        let missing = here.filter { !known.contains($0) }
        for start in stride(from: 0, to: missing.count, by: 16) {
            let columns = try await read(
                source.shard, "SELECT id, record FROM @deposit WHERE vault = $1 AND id = ANY ($2) ORDER BY place",
                [.octetsList(Array(missing[start..<min(start + 16, missing.count)]))]
            ) { rows throws(PostgreSQLError) in try rows.columns(2) }
            try await put(
                (
                    """
                    INSERT INTO @deposit (vault, id, record) SELECT $1, given.id, given.record
                    FROM unnest($4, $5) WITH ORDINALITY AS given (id, record, number) WHERE \(Self.mine)
                    ORDER BY given.number ON CONFLICT (vault, id) DO NOTHING
                    """, columns.map { .octetsList($0) }
                ))
            brought += 1
        }
        return brought
    }

    func bringContents() async throws(VaultError) -> Int {
        try await differences("content", id: "id", mark: "int8send(size)") { ids, sizes throws(VaultError) in
            var brought = 0
            var (batch, octets): ([[UInt8]?], Int64) = ([], 0)
            for (id, size) in zip(ids, sizes) {
                guard let id, let size = Self.size(size) else { continue }
                guard size <= Statements.pieceSize else {
                    brought += try await bringPieces(id, size)
                    continue
                }
                if octets + size > Self.batchSize || batch.count == 64 {
                    brought += try await bringWhole(batch)
                    (batch, octets) = ([], 0)
                }
                batch.append(id)
                octets += size
            }
            if !batch.isEmpty { brought += try await bringWhole(batch) }
            return brought
        }
    }

    /// A number as `int8send` writes it.
    private static func size(_ octets: [UInt8]?) -> Int64? {
        octets.map { Int64(bitPattern: $0.reduce(0) { $0 << 8 | UInt64($1) }) }
    }

    private func bringWhole(_ ids: [[UInt8]?]) async throws(VaultError) -> Int {
        let columns = try await read(
            source.shard,
            "SELECT id, octets FROM @content WHERE vault = $1 AND id = ANY ($2) AND octets IS NOT NULL",
            [.octetsList(ids)]
        ) { rows throws(PostgreSQLError) in try rows.columns(2) }
        try await put(
            (
                """
                INSERT INTO @content (vault, id, size, octets) SELECT $1, given.id, length(given.octets), given.octets
                FROM unnest($4, $5) AS given (id, octets) WHERE \(Self.mine) ON CONFLICT (vault, id) DO NOTHING
                """, columns.map { .octetsList($0) }
            ))
        return 1
    }

    /// A content in pieces; its row comes with the last, so that it is there wholly or not at all.
    private func bringPieces(_ id: [UInt8], _ size: Int64) async throws(VaultError) -> Int {
        let pieces = (size + Statements.pieceSize - 1) / Statements.pieceSize
        let row: (text: String, values: [Query.Value]) = (
            """
            INSERT INTO @content (vault, id, size) SELECT $1, $4, $5 WHERE \(Self.mine)
            ON CONFLICT (vault, id) DO NOTHING
            """, [.octets(id), .number(size)]
        )
        for number in 0..<pieces {
            let octets = try await read(
                source.shard, "SELECT octets FROM @piece WHERE vault = $1 AND content = $2 AND number = $3",
                [.octets(id), .number(number)]
            ) { rows throws(PostgreSQLError) in rows.count == 1 ? try rows.octets(0, 0) : nil }
            // Deleted meanwhile; the pieces that were brought go before the vault is handed over.
            guard let octets else { return Int(number) }
            let piece: (text: String, values: [Query.Value]) = (
                """
                INSERT INTO @piece (vault, content, number, octets) SELECT $1, $4, $5, $6 WHERE \(Self.mine)
                ON CONFLICT (vault, content, number) DO NOTHING
                """, [.octets(id), .number(number), .octets(octets)]
            )
            if number < pieces - 1 { try await put(piece) } else { try await put(piece, row) }
        }
        return Int(pieces)
    }

    /// Compares ids and marks page by page: rows that only the new cluster has are dropped there, and `bring` is given those
    /// that it lacks or has otherwise.
    private func differences(
        _ table: String, id: String, mark: String,
        _ bring: (_ ids: [[UInt8]?], _ marks: [[UInt8]?]) async throws(VaultError) -> Int
    ) async throws(VaultError) -> Int {
        var brought = 0
        var last: [UInt8]? = []
        while let after = last {
            let here = try await read(
                source.shard,
                "SELECT \(id), \(mark) FROM @\(table) WHERE vault = $1 AND \(id) > $2 ORDER BY \(id) LIMIT $3",
                [.octets(after), .number(Int64(Self.pageSize))]
            ) { rows throws(PostgreSQLError) in try rows.columns(2) }
            last = here[0].count == Self.pageSize ? here[0].last ?? nil : nil
            let range = "WHERE vault = $1 AND \(id) > $2" + (last == nil ? "" : " AND \(id) <= $3")
            let there = try await read(
                target, "SELECT \(id), \(mark) FROM @\(table) \(range)",
                [.octets(after)] + (last.map { [.octets($0)] } ?? [])
            ) { rows throws(PostgreSQLError) in try rows.columns(2) }
            let known = Dictionary(zip(there[0], there[1]), uniquingKeysWith: { $1 })
            let gone = Set(there[0]).subtracting(here[0])
            if !gone.isEmpty {
                try await put(
                    (
                        "DELETE FROM @\(table) WHERE vault = $1 AND \(id) = ANY ($4) AND \(Self.mine)",
                        [.octetsList(Array(gone))]
                    ))
                brought += 1
            }
            let other = zip(here[0], here[1]).filter { known[$0] != .some($1) }
            if !other.isEmpty { brought += try await bring(other.map(\.0), other.map(\.1)) }
        }
        return brought
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

    /// The numbers of one column.
    func numbers(_ column: Int) throws(PostgreSQLError) -> [Int64] {
        var numbers: [Int64] = []
        for row in 0..<count { numbers.append(try number(row, column)) }
        return numbers
    }
}
