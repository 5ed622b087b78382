// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// What the engine needs to know of one version of a document: its record and its data, not its bytes.
public struct Evidence: Sendable, Hashable, Codable {
    /// Identifier of the document in the vault.
    public var id: String
    /// Number of the version, from 1.
    public var version: Int
    /// Code of the ``DocumentType``.
    public var documentType: String
    /// The holder's name for the document.
    public var name: String
    /// Number and sign of the document.
    public var number: String?
    /// Day of issue.
    public var issuedOn: CalendarDate?
    /// Last day of validity that the document states.
    public var validUntil: CalendarDate?
    /// Who issued it.
    public var issuer: EvidenceIssuer
    /// How well the origin is proven, as stored with the document.
    public var assurance: EvidenceAssurance
    /// In what form it is held.
    public var form: EvidenceForm
    /// Opaque identifiers of the persons whom the document concerns; a document that names nobody is never offered.
    public var subjects: [String]
    /// Where the version stands in its life.
    public var status: EvidenceStatus
    /// What the last verification said about its signature.
    public var signature: EvidenceSignature
    /// The data read from it.
    public var fields: [EvidenceField]
    /// Whether it was born electronic.
    public var confidence: DigitisationConfidence

    /// Describes a document version.
    public init(
        id: String, version: Int, documentType: String, name: String, number: String? = nil,
        issuedOn: CalendarDate? = nil, validUntil: CalendarDate? = nil, issuer: EvidenceIssuer,
        assurance: EvidenceAssurance,
        form: EvidenceForm, subjects: [String], status: EvidenceStatus = .active, signature: EvidenceSignature = .none,
        fields: [EvidenceField] = [], confidence: DigitisationConfidence
    ) {
        self.id = id
        self.version = version
        self.documentType = documentType
        self.name = name
        self.number = number
        self.issuedOn = issuedOn
        self.validUntil = validUntil
        self.issuer = issuer
        self.assurance = assurance
        self.form = form
        self.subjects = subjects
        self.status = status
        self.signature = signature
        self.fields = fields
        self.confidence = confidence
    }

    /// The name by which plans speak of this version.
    public var reference: EvidenceReference {
        EvidenceReference(id: id, version: version, documentType: documentType, name: name)
    }

    /// The values of each field, without blank ones, in the order of their text; fields of every document included.
    var valuesByField: [String: [String]] {
        var values: [String: [String]] = [:]
        for field in fields where !field.value.isBlank { values[field.name, default: []].append(field.value) }
        // By bytes: composed and decomposed spellings are equal as strings, and would keep the order of the input.
        for name in values.keys { values[name]?.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
        // The record stands above what was read from the content under the same name.
        for (name, value) in [
            ("number", number), ("issuedOn", issuedOn?.description), ("validUntil", validUntil?.description),
            ("issuerName", issuer.name),
        ] {
            values[name] = value.flatMap { $0.isBlank ? nil : [$0] }
        }
        return values
    }
}
