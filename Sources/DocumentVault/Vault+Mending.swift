// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

extension Vault {
    /// Makes the newest snapshot anew when one of its pages cannot be read: the store lost or changed it, or an older program
    /// made it larger than readers take. Everything in it stands in the journal.
    ///
    /// - Throws: ``VaultError``: `notPermitted` without the owner's key; `damaged` when the journal does not hold either;
    ///   errors of the store.
    func mendSnapshot(at time: Instant) async throws(VaultError) {
        _ = try requireOwner()
        for _ in 0..<8 {
            try await refresh()
            guard let snapshot = state.snapshot else { return }
            do throws(VaultError) {
                return try await reader.check(snapshot.root, at: snapshot.sequence)
            } catch {
                guard error.object.hasPrefix("page ") || error.object.hasPrefix("snapshot") else { throw error }
            }
            try await refresh()
            // The next snapshot may have taken the pages away while they were read.
            guard state.snapshot?.sequence == snapshot.sequence else { continue }
            try await refoldFromGenesis()
            guard state.snapshot?.sequence == snapshot.sequence else { continue }
            rebuildsPages = true
            return try await makeSnapshot(at: time)
        }
        throw VaultError(.busy, object: "vault \(id)", "others changed it all the time")
    }
}

extension SnapshotReader {
    /// Reads every page of a snapshot.
    fileprivate func check(_ root: SnapshotRoot, at sequence: Int64) async throws(VaultError) {
        let indexes = try await indexes(of: root, at: sequence)
        let references = [root.state] + indexes.documents.all + indexes.hashes.all
        for start in stride(from: 0, to: references.count, by: Self.pagesPerRead) {
            _ = try await pages(references[start..<min(start + Self.pagesPerRead, references.count)])
        }
    }
}
