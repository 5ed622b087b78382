// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import DossierKit
import Foundation
import PKIX
import SignatureValidation

/// What `prepare` hands to `complete` (docs/formats/signing-token-v1.md): names of things and digests, no document content.
///
/// `complete` makes everything again from the document and this; the digest of what was to be signed says that it is the
/// same.
struct SigningToken: Codable {
    /// 1; another value is refused.
    var version = 1
    /// `pades`, `cades`, `cades-enveloping`, `asic-e`, `asic-s` or `asic-add`.
    let format: String
    /// Path of the document as it was prepared, and its SHA-256.
    let document, documentDigest: String
    /// The other files of a container; `nil` for one document.
    let further: [Document]?
    /// Base64 of the DER of the signer's certificate, then its chain.
    let certificates: [String]
    /// As `--algorithm` and `--digest`.
    let algorithm: String
    let digest: String?
    let claimedSigningTime: String
    /// As `--level`.
    let level: String
    /// The options of `sign` for PDFs and for properties, each with its value.
    let pdf, properties: [String]
    /// Whom the value is expected from; `nil` for anybody.
    let user: String?
    /// The last instant of completion.
    let expires: String
    /// SHA-256 of the bytes that are to be signed.
    let toBeSigned: String
    /// What was found out about the signer; `nil` in tokens made before it was kept.
    let signer: Standing?
    /// HMAC-SHA256 over the token without it; `nil` for a token that is not sealed.
    var seal: String?

    private static let members: Set = [
        "version", "format", "document", "documentDigest", "further", "certificates", "algorithm", "digest",
        "claimedSigningTime",
        "level", "pdf", "properties", "user", "expires", "toBeSigned", "signer", "seal",
    ]

    /// A further file, as the first.
    struct Document: Codable {
        let document, documentDigest: String
    }

    /// All files in their order.
    var documents: [Document] {
        [Document(document: document, documentDigest: documentDigest)] + (further ?? [])
    }

    /// What was found out about the signer before the value was asked for.
    struct Standing: Codable {
        /// SHA-256 of the certificate.
        let certificate: String
        /// `valid` or `overridden`.
        let verdict: String
        let checkedAt, freshUntil: String
        /// What could not be determined, and why the operator went on.
        let detail, override: String?

        init(_ standing: SignerStanding) {
            certificate = Hexadecimal.encode(standing.certificate.fingerprint)
            verdict = standing.word
            checkedAt = "\(standing.checkedAt)"
            freshUntil = "\(standing.freshUntil)"
            guard case .overridden(let error, let reason) = standing.verdict else {
                (detail, override) = (nil, nil)
                return
            }
            (detail, override) = (error.detail, reason)
        }

        /// Whether it still holds for a certificate.
        func isFresh(for signer: Certificate, at time: Instant) -> Bool {
            guard let checked = Instant(checkedAt), let end = Instant(freshUntil) else { return false }
            return ["valid", "overridden"].contains(verdict) && checked <= time && time <= end
                && certificate == Hexadecimal.encode(signer.fingerprint)
        }
    }

    /// Reads a token of at most 1 MiB; a member that is not known is refused.
    init(parsing bytes: [UInt8]) throws {
        let malformed = CommandFailure(.badInput, vi: "không phải mã ký hai bước", en: "no signing token")
        guard bytes.count <= 1 << 20,
            let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any],
            Self.members.isSuperset(of: object.keys),
            let token = try? JSONDecoder().decode(SigningToken.self, from: Data(bytes)), token.version == 1
        else { throw malformed }
        self = token
    }

    init(
        format: String, documents: [(path: String, digest: [UInt8])], certificates: [Certificate], algorithm: String,
        digest: String?, claimed: Instant, level: BaselineLevel, pdf: [String], properties: [String], user: String?,
        expires: Instant, toBeSigned: [UInt8], signer: SignerStanding
    ) {
        self.signer = Standing(signer)
        self.format = format
        document = documents[0].path
        documentDigest = Hexadecimal.encode(documents[0].digest)
        further =
            documents.count == 1
            ? nil
            : documents.dropFirst().map { Document(document: $0.path, documentDigest: Hexadecimal.encode($0.digest)) }
        self.certificates = certificates.map { Data($0.bytes).base64EncodedString() }
        (self.algorithm, self.digest) = (algorithm, digest)
        claimedSigningTime = "\(claimed)"
        self.level = level.rawValue.lowercased()
        (self.pdf, self.properties, self.user) = (pdf, properties, user)
        self.expires = "\(expires)"
        self.toBeSigned = Hexadecimal.encode(toBeSigned)
    }

    /// The token under a seal.
    func sealed(with key: [UInt8]) throws -> SigningToken {
        var copy = self
        copy.seal = nil
        let message = try CanonicalJSON.line(copy)
        copy.seal = Hexadecimal.encode(try HMAC.code(.sha256, key: key.span, of: message.span))
        return copy
    }

    /// Holds the token to its seal, its time and its user.
    ///
    /// - Throws: 77 when one of them does not fit.
    func check(key: [UInt8]?, at now: Instant, user claimed: String?) throws {
        guard (seal == nil) == (key == nil) else {
            throw CommandFailure(
                .noPermission, vi: "dấu niêm phong và khóa niêm phong phải đi cùng nhau",
                en: "a seal needs its key, and a key needs a seal",
                hint: Phrase(vi: "dùng --seal-key", en: "see --seal-key"))
        }
        if let key {
            let (own, expected) = (Array((seal ?? "").utf8), Array((try sealed(with: key).seal ?? "").utf8))
            let differences = zip(own, expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
            guard own.count == expected.count, differences == 0 else {
                throw CommandFailure(.noPermission, vi: "dấu niêm phong không đúng", en: "the seal does not hold")
            }
        }
        guard let end = Instant(expires), now <= end else {
            throw CommandFailure(.noPermission, vi: "mã ký đã hết hạn", en: "the token has expired")
        }
        guard user == nil || user == claimed else {
            throw CommandFailure(.noPermission, vi: "mã ký của người khác", en: "the token is another user's")
        }
    }

    /// The certificates.
    func parsedCertificates() throws -> [Certificate] {
        try certificates.map { text in
            guard let data = Data(base64Encoded: text) else {
                throw CommandFailure(.badInput, vi: "chứng thư không đọc được", en: "a certificate cannot be read")
            }
            return try Certificate(parsing: [UInt8](data))
        }
    }
}
