// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DERSyntax

extension DigestAlgorithm {
    /// The object identifier of the digest (RFC 8017 appendix B.1, NIST CSOR).
    public var objectIdentifier: ObjectIdentifier {
        switch self {
        case .md5: "1.2.840.113549.2.5"
        case .sha1: "1.3.14.3.2.26"
        case .sha256: "2.16.840.1.101.3.4.2.1"
        case .sha384: "2.16.840.1.101.3.4.2.2"
        case .sha512: "2.16.840.1.101.3.4.2.3"
        case .sha224: "2.16.840.1.101.3.4.2.4"
        case .sha512_224: "2.16.840.1.101.3.4.2.5"
        case .sha512_256: "2.16.840.1.101.3.4.2.6"
        case .sha3_224: "2.16.840.1.101.3.4.2.7"
        case .sha3_256: "2.16.840.1.101.3.4.2.8"
        case .sha3_384: "2.16.840.1.101.3.4.2.9"
        case .sha3_512: "2.16.840.1.101.3.4.2.10"
        }
    }

    /// The digest with this object identifier, or `nil`.
    public init?(_ identifier: ObjectIdentifier) {
        guard let found = Self.byIdentifier[identifier] else { return nil }
        self = found
    }

    private static let byIdentifier = Dictionary(uniqueKeysWithValues: allCases.map { ($0.objectIdentifier, $0) })
}
