// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// What can go wrong with certificates, their revocation and time, one thing at a time.
public enum TestFault: String, Sendable, Hashable, CaseIterable {
    /// The subscriber's certificate ended a day before. A signature now must be refused.
    case expired
    /// The certificate is on hold (certificateHold) since a day before. Refused while the hold lasts.
    case hold
    /// The certificate was revoked a day before, for keyCompromise. Refused.
    case revokedBefore = "revoked-before"
    /// The certificate is revoked a day later, as information issued two days later tells. It holds at the instant.
    case revokedAfter = "revoked-after"
    /// The only information is an OCSP response by a responder of another authority. Nothing is known: left open.
    case wrongResponder = "wrong-responder"
    /// The authority's list should have been replaced 30 days before. Left open.
    case staleList = "stale-list"
    /// The authority signed the certificate over SHA-1. The path holds; a policy of algorithms refuses it.
    case sha1 = "sha-1"
    /// The certificate is for time-stamping only. Refused for signing documents.
    case wrongExtendedKeyUsage = "wrong-eku"
    /// The authority has a second certificate for the same key and name; the subscriber's is older. It holds.
    case renewedSameKey = "ca-renewed-same-key"
    /// The authority has a new key under the same name and signs its lists with it. It holds.
    case rekeyedSameName = "ca-rekeyed-same-name"
    /// The signer's clock shows local time of Vietnam as if it were UTC: the claimed time is 7 hours ahead.
    case signingTimeAhead = "signing-time-ahead"
    /// The time-stamp authority answers after 200 seconds, later than the usual limit of 180.
    case slowTimeStamps = "slow-tsa"
    /// The time-stamp authority never answers.
    case deadTimeStamps = "dead-tsa"
}
