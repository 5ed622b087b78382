// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The SQL of the store, for one schema. Every statement names its vault although row level security does as well:
/// a role that row level security does not bind must not see more.
struct Statements: Sendable {
    let schema: String
    let scope = Statement(name: "dk_scope", sql: "SELECT set_config('dossier.vault', $1, true)")
    /// The same for a transaction that changes something, which it ends where the server no longer keeps what it acknowledges.
    let scopeOfChange: Statement
    /// Ends a transaction in the same way.
    let durable: Statement
    let standing: Statement
    let head: Statement
    let operation: Statement
    let touch: Statement
    let entries: Statement
    let slots: Statement
    let keyRecords: Statement
    let replaceKeyRecords: Statement
    let contentSize: Statement
    let contentRange: Statement
    let contents: Statement
    let listContents: Statement
    let putContent: Statement
    let putPiece: Statement
    let deleteContents: Statement
    let deletePieces: Statement
    let holdVault: Statement
    let lockVault: Statement
    let putDeposit: Statement
    let replaceDeposit: Statement
    let inbox: Statement
    let deposits: Statement
    let deleteDeposits: Statement

    /// Octets of a piece of a large content.
    static let pieceSize: Int64 = 1 << 20
    private static let standing = "SELECT standing::bigint, shard::bigint, moves::bigint FROM @vault WHERE id = $1"

    init(schema: String, _ durability: PostgreSQLDurability) {
        self.schema = schema
        let isDurable = Greeting.isDurable(durability)
        scopeOfChange = Statement(
            name: "dk_scope_change_\(durability.rawValue)",
            sql: "SELECT set_config('dossier.vault', $1, true), \(isDurable)")
        durable = Statement(name: "dk_durable_\(durability.rawValue)", sql: "SELECT \(isDurable)")
        // After the lock that stands before it in the transaction, this holds until the end.
        let here = "NOT EXISTS (SELECT FROM @vault WHERE id = $1 AND standing <> 0)"
        let suffix = Statement.suffix(schema)
        func make(_ name: String, _ sql: String) -> Statement {
            let text = sql.replacing("@here", with: here).replacing("@", with: schema + ".")
            return Statement(name: "dk_" + name + suffix, sql: text)
        }
        standing = make("standing", Self.standing)
        head = make("head", "SELECT sequence, hash FROM @vault WHERE id = $1")
        operation = make("operation", "SELECT sequence, entry FROM @entry WHERE vault = $1 AND operation = $2")
        touch = make("touch", "UPDATE @vault SET sequence = sequence WHERE id = $1")
        entries = make(
            "entries",
            """
            SELECT sequence, operation, entry, payload FROM @entry WHERE vault = $1 AND sequence >= $2
            ORDER BY sequence LIMIT $3
            """)
        slots = make("slots", "SELECT record FROM @slot WHERE vault = $1")
        keyRecords = make(
            "key_records", "SELECT version, record FROM @key_record WHERE vault = $1 AND version = ANY ($2)")
        // $4: the head that the caller's store has seen. A newer rotation begins with an entry, so what the network holds back
        // until then finds another head.
        replaceKeyRecords = make(
            "replace_key_records",
            """
            WITH fence AS (SELECT FROM @vault WHERE id = $1 AND sequence = $4 AND standing = 0),
            replaced AS (
                UPDATE @key_record SET record = given.record FROM unnest($2, $3) AS given (version, record)
                WHERE key_record.vault = $1 AND key_record.version = given.version AND EXISTS (SELECT FROM fence))
            SELECT count(*) FROM fence
            """)
        contentSize = make("content_size", "SELECT size FROM @content WHERE vault = $1 AND id = $2")
        // $3 and $4: first octet and the one after the last. A content is one value, or pieces of one size.
        contentRange = make(
            "content_range",
            """
            SELECT size, substring(octets FROM ($3 + 1)::int FOR ($4 - $3)::int)
            FROM @content WHERE vault = $1 AND id = $2 AND octets IS NOT NULL
            UNION ALL SELECT content.size, picked.octets FROM @content, LATERAL (
                SELECT substring(octets FROM (greatest($3 - number * \(Self.pieceSize), 0) + 1)::int
                    FOR (least($4 - number * \(Self.pieceSize), \(Self.pieceSize))
                        - greatest($3 - number * \(Self.pieceSize), 0))::int) AS octets
                FROM @piece WHERE piece.vault = $1 AND piece.content = $2
                    AND number >= $3 / \(Self.pieceSize) AND number * \(Self.pieceSize) < $4
                ORDER BY number) AS picked
            WHERE content.vault = $1 AND content.id = $2 AND content.octets IS NULL
            """)
        contents = make(
            "contents",
            """
            SELECT id, size, CASE WHEN size <= $3 THEN octets END FROM @content WHERE vault = $1 AND id = ANY ($2)
            """)
        listContents = make(
            "list_contents", "SELECT id FROM @content WHERE vault = $1 AND id > $2 ORDER BY id LIMIT $3")
        putContent = make(
            "put_content",
            """
            INSERT INTO @content (vault, id, size, octets)
            SELECT $1, $2, $3, CASE WHEN $3 <= \(Self.pieceSize) THEN $4::bytea END WHERE @here
            """)
        putPiece = make(
            "put_piece", "INSERT INTO @piece (vault, content, number, octets) VALUES ($1, $2, $3, $4)")
        deleteContents = make("delete_contents", "DELETE FROM @content WHERE vault = $1 AND id = ANY ($2) AND @here")
        deletePieces = make("delete_pieces", "DELETE FROM @piece WHERE vault = $1 AND content = ANY ($2) AND @here")
        // A lock is written down, so a commit after it waits for the standbys even when nothing else is changed. The first
        // is compatible with appends, and with itself; a vault that is to move waits for both.
        holdVault = make("hold_vault", Self.standing + " FOR KEY SHARE")
        lockVault = make("lock_vault", Self.standing + " FOR UPDATE")
        putDeposit = make(
            "put_deposit",
            """
            INSERT INTO @deposit (vault, id, record) SELECT $1, $2, $3
            WHERE EXISTS (SELECT FROM @vault WHERE id = $1 AND standing = 0)
                AND (SELECT count(*) FROM @deposit WHERE vault = $1) < $4
            ON CONFLICT (vault, id) DO NOTHING
            """)
        replaceDeposit = make(
            "replace_deposit",
            """
            INSERT INTO @deposit (vault, id, record) SELECT $1, $2, $3
            WHERE EXISTS (SELECT FROM @vault WHERE id = $1 AND standing = 0)
                AND ((SELECT count(*) FROM @deposit WHERE vault = $1) < $4
                    OR EXISTS (SELECT FROM @deposit WHERE vault = $1 AND id = $2))
            ON CONFLICT (vault, id) DO UPDATE SET record = EXCLUDED.record
            """)
        inbox = make(
            "inbox",
            """
            SELECT (SELECT count(*) FROM @vault WHERE id = $1), (SELECT count(*) FROM @deposit WHERE vault = $1),
                (SELECT count(*) FROM @deposit WHERE vault = $1 AND id = $2)
            """)
        deposits = make("deposits", "SELECT id, record FROM @deposit WHERE vault = $1 ORDER BY place LIMIT $2")
        deleteDeposits = make(
            "delete_deposits", "DELETE FROM @deposit WHERE vault = $1 AND id = ANY ($2) AND @here")
    }
}
