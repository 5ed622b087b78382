// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// How a signature value is made from a message: the padding or curve equation, with its digest.
public enum SignatureScheme: Sendable, Hashable {
    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
    case rsaPKCS1(DigestAlgorithm)
    /// RSASSA-PSS (RFC 8017 §8.1) with MGF1; salt length in bytes, exact.
    case rsaPSS(DigestAlgorithm, mask: DigestAlgorithm, saltLength: Int)
    /// ECDSA (FIPS 186-5 §6) with the signature as DER `SEQUENCE { r, s }` (RFC 3279 §2.2.3).
    case ecdsa(DigestAlgorithm)
    /// Ed25519 (RFC 8032 §5.1), pure.
    case ed25519
    /// Ed448 (RFC 8032 §5.2), pure, empty context.
    case ed448

    /// The digest that is taken of the message; `nil` for the pure schemes.
    public var digest: DigestAlgorithm? {
        switch self {
        case .rsaPKCS1(let digest), .rsaPSS(let digest, _, _), .ecdsa(let digest): digest
        case .ed25519, .ed448: nil
        }
    }

    /// PSS as new signatures use it: MGF1 with the same digest and a salt as long as the digest.
    public static func rsaPSS(_ digest: DigestAlgorithm) -> SignatureScheme {
        .rsaPSS(digest, mask: digest, saltLength: digest.byteCount)
    }
}
