// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault

/// A whole append as one statement: the head moves when it is the expected one and the operation is new, and everything
/// else takes place only where the head moved. What a batch does not have is left out of the text.
enum AppendStatement {
    static func query(_ batch: VaultAppend, _ first: StoredEntry, to vault: VaultID, schema: String) -> Query {
        var text = Text(schema: schema, vault: vault)
        moveHead(batch, first, &text)
        putEntries(batch, &text)
        if let slots = batch.slots {
            let ids = text.value(.octetsList(slots.map(\.key.octets)))
            let records = text.value(.octetsList(slots.map(\.value)))
            text.add(
                "s",
                """
                put_slot AS (INSERT INTO @slot (vault, id, record)
                    SELECT moved.id, given.id, given.record FROM moved, unnest(\(ids), \(records)) AS given (id, record)
                    ON CONFLICT (vault, id) DO UPDATE SET record = excluded.record)
                """)
            text.add(
                "",
                "drop_slot AS (DELETE FROM @slot USING moved WHERE slot.vault = moved.id AND slot.id <> ALL (\(ids)))")
        }
        // One statement may change a row only once; what is put and dropped at once is dropped.
        let gone = Set(batch.dropping.keyRecords)
        let keys = batch.keyRecords.filter { !gone.contains($0.key) }
        if !keys.isEmpty {
            let ids = text.value(.octetsList(keys.map(\.key.octets)))
            let records = text.value(.octetsList(keys.map(\.value)))
            text.add(
                "k",
                """
                put_key AS (INSERT INTO @key_record (vault, version, record)
                    SELECT moved.id, given.version, given.record
                    FROM moved, unnest(\(ids), \(records)) AS given (version, record)
                    ON CONFLICT (vault, version) DO UPDATE SET record = excluded.record)
                """)
        }
        let dropped = Set(batch.dropping.contents)
        let contents = batch.contents.filter { !dropped.contains($0.key) }
        if !contents.isEmpty {
            let ids = text.value(.octetsList(contents.map(\.key.octets)))
            let octets = text.value(.octetsList(contents.map(\.value)))
            text.add(
                "c",
                """
                put_content AS (INSERT INTO @content (vault, id, size, octets)
                    SELECT moved.id, given.id, length(given.octets), given.octets
                    FROM moved, unnest(\(ids), \(octets)) AS given (id, octets))
                """)
        }
        drop(batch.dropping, &text)
        return text.query
    }

    private static func moveHead(_ batch: VaultAppend, _ first: StoredEntry, _ text: inout Text) {
        let (sequence, hash) = (text.value(.number(batch.head.sequence)), text.value(.octets(batch.head.hash.octets)))
        guard let expected = batch.expecting else {
            text.add(
                "new",
                """
                moved AS (INSERT INTO @vault (id, sequence, hash) VALUES ($1, \(sequence), \(hash))
                    ON CONFLICT (id) DO NOTHING RETURNING id)
                """)
            return
        }
        let (old, oldHash) = (text.value(.number(expected.sequence)), text.value(.octets(expected.hash.octets)))
        let operation = text.value(.octets(first.operation.octets))
        text.add(
            "next",
            """
            moved AS (UPDATE @vault SET sequence = \(sequence), hash = \(hash)
                WHERE id = $1 AND sequence = \(old) AND hash = \(oldHash) AND standing = 0
                    AND NOT EXISTS (SELECT FROM @entry WHERE vault = $1 AND operation = \(operation)) RETURNING id)
            """)
    }

    private static func putEntries(_ batch: VaultAppend, _ text: inout Text) {
        let gone = Set(batch.dropping.payloads)
        let sequences = text.value(.numberList(batch.entries.map(\.sequence)))
        let operations = text.value(.octetsList(batch.entries.map(\.operation.octets)))
        let entries = text.value(.octetsList(batch.entries.map(\.entry)))
        let payloads = text.value(
            .octetsList(batch.entries.map { gone.contains($0.sequence) ? nil : $0.payload }))
        text.add(
            "",
            """
            put_entry AS (INSERT INTO @entry (vault, sequence, operation, entry, payload)
                SELECT moved.id, given.sequence, given.operation, given.entry, given.payload
                FROM moved, unnest(\(sequences), \(operations), \(entries), \(payloads))
                    AS given (sequence, operation, entry, payload))
            """)
    }

    private static func drop(_ dropping: VaultAppend.Dropping, _ text: inout Text) {
        if !dropping.payloads.isEmpty {
            let sequences = text.value(.numberList(dropping.payloads))
            text.add(
                "dp",
                """
                drop_payload AS (UPDATE @entry SET payload = NULL FROM moved
                    WHERE entry.vault = moved.id AND entry.sequence = ANY (\(sequences)))
                """)
        }
        if !dropping.keyRecords.isEmpty {
            let ids = text.value(.octetsList(dropping.keyRecords.map(\.octets)))
            text.add(
                "dk",
                """
                drop_key AS (DELETE FROM @key_record USING moved
                    WHERE key_record.vault = moved.id AND key_record.version = ANY (\(ids)))
                """)
        }
        if !dropping.contents.isEmpty {
            let ids = text.value(.octetsList(dropping.contents.map(\.octets)))
            text.add(
                "dc",
                """
                drop_content AS (DELETE FROM @content USING moved
                    WHERE content.vault = moved.id AND content.id = ANY (\(ids)))
                """)
            text.add(
                "",
                """
                drop_piece AS (DELETE FROM @piece USING moved
                    WHERE piece.vault = moved.id AND piece.content = ANY (\(ids)))
                """)
        }
    }

    /// A statement that grows, its name saying which parts it has. The parts become text only when a connection has not
    /// kept the statement of that name: making the text took as long as sending it.
    private struct Text {
        private let schema: String
        private var name = "dk_append"
        private var parts: [@Sendable () -> String] = []
        private var values: [Query.Value]

        /// Where a value stands among the parameters.
        struct Place: CustomStringConvertible, Sendable {
            fileprivate let number: Int
            var description: String { "$\(number)" }
        }

        init(schema: String, vault: VaultID) {
            self.schema = schema
            values = [.octets(vault.octets)]
        }

        mutating func value(_ value: Query.Value) -> Place {
            values.append(value)
            return Place(number: values.count)
        }

        /// - Parameter part: Depends on nothing but the parts that the name tells of.
        mutating func add(_ mark: String, _ part: @escaping @autoclosure @Sendable () -> String) {
            if !mark.isEmpty { name += "_" + mark }
            parts.append(part)
        }

        var query: Query {
            let (parts, schema) = (parts, schema)
            return Query(
                Statement(
                    name: name + Statement.suffix(schema),
                    sql: "WITH " + parts.map { $0().replacing("@", with: schema + ".") }.joined(separator: ",\n")
                        + "\nSELECT count(*) FROM moved"),
                values)
        }
    }
}
