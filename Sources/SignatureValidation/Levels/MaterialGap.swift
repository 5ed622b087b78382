// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
public import PKIX

/// A certificate of which the file lacks the issuer or the status (EN 319 102-1 §5.5).
public struct MaterialGap: Sendable, Hashable {
    /// What is missing.
    public enum Kind: String, Sendable, Hashable {
        /// The certificate of its issuer.
        case issuer
        /// Whether it was revoked.
        case status
    }
    /// Whose path the certificate stands in.
    public enum Path: Sendable, Hashable {
        /// The signer's.
        case signer
        /// That of the authority of a time-stamp, by the time-stamp's identifier.
        case timeStamp(String)
        /// That of an OCSP responder.
        case responder
    }
    /// The certificate.
    public let certificate: Certificate
    /// What is missing.
    public let kind: Kind
    /// Whose path it stands in.
    public let path: Path

    init(_ certificate: Certificate, _ kind: Kind, in path: Path) {
        self.certificate = certificate
        self.kind = kind
        self.path = path
    }

    /// The finding `lt-material-incomplete` that names the certificate.
    public var finding: Finding {
        let name = certificate.subject.commonName ?? certificate.subject.description
        let phrase =
            switch kind {
            case .issuer:
                Phrase(
                    vi: "tệp thiếu chứng thư của tổ chức cấp chứng thư “\(name)”",
                    en: "the file lacks the certificate of the issuer of “\(name)”")
            case .status:
                Phrase(
                    vi: "tệp thiếu thông tin thu hồi của chứng thư “\(name)”",
                    en: "the file lacks the revocation status of the certificate “\(name)”")
            }
        return Finding(.warning, code: "lt-material-incomplete", phrase)
    }
}
