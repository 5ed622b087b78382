// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The hash function inside an HMAC or HKDF.
public enum HMACHash: String, Sendable, CaseIterable {
    /// SHA-256, 32 octets.
    case sha256 = "SHA256"
    /// SHA-384, 48 octets.
    case sha384 = "SHA384"
    /// SHA-512, 64 octets.
    case sha512 = "SHA512"

    /// Octets of output.
    public var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }
}
