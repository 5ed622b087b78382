// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DocumentVault

extension PostgreSQLVaultStore {
    /// Makes the tables where there are none, and brings older ones to this program's version; every cluster in turn.
    ///
    /// Clusters beyond those that the store was made with are added to it: no vault lies there until one is moved
    /// (``move(_:to:clock:)``). It may be repeated, and several may do it at once. The role needs the right to make a schema; the
    /// store is then used by this role or by one that the administrator grants the tables to.
    ///
    /// - Returns: For each cluster the version that its tables had; 0 when there were none.
    /// - Throws: ``DocumentVault/VaultError``: `newerVersion`, `notAStore` for a schema with other tables, `notPermitted`.
    public static func prepare(_ address: PostgreSQLStoreURL) async throws(VaultError) -> [Int] {
        let counts = StoreCounts()
        var versions: [Int] = []
        var store = SystemRandom().bytes(16)
        var homes = Int64(address.shards)
        for (number, cluster) in address.clusters.enumerated() {
            let place = Greeting.Place(store: store, shard: Int64(number), shards: homes)
            let schema = cluster.access.schema
            let administered = Cluster(cluster, number: number, place: nil, counts: counts)
            do throws(VaultError) {
                let outcome = try await administered.perform("cluster \(number + 1)") {
                    session, _ async throws(PostgreSQLError) in
                    try await Migrator.bringUp(session, schema: schema, place: place)
                }
                versions.append(Int(outcome.version))
                // The first cluster's name of the store is everybody's.
                if number == 0, (1...homes).contains(outcome.shards) {
                    (store, homes) = (outcome.store, outcome.shards)
                }
                guard outcome.store == store, outcome.shards == homes else {
                    throw VaultError(.notAStore, object: "cluster \(number + 1)", "it belongs to another store")
                }
            } catch {
                await administered.close()
                throw error
            }
            await administered.close()
        }
        return versions
    }

    /// The version of tables that this program makes.
    public static var schemaVersion: Int { Int(Migration.newest) }

    /// How every cluster does, asked now.
    public func health() async throws(VaultError) -> [PostgreSQLStoreHealth] {
        var health: [PostgreSQLStoreHealth] = []
        for (number, cluster) in clusters.enumerated() {
            let (durability, schema) = (cluster.address.access.durability, cluster.address.access.schema)
            health.append(
                try await cluster.perform("cluster \(number + 1)", reading: true) {
                    session, _ async throws(PostgreSQLError) in
                    try await PostgreSQLStoreHealth(session, durability, schema: schema)
                })
        }
        return health
    }
}
