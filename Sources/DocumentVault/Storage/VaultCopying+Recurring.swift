// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

extension VaultCopying {
    /// Octets with which a sealed content begins, and those with which it ends: salt and commitment, and the last chunk's tag.
    private static let (headerSize, tagSize): (Int64, Int64) = (56, 16)

    /// Deletes from the copy contents under whose ids the source has others by now.
    ///
    /// A deposit's content has an id that follows from its ticket (format §12), so it comes again when the first one was
    /// discarded and its depositor left the document anew. The copy may have the first one, which none of its entries names:
    /// only contents of entries that the copy does not have yet are looked at, and only one that begins and ends otherwise is
    /// another one.
    ///
    /// - Parameter both: Contents that both stores have.
    /// - Returns: The contents that were deleted, to be carried over.
    /// - Throws: `damaged` for a content that differs from the copy's in one place only: either may be the whole one.
    func dropRecurring(
        _ both: Set<ContentID>, _ vault: VaultID, upTo head: JournalHead
    ) async throws(VaultError) -> Set<ContentID> {
        var dropped: Set<ContentID> = []
        guard !both.isEmpty else { return dropped }
        var next = (try await target.head(of: vault)?.sequence ?? -1) + 1
        while next <= head.sequence {
            let page = try await source.entries(of: vault, from: next, limit: 64)
            guard let last = page.last, last.sequence >= next else { return dropped }
            for entry in page where entry.sequence <= head.sequence && entry.payload != nil {
                let contents = try entry.contents()
                guard contents.count == 1, let id = contents.first, both.contains(id), !dropped.contains(id),
                    try await isAnother(id, vault)
                else { continue }
                try await target.deleteContents([id], of: vault)
                dropped.insert(id)
            }
            next = last.sequence + 1
        }
        return dropped
    }

    private func isAnother(_ id: ContentID, _ vault: VaultID) async throws(VaultError) -> Bool {
        guard let size = try await source.contentSize(id, of: vault),
            let copied = try await target.contentSize(id, of: vault)
        else { return false }
        guard size >= Self.headerSize + Self.tagSize, copied >= Self.headerSize + Self.tagSize else {
            return size != copied
        }
        func differs(_ here: Range<Int64>, _ there: Range<Int64>) async throws(VaultError) -> Bool {
            let own = try await source.content(id, of: vault, in: here)
            return try await target.content(id, of: vault, in: there) != own
        }
        let begins = try await differs(0..<Self.headerSize, 0..<Self.headerSize)
        let ends = try await differs(size - Self.tagSize..<size, copied - Self.tagSize..<copied)
        guard begins || ends || size != copied else { return false }
        guard begins, ends else {
            throw VaultError(.damaged, object: "content \(id)", "the copy has another one; one of both is damaged")
        }
        return true
    }
}
