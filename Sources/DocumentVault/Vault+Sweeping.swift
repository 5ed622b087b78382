// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

extension Vault {
    /// Deletes contents that nothing names: what crashes and interrupted uploads left.
    ///
    /// What is to go is announced in the journal first. Somebody whose upload is in flight and was announced finds that
    /// out when appending, and uploads again under a new id. No clock decides what is garbage. For the owner it also ends
    /// an erasure that was interrupted before its snapshot, and a rotation that was interrupted: keys that are still wrapped for
    /// an epoch that is over are renewed.
    ///
    /// - Returns: The contents that were deleted.
    /// - Throws: ``VaultError``: `notPermitted`, errors of the store.
    public func sweep(at time: Instant) async throws(VaultError) -> [ContentID] {
        for _ in 0..<1000 {
            try await refresh()
            try await loadDocuments()
            if owner != nil, state.needsSnapshot { try await makeSnapshot(at: time) }
            var isUnfinished = state.core.epoch.isRotating
            if owner != nil, !isUnfinished { isUnfinished = try await formerKeys() > 0 }
            if owner != nil, isUnfinished { try await finishRotation(at: time, progress: nil) }
            guard let head = state.head else { return [] }
            var unnamed: [ContentID] = []
            let pages = try await livePages()
            var last: ContentID?
            while true {
                let listed = try await store.contents(of: id, after: last, limit: 1024)
                guard let end = listed.last, last.map({ $0 < end }) ?? true else { break }
                last = end
                unnamed += listed.filter { content in
                    state.catalogue?.names(content) != true && !pages.contains(content)
                }
            }
            guard !unnamed.isEmpty else { return [] }
            // After the contents: a deposit's record is there before its content is, so that of every content that was seen
            // the record is seen too, or an entry has taken it in since, which the head tells below.
            let promised = try await contentsOfDeposits()
            let garbage = unnamed.filter { !promised.contains($0) }
            guard !garbage.isEmpty else { return [] }
            guard state.head == head else { continue }
            let found = garbage
            do throws(VaultError) {
                _ = try await append(operation: OperationID(random: random), at: time) { (state) throws(VaultError) in
                    guard state.head == head else { throw VaultError(.conflict, "somebody else was faster") }
                    return Change(events: [.sweeping(found)], secret: try self.currentSecret())
                }
            } catch {
                guard error.code == .conflict else { throw error }
                continue
            }
            // Once more, as a depositor may have come between: what is promised by now stays.
            let kept = try await contentsOfDeposits()
            let deleted = found.filter { !kept.contains($0) }
            try await store.deleteContents(deleted, of: id)
            return deleted
        }
        throw VaultError(.busy, object: "vault \(id)", "others changed it all the time")
    }

    private func livePages() async throws(VaultError) -> Set<ContentID> {
        guard let snapshot = state.snapshot else { return [] }
        if let pages, pages.sequence == snapshot.sequence { return pages.contents }
        let read = try await reader.indexes(of: snapshot.root, at: snapshot.sequence)
        if state.snapshot?.sequence == snapshot.sequence { pages = read }
        return read.contents
    }
}
