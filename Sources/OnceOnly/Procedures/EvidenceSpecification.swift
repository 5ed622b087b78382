// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// One document that a requirement asks for (CCCEV: an evidence type of an evidence type list).
public struct EvidenceSpecification: Sendable, Hashable {
    /// Code of the ``DocumentType``.
    public let documentType: String
    /// Whom the document must concern: any of these.
    public let subjects: [SubjectRole]
    /// The forms that the authority accepts.
    public let forms: [EvidenceForm]
    /// The least proof of origin.
    public let minimumAssurance: EvidenceAssurance
    /// The document may be at most this many calendar months old on the day of the plan; `nil`: any age.
    public let freshnessMonths: Int?
    /// Kinds of issuer that are accepted; empty: those of the document type.
    public let issuers: [IssuerKind]
    /// Trust domains in which the signature must be, narrower than those of the type; empty: those of the type.
    public let trustDomains: [String]
    /// Values that fields of the document must have.
    public let fieldValues: [String: String]
    /// The document is made within the dossier (an application form), never taken from the vault.
    public let madeInDossier: Bool
}
