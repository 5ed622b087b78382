// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A version of a document, with the entry that brought it.
public struct StoredVersion: Sendable, Hashable {
    /// The version.
    public let version: DocumentVersion
    /// Number of its entry in the journal.
    public let entry: Int64
    /// Who signed the entry, and so answers for what the version says of itself.
    public let writer: WriterID
}

extension Vault {
    /// All versions of a document, the oldest first, and who stored each: a device or delegate may correct a document of the
    /// owner's, which ``read(_:version:)`` gives in every version.
    ///
    /// - Throws: As ``document(_:)``; `damaged` when an entry is another one than before.
    public func history(of document: DocumentID) async throws(VaultError) -> [StoredVersion] {
        let record = try await self.document(document)
        var history: [StoredVersion] = []
        for (version, sequence) in zip(record.versions, record.versionEntries) {
            let writer = try await event(at: sequence).entry.writer
            history.append(StoredVersion(version: version, entry: sequence, writer: writer))
        }
        return history
    }
}
