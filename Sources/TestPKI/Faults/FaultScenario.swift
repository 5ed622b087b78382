// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
public import PKIX

/// A subscriber and everything around him with one fault, and what a verifier must find.
public struct FaultScenario: Sendable {
    /// The fault.
    public let fault: TestFault
    /// The instant of judgement.
    public let time: Instant
    /// The subscriber, with the key of the usual citizen.
    public var subscriber: TestSubscriber
    /// What a verifier is given: authorities, lists, responses.
    public var material: ValidationMaterial
    /// The time that a signature claims.
    public var claimedSigningTime: Instant
    /// The time-stamp authority.
    public var timeStampAuthority: TimeStampAuthority
    /// The outcome of the subscriber's path for signing at ``time`` with revocation required.
    public var outcome: PathResult.Outcome
    /// The rule that is broken; `nil` when the path holds.
    public var rule: PathRule?
}
