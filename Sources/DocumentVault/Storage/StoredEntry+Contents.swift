// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

extension StoredEntry {
    /// The contents that the entry brings (format §3), as it says them; no key is needed and no signature is checked.
    ///
    /// Not all contents that a vault needs: those of deposits that wait are named by sealed records alone.
    ///
    /// - Throws: ``VaultError`` with code `damaged`.
    public func contents() throws(VaultError) -> [ContentID] {
        try JournalEntry(parsing: entry, object: "entry \(sequence)").contents
    }
}
