// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault

extension PostgreSQLVaultStore {
    /// The home of a vault: its id is random, so its first octets spread vaults evenly over 4,096 slots, and the slots over
    /// the clusters that the store was made with in such a way that one more takes its share from each of the others.
    func home(of vault: VaultID) -> Int { Self.shard(of: vault, count: homes) }

    /// Asks the cluster that a vault lies in, whichever that is, and follows it when it moves meanwhile.
    ///
    /// - Parameters:
    ///   - fromHome: Whether the home is asked first whatever is known.
    ///   - body: Asks one cluster. It changes nothing there unless the vault lies there.
    func routed<Value: Sendable>(
        _ vault: VaultID, fromHome: Bool = false, _ body: (Visit) async throws(VaultError) -> Answer<Value>
    ) async throws(VaultError) -> Value {
        let home = home(of: vault)
        let known = fromHome ? nil : moved[vault]
        var (shard, moves) = (known?.shard ?? home, known?.moves ?? 0)
        var (mayBeDone, hops, pause, paused): (Bool, Int, Int64, Int64) = (false, 0, 1, 0)
        var hasTakenBack = false
        while true {
            let cluster = try cluster(shard, vault)
            let answer = try await body(
                Visit(cluster: cluster, isHome: shard == home, moves: moves, mayBeDone: mayBeDone))
            var waits = false
            switch answer {
            case .value(let value):
                if moves > 0 { moved[vault] = KnownMoves.Place(shard: shard, moves: moves) }
                return value
            case .leaving(let result, let standing):
                let there = try await self.standing(of: vault, in: standing.shard ?? home)
                // Until it has arrived nobody writes it, so what was read here is the newest there is.
                if there?.isUnfinished(after: standing) == true {
                    do { return try result.get() } catch {
                        throw error.vaultError("vault \(vault)", unknown: false)
                    }
                }
                (shard, moves) = (standing.shard ?? home, there?.state == .here ? there?.moves ?? 0 : 0)
            case .elsewhere(let standing, let isUnknown):
                mayBeDone = mayBeDone || isUnknown
                switch standing?.state {
                case nil: (shard, moves) = (home, 0)
                case .here: moves = standing?.moves ?? 0
                case .leaving where standing?.moves != moves: moves = standing?.moves ?? 0
                case .leaving:
                    // It is written nowhere for a moment, or has arrived and this cluster was not told.
                    let there = try await self.standing(of: vault, in: standing?.shard ?? home)
                    waits = standing.map { there?.isUnfinished(after: $0) == true } ?? false
                    if !waits { (shard, moves) = (standing?.shard ?? home, 0) }
                case .gone, .arriving: (shard, moves) = (standing?.shard ?? home, 0)
                }
            }
            hops += 1
            guard waits || hops > 8 else { continue }
            let patience = cluster.address.access.patience
            if waits, !hasTakenBack, patience > 0, paused >= patience / 3 {
                // Who moves it is gone, or too slow for those who write: it stays where it was.
                hasTakenBack = true
                try? await VaultMover(store: self, vault: vault).abandon()
                continue
            }
            guard !Task.isCancelled, paused < max(patience, 1000),
                (try? await Task.sleep(nanoseconds: UInt64(pause) * 1_000_000)) != nil
            else {
                let detail = "it is being moved to another cluster"
                guard mayBeDone else { throw VaultError(.busy, object: "vault \(vault)", detail) }
                throw VaultError(
                    .storeFailure, object: "vault \(vault)", detail + "; whether the change took place is unknown")
            }
            paused += pause
            pause = min(pause * 2, 50)
        }
    }

    /// A cluster by its number.
    func cluster(_ shard: Int, _ vault: VaultID) throws(VaultError) -> Cluster {
        guard clusters.indices.contains(shard) else {
            throw VaultError(
                .notAStore, object: "vault \(vault)",
                "it lies in cluster \(shard + 1), and the address names \(clusters.count)")
        }
        return clusters[shard]
    }

    /// What a cluster says of a vault.
    func standing(of vault: VaultID, in shard: Int) async throws(VaultError) -> Standing? {
        let cluster = try cluster(shard, vault)
        let queries = [cluster.scope(vault), Query(cluster.statements.standing, [.octets(vault.octets)])]
        return try await cluster.perform("vault \(vault)", reading: true) { session, _ async throws(PostgreSQLError) in
            try await Standing(session.run(queries).last, vault)
        }
    }

    /// Reads of one vault in the cluster it lies in.
    func read<Value: Sendable>(
        _ vault: VaultID, _ queries: (Statements) -> [Query],
        _ body: @escaping @Sendable ([Rows]) throws(PostgreSQLError) -> Value
    ) async throws(VaultError) -> Value {
        try await routed(vault) { visit throws(VaultError) in
            try await visit.cluster.read(vault, queries(visit.cluster.statements), visit, body)
        }
    }

    /// Changes of one vault in the cluster it lies in, in one transaction. Each says itself that it takes place only where
    /// the vault is (``Statements``).
    func change<Value: Sendable>(
        _ vault: VaultID, exclusive: Bool = false, _ queries: (Statements) -> [Query],
        _ body: @escaping @Sendable ([Rows]) throws(PostgreSQLError) -> Value
    ) async throws(VaultError) -> Value {
        try await routed(vault) { visit throws(VaultError) in
            try await visit.cluster.change(
                vault, exclusive: exclusive, queries(visit.cluster.statements), visit, body)
        }
    }
}
