// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
public import PKIX

/// An object whose existence at an instant can be proved: the validation objects of TS 119 102-2 §4.4, by digest.
public struct ValidationObject: Sendable, Hashable {
    /// What the object is.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// A signature; its bytes are the signature value.
        case signature
        /// A time-stamp token, its ContentInfo as stored.
        case timeStamp = "time-stamp"
        /// A certificate.
        case certificate
        /// A revocation list.
        case revocationList = "revocation-list"
        /// An OCSP response; its bytes are those of the BasicOCSPResponse, however it is wrapped.
        case ocspResponse = "ocsp-response"
        /// Content: a file, or the bytes of it that are covered.
        case content
    }
    /// What the object is.
    public let kind: Kind
    /// SHA-256 of its bytes.
    public let digest: [UInt8]

    /// By the digest, of which there is one for each object.
    public func hash(into hasher: inout Hasher) { hasher.combine(OctetString(digest)) }

    /// Names an object by the SHA-256 of its bytes.
    public init(_ kind: Kind, digest: [UInt8]) {
        self.kind = kind
        self.digest = digest
    }

    /// Names an object by its bytes.
    public init(_ kind: Kind, bytes: [UInt8]) {
        // Memory is all that a digest can lack; an object without one is proved by nothing.
        self.init(kind, digest: (try? DigestAlgorithm.sha256.digest(of: bytes)) ?? [])
    }

    /// Names a certificate.
    public init(_ certificate: Certificate) { self.init(.certificate, digest: certificate.fingerprint) }

    /// Names a revocation list.
    public init(_ list: CertificateRevocationList) { self.init(.revocationList, digest: list.fingerprint) }

    /// Names an OCSP response.
    public init(_ response: OCSPResponse) {
        if let basic = response.basic {
            self.init(.ocspResponse, bytes: basic.bytes)
        } else {
            self.init(.ocspResponse, digest: response.fingerprint)
        }
    }

    /// Names a time-stamp token.
    public init(_ token: TimeStampToken) { self.init(.timeStamp, bytes: token.bytes) }
}

extension OCSPResponse {
    /// The response, and the certificates that it encloses: who has its bytes has theirs.
    public var validationObjects: [ValidationObject] {
        [ValidationObject(self)] + (basic?.certificates.map { ValidationObject($0) } ?? [])
    }
}

extension ValidationMaterial {
    /// Every certificate, list and response as an object, with the certificates inside responses.
    public var validationObjects: [ValidationObject] {
        certificates.map { ValidationObject($0) } + revocationLists.map { ValidationObject($0) }
            + ocspResponses.flatMap(\.validationObjects)
    }
}
