// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The person for whom a procedure is carried out, and the persons related to that person, by opaque identifiers.
public struct Applicant: Sendable, Hashable {
    /// Identifier of the person, as documents name their subjects.
    public let id: String
    /// Identifiers of related persons by their role.
    ///
    /// A ``SubjectRole/representative`` named here has no stated ground, and does not meet a requirement that names
    /// grounds.
    public let related: [SubjectRole: [String]]
    /// Who acts for the applicant, with ground and days.
    public let representations: [Representation]

    /// Names an applicant and the applicant's relations; who a person is has been established by the caller.
    public init(id: String, related: [SubjectRole: [String]] = [:], representations: [Representation] = []) {
        self.id = id
        self.related = related
        self.representations = representations
    }
}
