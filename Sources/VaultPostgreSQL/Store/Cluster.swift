// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import Synchronization

/// One cluster of a store: its pool, and trying again while its servers change their roles.
final class Cluster: Sendable {
    let address: ClusterAddress
    /// Its place in the address, from 0.
    let number: Int
    let statements: Statements
    private let pool: ConnectionPool
    private let counts: StoreCounts

    /// - Parameter place: What the cluster must say of itself; `nil` when nothing is asked about tables.
    init(_ address: ClusterAddress, number: Int, place: Greeting.Place?, counts: StoreCounts) {
        self.address = address
        self.number = number
        self.counts = counts
        statements = Statements(schema: address.access.schema, address.access.durability)
        let (durability, schema) = (address.access.durability, address.access.schema)
        pool = ConnectionPool(address) { session async throws(PostgreSQLError) in
            _ = try await Greeting.check(session, durability)
            guard let place else { return }
            guard try await Greeting.place(session, schema: schema) == place else {
                throw PostgreSQLError(
                    .notAStore, object: "schema \(schema)", "another store's, or another shard of this one")
            }
        }
    }

    var load: ConnectionPool.Load { pool.load }

    func close() async { await pool.close() }

    /// Does something that may be done twice, again and again until the cluster answers or patience ends.
    ///
    /// - Parameters:
    ///   - reading: Whether nothing is changed: what a lost connection leaves unknown does not matter then.
    ///   - body: Is told whether an earlier attempt may have taken place.
    func perform<Value: Sendable>(
        _ object: @autoclosure () -> String, reading: Bool = false,
        _ body: @Sendable (Session, _ mayBeDone: Bool) async throws(PostgreSQLError) -> Value
    ) async throws(VaultError) -> Value {
        var unknown = false
        var pause: Int64 = 25
        var (paused, waited): (Int64, Int64) = (0, 0)
        let access = address.access
        // One limit more than patience: an answer that never came is always asked for once more.
        let mostWaited = access.patience + Int64(access.milliseconds)
        while true {
            let mayBeDone = unknown
            let result = await pool.run { session async throws(PostgreSQLError) in
                try await body(session, mayBeDone)
            }
            let error: PostgreSQLError
            switch result {
            case .success(let value): return value
            case .failure(let failure): error = failure
            }
            unknown = unknown || (error.mayHaveCommitted && !reading)
            waited += error.waited
            guard error.isTransient, !Task.isCancelled, paused < access.patience, waited < mostWaited else {
                counts.failed(error)
                throw error.vaultError(object(), unknown: unknown, reading: reading)
            }
            counts.retried()
            paused += pause
            guard (try? await Task.sleep(nanoseconds: UInt64(pause) * 1_000_000)) != nil else {
                throw PostgreSQLError(.cancelled).vaultError(object(), unknown: unknown)
            }
            pause = min(pause * 2, 1000)
        }
    }

    /// Reads of one vault, and whether it was here all the time.
    func read<Value: Sendable>(
        _ vault: VaultID, _ queries: [Query], _ visit: Visit,
        _ body: @escaping @Sendable ([Rows]) throws(PostgreSQLError) -> Value
    ) async throws(VaultError) -> Answer<Value> {
        // The look at where it is comes last: a vault that is here then, and by the move that is known, was here before.
        let scoped = [scope(vault)] + queries + [Query(statements.standing, [.octets(vault.octets)])]
        return try await perform("vault \(vault)", reading: true) { session, _ async throws(PostgreSQLError) in
            let rows = try await session.run(scoped)
            let found = Array(rows.dropFirst().dropLast())
            guard let standing = try Standing(rows.last, vault) else {
                return visit.isHome ? .value(try body(found)) : .elsewhere(nil, mayBeDone: false)
            }
            guard standing.moves == visit.moves else { return .elsewhere(standing, mayBeDone: false) }
            switch standing.state {
            case .here: return .value(try body(found))
            case .leaving:
                return .leaving(Result { () throws(PostgreSQLError) in try body(found) }, standing)
            case .gone, .arriving: return .elsewhere(standing, mayBeDone: false)
            }
        }
    }

    /// Changes of one vault, in one transaction. When an earlier attempt may have taken place, the head is written once
    /// more: that commit waits for the standbys, and with it everything before.
    ///
    /// - Parameter exclusive: Whether one such change waits for the other; they never wait for appends else.
    func change<Value: Sendable>(
        _ vault: VaultID, exclusive: Bool, _ queries: [Query], _ visit: Visit,
        _ body: @escaping @Sendable ([Rows]) throws(PostgreSQLError) -> Value
    ) async throws(VaultError) -> Answer<Value> {
        let lock = exclusive ? statements.lockVault : statements.holdVault
        let scoped = [scopeOfChange(vault), Query(lock, [.octets(vault.octets)])] + queries
        return try await perform("vault \(vault)") { session, mayBeDone async throws(PostgreSQLError) in
            let rows = try await session.run(scoped)
            let standing = try Standing(rows.count > 1 ? rows[1] : nil, vault)
            guard standing.map({ $0.state == .here }) ?? visit.isHome else {
                return .elsewhere(standing, mayBeDone: mayBeDone)
            }
            if mayBeDone { try await self.touch(vault, session) }
            return .value(try body(Array(rows.dropFirst(2))))
        }
    }

    /// Commits the head as it is.
    func touch(_ vault: VaultID, _ session: Session) async throws(PostgreSQLError) {
        _ = try await session.run([scopeOfChange(vault), Query(statements.touch, [.octets(vault.octets)])])
    }

    func scope(_ vault: VaultID) -> Query { Query(statements.scope, [.text(vault.description)]) }

    /// The beginning of every transaction that changes something.
    func scopeOfChange(_ vault: VaultID) -> Query { Query(statements.scopeOfChange, [.text(vault.description)]) }
}
