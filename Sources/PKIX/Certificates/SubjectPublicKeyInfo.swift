// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DERSyntax

/// SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), as received.
public struct SubjectPublicKeyInfo: Sendable, Hashable {
    /// The key's algorithm.
    public let algorithm: AlgorithmIdentifier
    /// The content of the BIT STRING.
    public let keyBytes: [UInt8]
    /// The whole SEQUENCE as received.
    public let bytes: [UInt8]

    /// Reads a SubjectPublicKeyInfo; the key itself is read by ``publicKey()``.
    public init(_ element: DERElement) throws(DERSyntaxError) {
        var reader = try element.reader(.sequence)
        algorithm = try AlgorithmIdentifier(reader.next())
        keyBytes = try reader.next().octetAlignedBitString()
        try reader.end()
        bytes = element.bytes
    }

    /// The key, ready for verification.
    ///
    /// - Throws: ``PKIXError`` `unsupportedKey` for an algorithm or curve that is not known, `invalidKey` for a bad key.
    public func publicKey() throws(PKIXError) -> PublicKey {
        do {
            switch algorithm.algorithm {
            case .rsaEncryption, .rsassaPSS:
                var reader = try DERElement(parsing: keyBytes).reader(.sequence)
                let modulus = try reader.next().integerOctets()
                let exponent = try reader.next().integerOctets()
                try reader.end()
                // A negative modulus occurs in certificates whose producer left out the sign octet. The value meant is
                // the unsigned one, as every other verifier reads it.
                return try PublicKey.rsa(modulus: modulus, publicExponent: exponent, for: rsaUse())
            case .ecPublicKey:
                guard let parameters = algorithm.parameters,
                    let name = try? DERElement(parsing: parameters).objectIdentifier(),
                    let curve = EllipticCurve.byIdentifier[name]
                else { throw PKIXError(.unsupportedKey, clause: "RFC 5480 2.1.1", "a curve that is not known by name") }
                return try PublicKey.elliptic(curve, point: keyBytes)
            case .ed25519: return try PublicKey.edwards(.ed25519, bytes: keyBytes)
            case .ed448: return try PublicKey.edwards(.ed448, bytes: keyBytes)
            default:
                throw PKIXError(.unsupportedKey, clause: "RFC 5280 4.1.2.7", "key algorithm \(algorithm.algorithm)")
            }
        } catch let error as PKIXError {
            throw error
        } catch {
            throw PKIXError(.invalidKey, clause: "RFC 5280 4.1.2.7", "\(error)")
        }
    }
}

extension SubjectPublicKeyInfo {
    /// A key named by id-RSASSA-PSS is for that scheme only, with its parameters for nothing else (RFC 4055 §1.2, §3.3).
    private func rsaUse() throws(PKIXError) -> PublicKey.RSAUse {
        guard algorithm.algorithm == .rsassaPSS else { return .any }
        guard algorithm.parameters != nil else { return .pss }
        guard case .rsaPSS(let digest, let mask, let salt) = SignatureScheme(algorithm) else {
            throw PKIXError(.unsupportedKey, clause: "RFC 4055 3.1", "parameters of RSASSA-PSS that cannot be read")
        }
        return .exactly(digest, mask: mask, leastSalt: salt)
    }
}

extension ObjectIdentifier {
    static let ecPublicKey: ObjectIdentifier = "1.2.840.10045.2.1"
}

extension EllipticCurve {
    static let byIdentifier: [ObjectIdentifier: EllipticCurve] = [
        "1.2.840.10045.3.1.7": .p256, "1.3.132.0.34": .p384, "1.3.132.0.35": .p521,
        "1.3.36.3.3.2.8.1.1.5": .brainpoolP224r1, "1.3.36.3.3.2.8.1.1.7": .brainpoolP256r1,
        "1.3.36.3.3.2.8.1.1.9": .brainpoolP320r1, "1.3.36.3.3.2.8.1.1.11": .brainpoolP384r1,
        "1.3.36.3.3.2.8.1.1.13": .brainpoolP512r1,
    ]
}
