// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A kind of document that citizens hold and agencies ask for.
public struct DocumentType: Sendable, Hashable {
    /// Stable code, for example `birth-certificate`.
    public let code: String
    /// Number in the national list this catalogue starts from, 1 to 23; `nil` for additions and for `other`.
    public let number: Int?
    /// Name for people.
    public let name: Phrase
    /// Who may issue it.
    public let issuers: [IssuerKind]
    /// How long it holds when it states no last day.
    public let validity: ValidityRule
    /// A remark on the validity.
    public let validityRemark: Phrase?
    /// The form in which it usually comes.
    public let usualForm: Phrase
    /// How its content ranks as personal data.
    public let sensitivity: Sensitivity
    /// Names of the trust domains in which its issuers sign.
    ///
    /// A signature of any other domain (a citizen's own signature under a scan, say) proves nothing about the issuer, so
    /// it never raises the assurance of the document. Empty: no signature does.
    public let trustDomains: [String]
    /// Where an authority can look the same fact up itself.
    public let registers: [Register]
    /// What the document can supply to a form, by ``DocumentTypeField/id``, in the order of the catalogue.
    public let fields: [DocumentTypeField]

    private let fieldsByID: [String: DocumentTypeField]

    init(
        code: String, number: Int?, name: Phrase, issuers: [IssuerKind], validity: ValidityRule,
        validityRemark: Phrase?,
        usualForm: Phrase, sensitivity: Sensitivity, trustDomains: [String], registers: [Register],
        fields: [DocumentTypeField]
    ) {
        self.code = code
        self.number = number
        self.name = name
        self.issuers = issuers
        self.validity = validity
        self.validityRemark = validityRemark
        self.usualForm = usualForm
        self.sensitivity = sensitivity
        self.trustDomains = trustDomains
        self.registers = registers
        self.fields = fields
        fieldsByID = Dictionary(
            (DocumentTypeField.ofEveryDocument + fields).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// A field by its identifier, those of every document included.
    public func field(_ id: String) -> DocumentTypeField? { fieldsByID[id] }
}
