// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A field of a procedure's application form.
public struct FormField: Sendable, Hashable {
    /// Where a value can come from.
    public struct Source: Sendable, Hashable {
        /// Code of the document type.
        public let documentType: String
        /// ``DocumentTypeField/id`` within that type.
        public let field: String
        /// Whom the document must concern: any of these.
        public let subjects: [SubjectRole]
        /// When the source may be used; an unanswered question means not.
        public let condition: Condition?
        /// Used only when no other source has a value; a differing value is shown, but is no conflict.
        public let isFallback: Bool
        /// ``subjects`` as bits.
        let subjectMask: UInt8

        init(documentType: String, field: String, subjects: [SubjectRole], condition: Condition?, isFallback: Bool) {
            self.documentType = documentType
            self.field = field
            self.subjects = subjects
            self.condition = condition
            self.isFallback = isFallback
            subjectMask = subjects.mask()
        }
    }

    /// Identifier within the form.
    public let id: String
    /// Name for people.
    public let name: Phrase
    /// The form is incomplete without it.
    public let isRequired: Bool
    /// When the field is asked; `nil`: always.
    public let condition: Condition?
    /// The least proof of origin a document must have to fill this field.
    public let minimumAssurance: EvidenceAssurance
    /// Where values come from, best first; empty: typed by the applicant.
    public let sources: [Source]
}
