// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault

/// Moves one vault from cluster to cluster while it is read and written.
///
/// 1. The old cluster names the new one (`shard` of a row that is `here`): one move at a time.
/// 2. The new cluster gets a row that is `arriving`, and rows are copied in rounds.
/// 3. The row of the old cluster becomes `leaving`. It waits for every change that is under way, and from then on none takes
///    place there.
/// 4. What is still missing is copied; both sides are compared.
/// 5. The row of the new cluster becomes `here`: this one commit moves the vault.
/// 6. The old cluster's row becomes `gone` and all other rows go; the home says the new place.
///
/// Each step is one transaction and takes place only where the row says what the step before made of it, with the number of
/// this very move. Between 3 and 5 no cluster accepts an append, and never two. Whoever continues a move that was broken off
/// takes it over (`run`), so that nobody else writes to the new cluster any more. Giving up is possible until 5: first the
/// new cluster forgets the vault, then the old one goes on, under a higher number.
struct VaultMover: Sendable {
    enum Side: Sendable { case before, after }

    /// Where the vault was found.
    struct Source: Sendable {
        let shard: Int
        let standing: Standing
    }

    let store: PostgreSQLVaultStore
    let vault: VaultID
    let run = SystemRandom().bytes(16)
    /// Called before and after each transaction; tests break off there.
    var gate: @Sendable (Side) throws(VaultError) -> Void = { _ in }

    private static let rounds = 8
    private static let fewEntries: Int64 = 8

    var object: String { "vault \(vault)" }

    /// Moves the vault, or goes on with moving it.
    ///
    /// - Parameter clock: What the pause is measured by.
    func move(to target: Int, clock: any Clock<Duration>) async throws(VaultError) -> PostgreSQLVaultMove {
        for _ in 0..<4 {
            let source = try await locate()
            try await tidyUp(around: source)
            var move = PostgreSQLVaultMove(vault: vault.description, from: source.shard + 1, to: target + 1)
            guard source.shard != target else { return move }
            if let other = source.standing.shard, other != target {
                throw VaultError(
                    .conflict, object: object, "moving it to cluster \(other + 1) was begun: finish that, or give it up"
                )
            }
            if source.standing.state == .here {
                // Somebody was faster: look again.
                guard try await announce(source, target) else { continue }
            }
            let copy = VaultCopy(self, from: source, to: target)
            if let there = try await store.standing(of: vault, in: target), there.state == .gone,
                there.moves == copy.moves
            {
                // Somebody began to give this very move up: that comes first, then a move under another number.
                try await forget(source, target)
                continue
            }
            try await begin(copy)
            if source.standing.state == .here {
                while move.rounds < Self.rounds {
                    move.rounds += 1
                    guard try await copy.bringUp() >= Self.fewEntries else { break }
                }
            }
            // From here on nobody can write, so nobody's cancellation may end it half-way.
            let handingOver = Task { [move] in
                var move = move
                var result: Result<Void, VaultError> = .success(())
                let pause = await clock.measure { result = await handOver(copy, &move) }
                move.pause = pause / .milliseconds(1)
                return result.map { move }
            }
            move = try await handingOver.value.get()
            try await finish(source, target)
            return move
        }
        throw VaultError(.busy, object: object, "others move it as well")
    }

    /// Gives up a move that has not taken place. The vault stays where it is.
    func abandon() async throws(VaultError) {
        let source = try await locate()
        guard let target = source.standing.shard else { return }
        try await forget(source, target)
    }

    // MARK: - Steps

    /// Where the vault lies. A move whose last steps are missing is finished on the way.
    private func locate() async throws(VaultError) -> Source {
        let home = store.home(of: vault)
        var shard = home
        for _ in 0..<64 {
            try gate(.before)
            let standing = try await store.standing(of: vault, in: shard)
            try gate(.after)
            guard let standing else {
                guard shard != home else { throw VaultError(.notFound, object: object, "the store does not have it") }
                shard = home
                continue
            }
            switch (standing.state, standing.shard) {
            case (.leaving, let target?):
                let there = try await store.standing(of: vault, in: target)
                guard let there, !there.isUnfinished(after: standing) else {
                    return Source(shard: shard, standing: standing)
                }
                try await finish(Source(shard: shard, standing: standing), target)
                shard = target
            case (.gone, let other?), (.arriving, let other?): shard = other
            default: return Source(shard: shard, standing: standing)
            }
        }
        throw VaultError(.busy, object: object, "it moves faster than it is found")
    }

    /// Drops what a move left behind that ended after it took place. Where its home is the new cluster nothing else leads to
    /// the old one.
    private func tidyUp(around source: Source) async throws(VaultError) {
        guard source.standing.state == .here, source.standing.moves > 0 else { return }
        for shard in store.clusters.indices where shard != source.shard {
            guard let left = try await store.standing(of: vault, in: shard), left.state == .leaving,
                left.shard == source.shard, left.moves + 1 == source.standing.moves
            else { continue }
            try await finish(Source(shard: shard, standing: left), source.shard)
        }
    }

    private func announce(_ source: Source, _ target: Int) async throws(VaultError) -> Bool {
        try await counted(
            source.shard,
            """
            UPDATE @vault SET shard = $2 WHERE id = $1 AND standing = 0 AND moves = $3 AND (shard IS NULL OR shard = $2)
            """, [.number(Int64(target)), .number(source.standing.moves)]) == 1
    }

    /// Makes the row in the new cluster, and room around it.
    private func begin(_ copy: VaultCopy) async throws(VaultError) {
        try gate(.before)
        let cluster = try store.cluster(copy.target, vault)
        let (moves, from) = (copy.moves, Int64(copy.source.shard))
        try await cluster.perform(object) { session, _ throws(PostgreSQLError) in
            do throws(PostgreSQLError) {
                let rows = try session.run([
                    Query(sql: "BEGIN"), cluster.scope(vault),
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
                _ = try session.run(queries + [Query(sql: "COMMIT")])
            } catch {
                _ = try? session.run([Query(sql: "ROLLBACK")])
                // Two who begin at once: the second finds the row when it tries again.
                throw error.kind == .state("23505") ? PostgreSQLError(.state("40001")) : error
            }
        }
        try gate(.after)
    }

    /// The last round: nothing is written meanwhile.
    private func handOver(_ copy: VaultCopy, _ move: inout PostgreSQLVaultMove) async -> Result<Void, VaultError> {
        do throws(VaultError) {
            let head = try await fence(copy)
            _ = try await copy.bringUp()
            let counts = try await copy.compared(with: head)
            (move.entries, move.keyRecords) = (counts.entries, counts.keyRecords)
            (move.contents, move.deposits) = (counts.contents, counts.deposits)
            try await activate(copy, head)
            return .success(())
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
        let done = try await counted(
            copy.target,
            """
            UPDATE @vault SET standing = 0, shard = NULL, run = NULL, sequence = $4, hash = $5
            WHERE id = $1 AND standing = 3 AND moves = $2 AND run = $3
            """,
            [.number(copy.moves), .octets(run), .number(head.sequence), .octets(head.hash.octets)])
        guard done == 0 else { return }
        // An answer that was lost; the head is written once more, so that the standbys have it before anything is dropped.
        let stands = try await counted(
            copy.target,
            "UPDATE @vault SET sequence = sequence WHERE id = $1 AND moves = $2 AND standing IN (0, 1)",
            [.number(copy.moves)])
        guard stands == 1 else { throw taken }
    }

    private var taken: VaultError { VaultError(.conflict, object: object, "another process moves it") }

    /// Drops what is left in the old cluster and tells the home. May be repeated.
    private func finish(_ source: Source, _ target: Int) async throws(VaultError) {
        let (old, new) = (source.standing.moves, source.standing.moves + 1)
        let here: [Query.Value] = [.octets(vault.octets), .number(Int64(target)), .number(old)]
        let home = store.home(of: vault)
        // The new cluster's row was seen, but perhaps not yet by its standbys: nothing is dropped before they have it.
        _ = try await counted(target, "UPDATE @vault SET sequence = sequence WHERE id = $1", [])
        try await step(source.shard) { cluster in
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
                }
        } _: { _ in
        }
        guard home != source.shard else { return }
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
    private func forget(_ source: Source, _ target: Int) async throws(VaultError) {
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

    // MARK: - Transactions

    /// One transaction in one cluster, repeated until it is answered.
    func step<Value: Sendable>(
        _ shard: Int, _ queries: (Cluster) -> [Query],
        _ body: @escaping @Sendable ([Rows]) throws(PostgreSQLError) -> Value
    ) async throws(VaultError) -> Value {
        try gate(.before)
        let cluster = try store.cluster(shard, vault)
        // Who waits for a lock and is given up on must not get it later.
        let scoped =
            [cluster.scope(vault), Query(sql: "SELECT set_config('lock_timeout', '2000', true)")] + queries(cluster)
        let value = try await cluster.perform(object) { session, _ throws(PostgreSQLError) in
            try body(Array(session.run(scoped).dropFirst(2)))
        }
        try gate(.after)
        return value
    }

    /// One change; the number of rows it concerned. `$1` is the vault.
    private func counted(_ shard: Int, _ text: String, _ values: [Query.Value]) async throws(VaultError) -> Int64 {
        try await step(shard) { cluster in
            [
                cluster.query(
                    "WITH changed AS (\(text) RETURNING id) SELECT count(*) FROM changed",
                    [.octets(vault.octets)] + values)
            ]
        } _: { rows throws(PostgreSQLError) in
            try rows[0].number(0, 0)
        }
    }
}

extension Cluster {
    /// A statement that is not kept; `@` stands for the schema.
    func query(_ text: String, _ values: [Query.Value]) -> Query {
        Query(sql: text.replacing("@", with: statements.schema + "."), values)
    }
}
