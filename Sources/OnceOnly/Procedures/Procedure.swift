// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// One version of an administrative procedure: what it requires, and what its form asks.
public struct Procedure: Sendable, Hashable {
    /// The application form.
    public struct Form: Sendable, Hashable {
        /// Identifier of the form, for example `CT01`.
        public let id: String
        /// Name for people.
        public let name: Phrase
        /// The fields in the order of the form.
        public let fields: [FormField]
    }

    /// Code on the national catalogue of procedures, for example `1.004222`.
    public let code: String
    /// Whether the code was found in more than one public source; see ``source``.
    public let isCodeVerified: Bool
    /// Other codes under which the procedure is found.
    public let otherCodes: [String]
    /// Version of this definition; a dossier stays bound to the one in force when it was accepted.
    public let version: String
    /// First day in force.
    public let effectiveFrom: CalendarDate
    /// Last day in force; `nil`: still in force.
    public let effectiveUntil: CalendarDate?
    /// Name for people.
    public let name: Phrase
    /// Who decides.
    public let authority: IssuerKind
    /// Working days the authority has, where known.
    public let workingDays: Int?
    /// What the definition rests on and what was not checked.
    public let source: Phrase
    /// Codes of the document types that the procedure produces.
    public let results: [String]
    /// Questions that decide what applies.
    public let questions: [Question]
    /// What must be proven.
    public let requirements: [Requirement]
    /// The application form.
    public let form: Form

    /// Whether this version is in force on a day.
    public func isInForce(on date: CalendarDate) -> Bool {
        effectiveFrom <= date && effectiveUntil.map { date <= $0 } ?? true
    }
}
