// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

extension Vault {
    /// Contents that one entry announces: a store can make up as many as it likes, an entry has an end.
    static let mostSwept = 32_768

    /// Deletes contents that nothing names: what crashes and interrupted uploads left.
    ///
    /// What is to go is announced in the journal first, up to 32,768 contents by an entry. Somebody whose upload is in flight
    /// and was announced finds that out when appending, and uploads again under a new id. No clock decides what is garbage. For
    /// the owner it also ends an erasure that was interrupted before its snapshot, and a rotation that was interrupted: keys
    /// that are still wrapped for an epoch that is over are renewed. And it makes the newest snapshot anew when a page of it
    /// cannot be read.
    ///
    /// - Returns: The contents that were deleted.
    /// - Throws: ``VaultError``: `notPermitted`, errors of the store.
    public func sweep(at time: Instant) async throws(VaultError) -> [ContentID] {
        var deleted: [ContentID] = []
        var last: ContentID?
        var attempt = 0
        while attempt < 1000 {
            attempt += 1
            try await refresh()
            try await loadDocuments()
            if last == nil { try await finishInterrupted(at: time) }
            guard let head = state.head else { return deleted }
            let unnamed = try await unnamedContents(after: last)
            // After the contents: a deposit's record is there before its content is, so that of every content that was seen
            // the record is seen too, or an entry has taken it in since, which the head tells below.
            let promised = unnamed.contents.isEmpty ? [] : try await contentsOfDeposits()
            let found = unnamed.contents.filter { !promised.contains($0) }
            if !found.isEmpty {
                guard state.head == head else { continue }
                do throws(VaultError) {
                    _ = try await append(operation: OperationID(random: random), at: time) {
                        (state) throws(VaultError) in
                        guard state.head == head else { throw VaultError(.conflict, "somebody else was faster") }
                        return Change(events: [.sweeping(found)], secret: try self.currentSecret())
                    }
                } catch {
                    guard error.code == .conflict else { throw error }
                    continue
                }
                // Once more, as a depositor may have come between: what is promised by now stays.
                let kept = try await contentsOfDeposits()
                let garbage = found.filter { !kept.contains($0) }
                try await store.deleteContents(garbage, of: id)
                deleted += garbage
            }
            guard let end = unnamed.end else { return deleted }
            last = end
            attempt = 0
        }
        throw VaultError(.busy, object: "vault \(id)", "others changed it all the time")
    }

    /// Ends an erasure and a rotation that were interrupted, and makes pages anew that do not hold, where the owner's key is
    /// at hand.
    private func finishInterrupted(at time: Instant) async throws(VaultError) {
        guard owner != nil else { return }
        if state.needsSnapshot { try await makeSnapshot(at: time) }
        var isUnfinished = state.core.epoch.isRotating
        if !isUnfinished { isUnfinished = try await formerKeys() > 0 }
        if isUnfinished { try await finishRotation(at: time, progress: nil) }
        // What nobody names is deleted all the same.
        try? await mendSnapshot(at: time)
    }

    /// Contents behind one that no version and no page names, at most as many as one entry announces.
    ///
    /// - Returns: Them, and the last content that was looked at; `nil` when there are no more.
    private func unnamedContents(
        after content: ContentID?
    ) async throws(VaultError) -> (contents: [ContentID], end: ContentID?) {
        let pages = try await livePages()
        var contents: [ContentID] = []
        var last = content
        while contents.count < Self.mostSwept {
            let limit = min(1024, Self.mostSwept - contents.count)
            let listed = try await store.contents(of: id, after: last, limit: limit)
            guard let end = listed.last, last.map({ $0 < end }) ?? true else { return (contents, nil) }
            last = end
            contents += listed.filter { content in
                state.catalogue?.names(content) != true && !pages.contains(content)
            }
        }
        return (contents, last)
    }

    private func livePages() async throws(VaultError) -> Set<ContentID> {
        guard let snapshot = state.snapshot else { return [] }
        if let pages, pages.sequence == snapshot.sequence { return pages.contents }
        let read = try await reader.indexes(of: snapshot.root, at: snapshot.sequence)
        if state.snapshot?.sequence == snapshot.sequence { pages = read }
        return read.contents
    }
}
