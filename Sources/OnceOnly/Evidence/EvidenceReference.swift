// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Names one version of one document, and what it is.
public struct EvidenceReference: Sendable, Hashable, Codable {
    /// Identifier of the document in the vault.
    public let id: String
    /// Number of the version, from 1.
    public let version: Int
    /// Code of the document type.
    public let documentType: String
    /// The holder's name for the document.
    public let name: String
}
