// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import DossierCore

/// A document as `vault show` prints it: the newest version, and a line for each of all.
struct ShownDocument: Encodable {
    let row: DocumentRow
    let versions: [Version]

    struct Version: Encodable {
        let assurance: String, entry: Int64, name: String, sha256: String, size: Int64, storedAt: Instant
        let versionId: String
        /// Zeros for the owner.
        let writer: String

        init(_ stored: StoredVersion) {
            let version = stored.version
            (assurance, entry, name) = (version.provenance.assurance.rawValue, stored.entry, version.metadata.name)
            (sha256, size, storedAt) = (version.sha256.description, version.size, version.storedAt)
            (versionId, writer) = (version.id.description, stored.writer.description)
        }
    }

    private enum Key: String, CodingKey { case versions }

    func encode(to encoder: any Encoder) throws {
        try row.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(versions, forKey: .versions)
    }
}
