// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Follows entries from the first on, as far as that needs no key (format §3): each names the one before, and the hash of
/// its payload.
struct EntryChain {
    private var last: JournalHead?

    /// - Parameter last: The entry that the first one to be followed continues; `nil` for the first of all.
    init(after last: JournalHead? = nil) { self.last = last }

    /// - Throws: `damaged` for an entry that does not continue the ones before or a payload that is not its own.
    mutating func follow(_ stored: StoredEntry) throws(VaultError) {
        let object = "entry \(stored.sequence)"
        let entry = try JournalEntry(parsing: stored.entry, object: object)
        guard entry.sequence == (last?.sequence ?? -1) + 1, entry.sequence == stored.sequence,
            last.map({ $0.hash == entry.previous }) ?? true, entry.operation == stored.operation
        else { throw VaultError(.damaged, object: object, "it does not continue the entry before") }
        if let payload = stored.payload, try Digest32(of: payload) != entry.payloadHash {
            throw VaultError(.damaged, object: object, "its payload is another")
        }
        last = entry.head
    }
}
