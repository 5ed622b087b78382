// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
public import PKIX

/// A signature policy that a signature was made under (EN 319 102-1 §5.2.4).
public struct SignaturePolicyReference: Sendable, Hashable, Codable {
    /// What is known of the policy's document.
    public enum Status: String, Sendable, Hashable, Codable {
        /// The document is at hand and has the stated digest, or the signature states none that could be compared.
        case matches
        /// The document is at hand and has another digest.
        case differs
        /// The document is not at hand.
        case notAvailable = "not-available"
        /// The attribute cannot be read.
        case unreadable
    }
    /// The identifier: an object identifier in dots or a URI; `nil` when the policy is implied.
    public let identifier: String?
    /// What is known of its document.
    public let status: Status

    /// Makes a reference.
    public init(identifier: String?, status: Status) {
        self.identifier = identifier
        self.status = status
    }
}

/// A signature over a signature value (RFC 5652 §11.4), checked and not judged.
public struct CounterSignatureFacts: Sendable {
    /// The certificate that it binds or names.
    public let signingCertificate: Certificate?
    /// Whether its message digest is that of the signature value.
    public let reference: SignatureFacts.ReferenceStatus
    /// Its value.
    public let value: SignatureFacts.ValueStatus
    /// The time that the counter-signer claims.
    public let claimedSigningTime: Instant?

    /// Makes facts.
    public init(
        signingCertificate: Certificate?, reference: SignatureFacts.ReferenceStatus, value: SignatureFacts.ValueStatus,
        claimedSigningTime: Instant? = nil
    ) {
        self.signingCertificate = signingCertificate
        self.reference = reference
        self.value = value
        self.claimedSigningTime = claimedSigningTime
    }
}
