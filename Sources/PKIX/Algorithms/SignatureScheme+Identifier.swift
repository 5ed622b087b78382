// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
internal import DERSyntax

extension ObjectIdentifier {
    static let rsaEncryption: ObjectIdentifier = "1.2.840.113549.1.1.1"
    static let rsassaPSS: ObjectIdentifier = "1.2.840.113549.1.1.10"
    static let mgf1: ObjectIdentifier = "1.2.840.113549.1.1.8"
    static let ed25519: ObjectIdentifier = "1.3.101.112"
    static let ed448: ObjectIdentifier = "1.3.101.113"
}

extension SignatureScheme {
    private static let rsaByIdentifier: [ObjectIdentifier: DigestAlgorithm] = [
        "1.2.840.113549.1.1.4": .md5, "1.2.840.113549.1.1.5": .sha1, "1.2.840.113549.1.1.14": .sha224,
        "1.2.840.113549.1.1.11": .sha256, "1.2.840.113549.1.1.12": .sha384, "1.2.840.113549.1.1.13": .sha512,
        "1.2.840.113549.1.1.15": .sha512_224, "1.2.840.113549.1.1.16": .sha512_256,
        "2.16.840.1.101.3.4.3.13": .sha3_224, "2.16.840.1.101.3.4.3.14": .sha3_256,
        "2.16.840.1.101.3.4.3.15": .sha3_384, "2.16.840.1.101.3.4.3.16": .sha3_512,
    ]
    private static let ecdsaByIdentifier: [ObjectIdentifier: DigestAlgorithm] = [
        "1.2.840.10045.4.1": .sha1, "1.2.840.10045.4.3.1": .sha224, "1.2.840.10045.4.3.2": .sha256,
        "1.2.840.10045.4.3.3": .sha384, "1.2.840.10045.4.3.4": .sha512, "2.16.840.1.101.3.4.3.9": .sha3_224,
        "2.16.840.1.101.3.4.3.10": .sha3_256, "2.16.840.1.101.3.4.3.11": .sha3_384,
        "2.16.840.1.101.3.4.3.12": .sha3_512,
    ]

    /// The scheme that an AlgorithmIdentifier names (RFC 4055, RFC 5754, RFC 5758, RFC 8410), or `nil`.
    ///
    /// - Parameter digest: The digest of the CMS SignerInfo; `rsaEncryption` and `id-ecPublicKey` take it from there.
    public init?(_ identifier: AlgorithmIdentifier, digest: DigestAlgorithm? = nil) {
        // Nearly all are one of these.
        if let ecdsa = Self.ecdsaByIdentifier[identifier.algorithm], identifier.hasNoParameters {
            self = .ecdsa(ecdsa)
            return
        }
        if let rsa = Self.rsaByIdentifier[identifier.algorithm], identifier.hasNoParameters {
            self = .rsaPKCS1(rsa)
            return
        }
        switch identifier.algorithm {
        case .rsaEncryption:
            guard let digest, digest != .shake256, identifier.hasNoParameters else { return nil }
            self = .rsaPKCS1(digest)
        case "1.2.840.10045.2.1":
            guard let digest, digest != .shake256 else { return nil }
            self = .ecdsa(digest)
        case .rsassaPSS:
            guard let scheme = try? Self.readPSS(identifier) else { return nil }
            self = scheme
        case .ed25519:
            guard identifier.parameters == nil else { return nil }
            self = .ed25519
        case .ed448:
            guard identifier.parameters == nil else { return nil }
            self = .ed448
        default: return nil
        }
    }

    /// RSASSA-PSS-params (RFC 4055 §3.1) with its defaults SHA-1, MGF1 with SHA-1, 20.
    private static func readPSS(_ identifier: AlgorithmIdentifier) throws -> SignatureScheme? {
        guard let parameters = identifier.parameters else { return nil }
        var reader = try DERElement(parsing: parameters).reader(.sequence)
        var digest = DigestAlgorithm.sha1
        var mask = DigestAlgorithm.sha1
        var saltLength: Int64 = 20
        if let element = try reader.optional(.context(0)) {
            let named = try AlgorithmIdentifier(element.explicitContent())
            guard let found = Self.padding(named) else { return nil }
            digest = found
        }
        if let element = try reader.optional(.context(1)) {
            let function = try AlgorithmIdentifier(element.explicitContent())
            guard function.algorithm == .mgf1, let inner = function.parameters else { return nil }
            let named = try AlgorithmIdentifier(DERElement(parsing: inner))
            guard let found = Self.padding(named) else { return nil }
            mask = found
        }
        if let element = try reader.optional(.context(2)) { saltLength = try element.explicitContent().integer() }
        if let element = try reader.optional(.context(3)), try element.explicitContent().integer() != 1 { return nil }
        try reader.end()
        guard (0...1024).contains(saltLength) else { return nil }
        return .rsaPSS(digest, mask: mask, saltLength: Int(saltLength))
    }

    /// A digest for RSASSA-PSS with MGF1; SHAKE has schemes of its own (RFC 8702 §3.2), which are not known here.
    private static func padding(_ named: AlgorithmIdentifier) -> DigestAlgorithm? {
        guard let found = DigestAlgorithm(named.algorithm), named.hasNoParameters, found != .shake256 else {
            return nil
        }
        return found
    }

    /// The AlgorithmIdentifier that new structures name this scheme with; `nil` for digests that are only read.
    public var identifier: AlgorithmIdentifier? {
        switch self {
        case .rsaPKCS1(let digest):
            guard let found = Self.rsaByIdentifier.first(where: { $0.value == digest })?.key else { return nil }
            return AlgorithmIdentifier(found, parameters: AlgorithmIdentifier.null)
        case .ecdsa(let digest):
            guard let found = Self.ecdsaByIdentifier.first(where: { $0.value == digest })?.key else { return nil }
            return AlgorithmIdentifier(found)
        case .ed25519: return AlgorithmIdentifier(.ed25519)
        case .ed448: return AlgorithmIdentifier(.ed448)
        case .rsaPSS(let digest, let mask, let saltLength):
            let hash = AlgorithmIdentifier(digest.objectIdentifier, parameters: AlgorithmIdentifier.null)
            let maskHash = AlgorithmIdentifier(mask.objectIdentifier, parameters: AlgorithmIdentifier.null)
            let parameters = DERWriter.bytes { writer in
                writer.sequence { parameters in
                    parameters.explicit(0) { $0.raw(hash.bytes) }
                    parameters.explicit(1) { $0.raw(AlgorithmIdentifier(.mgf1, parameters: maskHash.bytes).bytes) }
                    parameters.explicit(2) { $0.integer(saltLength) }
                }
            }
            return AlgorithmIdentifier(.rsassaPSS, parameters: parameters)
        }
    }

    /// The name in the field's usual spelling, for example `RSASSA-PSS with SHA-256`.
    public var displayName: String {
        switch self {
        case .rsaPKCS1(let digest): "RSASSA-PKCS1-v1_5 with \(digest.displayName)"
        case .rsaPSS(let digest, _, _): "RSASSA-PSS with \(digest.displayName)"
        case .ecdsa(let digest): "ECDSA with \(digest.displayName)"
        case .ed25519: "Ed25519"
        case .ed448: "Ed448"
        }
    }
}
