// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault

/// What is asked of the tables of access logs.
struct AccessLogStatements: Sendable {
    private let size: Statement
    private let first: Statement
    private let next: Statement
    private let touch: Statement
    private let entries: Statement
    private let range: Statement
    private let record: Statement

    init(schema: String) {
        let suffix = Statement.suffix(schema)
        func make(_ name: String, _ sql: String) -> Statement {
            let text = sql.replacing("@", with: schema + ".")
            return Statement(name: "dk_log_" + name + suffix, sql: text)
        }
        // One statement, so one round trip: whoever comes second waits for the row and finds another size.
        func append(_ name: String, _ move: String) -> Statement {
            make(
                name,
                """
                WITH moved AS (\(move) RETURNING id),
                put_entry AS (INSERT INTO @access_log_entry (log, place, entry)
                    SELECT moved.id, given.place, given.entry FROM moved, unnest($4, $5) AS given (place, entry)),
                put_record AS (INSERT INTO @access_log_record (log, key, value)
                    SELECT moved.id, given.key, given.value FROM moved, unnest($6, $7) AS given (key, value)
                    ON CONFLICT (log, key) DO UPDATE SET value = excluded.value)
                SELECT count(*) FROM moved
                """)
        }
        size = make("size", "SELECT size FROM @access_log WHERE id = $1")
        first = append(
            "first",
            """
            INSERT INTO @access_log (id, size) VALUES ($1, $3)
            ON CONFLICT (id) DO UPDATE SET size = $3 WHERE access_log.size = $2
            """)
        next = append("next", "UPDATE @access_log SET size = $3 WHERE id = $1 AND size = $2")
        touch = make("touch", "UPDATE @access_log SET size = size WHERE id = $1")
        entries = make(
            "entries",
            "SELECT place, entry FROM @access_log_entry WHERE log = $1 AND place >= $2 ORDER BY place LIMIT $3")
        range = make(
            "range", "SELECT entry FROM @access_log_entry WHERE log = $1 AND place >= $2 AND place < $3 ORDER BY place")
        record = make("record", "SELECT value FROM @access_log_record WHERE log = $1 AND key = $2")
    }

    func size(of log: VaultID) -> Query { Query(size, [.octets(log.octets)]) }

    /// One row: 1 when the log had the size and has the entries now, else 0.
    func append(_ change: AccessLogAppend, to log: VaultID) -> Query {
        let end = change.expecting + Int64(change.entries.count)
        let records = Array(change.records)
        return Query(
            change.expecting == 0 ? first : next,
            [
                .octets(log.octets), .number(change.expecting), .number(end),
                .numberList(Array(change.expecting..<end)),
                .octetsList(change.entries), .octetsList(records.map(\.key)), .octetsList(records.map(\.value)),
            ])
    }

    /// What stands where a change would have put its entries, and a commit after it that waits for the standbys, and with it
    /// everything before.
    func look(for change: AccessLogAppend, in log: VaultID) -> [Query] {
        let end = change.expecting + Int64(change.entries.count)
        return [
            Query(range, [.octets(log.octets), .number(change.expecting), .number(end)]),
            Query(touch, [.octets(log.octets)]),
        ]
    }

    func entries(of log: VaultID, from place: Int64, limit: Int) -> Query {
        Query(entries, [.octets(log.octets), .number(place), .number(Int64(max(0, limit)))])
    }

    func record(_ key: [UInt8], of log: VaultID) -> Query { Query(record, [.octets(log.octets), .octets(key)]) }
}
