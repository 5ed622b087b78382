// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
public import PKIX

extension TimeStampAuthority {
    /// The authority with its clock stopped.
    ///
    /// - Parameter time: The time of every token.
    public func stamping(at time: Instant) -> StoppedTimeStampAuthority {
        StoppedTimeStampAuthority(authority: self, time: time)
    }
}

/// A test time-stamp authority of which every token bears the same time.
public struct StoppedTimeStampAuthority: TimeStamping {
    /// The authority.
    public var authority: TimeStampAuthority
    /// The time of every token.
    public var time: Instant

    public func token(for imprint: MessageImprint) async throws -> TimeStampToken {
        try TimeStampToken(parsing: authority.token(for: TimeStampRequest(imprint), at: time))
    }
}
