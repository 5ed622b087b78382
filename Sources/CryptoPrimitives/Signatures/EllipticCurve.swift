// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A named curve for ECDSA (RFC 5480 §2.1.1.1, RFC 5639).
public enum EllipticCurve: String, Sendable, Hashable, CaseIterable {
    /// NIST P-256, secp256r1.
    case p256 = "P-256"
    /// NIST P-384, secp384r1.
    case p384 = "P-384"
    /// NIST P-521, secp521r1.
    case p521 = "P-521"
    /// brainpoolP224r1.
    case brainpoolP224r1
    /// brainpoolP256r1.
    case brainpoolP256r1
    /// brainpoolP320r1.
    case brainpoolP320r1
    /// brainpoolP384r1.
    case brainpoolP384r1
    /// brainpoolP512r1.
    case brainpoolP512r1

    /// Size of the order in bits.
    public var bits: Int {
        switch self {
        case .p256, .brainpoolP256r1: 256
        case .p384, .brainpoolP384r1: 384
        case .p521: 521
        case .brainpoolP224r1: 224
        case .brainpoolP320r1: 320
        case .brainpoolP512r1: 512
        }
    }
}
