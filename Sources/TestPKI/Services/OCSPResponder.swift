// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DERSyntax
public import DossierCore
public import PKIX
public import SoftwareKeys

/// A test OCSP responder: a key, a certificate and what it knows. It keeps no state and has no clock.
///
/// Every member can be bent to make a responder that answers wrongly.
public struct OCSPResponder: Sendable {
    /// How a response names its signer (RFC 6960 §4.2.1).
    public enum Identification: Sendable {
        /// By the subject of its certificate.
        case name
        /// By the SHA-1 of its key.
        case keyHash
    }

    /// The authority whose certificates it speaks of.
    public var issuer: Certificate
    /// The key that it signs with.
    public var key: SoftwareKey
    /// The certificate that belongs to the key; the issuer's own for a responder that is the authority.
    public var certificate: Certificate
    /// The scheme of its signatures; `nil` for the key's default.
    public var scheme: SignatureScheme?
    /// What it knows, by serial number as in ``PKIX/Certificate/serialNumber``.
    public var statuses: [[UInt8]: OCSPSingleResponse.Status] = [:]
    /// What it says of every other serial number.
    public var otherStatus = OCSPSingleResponse.Status.good
    /// How it names itself.
    public var identification = Identification.keyHash
    /// Seconds from thisUpdate to nextUpdate; `nil` leaves nextUpdate out.
    public var validity: Int64? = 86_400
    /// Seconds by which thisUpdate lies before the instant of the response.
    public var age: Int64 = 0
    /// Whether it encloses its certificate, when that is not the issuer's.
    public var enclosesCertificate = true
    /// Whether it repeats the request's nonce.
    public var repeatsNonce = true
    /// Whether producedAt keeps the fraction of the second, which RFC 6960 does not allow and responders write.
    public var writesFraction = false
    /// Certificates whose hash it writes as certHash, by the serial number that is asked about.
    public var hashedCertificates: [[UInt8]: Certificate] = [:]
    /// The digest of certHash.
    public var hashDigest = DigestAlgorithm.sha256
    /// ArchiveCutoff (RFC 6960 §4.4.4).
    public var archiveCutoff: Instant?

    /// Makes a responder.
    public init(issuer: Certificate, key: SoftwareKey, certificate: Certificate) {
        self.issuer = issuer
        self.key = key
        self.certificate = certificate
    }

    /// Answers a request (RFC 6960 §2.3); a request that cannot be answered gives a response without an answer.
    ///
    /// - Parameter request: DER of an OCSPRequest, from anyone.
    /// - Returns: DER of an OCSPResponse.
    public func response(to request: [UInt8], at time: Instant) -> [UInt8] {
        guard let read = try? OCSPRequest(parsing: request) else {
            return OCSPResponse.encode(refusal: .malformedRequest)
        }
        guard read.unprocessedExtensions.isEmpty, read.certificateIDs.allSatisfy(isOfIssuer) else {
            return OCSPResponse.encode(refusal: .unauthorized)
        }
        guard let answer = try? response(about: read.certificateIDs, nonce: read.nonce, at: time) else {
            return OCSPResponse.encode(refusal: .internalError)
        }
        return answer
    }

    /// The DER of a response about certificates that nobody asked about.
    ///
    /// - Throws: ``SoftwareKeys/SoftwareKeysError`` and others when it cannot be signed.
    public func response(about identifiers: [OCSPCertificateID], nonce: [UInt8]?, at time: Instant) throws -> [UInt8] {
        let used = try scheme ?? key.defaultScheme()
        guard let algorithm = used.identifier else {
            throw SoftwareKeysError(.unsupported, "\(used.displayName) has no identifier for new signatures")
        }
        let keyHash = try DigestAlgorithm.sha1.digest(of: certificate.subjectPublicKeyInfo.keyBytes)
        let hashes = try hashedCertificates.mapValues { try hashDigest.digest(of: $0.bytes) }
        let body = DERWriter.bytes { writer in
            writer.sequence { data in
                switch identification {
                case .name: data.explicit(1) { $0.raw(certificate.subject.bytes) }
                case .keyHash: data.explicit(2) { $0.octetString(keyHash) }
                }
                data.element(.generalizedTime, writtenTime(time))
                data.sequence { list in
                    for identifier in identifiers {
                        write(identifier, hashes[identifier.serialNumber], &list, time.adding(seconds: -age))
                    }
                }
                if let nonce, repeatsNonce {
                    data.explicit(1) { explicit in
                        explicit.sequence { list in
                            list.sequence { item in
                                item.objectIdentifier("1.3.6.1.5.5.7.48.1.2")
                                item.octetString(DERWriter.bytes { $0.octetString(nonce) })
                            }
                        }
                    }
                }
            }
        }
        let signature = try key.signature(over: body, scheme: used)
        return OCSPResponse.encode(
            basic: DERWriter.bytes { writer in
                writer.sequence { basic in
                    basic.raw(body)
                    basic.raw(algorithm.bytes)
                    basic.bitString(signature)
                    if enclosesCertificate, certificate != issuer {
                        basic.explicit(0) { explicit in explicit.sequence { $0.raw(certificate.bytes) } }
                    }
                }
            })
    }

    /// The response about one certificate, ready to be used as material.
    public func response(about certificate: Certificate, at time: Instant) throws -> OCSPResponse {
        let identifier = try OCSPCertificateID(of: certificate, issuer: issuer)
        return try OCSPResponse(parsing: response(about: [identifier], nonce: nil, at: time))
    }

    private func isOfIssuer(_ identifier: OCSPCertificateID) -> Bool {
        guard let digest = identifier.digest else { return false }
        return (try? digest.digest(of: issuer.subject.bytes)) == identifier.issuerNameHash
            && (try? digest.digest(of: issuer.subjectPublicKeyInfo.keyBytes)) == identifier.issuerKeyHash
    }

    private func write(
        _ identifier: OCSPCertificateID, _ hash: [UInt8]?, _ list: inout DERWriter, _ thisUpdate: Instant
    ) {
        list.sequence { single in
            single.raw(identifier.bytes)
            switch statuses[identifier.serialNumber] ?? otherStatus {
            case .good: single.element(.contextPrimitive(0), [])
            case .unknown: single.element(.contextPrimitive(2), [])
            case .revoked(let since, let reason):
                single.constructed(.context(1)) { revoked in
                    revoked.generalizedTime(since)
                    if let reason { revoked.explicit(0) { $0.integer(reason.rawValue, tag: .enumerated) } }
                }
            }
            single.generalizedTime(thisUpdate)
            if let validity { single.explicit(0) { $0.generalizedTime(thisUpdate.adding(seconds: validity)) } }
            guard hash != nil || archiveCutoff != nil else { return }
            single.explicit(1) { explicit in
                explicit.sequence { extensions in
                    if let archiveCutoff {
                        extensions.sequence { item in
                            item.objectIdentifier("1.3.6.1.5.5.7.48.1.6")
                            item.octetString(DERWriter.bytes { $0.generalizedTime(archiveCutoff) })
                        }
                    }
                    if let hash {
                        extensions.sequence { item in
                            item.objectIdentifier("1.3.36.8.3.13")
                            item.octetString(
                                DERWriter.bytes { value in
                                    value.sequence {
                                        $0.raw(AlgorithmIdentifier(hashDigest.objectIdentifier).bytes)
                                        $0.octetString(hash)
                                    }
                                })
                        }
                    }
                }
            }
        }
    }

    private func writtenTime(_ time: Instant) -> [UInt8] {
        let shown = writesFraction ? time : Instant(seconds: time.seconds)
        return Array(shown.description.filter { $0.isNumber || $0 == "." || $0 == "Z" }.utf8)
    }
}
