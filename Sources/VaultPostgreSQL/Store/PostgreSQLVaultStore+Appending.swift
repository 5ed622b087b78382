// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault

extension PostgreSQLVaultStore {
    private enum Attempt: Sendable {
        case committed
        /// The journal has the operation; whether with the very entry of this batch.
        case found(Int64, isOwn: Bool)
        case conflict(JournalHead?)
        /// The vault is not here, or was not all the time; `nil` when there is none.
        case elsewhere(Standing?)
    }

    public func append(_ batch: VaultAppend, to vault: VaultID) async throws(VaultError) -> VaultAppendOutcome {
        guard let first = batch.entries.first, first.sequence == (batch.expecting?.sequence ?? -1) + 1 else {
            throw VaultError(.storeFailure, object: "vault \(vault)", "a batch that does not follow its expected head")
        }
        // A vault that is new is made at its home and nowhere else.
        let (attempt, mayBeOwn) = try await routed(vault, fromHome: batch.expecting == nil) {
            visit throws(VaultError) -> Answer<(Attempt, Bool)> in
            let (cluster, isHome, wasTried) = (visit.cluster, visit.isHome, visit.mayBeDone)
            let move = [
                cluster.scopeOfChange(vault),
                AppendStatement.query(batch, first, to: vault, schema: cluster.address.access.schema),
            ]
            let moves = visit.moves
            return try await cluster.perform("vault \(vault)") { session, mayBeDone async throws(PostgreSQLError) in
                let attempt = try await Self.attempt(
                    batch.expecting == nil && !isHome ? [] : move, batch, first, vault, session, cluster, moves)
                if case .elsewhere(let standing) = attempt, standing != nil || !isHome {
                    return .elsewhere(standing, mayBeDone: mayBeDone)
                }
                return .value((attempt, mayBeDone || wasTried))
            }
        }
        switch attempt {
        case .committed:
            counts.committed()
            return .committed
        case .found(let sequence, let isOwn):
            // Found after an answer of this very call was lost: it was this call that put it.
            if mayBeOwn, isOwn {
                counts.adopted()
                return .committed
            }
            counts.repeated()
            return .repeated(sequence)
        case .conflict(let head):
            counts.conflicted()
            return .conflict(head)
        case .elsewhere:
            counts.conflicted()
            return .conflict(nil)
        }
    }

    private static func attempt(
        _ move: [Query], _ batch: VaultAppend, _ first: StoredEntry, _ vault: VaultID, _ session: Session,
        _ cluster: Cluster, _ moves: Int64
    ) async throws(PostgreSQLError) -> Attempt {
        do throws(PostgreSQLError) {
            let moved = try await move.isEmpty ? [] : session.run(move)
            if moved.count > 1, try moved[1].number(0, 0) == 1 { return .committed }
        } catch {
            // Somebody else put the same operation between the look at the journal and the insertion.
            guard error.kind == .state("23505") else { throw error }
        }
        let rows = try await session.run([
            cluster.scope(vault),
            Query(cluster.statements.head, [.octets(vault.octets)]),
            Query(cluster.statements.operation, [.octets(vault.octets), .octets(first.operation.octets)]),
            Query(cluster.statements.standing, [.octets(vault.octets)]),
        ])
        guard rows.count > 3 else { throw PostgreSQLError(.unexpected) }
        // It comes last: a vault that is here then, by the move that is known, was here when the others were looked at.
        let standing = try Standing(rows[3], vault)
        guard let standing else {
            // None, and one was expected: that is an answer of its own, else a new one met somebody else's.
            guard batch.expecting != nil || move.isEmpty else { throw PostgreSQLError(.state("40001")) }
            return .elsewhere(nil)
        }
        guard standing.state == .here, standing.moves == moves else { return .elsewhere(standing) }
        if rows[2].count > 0 {
            // It may be on this server only, if a commit's wait was cut short: a commit after it waits for the standbys.
            try await cluster.touch(vault, session)
            let sequence = try rows[2].number(0, 0)
            let entry = try rows[2].octets(0, 1)
            return .found(sequence, isOwn: sequence == first.sequence && entry == first.entry)
        }
        let head = try Self.head(rows[1], vault)
        // Refused and yet as expected: the head came back to it, which only a restored server does; or an id of the batch
        // exists already. Trying again tells.
        guard head != batch.expecting else { throw PostgreSQLError(.state("40001")) }
        return .conflict(head)
    }
}
