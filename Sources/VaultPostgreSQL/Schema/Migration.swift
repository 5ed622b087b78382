// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// One step of a store's tables to a newer version. Steps are never changed once released, and none leads back.
struct Migration: Sendable {
    let version: Int64
    /// The oldest version of the program's tables that may go on using the store after this step.
    let needs: Int64
    let statements: [String]

    /// The version that this program writes.
    static let newest: Int64 = 3

    /// The tables that have rows of vaults.
    static let vaultTables = ["vault", "entry", "slot", "key_record", "content", "piece", "deposit"]

    /// All steps in order.
    static func all(schema: String) -> [Migration] { [tables(schema), isolation(schema), placement(schema)] }

    // Version 1: what a vault is made of. Ids are random, so rows name their vault by its id and not by a number of the
    // cluster: a vault that moves keeps its rows as they are. Contents and pieces are ciphertext: never compressed, and
    // kept so that a range is read without the rest.
    private static func tables(_ schema: String) -> Migration {
        Migration(
            version: 1, needs: 1,
            statements: [
                """
                CREATE TABLE \(schema).store (single boolean PRIMARY KEY DEFAULT true CHECK (single), id bytea NOT NULL,
                    shard bigint NOT NULL, shards bigint NOT NULL)
                """,
                """
                CREATE TABLE \(schema).vault (id bytea PRIMARY KEY, sequence bigint NOT NULL, hash bytea NOT NULL)
                    WITH (fillfactor = 70)
                """,
                """
                CREATE TABLE \(schema).entry (vault bytea NOT NULL, sequence bigint NOT NULL, operation bytea NOT NULL,
                    entry bytea NOT NULL, payload bytea, PRIMARY KEY (vault, sequence))
                """,
                "CREATE UNIQUE INDEX entry_operation ON \(schema).entry (vault, operation)",
                """
                CREATE TABLE \(schema).slot (vault bytea NOT NULL, id bytea NOT NULL, record bytea NOT NULL,
                    PRIMARY KEY (vault, id))
                """,
                """
                CREATE TABLE \(schema).key_record (vault bytea NOT NULL, version bytea NOT NULL, record bytea NOT NULL,
                    PRIMARY KEY (vault, version))
                """,
                """
                CREATE TABLE \(schema).content (vault bytea NOT NULL, id bytea NOT NULL, size bigint NOT NULL,
                    octets bytea, PRIMARY KEY (vault, id))
                """,
                "ALTER TABLE \(schema).content ALTER octets SET STORAGE EXTERNAL",
                """
                CREATE TABLE \(schema).piece (vault bytea NOT NULL, content bytea NOT NULL, number bigint NOT NULL,
                    octets bytea NOT NULL, PRIMARY KEY (vault, content, number))
                """,
                "ALTER TABLE \(schema).piece ALTER octets SET STORAGE EXTERNAL",
                """
                CREATE TABLE \(schema).deposit (vault bytea NOT NULL, id bytea NOT NULL,
                    place bigint GENERATED ALWAYS AS IDENTITY, record bytea NOT NULL, PRIMARY KEY (vault, id))
                """,
                "CREATE INDEX deposit_place ON \(schema).deposit (vault, place)",
            ])
    }

    // Version 2: a connection sees the rows of the vault that it is set to, whatever the statement says. Programs of
    // version 1 do not say which vault they mean and would find nothing.
    private static func isolation(_ schema: String) -> Migration {
        let scope = "decode(current_setting('dossier.vault', true), 'hex')"
        var statements: [String] = []
        for (table, column) in [
            ("vault", "id"), ("entry", "vault"), ("slot", "vault"), ("key_record", "vault"), ("content", "vault"),
            ("piece", "vault"), ("deposit", "vault"),
        ] {
            statements += [
                "ALTER TABLE \(schema).\(table) ENABLE ROW LEVEL SECURITY",
                "ALTER TABLE \(schema).\(table) FORCE ROW LEVEL SECURITY",
                """
                CREATE POLICY own_vault ON \(schema).\(table) USING (\(column) = \(scope)) WITH CHECK (\(column) = \(scope))
                """,
            ]
        }
        // Who copies or counts vaults sees their heads, and nothing else of them.
        statements.append(
            """
            CREATE POLICY heads ON \(schema).vault FOR SELECT
                USING (current_setting('dossier.heads', true) = 'all')
            """)
        return Migration(version: 2, needs: 2, statements: statements)
    }

    // Version 3: a vault may lie in another cluster than its id says. Programs of version 2 would write to a vault that has
    // gone. What `standing` and the others say stands at `Standing`; `run` is the process that copies a vault here.
    private static func placement(_ schema: String) -> Migration {
        Migration(
            version: 3, needs: 3,
            statements: [
                """
                ALTER TABLE \(schema).vault ADD COLUMN standing smallint NOT NULL DEFAULT 0, ADD COLUMN shard smallint,
                    ADD COLUMN moves integer NOT NULL DEFAULT 0, ADD COLUMN run bytea
                """
            ])
    }
}
