// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// What a policy does about a constraint that is not met.
public enum ConstraintLevel: String, Sendable, Hashable, Codable, CaseIterable {
    /// It decides against the signature.
    case fail
    /// It is reported as a warning.
    case warn
    /// It is mentioned.
    case inform
    /// It is not looked at.
    case ignore
}

/// A check whose weight is the policy's to decide. Everything else — structure, digests, signature value, path — always
/// fails.
public enum Constraint: String, Sendable, Hashable, CaseIterable {
    /// Nothing was changed after signing that may not be.
    case changeAfterSigning = "change-after-signing"
    /// The signature covers all of the file or revision that it belongs to.
    case coverage
    /// A signed attribute binds the signing certificate.
    case signingCertificateReference = "signing-certificate-reference"
    /// The document of a stated signature policy is at hand.
    case signaturePolicyAvailable = "signature-policy-available"
    /// Revocation was checked for every certificate below the anchor.
    case revocationChecked = "revocation-checked"
    /// The claimed signing time agrees with the certificate and with what is proved.
    case claimedTime = "claimed-time"
    /// A time-stamp proves the time of the signature.
    case timeStampPresent = "time-stamp-present"
    /// Every time-stamp that the file carries passes.
    case timeStampsPass = "time-stamps-pass"
    /// Time-stamps agree with each other and with what they cover.
    case timeStampOrder = "time-stamp-order"
    /// The signature was time-stamped within the delay that the policy states.
    case timeStampDelay = "time-stamp-delay"
    /// A commitment type is stated.
    case commitmentPresent = "commitment-present"
    /// A role of the signer is stated.
    case signerRolePresent = "signer-role-present"
    /// Counter-signatures hold.
    case counterSignatures = "counter-signatures"
}
