// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

/// Signatures of entries that were checked ahead of the fold, by several tasks at once.
///
/// Checking them is most of the work of opening a vault, and the only part that need not wait for the entry before. Under
/// which key an entry must hold is known only when its turn comes: what was checked under another one counts for nothing.
struct CheckedSignatures: Sendable {
    private struct Held {
        let hash: Digest32
        let key: VaultVerificationKey
    }

    private var held: [Int64: Held] = [:]
    /// Entries for each task.
    private static let perTask = 12

    /// None.
    init() {}

    /// Checks the entries of a page under the keys that their writers have as things stand.
    static func ahead(
        _ page: [StoredEntry], owner: VaultVerificationKey?, writers: [WriterID: VaultWriter]
    ) async -> CheckedSignatures {
        var checked = CheckedSignatures()
        guard page.count > perTask else { return checked }
        let parts = stride(from: 0, to: page.count, by: perTask).map { page[$0..<min($0 + perTask, page.count)] }
        let results = await withTaskGroup { group in
            for part in parts { group.addTask { await holding(part, owner, writers) } }
            return await group.reduce(into: [:]) { $0.merge($1) { $1 } }
        }
        checked.held = results
        return checked
    }

    /// Whether exactly this entry was found to hold under exactly this key.
    func holds(_ entry: JournalEntry, under key: VaultVerificationKey) -> Bool {
        guard let found = held[entry.sequence] else { return false }
        return found.hash == entry.hash && found.key == key
    }

    @concurrent private static func holding(
        _ part: ArraySlice<StoredEntry>, _ owner: VaultVerificationKey?, _ writers: [WriterID: VaultWriter]
    ) async -> [Int64: Held] {
        var held: [Int64: Held] = [:]
        for stored in part {
            // What cannot be read is named when its turn comes.
            guard let entry = try? JournalEntry(parsing: stored.entry, object: ""),
                let key = entry.writer == .owner ? owner ?? entry.genesis?.ownerKey : writers[entry.writer]?.key,
                entry.isSigned(by: key)
            else { continue }
            held[entry.sequence] = Held(hash: entry.hash, key: key)
        }
        return held
    }
}
