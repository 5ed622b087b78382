// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A hash function of FIPS 180-4 or FIPS 202, and the broken ones that old signatures still name.
///
/// Whether a digest may be relied on is a question of policy and time, not of this type.
public enum DigestAlgorithm: String, Sendable, Hashable, CaseIterable, Codable {
    /// MD5 (RFC 1321), broken; read so that it can be reported.
    case md5
    /// SHA-1, broken for collisions; read so that it can be reported.
    case sha1
    /// SHA-224.
    case sha224
    /// SHA-256.
    case sha256
    /// SHA-384.
    case sha384
    /// SHA-512.
    case sha512
    /// SHA-512/224.
    case sha512_224 = "sha512-224"
    /// SHA-512/256.
    case sha512_256 = "sha512-256"
    /// SHA3-224.
    case sha3_224 = "sha3-224"
    /// SHA3-256.
    case sha3_256 = "sha3-256"
    /// SHA3-384.
    case sha3_384 = "sha3-384"
    /// SHA3-512.
    case sha3_512 = "sha3-512"
    /// SHAKE256 with an output of 512 bits, as CMS uses it (RFC 8702 §3.1, RFC 8419 §3.1).
    case shake256

    /// Size of the digest in bytes.
    public var byteCount: Int {
        switch self {
        case .md5: 16
        case .sha1: 20
        case .sha224, .sha512_224, .sha3_224: 28
        case .sha256, .sha512_256, .sha3_256: 32
        case .sha384, .sha3_384: 48
        case .sha512, .sha3_512, .shake256: 64
        }
    }

    /// The name in the field's usual spelling, for example `SHA-256`.
    public var displayName: String {
        switch self {
        case .md5: "MD5"
        case .sha1: "SHA-1"
        case .sha224: "SHA-224"
        case .sha256: "SHA-256"
        case .sha384: "SHA-384"
        case .sha512: "SHA-512"
        case .sha512_224: "SHA-512/224"
        case .sha512_256: "SHA-512/256"
        case .sha3_224: "SHA3-224"
        case .sha3_256: "SHA3-256"
        case .sha3_384: "SHA3-384"
        case .sha3_512: "SHA3-512"
        case .shake256: "SHAKE256"
        }
    }
}
