// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import AdES
import CryptoPrimitives
import DossierCore
import DossierKit
import Foundation
import PAdES
import PKIX
import SignatureValidation

/// A signature that lacks its value, made the same way before and after the value exists.
struct TwoStepSigning: Sendable {
    /// A file and the name that it has in a container.
    struct Document: Sendable {
        let path: String
        /// Remembers its digests: the document is laid out twice.
        let source: any ByteSource
    }

    /// `pades`, `cades`, `cades-enveloping`, `asic-e` and `asic-s` (one container of all files) or `asic-add` (a further
    /// signature in an ASiC-E).
    let format: String
    /// At least one; several in an `asic-e` only.
    let documents: [Document]
    let certificates: [Certificate]
    let scheme: SignatureScheme
    let claimed: Instant
    let level: BaselineLevel
    let properties: SignedProperties
    let pdf: PDFOptions

    static let formats: Set = ["pades", "cades", "cades-enveloping", "asic-e", "asic-s", "asic-add"]

    private enum Prepared {
        case pdf(PreparedPDFSignature)
        case cms(PreparedSignature)
        case container(PreparedContainer, PreparedSignature, archivable: Bool)
    }

    private var source: any ByteSource { documents[0].source }
    private var chain: [Certificate] { Array(certificates.dropFirst()) }

    /// The format as reports name it.
    var reportedFormat: SignatureFormat {
        switch format {
        case "pades": .pades
        case "asic-e", "asic-add": .asicE
        case "asic-s": .asicS
        default: .cades
        }
    }

    /// The bytes that the signer signs.
    func dataToBeSigned() throws -> [UInt8] {
        switch try prepare() {
        case .pdf(let prepared): prepared.dataToBeSigned
        case .cms(let prepared), .container(_, let prepared, _): prepared.dataToBeSigned
        }
    }

    /// Writes the signed file piece by piece; a value that the certificate does not verify ends here.
    ///
    /// - Returns: Remarks on what went into it.
    func complete(
        with value: [UInt8], authority: JudgedAuthority, raising: LevelRaising?,
        to output: @escaping ([UInt8]) throws -> Void
    ) async throws -> [Finding] {
        switch try prepare() {
        case .pdf(let prepared):
            let appended =
                level == .b
                ? try prepared.completed(with: value) : try await prepared.completed(with: value, stampedBy: authority)
            let signed = AppendedSource(base: source, appended: appended)
            guard let raising else {
                try signed.copy(to: output)
                return []
            }
            let raised = try await raising.raise(pdf: signed, newestOnly: true)
            try raised.content.copy(to: output)
            return raised.remarks
        case .cms(let prepared):
            let content = format == "cades-enveloping" ? try source.allBytes(limit: 1 << 28) : nil
            let signed = try await completed(prepared, with: value, authority, enclosing: content)
            guard let raising else {
                try output(signed)
                return []
            }
            let raised = try await raising.raise(cms: signed, over: content == nil ? source : nil)
            try output(raised.bytes)
            return raised.remarks
        case .container(let container, let prepared, let archivable):
            let signed = try await completed(prepared, with: value, authority, enclosing: nil)
            guard let raising else {
                try container.write(signature: signed, to: output)
                return []
            }
            // The archive time-stamp of an ASiC-E is the container's.
            let isArchived = archivable && raising.level == .lta
            let first = try await (isArchived ? raising.lowered(to: .lt) : raising).raise(
                cms: signed, over: container.content)
            guard isArchived else {
                try container.write(signature: first.bytes, to: output)
                return first.remarks
            }
            let archived = try await raising.raise(container: container.container(signature: first.bytes))
            try archived.content.copy(to: output)
            return archived.remarks.reduce(into: first.remarks) { if !$0.contains($1) { $0.append($1) } }
        }
    }

    private func completed(
        _ prepared: PreparedSignature, with value: [UInt8], _ authority: JudgedAuthority, enclosing content: [UInt8]?
    ) async throws -> [UInt8] {
        level == .b
            ? try prepared.completed(with: value, enclosing: content)
            : try await prepared.completed(with: value, stampedBy: authority, enclosing: content)
    }

    private func prepare() throws -> Prepared {
        switch format {
        case "pades":
            let document = try PDFDocument(parsing: source)
            return .pdf(
                try document.preparingSignature(
                    for: certificates[0], chain: chain, scheme: scheme, claiming: claimed, reason: pdf.reason,
                    in: pdf.choice(in: document), appearance: pdf.visible.visibleSignature(for: certificates[0]),
                    certifying: pdf.permission, properties: properties, tokenRoom: level == .b ? nil : 32_768))
        case "asic-e", "asic-s":
            let type: ContainerType = format == "asic-e" ? .extended : .simple
            let files = try documents.map { document in
                ContainerFile(
                    path: URL(filePath: document.path).lastPathComponent, mediaType: try MediaType.of(document.source),
                    source: document.source)
            }
            let container = try ASiCContainer.preparing(
                type, of: files, for: certificates[0], chain: chain, scheme: scheme, claiming: claimed)
            return .container(container, try prepare(over: container.content), archivable: type == .extended)
        case "asic-add":
            guard let there = try ASiCContainer(reading: source) else {
                throw CommandFailure(.badInput, vi: "không phải bộ chứa ASiC", en: "no ASiC container")
            }
            let container = try there.preparingSignature(
                for: certificates[0], chain: chain, scheme: scheme, claiming: claimed)
            return .container(container, try prepare(over: container.content), archivable: true)
        default: return .cms(try prepare(over: source))
        }
    }

    private func prepare(over content: any ByteSource) throws -> PreparedSignature {
        try PreparedSignature(
            contentDigest: PreparedSignature.digest(for: scheme).digest(of: content), certificate: certificates[0],
            chain: chain, scheme: scheme, signingTime: claimed, properties: properties)
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
