// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault

/// A store in PostgreSQL: one cluster or several, each a primary with synchronous standbys.
///
/// A vault lies wholly in one cluster. An append is one statement: it compares the head, and puts entries, slots, key records
/// and small contents only where the head was the expected one. When an answer is lost, the store asks for the operation by
/// its id; an entry that is found there is acknowledged only after another commit, whose wait for the standbys covers it.
/// Large contents are kept in pieces, for stores without an object store beside.
///
/// Several processes may use one store. It holds no state but connections.
public final class PostgreSQLVaultStore: VaultStore {
    public let capabilities = VaultStoreCapabilities(
        inlineContentLimit: 65_536, isDurable: true, overwritesDeleted: false)
    let clusters: [Cluster]
    let counts = StoreCounts()
    /// The number of clusters that the store was made with: those that ids are spread over. More may have been added.
    let homes: Int
    let moved = KnownMoves()
    /// Where the store is.
    public let address: PostgreSQLStoreURL

    /// Opens a store and looks at every cluster: whether its tables are this program's, and whether it keeps what it
    /// acknowledges.
    ///
    /// - Throws: ``DocumentVault/VaultError``: `notAStore` without tables or with older ones, `newerVersion`, `notPermitted`
    ///   for a wrong password, an untrusted certificate, or servers that acknowledge too early, `busy` when no server answers.
    public init(_ address: PostgreSQLStoreURL) async throws(VaultError) {
        self.address = address
        var (store, homes): ([UInt8]?, Int64?)
        var clusters: [Cluster] = []
        for (number, cluster) in address.clusters.enumerated() {
            let schema = cluster.access.schema
            let probe = Cluster(cluster, number: number, place: nil, counts: counts)
            let place: Greeting.Place
            do {
                place = try await probe.perform("cluster \(number + 1)") { session, _ async throws(PostgreSQLError) in
                    try await Greeting.place(session, schema: schema)
                }
            } catch {
                await probe.close()
                throw error
            }
            await probe.close()
            guard place.shard == Int64(number), (1...Int64(address.shards)).contains(place.shards),
                place.shards == homes ?? place.shards, store.map({ $0 == place.store }) ?? true
            else {
                throw VaultError(
                    .notAStore, object: "cluster \(number + 1)",
                    "it is shard \(place.shard + 1) of a store that was made with \(place.shards); the address says otherwise"
                )
            }
            (store, homes) = (place.store, place.shards)
            clusters.append(Cluster(cluster, number: number, place: place, counts: counts))
        }
        self.clusters = clusters
        self.homes = Int(homes ?? 1)
    }

    /// Ends all connections. What is under way is answered first.
    public func close() async { for cluster in clusters { await cluster.close() } }

    /// What happened since the store was opened, and what the pools are doing.
    public var activity: PostgreSQLStoreActivity {
        var activity = counts.activity
        for load in clusters.map(\.load) {
            activity.connections += load.open
            activity.busyConnections += load.busy
            activity.waiting += load.waiting
        }
        return activity
    }

    static func shard(of vault: VaultID, count: Int) -> Int {
        // Jump consistent hash (Lamping, Veach), over the slot.
        var key = vault.octets.prefix(2).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } & 0xfff
        var (bucket, jump): (Int64, Int64) = (-1, 0)
        while jump < Int64(count) {
            bucket = jump
            key = key &* 2_862_933_555_777_941_757 &+ 1
            jump = Int64(Double(bucket + 1) * (Double(1 << 31) / Double((key >> 33) + 1)))
        }
        return Int(bucket)
    }

    public func head(of vault: VaultID) async throws(VaultError) -> JournalHead? {
        try await read(vault) {
            [Query($0.head, [.octets(vault.octets)])]
        } _: { rows throws(PostgreSQLError) in
            try Self.head(rows[0], vault)
        }
    }

    static func head(_ rows: Rows, _ vault: VaultID) throws(PostgreSQLError) -> JournalHead? {
        guard rows.count > 0 else { return nil }
        let sequence = try rows.number(0, 0)
        guard let hash = Digest32(octets: try rows.octets(0, 1)), sequence >= 0 else {
            throw PostgreSQLError(.damaged, object: "vault \(vault)", "the head in the store")
        }
        return JournalHead(sequence: sequence, hash: hash)
    }

    public func entries(
        of vault: VaultID, from sequence: Int64, limit: Int
    ) async throws(VaultError) -> [StoredEntry] {
        let values: [Query.Value] = [.octets(vault.octets), .number(sequence), .number(Int64(max(0, limit)))]
        return try await read(vault) {
            [Query($0.entries, values)]
        } _: { rows throws(PostgreSQLError) in
            var entries: [StoredEntry] = []
            for row in 0..<rows[0].count {
                let sequence = try rows[0].number(row, 0)
                guard let operation = OperationID(octets: try rows[0].octets(row, 1)) else {
                    throw PostgreSQLError(.damaged, object: "entry \(sequence)", "the row's operation")
                }
                entries.append(
                    StoredEntry(
                        sequence: sequence, operation: operation, entry: try rows[0].octets(row, 2),
                        payload: try rows[0].optionalOctets(row, 3)))
            }
            return entries
        }
    }

    public func slots(of vault: VaultID) async throws(VaultError) -> [[UInt8]] {
        try await read(vault) {
            [Query($0.slots, [.octets(vault.octets)])]
        } _: { rows throws(PostgreSQLError) in
            var slots: [[UInt8]] = []
            for row in 0..<rows[0].count { slots.append(try rows[0].octets(row, 0)) }
            return slots
        }
    }

    public func keyRecords(
        of versions: [VersionID], in vault: VaultID
    ) async throws(VaultError) -> [VersionID: [UInt8]] {
        guard !versions.isEmpty else { return [:] }
        let values: [Query.Value] = [.octets(vault.octets), .octetsList(versions.map(\.octets))]
        return try await read(vault) {
            [Query($0.keyRecords, values)]
        } _: { rows throws(PostgreSQLError) in
            var records: [VersionID: [UInt8]] = [:]
            for row in 0..<rows[0].count {
                guard let version = VersionID(octets: try rows[0].octets(row, 0)) else {
                    throw PostgreSQLError(.damaged, object: "key record", "the row's version")
                }
                records[version] = try rows[0].octets(row, 1)
            }
            return records
        }
    }

    public func replaceKeyRecords(_ records: [VersionID: [UInt8]], in vault: VaultID) async throws(VaultError) {
        guard !records.isEmpty else { return }
        let values: [Query.Value] = [
            .octets(vault.octets), .octetsList(records.map(\.key.octets)), .octetsList(records.map(\.value)),
        ]
        for _ in 0..<64 {
            guard let head = try await head(of: vault) else { return }
            // Exclusive: no entry comes between the look at the head and the change.
            let isDone = try await change(vault, exclusive: true) {
                [Query($0.replaceKeyRecords, values + [.number(head.sequence)])]
            } _: { rows throws(PostgreSQLError) in
                try rows[0].number(0, 0) == 1
            }
            // Else somebody appended between.
            if isDone { return }
        }
        throw VaultError(.busy, object: "vault \(vault)", "others wrote it all the time")
    }
}
