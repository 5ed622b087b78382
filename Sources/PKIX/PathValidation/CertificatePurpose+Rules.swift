// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax

extension CertificatePurpose {
    /// The purposes of RFC 5280 §4.2.1.12 and RFC 4945 that a signature over a document must not borrow: servers, code,
    /// IPsec, time-stamps and OCSP responses. Those of persons, clientAuth and emailProtection, are not among them.
    private static let otherPurposes: Set<ObjectIdentifier> = [
        "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.5", "1.3.6.1.5.5.7.3.6", "1.3.6.1.5.5.7.3.7",
        "1.3.6.1.5.5.7.3.17", .timeStampingPurpose, .ocspSigning,
    ]

    /// Whether a certificate is for nothing but purposes that have no part in documents.
    private func servesOthersOnly(_ certificate: Certificate) -> Bool {
        guard let purposes = certificate.extendedKeyUsage, !purposes.isEmpty else { return false }
        return purposes.allSatisfy { Self.otherPurposes.contains($0) }
    }

    /// The rules that the certificate that is asked about breaks for this purpose.
    func rulesBroken(by certificate: Certificate) -> [PathRule] {
        let signs = certificate.keyUsage.map { !$0.isDisjoint(with: [.digitalSignature, .nonRepudiation]) } ?? true
        switch self {
        case .any: return []
        case .signing: return (signs ? [] : [.keyUsage]) + (servesOthersOnly(certificate) ? [.extendedKeyUsage] : [])
        case .timeStamping:
            // RFC 5280 §4.2.1.12: the purpose goes with these bits of keyUsage only.
            return (signs ? [] : [.keyUsage])
                + (certificate.extendedKeyUsage == [.timeStampingPurpose] ? [] : [.extendedKeyUsage])
        case .ocspSigning:
            return certificate.maySignResponses ? [] : [.extendedKeyUsage]
        case .serverAuthentication: return rulesBroken(inPathBy: certificate)
        }
    }

    /// The rules that any certificate of the path below the anchor breaks for this purpose.
    func rulesBroken(inPathBy certificate: Certificate) -> [PathRule] {
        guard self == .serverAuthentication else { return [] }
        var broken: [PathRule] = []
        if let purposes = certificate.extendedKeyUsage, !purposes.contains("1.3.6.1.5.5.7.3.1"),
            !purposes.contains("2.5.29.37.0")
        {
            broken.append(.extendedKeyUsage)
        }
        switch certificate.scheme {
        case .rsaPKCS1(.sha1), .rsaPKCS1(.md5), .rsaPSS(.sha1, _, _), .rsaPSS(.md5, _, _), .ecdsa(.sha1), .ecdsa(.md5):
            broken.append(.algorithm)
        default: break
        }
        return broken
    }
}
