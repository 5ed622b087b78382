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
        case .shake256: "2.16.840.1.101.3.4.2.12"
        }
    }

    /// The digest with this object identifier, or `nil`.
    public init?(_ identifier: ObjectIdentifier) {
        guard let found = Self.byIdentifier[identifier] else { return nil }
        self = found
    }

    /// The digest that an AlgorithmIdentifier names, or `nil`; id-shake256-len with a length of 512 bits is SHAKE256
    /// (RFC 8419 §3.1), with another length it is not known.
    public init?(_ identifier: AlgorithmIdentifier) {
        guard identifier.algorithm == Self.shake256OfLength else {
            self.init(identifier.algorithm)
            return
        }
        guard let length = identifier.parameters.flatMap({ try? DERElement(parsing: $0).integer() }), length == 512
        else {
            return nil
        }
        self = .shake256
    }

    /// As a SignerInfo names it: without parameters (RFC 5754 §2), SHAKE256 with its length (RFC 8419 §3.1).
    package var cmsIdentifier: AlgorithmIdentifier {
        self == .shake256
            ? AlgorithmIdentifier(Self.shake256OfLength, parameters: DERWriter.bytes { $0.integer(512) })
            : AlgorithmIdentifier(objectIdentifier)
    }

    private static let shake256OfLength: ObjectIdentifier = "2.16.840.1.101.3.4.2.18"
    private static let byIdentifier = Dictionary(uniqueKeysWithValues: allCases.map { ($0.objectIdentifier, $0) })
}
