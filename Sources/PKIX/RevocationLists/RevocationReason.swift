// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// CRLReason (RFC 5280 §5.3.1).
public enum RevocationReason: Int, Sendable, Hashable {
    /// No reason given.
    case unspecified = 0
    /// The subject's key was compromised.
    case keyCompromise = 1
    /// The authority's key was compromised.
    case caCompromise = 2
    /// The subject left the organisation.
    case affiliationChanged = 3
    /// Replaced by another certificate.
    case superseded = 4
    /// No longer needed.
    case cessationOfOperation = 5
    /// Suspended; may become good again.
    case certificateHold = 6
    /// Taken off the list again (delta lists only).
    case removeFromCRL = 8
    /// A right was withdrawn.
    case privilegeWithdrawn = 9
    /// The attribute authority's key was compromised.
    case aaCompromise = 10
}
