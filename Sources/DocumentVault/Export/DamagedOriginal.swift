// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A document whose newest version an archive of originals lacks, because its content or key does not hold.
public struct DamagedOriginal: Sendable, Hashable {
    /// The document.
    public let document: DocumentID
    /// Its name, as its metadata have it.
    public let name: String
    /// What does not hold, and where.
    public let fault: VaultError
    /// The older version that the archive has in its place, the newest that can be read; `nil` when there is none.
    public let instead: VersionID?

    public func hash(into hasher: inout Hasher) { hasher.combine(document) }
}
