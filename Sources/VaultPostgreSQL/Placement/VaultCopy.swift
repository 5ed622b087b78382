// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault

/// The rows of a vault that is being moved: brings those of the new cluster up to those of the old one.
///
/// Every change of the new cluster takes place only while its row says that this very process copies the vault there.
struct VaultCopy: Sendable {
    /// Everything that a vault has beside its head.
    static let tables = ["entry", "slot", "key_record", "content", "piece", "deposit"]
    static let mine = "EXISTS (SELECT FROM @vault WHERE id = $1 AND standing = 3 AND moves = $2 AND run = $3)"

    let mover: VaultMover
    let source: VaultMover.Source
    let target: Int
    /// Number of this move.
    let moves: Int64
    /// Both clusters have the same entries up to this one.
    private var checked: Int64 = -1

    init(_ mover: VaultMover, from source: VaultMover.Source, to target: Int) {
        (self.mover, self.source, self.target) = (mover, source, target)
        moves = source.standing.moves + 1
    }

    var vault: VaultID { mover.vault }

    /// One round while the vault is written. Returns how many transactions carried something.
    func bringUp() async throws(VaultError) -> Int {
        let (here, there) = try await both { shard throws(VaultError) in try await summary(shard) }
        return try await bring(here, there)
    }

    /// Compares the entries that were brought, so that in the last round, when nobody can write, only those after them are
    /// digested. Where a payload goes meanwhile nothing is gained, and nothing lost.
    func checking() async throws(VaultError) -> VaultCopy {
        let reached = try await read(target, "SELECT coalesce(max(sequence), -1) FROM @entry WHERE vault = $1") {
            rows throws(PostgreSQLError) in try rows.number(0, 0)
        }
        let text = """
            SELECT count(*), sha256(string_agg(\(VaultSummary.entry), ''::bytea ORDER BY sequence)) FROM @entry
            WHERE vault = $1 AND sequence <= $2
            """
        let (here, there) = try await both { shard throws(VaultError) in
            try await read(shard, text, [.number(reached)]) { rows throws(PostgreSQLError) in
                VaultSummary.Part(count: try rows.number(0, 0), digest: try rows.optionalOctets(0, 1))
            }
        }
        var copy = self
        if here == there { copy.checked = reached }
        return copy
    }

    /// The last round, when the old cluster does not change any more: what is still missing, and whether both have the same,
    /// ending with this head.
    func complete(with head: JournalHead) async throws(VaultError) -> VaultSummary {
        let (here, there) = try await both { shard throws(VaultError) in try await summary(shard) }
        let last = try await bring(here, there) == 0 ? there : try await summary(target)
        guard here == last, here.entries.count == head.sequence + 1 else {
            throw VaultError(.damaged, object: mover.object, "the copy is not what was copied")
        }
        guard try Digest32(of: last.last) == head.hash else {
            throw VaultError(.damaged, object: "entry \(head.sequence)", "it is not what the head says")
        }
        return last
    }

    private func summary(_ shard: Int) async throws(VaultError) -> VaultSummary {
        try await mover.step(shard) { cluster in
            VaultSummary.queries(cluster, vault, checked: checked)
        } _: { rows throws(PostgreSQLError) in
            try VaultSummary(rows)
        }
    }

    private func bring(_ here: VaultSummary, _ there: VaultSummary) async throws(VaultError) -> Int {
        var brought = 0
        // Contents before the entries that name them, so that a copy that is broken off is none the worse.
        if here.contents != there.contents { brought += try await bringContents() }
        if here.entries != there.entries { brought += try await bringEntries() }
        if here.slots != there.slots { brought += try await bringRecords("slot", id: "id") }
        if here.keyRecords != there.keyRecords { brought += try await bringRecords("key_record", id: "version") }
        if here.deposits != there.deposits { brought += try await bringDeposits() }
        return brought
    }

    // MARK: - Transactions

    /// Asks the old and the new cluster at once.
    func both<Value: Sendable>(
        _ body: @escaping @Sendable (Int) async throws(VaultError) -> Value
    ) async throws(VaultError) -> (here: Value, there: Value) {
        async let first = Self.outcome(source.shard, body)
        let second = await Self.outcome(target, body)
        return (try await first.get(), try second.get())
    }

    private static func outcome<Value: Sendable>(
        _ shard: Int, _ body: @Sendable (Int) async throws(VaultError) -> Value
    ) async -> Result<Value, VaultError> {
        do throws(VaultError) { return .success(try await body(shard)) } catch { return .failure(error) }
    }

    func read<Value: Sendable>(
        _ shard: Int, _ text: String, _ values: [Query.Value] = [],
        _ body: @escaping @Sendable (Rows) throws(PostgreSQLError) -> Value
    ) async throws(VaultError) -> Value {
        try await mover.step(shard) { cluster in
            [cluster.query(text, [.octets(vault.octets)] + values)]
        } _: { rows throws(PostgreSQLError) in
            try body(rows[0])
        }
    }

    /// A change of the new cluster, and what goes with it, in one transaction, as long as this process is the one that copies.
    /// Values are numbered from `$4`.
    func put(_ changes: (text: String, values: [Query.Value])...) async throws(VaultError) {
        let own: [Query.Value] = [.octets(vault.octets), .number(moves), .octets(mover.run)]
        let isMine = try await mover.step(target) { cluster in
            [
                cluster.query(
                    "SELECT id FROM @vault WHERE id = $1 AND standing = 3 AND moves = $2 AND run = $3 FOR UPDATE", own)
            ] + changes.map { cluster.query($0.text, own + $0.values) }
        } _: { rows throws(PostgreSQLError) in
            rows[0].count == 1
        }
        guard isMine else { throw mover.taken }
    }
}
