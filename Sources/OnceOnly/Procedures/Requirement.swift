// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Something the applicant must prove (CCCEV: requirement).
public struct Requirement: Sendable, Hashable {
    /// Identifier within the procedure.
    public let id: String
    /// Name for people.
    public let name: Phrase
    /// When the requirement applies; `nil`: always.
    public let condition: Condition?
    /// The ways to meet it: all documents of one list (AND), of any one list (OR); the first list is preferred.
    public let lists: [[EvidenceSpecification]]
}
