// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
import DossierCore
public import OnceOnly

extension Representation {
    /// What a vault's mandate says to a procedure: that its holder acts for the applicant, on what ground and in which days.
    ///
    /// `nil` for the owner's own device, which represents nobody. Days are those of Vietnam; a mandate that begins or ends
    /// within a day holds for the whole of it here, and to the second where a grant is released.
    ///
    /// - Parameters:
    ///   - mandate: A mandate whose signature was checked.
    ///   - person: Identifier of its holder, as documents name their subjects; established by the caller.
    public init?(_ mandate: Mandate, person: String) {
        let ground: RepresentationGround
        switch mandate.ground {
        case .ownDevice: return nil
        case .parent: ground = .parent
        case .guardian: ground = .guardian
        case .powerOfAttorney, .seat: ground = .powerOfAttorney
        case .appointment: ground = .appointment
        case .legalRepresentative: ground = .legalRepresentative
        }
        self.init(
            person: person, ground: ground, from: mandate.notBefore.date(atOffset: vietnamOffset),
            until: mandate.notAfter.date(atOffset: vietnamOffset))
    }
}
