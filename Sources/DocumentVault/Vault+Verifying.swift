// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

extension Vault {
    /// Reads everything that the store has of this vault anew and says what holds.
    ///
    /// - Parameters:
    ///   - anchor: A head kept outside the store's administration.
    ///   - progress: Told after every page of entries and every piece of content.
    /// - Returns: What was found; a fault is not an error.
    /// - Throws: ``VaultError`` when the store cannot be read at all; `CancellationError`.
    public func verify(
        anchor: Anchor? = nil, progress: (@Sendable (VaultProgress) -> Void)? = nil
    ) async throws -> VaultReport {
        try await Self.verify(id, in: store, secrets: secrets, unlocked: nil, anchor: anchor, progress: progress)
    }

    /// Verifies a vault that may be too damaged to be opened; see ``verify(anchor:progress:)``.
    ///
    /// - Throws: ``VaultError``: `notFound`, `wrongSecret`, errors of the store; `CancellationError`.
    public static func verify(
        _ id: VaultID, in store: any VaultStore, unlocking secret: Unlocking, anchor: Anchor? = nil,
        progress: (@Sendable (VaultProgress) -> Void)? = nil
    ) async throws -> VaultReport {
        let unlocked = try await unlock(id, in: store, with: secret)
        return try await verify(
            id, in: store, secrets: unlocked.secrets, unlocked: unlocked, anchor: anchor, progress: progress)
    }

    private static func verify(
        _ id: VaultID, in store: any VaultStore, secrets: [Int64: EpochSecret], unlocked: Unlocked?, anchor: Anchor?,
        progress: (@Sendable (VaultProgress) -> Void)?
    ) async throws -> VaultReport {
        var problems: [VaultError] = []
        var state = VaultState(vault: id)
        do throws(VaultError) {
            try await JournalReading.fold(into: &state, from: store, opening: secrets) {
                progress?(VaultProgress(phase: .journal, done: $0, total: $1))
            }
            if let unlocked { try check(unlocked, against: state) }
            try await verifySlots(of: state, in: store)
        } catch {
            problems.append(error)
        }
        // What the intact part of the journal names is still read: the report says what can be saved.
        let reader = Vault(
            state, freshness: .unanchored, in: store, secrets: secrets, owner: nil, random: NoRandomness())
        let versions = state.order.flatMap { state.documents[$0]?.versions ?? [] }
        let total = versions.reduce(Int64(0)) { $0 &+ $1.size }
        var done: Int64 = 0
        var intact = 0
        for version in versions {
            do {
                let before = done
                try await reader.content(of: version).forEachPiece { piece in
                    done += Int64(piece.count)
                    progress?(VaultProgress(phase: .contents, done: done, total: total))
                }
                done = before &+ version.size
                intact += 1
            } catch let error as VaultError {
                // The document's id tells the owner which paper is affected; the store knows contents only.
                problems.append(
                    VaultError(error.code, object: "document \(version.document), \(error.object)", error.detail))
            }
        }
        return VaultReport(
            freshness: JournalReading.freshness(of: state, against: anchor), head: state.head,
            documents: state.order.count, intactVersions: intact, lastWriter: state.lastWriter, problems: problems)
    }

    private static func verifySlots(of state: VaultState, in store: any VaultStore) async throws(VaultError) {
        var expected = state.slots.map(\.digest)
        for bytes in try await store.slots(of: state.vault) {
            let digest = try Digest32(of: bytes)
            guard let index = expected.firstIndex(of: digest) else {
                throw VaultError(.damaged, object: "slot", "the store has a slot that the owner did not announce")
            }
            expected.remove(at: index)
        }
        guard expected.isEmpty else {
            throw VaultError(.damaged, object: "slot", "the store lacks \(expected.count) slots")
        }
    }
}
