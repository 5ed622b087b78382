// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
public import PKIX

/// Something that was wanted from a service and not to be had; never a verdict.
public struct RetrievalNote: Sendable {
    /// What was wanted.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The issuer's certificate (caIssuers).
        case issuer
        /// A revocation list.
        case revocationList = "revocation-list"
        /// An OCSP response.
        case ocspResponse = "ocsp-response"

        /// The thing in words.
        public var phrase: Phrase {
            switch self {
            case .issuer: Phrase(vi: "chứng thư của tổ chức phát hành", en: "the issuer's certificate")
            case .revocationList: Phrase(vi: "danh sách thu hồi", en: "the revocation list")
            case .ocspResponse: Phrase(vi: "trả lời OCSP", en: "the OCSP response")
            }
        }
    }

    /// What was wanted.
    public let kind: Kind
    /// The certificate that it was wanted for.
    public let certificate: Certificate
    /// The address as the certificate writes it, any text; `nil` when the certificate names none.
    public let address: String?
    /// Why it was not to be had.
    public let error: TrustServicesError

    /// Makes a note.
    public init(_ kind: Kind, for certificate: Certificate, at address: String?, _ error: TrustServicesError) {
        self.kind = kind
        self.certificate = certificate
        self.address = address
        self.error = error
    }

    /// The note in words: what, where and why. An address that is none is not shown.
    public var phrase: Phrase {
        let what = kind.phrase
        let why = error.code.phrase
        let place = address.map { (try? HTTPAddress($0))?.text ?? "?" }
        return Phrase(
            vi: "không lấy được \(what.vi)\(place.map { " tại \($0)" } ?? ""): \(why.vi)",
            en: "\(what.en) could not be fetched\(place.map { " from \($0)" } ?? ""): \(why.en)")
    }
}
