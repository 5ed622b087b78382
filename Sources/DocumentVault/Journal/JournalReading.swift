// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Reading and folding a journal from its genesis.
enum JournalReading {
    /// Entries per read.
    static let pageSize = 256

    /// The fold of everything that the store shows, checked up to its head.
    ///
    /// - Parameter progress: Told the number of entries read and the number there are.
    /// - Throws: ``VaultError`` at the first entry that does not hold, with the fold up to there in `state`.
    static func fold(
        into state: inout VaultState, from store: any VaultStore, opening secrets: [Int64: EpochSecret],
        progress: (Int64, Int64) -> Void = { _, _ in }
    ) async throws(VaultError) {
        guard let head = try await store.head(of: state.vault) else {
            throw VaultError(.notFound, object: "vault \(state.vault)", "the store does not have it")
        }
        while (state.head?.sequence ?? -1) < head.sequence {
            let next = (state.head?.sequence ?? -1) + 1
            let page = try await store.entries(of: state.vault, from: next, limit: pageSize)
            guard !page.isEmpty else {
                throw VaultError(.damaged, object: "entry \(next)", "missing; the store's head is \(head.sequence)")
            }
            for stored in page where stored.sequence <= head.sequence {
                try state.apply(stored, opening: secrets)
            }
            progress((state.head?.sequence ?? -1) + 1, head.sequence + 1)
        }
        guard state.head == head else {
            throw VaultError(.damaged, object: "entry \(head.sequence)", "the store's head is not its hash")
        }
    }

    /// How a fold compares with an anchor.
    static func freshness(of state: VaultState, against anchor: Anchor?) -> Freshness {
        guard let anchor else { return .unanchored }
        guard anchor.vault == state.vault else { return .forked }
        guard anchor.head.sequence < Int64(state.hashes.count) else { return .rolledBack }
        return state.hashes[Int(anchor.head.sequence)] == anchor.head.hash ? .anchored : .forked
    }
}
