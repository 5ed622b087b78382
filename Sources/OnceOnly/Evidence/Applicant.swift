// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The person for whom a procedure is carried out, and the persons related to that person, by opaque identifiers.
public struct Applicant: Sendable, Hashable {
    /// Identifier of the person, as documents name their subjects.
    public let id: String
    /// Identifiers of related persons by their role.
    public let related: [SubjectRole: [String]]

    /// Names an applicant and the applicant's relations; who a person is has been established by the caller.
    public init(id: String, related: [SubjectRole: [String]] = [:]) {
        self.id = id
        self.related = related
    }

    /// Whether any of a document's subjects stands in any of some roles.
    func isConcerned(by subjects: [String], as roles: [SubjectRole]) -> Bool {
        roles.contains { role in
            subjects.contains { (role == .applicant && $0 == id) || related[role]?.contains($0) ?? false }
        }
    }
}
