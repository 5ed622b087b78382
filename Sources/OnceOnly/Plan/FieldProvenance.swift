// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Where a prefilled value comes from, and how well that is proven.
public struct FieldProvenance: Sendable, Hashable, Codable {
    /// The document.
    public let evidence: EvidenceReference
    /// ``DocumentTypeField/id`` within its type.
    public let field: String
    /// How the value is written.
    public let kind: DocumentTypeField.Kind
    /// Name of the issuer.
    public let issuer: String?
    /// Day of issue.
    public let issuedOn: CalendarDate?
    /// How well the origin is proven.
    public let assurance: EvidenceAssurance
    /// What the last verification said about the signature.
    public let signature: EvidenceSignature.Verdict
    /// Common name of the signer.
    public let signer: String?
    /// In what form the document is held.
    public let form: EvidenceForm
    /// Whether it was born electronic.
    public let confidence: DigitisationConfidence
    /// The plan discloses the document itself; otherwise the authority sees the value only.
    public let isDisclosed: Bool
}
