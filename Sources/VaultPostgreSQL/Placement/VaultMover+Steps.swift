// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault

/// The steps of a move, each one transaction (``VaultMover``).
extension VaultMover {
    /// The old cluster names the new one, unless it names another.
    func announce(_ source: Source, _ target: Int) async throws(VaultError) -> Bool {
        try await counted(
            source.shard,
            """
            UPDATE @vault SET shard = $2 WHERE id = $1 AND standing = 0 AND moves = $3 AND (shard IS NULL OR shard = $2)
            """, [.number(Int64(target)), .number(source.standing.moves)]) == 1
    }

    /// Makes the row in the new cluster, and room around it.
    func begin(_ copy: VaultCopy) async throws(VaultError) {
        try gate(.before)
        let cluster = try store.cluster(copy.target, vault)
        let (moves, from) = (copy.moves, Int64(copy.source.shard))
        try await cluster.perform(object) { session, _ async throws(PostgreSQLError) in
            do throws(PostgreSQLError) {
                let rows = try await session.run([
                    Query(sql: "BEGIN"), cluster.scopeOfChange(vault),
                    Query(cluster.statements.lockVault, [.octets(vault.octets)]),
                ])
                let standing = try Standing(rows.last, vault)
                let values: [Query.Value] = [.octets(vault.octets), .number(from), .number(moves), .octets(run)]
                var queries: [Query] = []
                if standing == nil {
                    queries.append(
                        cluster.query(
                            """
                            INSERT INTO @vault (id, sequence, hash, standing, shard, moves, run)
                            VALUES ($1, -1, '', 3, $2, $3, $4)
                            """, values))
                } else {
                    queries.append(
                        cluster.query(
                            "UPDATE @vault SET standing = 3, shard = $2, moves = $3, run = $4 WHERE id = $1", values))
                }
                let continues = standing?.state == .arriving && standing?.moves == moves
                if !continues {
                    guard standing?.state != .here, standing?.moves ?? 0 < moves else {
                        throw PostgreSQLError(.conflict, object: object, "it has been in the other cluster meanwhile")
                    }
                    queries += VaultCopy.tables.map {
                        cluster.query("DELETE FROM @\($0) WHERE vault = $1", [.octets(vault.octets)])
                    }
                }
                _ = try await session.run(queries + [Query(sql: "COMMIT")])
            } catch {
                _ = try? await session.run([Query(sql: "ROLLBACK")])
                // Two who begin at once: the second finds the row when it tries again.
                throw error.kind == .state("23505") ? PostgreSQLError(.state("40001")) : error
            }
        }
        try gate(.after)
    }

    /// The last round: nothing is written meanwhile.
    func handOver(_ copy: VaultCopy) async -> Result<VaultSummary, VaultError> {
        do throws(VaultError) {
            let head = try await fence(copy)
            let all = try await copy.complete(with: head)
            try await activate(copy, head)
            return .success(all)
        } catch {
            // Nobody can write until this is finished or given up. It has taken place only if the new cluster says so.
            if error.code != .conflict { try? await forget(copy.source, copy.target) }
            return .failure(error)
        }
    }

    private func fence(_ copy: VaultCopy) async throws(VaultError) -> JournalHead {
        let values: [Query.Value] = [
            .octets(vault.octets), .number(Int64(copy.target)), .number(copy.source.standing.moves),
        ]
        // The lock waits for all who hold the vault; what they were about to write is there before it is had.
        let head = try await step(copy.source.shard) { cluster in
            [
                Query(cluster.statements.lockVault, [.octets(vault.octets)]),
                cluster.query(
                    """
                    UPDATE @vault SET standing = 1 WHERE id = $1 AND standing IN (0, 1) AND shard = $2 AND moves = $3
                    RETURNING sequence, hash
                    """, values),
            ]
        } _: { rows throws(PostgreSQLError) in
            try PostgreSQLVaultStore.head(rows[1], vault)
        }
        guard let head else { throw taken }
        return head
    }

    /// The one commit by which the vault is elsewhere.
    private func activate(_ copy: VaultCopy, _ head: JournalHead) async throws(VaultError) {
        let own: [Query.Value] = [.octets(vault.octets), .number(copy.moves), .octets(run)]
        let done = try await step(copy.target) { cluster in
            [
                // Of contents that were deleted while they were carried.
                cluster.query(
                    """
                    DELETE FROM @piece WHERE vault = $1 AND \(VaultCopy.mine) AND NOT EXISTS (
                        SELECT FROM @content WHERE content.vault = $1 AND content.id = piece.content)
                    """, own),
                cluster.query(
                    """
                    UPDATE @vault SET standing = 0, shard = NULL, run = NULL, sequence = $4, hash = $5
                    WHERE id = $1 AND standing = 3 AND moves = $2 AND run = $3 RETURNING id
                    """, own + [.number(head.sequence), .octets(head.hash.octets)]),
            ]
        } _: { rows throws(PostgreSQLError) in
            rows[1].count == 1
        }
        guard !done else { return }
        // An answer that was lost; the head is written once more, so that the standbys have it before anything is dropped.
        let stands = try await counted(
            copy.target,
            "UPDATE @vault SET sequence = sequence WHERE id = $1 AND moves = $2 AND standing IN (0, 1)",
            [.number(copy.moves)])
        guard stands == 1 else { throw taken }
    }

    var taken: VaultError {
        VaultError(.conflict, object: object, "another process moves it, or took the move back")
    }

    /// Drops what is left in the old cluster and tells the home. May be repeated.
    func finish(_ source: Source, _ target: Int) async throws(VaultError) {
        let (old, new) = (source.standing.moves, source.standing.moves + 1)
        let here: [Query.Value] = [.octets(vault.octets), .number(Int64(target)), .number(old)]
        let home = store.home(of: vault)
        // The new cluster's row was seen, but perhaps not yet by its standbys: nothing is dropped before they have it.
        _ = try await counted(target, "UPDATE @vault SET sequence = sequence WHERE id = $1", [])
        let left = try await step(source.shard) { cluster in
            [
                cluster.query(
                    """
                    UPDATE @vault SET standing = 2, moves = $3 + 1, sequence = -1, hash = ''
                    WHERE id = $1 AND standing = 1 AND shard = $2 AND moves = $3
                    """, here)
            ]
                + VaultCopy.tables.map {
                    cluster.query(
                        """
                        DELETE FROM @\($0) WHERE vault = $1 AND EXISTS (
                            SELECT FROM @vault WHERE id = $1 AND standing = 2 AND shard = $2 AND moves = $3 + 1)
                        """, here)
                } + [Query(cluster.statements.standing, [.octets(vault.octets)])]
        } _: { rows throws(PostgreSQLError) in
            try Standing(rows.last, vault)
        }
        // Whoever finished it before told the home; and one that was taken back between two looks is none of the home's.
        guard home != source.shard, left == Standing(state: .gone, shard: target, moves: new) else { return }
        if home != target {
            _ = try await counted(
                home, "UPDATE @vault SET shard = $2, moves = $3 WHERE id = $1 AND standing = 2 AND moves < $3",
                [.number(Int64(target)), .number(new)])
        }
        _ = try await counted(
            source.shard, "DELETE FROM @vault WHERE id = $1 AND standing = 2 AND shard = $2 AND moves = $3",
            [.number(Int64(target)), .number(new)])
    }

    /// Takes a move back that has not taken place: first the new cluster forgets the vault, so that it cannot take place.
    func forget(_ source: Source, _ target: Int) async throws(VaultError) {
        let (old, new) = (source.standing.moves, source.standing.moves + 1)
        let there: [Query.Value] = [.octets(vault.octets), .number(Int64(source.shard)), .number(new)]
        // A row is left in any case, so that nobody who comes late begins under this number.
        let standing = try await step(target) { cluster in
            [
                cluster.query(
                    """
                    INSERT INTO @vault (id, sequence, hash, standing, shard, moves) VALUES ($1, -1, '', 2, $2, $3)
                    ON CONFLICT (id) DO UPDATE SET standing = 2, shard = $2, moves = $3, run = NULL
                    WHERE vault.moves < $3 OR (vault.moves = $3 AND vault.standing IN (2, 3))
                    """, there)
            ]
                + VaultCopy.tables.map {
                    cluster.query(
                        """
                        DELETE FROM @\($0) WHERE vault = $1 AND EXISTS (
                            SELECT FROM @vault WHERE id = $1 AND standing = 2 AND shard = $2 AND moves = $3)
                        """, there)
                } + [Query(cluster.statements.standing, [.octets(vault.octets)])]
        } _: { rows throws(PostgreSQLError) in
            try Standing(rows.last, vault)
        }
        guard standing?.state == .gone, standing?.moves == new else {
            throw VaultError(.conflict, object: object, "it has arrived in cluster \(target + 1)")
        }
        _ = try await counted(
            source.shard,
            """
            UPDATE @vault SET standing = 0, shard = NULL, moves = $3 + 2
            WHERE id = $1 AND standing IN (0, 1) AND shard = $2 AND moves = $3
            """, [.number(Int64(target)), .number(old)])
        guard target != store.home(of: vault) else { return }
        _ = try await counted(
            target, "DELETE FROM @vault WHERE id = $1 AND standing = 2 AND shard = $2 AND moves = $3",
            [.number(Int64(source.shard)), .number(new)])
    }
}
