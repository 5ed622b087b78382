// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// That a person may act for the applicant, on what ground and in which days; established by the caller.
public struct Representation: Sendable, Hashable {
    /// Identifier of the person who acts, as documents name their subjects.
    public let person: String
    /// On what ground.
    public let ground: RepresentationGround
    /// First day; `nil`: always.
    public let from: CalendarDate?
    /// Last day, for example the eve of a child's 18th birthday; `nil`: no end.
    public let until: CalendarDate?

    /// States a representation.
    public init(
        person: String, ground: RepresentationGround, from: CalendarDate? = nil, until: CalendarDate? = nil
    ) {
        self.person = person
        self.ground = ground
        self.from = from
        self.until = until
    }

    /// Whether it holds on a day.
    public func isInForce(on date: CalendarDate) -> Bool {
        from.map { $0 <= date } ?? true && until.map { date <= $0 } ?? true
    }
}
