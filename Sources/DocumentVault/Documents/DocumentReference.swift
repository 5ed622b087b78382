// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Names one version of one document of one vault.
public struct DocumentReference: Sendable, Hashable {
    /// The vault.
    public let vault: VaultID
    /// The document.
    public let document: DocumentID
    /// The version.
    public let version: VersionID

    /// Makes a reference.
    public init(vault: VaultID, document: DocumentID, version: VersionID) {
        self.vault = vault
        self.document = document
        self.version = version
    }
}
