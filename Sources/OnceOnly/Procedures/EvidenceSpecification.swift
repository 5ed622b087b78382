// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

/// One document that a requirement asks for (CCCEV: an evidence type of an evidence type list).
public struct EvidenceSpecification: Sendable, Hashable {
    /// Code of the ``DocumentType``.
    public let documentType: String
    /// Whom the document must concern: any of these, or each of them, see ``concernsEverySubject``.
    public let subjects: [SubjectRole]
    /// The document must concern a person of each role of ``subjects``.
    public let concernsEverySubject: Bool
    /// Grounds on which a representative must act to count as one; empty: any, a ground that is not stated included.
    public let grounds: [RepresentationGround]
    /// The forms that the authority accepts.
    ///
    /// Where ``EvidenceForm/scan`` is not among them, an original must be proven: one that its holder merely declares
    /// is ``RejectionReason/unverified``.
    public let forms: [EvidenceForm]
    /// The least proof of origin.
    public let minimumAssurance: EvidenceAssurance
    /// The document may be at most this many calendar months old on the day of the plan; `nil`: any age.
    public let freshnessMonths: Int?
    /// The document may be at most this many days old on the day of the plan; `nil`: any age.
    public let freshnessDays: Int?
    /// Kinds of issuer that are accepted; empty: those of the document type.
    public let issuers: [IssuerKind]
    /// Administrative levels of issuer that are accepted; empty: any. The kind of the issuer must then be known.
    public let issuerLevels: [IssuerLevel]
    /// Trust domains in which the signature must be, narrower than those of the type; empty: those of the type.
    public let trustDomains: [String]
    /// Values that fields of the document must have.
    public let fieldValues: [String: String]
    /// Fields whose values the authority takes instead of the document itself; empty: the document is needed.
    public let sufficientFields: [String]
    /// The document is made within the dossier (an application form), never taken from the vault.
    public let madeInDossier: Bool

    /// The members above as bits, so that thousands of requirements can be held against a vault.
    let masks: Masks

    struct Masks: Sendable, Hashable {
        let subjects: UInt8
        let grounds: UInt8
        let forms: UInt8
        /// Nought: those of the type.
        let issuers: UInt32
        /// Nought: any.
        let levels: UInt8
    }

    init(
        documentType: String, subjects: [SubjectRole], concernsEverySubject: Bool = false,
        grounds: [RepresentationGround] = [], forms: [EvidenceForm], minimumAssurance: EvidenceAssurance,
        freshnessMonths: Int? = nil, freshnessDays: Int? = nil, issuers: [IssuerKind] = [],
        issuerLevels: [IssuerLevel] = [], trustDomains: [String] = [], fieldValues: [String: String] = [:],
        sufficientFields: [String] = [], madeInDossier: Bool
    ) {
        self.documentType = documentType
        self.subjects = subjects
        self.concernsEverySubject = concernsEverySubject
        self.grounds = grounds
        self.forms = forms
        self.minimumAssurance = minimumAssurance
        self.freshnessMonths = freshnessMonths
        self.freshnessDays = freshnessDays
        self.issuers = issuers
        self.issuerLevels = issuerLevels
        self.trustDomains = trustDomains
        self.fieldValues = fieldValues
        self.sufficientFields = sufficientFields
        self.madeInDossier = madeInDossier
        masks = Masks(
            subjects: subjects.mask(), grounds: grounds.mask(), forms: forms.mask(), issuers: issuers.mask(),
            levels: issuerLevels.mask())
    }
}

extension EvidenceSpecification {
    /// The last day on which a document is fresh enough; `nil`: always.
    func lastFreshDay(issuedOn date: CalendarDate?) -> CalendarDate? {
        guard let date else { return nil }
        if let freshnessDays { return date.adding(days: freshnessDays) }
        return freshnessMonths.map { date.adding(months: $0) }
    }
}

extension CaseIterable where Self: Equatable {
    /// One bit, by the place among all cases; no list of this module is longer than 32.
    func bit<Bits: FixedWidthInteger>() -> Bits {
        Self.allCases.enumerated().first { $0.element == self }.map { 1 << Bits($0.offset) } ?? 0
    }
}

extension Sequence where Element: CaseIterable & Equatable {
    /// The bits of all elements.
    func mask<Bits: FixedWidthInteger>() -> Bits { reduce(0) { $0 | $1.bit() } }
}
