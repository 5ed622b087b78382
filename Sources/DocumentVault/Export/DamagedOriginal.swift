// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A document that an archive of originals lacks, because its content or key does not hold.
public struct DamagedOriginal: Sendable, Hashable {
    /// The document.
    public let document: DocumentID
    /// Its name, as its metadata have it.
    public let name: String
    /// What does not hold, and where.
    public let fault: VaultError

    public func hash(into hasher: inout Hasher) { hasher.combine(document) }
}
