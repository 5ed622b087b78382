// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault

/// What one cluster says of a vault: whether it lies there, and where else it does.
///
/// Every vault has a row in the cluster that its id says (its home), for good: either the vault lies there, or the row says
/// where. A cluster that a vault is moved to has a row from the first step on, one that it was moved from until its home says
/// the new place.
struct Standing: Sendable, Equatable {
    enum State: Int64, Sendable {
        /// It lies here and is written here; ``Standing/shard`` is where it is about to be moved to, if anywhere.
        case here = 0
        /// It is written nowhere for a moment: everything is here, and is being compared with ``Standing/shard``.
        case leaving = 1
        /// It lies in ``Standing/shard``.
        case gone = 2
        /// It is being copied here from ``Standing/shard``, where it lies.
        case arriving = 3
    }

    let state: State
    let shard: Int?
    /// Number of the move that brought the vault here, or is to bring it, or took it away; it never becomes smaller. A vault
    /// that was read between two looks at the same number was here all the time.
    let moves: Int64

    init(state: State, shard: Int?, moves: Int64) {
        self.state = state
        self.shard = shard
        self.moves = moves
    }

    /// Reads a row of ``Statements/standing``; `nil` when there is none.
    init?(_ rows: Rows?, _ vault: VaultID) throws(PostgreSQLError) {
        guard let rows else { throw PostgreSQLError(.unexpected) }
        guard rows.count > 0 else { return nil }
        guard let state = State(rawValue: try rows.number(0, 0)) else {
            throw PostgreSQLError(.damaged, object: "vault \(vault)", "where the store says that it is")
        }
        let shard = try rows.optionalOctets(0, 1) == nil ? nil : Int(clamping: try rows.number(0, 1))
        guard state == .here || shard.map({ $0 >= 0 }) == true else {
            throw PostgreSQLError(.damaged, object: "vault \(vault)", "where the store says that it is")
        }
        self.init(state: state, shard: shard, moves: try rows.number(0, 2))
    }
}

extension Standing {
    /// Whether the move that a cluster speaks of has not taken place, this being the row where it leads to: it is being
    /// copied, or was given up.
    func isUnfinished(after leaving: Standing) -> Bool {
        moves == leaving.moves + 1 && (state == .arriving || state == .gone)
    }
}

/// What came of asking a cluster for a vault.
enum Answer<Value: Sendable>: Sendable {
    case value(Value)
    /// What was read, which holds as long as the vault has not arrived where it goes.
    case leaving(Result<Value, PostgreSQLError>, Standing)
    /// It is not here, or was not all the time; nothing was changed. `nil` when the cluster does not know it.
    case elsewhere(Standing?, mayBeDone: Bool)
}

/// One cluster that is asked for a vault.
struct Visit: Sendable {
    let cluster: Cluster
    /// Whether the vault's id says this cluster.
    let isHome: Bool
    /// The move after which the vault was last seen here; 0 for one that never moved.
    let moves: Int64
    /// Whether an earlier attempt, there or elsewhere, may have taken place.
    let mayBeDone: Bool
}
