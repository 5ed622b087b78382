// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import DossierKit
import PAdES
import PKIX
import SignatureValidation

/// A signature that lacks its value, made the same way before and after the value exists.
struct TwoStepSigning: Sendable {
    /// `pades`, `cades` or `cades-enveloping`.
    let format: String
    /// Remembers its digests: the document is laid out twice.
    let source: any ByteSource
    let certificates: [Certificate]
    let scheme: SignatureScheme
    let claimed: Instant
    let level: BaselineLevel
    let properties: SignedProperties
    let pdf: PDFOptions

    private enum Prepared {
        case pdf(PreparedPDFSignature)
        case cms(PreparedSignature)
    }

    /// The bytes that the signer signs.
    func dataToBeSigned() throws -> [UInt8] {
        switch try prepare() {
        case .pdf(let prepared): prepared.dataToBeSigned
        case .cms(let prepared): prepared.dataToBeSigned
        }
    }

    /// The signed file; a value that the certificate does not verify ends here.
    func completed(with value: [UInt8], authority: JudgedAuthority, raising: LevelRaising?) async throws
        -> any ByteSource
    {
        switch try prepare() {
        case .pdf(let prepared):
            let appended =
                level == .b
                ? try prepared.completed(with: value) : try await prepared.completed(with: value, stampedBy: authority)
            let signed = AppendedSource(base: source, appended: appended)
            guard let raising else { return signed }
            return try await raising.raise(pdf: signed).content
        case .cms(let prepared):
            let content = format == "cades-enveloping" ? try source.allBytes(limit: 1 << 28) : nil
            let signed =
                level == .b
                ? try prepared.completed(with: value, enclosing: content)
                : try await prepared.completed(with: value, stampedBy: authority, enclosing: content)
            guard let raising else { return MemorySource(signed) }
            return MemorySource(try await raising.raise(cms: signed, over: content == nil ? source : nil).bytes)
        }
    }

    private func prepare() throws -> Prepared {
        let chain = Array(certificates.dropFirst())
        guard format == "pades" else {
            let digest = PreparedSignature.digest(for: scheme)
            return .cms(
                try PreparedSignature(
                    contentDigest: digest.digest(of: source), certificate: certificates[0], chain: chain,
                    scheme: scheme, signingTime: claimed, properties: properties))
        }
        let document = try PDFDocument(parsing: source)
        return .pdf(
            try document.preparingSignature(
                for: certificates[0], chain: chain, scheme: scheme, claiming: claimed, reason: pdf.reason,
                in: pdf.choice(in: document), appearance: pdf.visible.visibleSignature(for: certificates[0]),
                certifying: pdf.permission, properties: properties, tokenRoom: level == .b ? nil : 32_768))
    }
}

/// A signer whose key is elsewhere: good for being judged, not for signing.
struct AbsentSigner: Signer {
    let certificate: Certificate
    let chain: [Certificate]
    let scheme: SignatureScheme

    func signature(over dataToBeSigned: [UInt8]) async throws -> [UInt8] {
        throw CommandFailure(.noPermission, vi: "không có khóa ký ở đây", en: "the signing key is not here")
    }
}

extension SignatureScheme {
    /// A scheme by its names on the command line; what is not named follows from the key.
    ///
    /// - Throws: 65 when the key is of another kind.
    init(algorithm: String?, digest: String?, for certificate: Certificate) throws {
        let named = digest.flatMap(DigestAlgorithm.init(rawValue:))
        let kind = try certificate.subjectPublicKeyInfo.publicKey().kind
        switch (kind, algorithm) {
        case (.rsa, nil), (.rsa, "rsa-pss"): self = .rsaPSS(named ?? .sha256)
        case (.rsa, "rsa-pkcs1"): self = .rsaPKCS1(named ?? .sha256)
        case (.elliptic(let curve), nil), (.elliptic(let curve), "ecdsa"):
            self = .ecdsa(named ?? (curve.bits > 384 ? .sha512 : curve.bits > 256 ? .sha384 : .sha256))
        case (.ed25519, nil), (.ed25519, "ed25519"): self = .ed25519
        default:
            throw CommandFailure(
                .badInput, vi: "thuật toán không hợp với khóa của chứng thư",
                en: "the algorithm does not fit the key of the certificate")
        }
    }

    /// The name for `--algorithm`.
    var optionName: String {
        switch self {
        case .rsaPKCS1: "rsa-pkcs1"
        case .rsaPSS: "rsa-pss"
        case .ecdsa: "ecdsa"
        case .ed25519, .ed448: "ed25519"
        }
    }
}
