// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DERSyntax

extension SubjectPublicKeyInfo {
    /// Kind and size as encoded, without making the key ready: nothing says that the numbers are a good key.
    ///
    /// Whoever only holds a size against a policy needs no more; `nil` for an algorithm or a curve that is not known.
    public var kind: PublicKey.Kind? {
        switch algorithm.algorithm {
        case .rsaEncryption, .rsassaPSS:
            guard var reader = try? DERElement(parsing: keyBytes).reader(.sequence),
                let octets = try? reader.next().integerOctets()
            else { return nil }
            let modulus = octets.drop { $0 == 0 }
            return .rsa(bits: modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0))
        case .ecPublicKey:
            guard let parameters = algorithm.parameters,
                let name = try? DERElement(parsing: parameters).objectIdentifier()
            else { return nil }
            return EllipticCurve.byIdentifier[name].map(PublicKey.Kind.elliptic)
        case .ed25519: return .ed25519
        case .ed448: return .ed448
        default: return nil
        }
    }
}
