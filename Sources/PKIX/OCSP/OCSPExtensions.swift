// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DERSyntax

extension ObjectIdentifier {
    static let ocspBasic: ObjectIdentifier = "1.3.6.1.5.5.7.48.1.1"
    static let ocspNonce: ObjectIdentifier = "1.3.6.1.5.5.7.48.1.2"
    static let ocspCRLReference: ObjectIdentifier = "1.3.6.1.5.5.7.48.1.3"
    static let ocspNoCheck: ObjectIdentifier = "1.3.6.1.5.5.7.48.1.5"
    static let ocspArchiveCutoff: ObjectIdentifier = "1.3.6.1.5.5.7.48.1.6"
    static let certHash: ObjectIdentifier = "1.3.36.8.3.13"
    static let invalidityDate: ObjectIdentifier = "2.5.29.24"
    static let noRevocationAvailable: ObjectIdentifier = "2.5.29.56"
}

/// The nonce of a request or response (RFC 9654 §2.1): an OCTET STRING inside the extension's value. Old responders put
/// the octets there without a wrapping; those are read as they stand.
enum OCSPNonce {
    static func read(_ extensions: [CertificateExtension]) -> [UInt8]? {
        extensions.first { $0.identifier == .ocspNonce }.map { item in
            (try? DERElement(parsing: item.value).octetString()) ?? item.value
        }
    }

    static func write(_ nonce: [UInt8], _ list: inout DERWriter) {
        list.sequence { item in
            item.objectIdentifier(.ocspNonce)
            item.octetString(DERWriter.bytes { $0.octetString(nonce) })
        }
    }
}

extension Certificate {
    /// Whether the certificate's issuer says that a responder with it need not be checked (RFC 6960 §4.2.2.2.1).
    public var hasNoRevocationCheck: Bool { extensions.contains { $0.identifier == .ocspNoCheck } }

    /// Whether the issuer says that it will never publish revocation information about this certificate (RFC 9608).
    ///
    /// Only an end certificate that names no place where such information is to be found says so; in any other the
    /// extension is against §3 of the RFC and means nothing.
    public var saysNoRevocationAvailable: Bool {
        extensions.contains { $0.identifier == .noRevocationAvailable } && basicConstraints?.isAuthority != true
            && !namesRevocationSource
    }

    /// Whether the certificate names a revocation list, a delta list or an OCSP responder; an AuthorityInfoAccess that
    /// cannot be read is taken to name one.
    var namesRevocationSource: Bool {
        extensions.contains { item in
            switch item.identifier {
            case .crlDistributionPoints, "2.5.29.46": return true
            case .authorityInformationAccess:
                guard let descriptions = try? DERElement(parsing: item.value).elements() else { return true }
                return descriptions.contains { description in
                    guard var reader = try? description.reader(.sequence), let method = try? reader.objectIdentifier()
                    else { return true }
                    return method == "1.3.6.1.5.5.7.48.1"
                }
            default: return false
            }
        }
    }
}
