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

    // Who is written faster than it is copied is fenced all the same after so many rounds; who is not, when a round had
    // little to carry.
    private static let rounds = 8
    private static let littleToCarry = 8

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
            var copy = VaultCopy(self, from: source, to: target)
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
                    let brought = try await copy.bringUp()
                    if move.rounds == 1 { copy = try await copy.checking() }
                    guard brought > Self.littleToCarry else { break }
                }
            }
            // From here on nobody can write, so nobody's cancellation may end it half-way.
            let handingOver = Task { [copy] in
                var outcome: Result<VaultSummary, VaultError>?
                let pause = await clock.measure { outcome = await handOver(copy) }
                return (outcome, pause)
            }
            let (outcome, pause) = await handingOver.value
            guard let all = try outcome?.get() else { continue }
            move.pause = pause / .milliseconds(1)
            (move.entries, move.keyRecords) = (all.entries.count, all.keyRecords.count)
            (move.contents, move.deposits) = (all.contents.count, all.deposits.count)
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
            [cluster.scopeOfChange(vault), Query(sql: "SELECT set_config('lock_timeout', '2000', true)")]
            + queries(cluster)
        let value = try await cluster.perform(object) { session, _ async throws(PostgreSQLError) in
            try await body(Array(session.run(scoped).dropFirst(2)))
        }
        try gate(.after)
        return value
    }

    /// One change; the number of rows it concerned. `$1` is the vault.
    func counted(_ shard: Int, _ text: String, _ values: [Query.Value]) async throws(VaultError) -> Int64 {
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
