// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A document that the dossier would disclose, and what for.
public struct Disclosure: Sendable, Hashable, Codable {
    /// The document.
    public let evidence: EvidenceReference
    /// Identifiers of the requirements that it meets.
    public let requirements: [String]
    /// The fields whose values the authority takes instead of the document itself; empty: the document is disclosed.
    public let fields: [String]
    /// How its content ranks as personal data; a consent must name sensitive data.
    public let sensitivity: Sensitivity
}
