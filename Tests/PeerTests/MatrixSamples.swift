// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import AdES
import CryptoPrimitives
import DossierCore
import Foundation
import PAdES
import PKIX
import SignatureValidation
import SoftwareKeys
import Synchronization
import TestPKI
import TestSupport
import ZIPSyntax

/// One signature of the matrix: a format, an algorithm and a level, with the same in which one byte was changed.
struct MatrixSample: Sendable {
    enum Format: String, CaseIterable, Sendable {
        case pades = "PAdES"
        case cades = "CAdES"
        case asicE = "ASiC-E"
        case asicS = "ASiC-S"
    }
    /// A time-stamp with the bytes that it is over.
    struct Token: Sendable {
        let bytes: [UInt8]
        /// `nil` for an archive time-stamp, whose imprint is over a construction of its own.
        let data: [UInt8]?
        let imprint: [UInt8]
    }

    let format: Format
    let algorithm: MatrixSamples.Algorithm
    let level: BaselineLevel
    /// Whether revocation is stated by OCSP responses instead of lists.
    let usesResponses: Bool
    /// The file as it is handed out.
    let file: [UInt8]
    let changedFile: [UInt8]
    /// The CMS structure and what it signs.
    let signature: [UInt8]
    let content: [UInt8]
    let changedContent: [UInt8]
    let tokens: [Token]
    let facts: SignatureFacts
    let report: DocumentReport
    /// Whether this library refuses the changed file.
    let isChangeRefused: Bool
}

/// Signatures of every format, algorithm and level, with the revocation information of both kinds.
struct MatrixSamples: Sendable {
    struct Algorithm: Sendable {
        let name: String
        let kind: SoftwareKey.Kind
        let scheme: SignatureScheme

        static let all = [
            Algorithm(name: "RSA-2048 PKCS#1 SHA-256", kind: .rsa(bits: 2048), scheme: .rsaPKCS1(.sha256)),
            Algorithm(name: "RSA-2048 PSS SHA-256", kind: .rsa(bits: 2048), scheme: .rsaPSS(.sha256)),
            Algorithm(name: "RSA-3072 PSS SHA-512", kind: .rsa(bits: 3072), scheme: .rsaPSS(.sha512)),
            Algorithm(name: "ECDSA P-256 SHA-256", kind: .elliptic(.p256), scheme: .ecdsa(.sha256)),
            Algorithm(name: "ECDSA P-384 SHA-384", kind: .elliptic(.p384), scheme: .ecdsa(.sha384)),
            Algorithm(name: "ECDSA P-521 SHA-512", kind: .elliptic(.p521), scheme: .ecdsa(.sha512)),
            Algorithm(name: "Ed25519", kind: .ed25519, scheme: .ed25519),
        ]

        /// All of them with `DOSSIER_THOROUGH` or when the page is written, else those whose keys are in use in Vietnam and
        /// Ed25519.
        static let asked: [Algorithm] = {
            let environment = ProcessInfo.processInfo.environment
            guard environment["DOSSIER_THOROUGH"] == nil, environment["DOSSIER_UPDATE"] != "peers" else { return all }
            let left = ["RSA-3072 PSS SHA-512", "ECDSA P-521 SHA-512"]
            print("peer matrix: \(left.joined(separator: " and ")) left out; DOSSIER_THOROUGH=1 asks for them as well")
            return all.filter { !left.contains($0.name) }
        }()
    }

    /// In the past, because pyHanko takes the machine's clock as a proof of existence.
    static let signing = Instant(seconds: 1_748_736_000)
    static let judged = signing.adding(seconds: 3_720)
    private static let responder = "http://ocsp.dossier.test/"

    let infrastructure: TestInfrastructure
    /// An authority whose certificate names an OCSP responder: pyHanko asks for responses about such certificates only.
    private let stamper: TimeStampAuthority
    private let pdf: [UInt8]
    private let content = Array("Nội dung của hồ sơ thử nghiệm\n".utf8)

    init() throws {
        infrastructure = try TestInfrastructure(at: Self.signing)
        let issuing = infrastructure.publicDomain.issuing
        let key = try SoftwareKey.generate(.elliptic(.p256))
        var template = CertificateTemplate(
            subject: .vietnam(commonName: "TEST Time-Stamp Authority"),
            notBefore: Self.signing.adding(seconds: -86_400),
            notAfter: Self.signing.adding(seconds: 1_000 * 86_400), keyUsage: [.digitalSignature],
            extendedKeyUsage: try infrastructure.timeStampAuthority().certificate.extendedKeyUsage ?? [])
        template.extendedKeyUsageIsCritical = true
        template.responderURLs = [Self.responder]
        stamper = TimeStampAuthority(
            key: key, certificate: try issuing.issue(template, for: key.subjectPublicKeyInfo),
            chain: [issuing.certificate])
        let path = Corpora.packageRoot.appending(path: "testvectors/pdfs/ct01-declaration.pdf").path()
        pdf = try FileSource(path: path).allBytes(limit: 1 << 24)
    }

    private var issuing: CertificateAuthority { infrastructure.publicDomain.issuing }

    func signer(_ algorithm: Algorithm) throws -> SoftwareSigner {
        let key = try SoftwareKey.generate(algorithm.kind)
        var template = CertificateTemplate(
            subject: .vietnam(commonName: "Nguyễn Văn Thử (TEST)", identifiers: ["CCCD:001099000001"]),
            notBefore: Self.signing.adding(seconds: -86_400), notAfter: Self.signing.adding(seconds: 365 * 86_400),
            keyUsage: [.digitalSignature, .nonRepudiation])
        template.responderURLs = [Self.responder]
        return try SoftwareSigner(
            key: key, certificate: issuing.issue(template, for: key.subjectPublicKeyInfo),
            chain: [issuing.certificate], scheme: algorithm.scheme)
    }

    /// What says of signer, time-stamp authority and issuing authority that they are not revoked.
    func material(for signer: Certificate, usesResponses: Bool) throws -> ValidationMaterial {
        let time = Self.signing.adding(seconds: 3_600)
        var material = try infrastructure.material(at: time)
        material.certificates = [issuing.certificate]
        guard usesResponses else { return material }
        // The issuing authority's own status stands in the root's list, as is usual.
        let root = infrastructure.publicDomain.root.certificate.subject
        material.revocationLists.removeAll { $0.issuer != root }
        let responder = try infrastructure.ocspResponder(for: infrastructure.publicDomain)
        material.ocspResponses = try [signer, stamper.certificate].map { try responder.response(about: $0, at: time) }
        return material
    }

    /// The first time-stamp one minute after signing, further ones after the revocation information.
    private func authority() -> SteppingAuthority {
        SteppingAuthority(
            authority: stamper, first: Self.signing.adding(seconds: 60), then: Self.signing.adding(seconds: 3_660))
    }

    private func level(_ level: BaselineLevel, _ material: ValidationMaterial) -> SigningLevel {
        let resources = ExtensionResources(
            timeStamps: authority(), trusting: infrastructure.trust, material: material)
        return switch level {
        case .b: .b
        case .t: .t(authority())
        case .lt: .lt(resources)
        case .lta: .lta(resources)
        }
    }

    func make(
        _ format: MatrixSample.Format, _ algorithm: Algorithm, _ level: BaselineLevel, usesResponses: Bool,
        by signer: SoftwareSigner
    ) async throws -> MatrixSample {
        let known = try material(for: signer.certificate, usesResponses: usesResponses)
        let signing = self.level(level, known)
        var (file, change): ([UInt8], [UInt8]) = ([], [])
        var (signature, signed, changed): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
        var extra: [MatrixSample.Token] = []
        let document: any SignedDocument
        let changedDocument: any SignedDocument
        switch format {
        case .pades:
            file = try await PDFDocument(parsing: MemorySource(pdf)).signed(
                by: signer, claiming: Self.signing, level: signing)
            change = file
            change[pdf.count / 2] ^= 1
            let parts = try PDFParts.all(file)
            (signature, signed) = (parts[0].contents, parts[0].signed)
            changed = try PDFParts.all(change)[0].signed
            extra = try parts.dropFirst().map { try Self.token($0.contents, over: $0.signed) }
            document = try PDFDocument(parsing: MemorySource(file))
            changedDocument = try PDFDocument(parsing: MemorySource(change))
        case .cades:
            signature = try await CAdESSignature.detached(
                over: MemorySource(content), by: signer, claiming: Self.signing, level: signing)
            (file, signed, changed, change) = (signature, content, content + [0], signature)
            document = try CAdESDocument(parsing: signature, content: MemorySource(signed))
            changedDocument = try CAdESDocument(parsing: signature, content: MemorySource(changed))
        case .asicE, .asicS:
            let files = [
                ContainerFile(path: "tờ khai.txt", mediaType: "text/plain", source: MemorySource(content)),
                ContainerFile(path: "photo.bin", source: MemorySource([1, 2, 3])),
            ]
            let type: ContainerType = format == .asicE ? .extended : .simple
            file = try await ASiCContainer.signed(
                type, of: Array(files.prefix(format == .asicE ? 2 : 1)), by: signer, claiming: Self.signing,
                level: signing)
            let container = try ContainerParts(file)
            (signature, signed) = (container.signature, container.signed ?? content)
            changed = signed + [0x20]
            extra = try container.stamp.map { [try Self.token($0.token, over: $0.manifest)] } ?? []
            change = try container.changing("tờ khai.txt", to: content + [0])
            document = try ContainerParts.open(file)
            changedDocument = try ContainerParts.open(change)
        }
        // What is asked for is in the file from B-LT on; before, the validator has it from elsewhere.
        let validator = SignatureValidator(
            trusting: infrastructure.trust, policy: .etsi2026,
            material: level >= .lt ? ValidationMaterial() : known)
        let report = try validator.validate(document, at: Self.judged)
        let refused = try validator.validate(changedDocument, at: Self.judged).indication != .totalPassed
        guard let facts = report.signatures.first?.facts else { throw NoSignature() }
        let value = try SignedData(parsing: signature, allowsTrailingZeros: true).signers[0].signature
        let inside = facts.timeStamps.compactMap { stamp -> MatrixSample.Token? in
            guard let token = stamp.token, stamp.kind == .signature || format == .cades || format == .asicS else {
                return nil
            }
            return MatrixSample.Token(
                bytes: token.bytes, data: stamp.kind == .signature ? value : nil,
                imprint: token.information.imprint.value)
        }
        return MatrixSample(
            format: format, algorithm: algorithm, level: level, usesResponses: usesResponses, file: file,
            changedFile: change, signature: signature, content: signed, changedContent: changed,
            tokens: inside + extra, facts: facts, report: report, isChangeRefused: refused)
    }

    private static func token(_ bytes: [UInt8], over data: [UInt8]) throws -> MatrixSample.Token {
        let token = try TimeStampToken(parsing: bytes, allowsTrailingZeros: true)
        return MatrixSample.Token(bytes: token.bytes, data: data, imprint: token.information.imprint.value)
    }

    struct NoSignature: Error {}
}

/// An authority whose first answer bears one time and every further one another.
final class SteppingAuthority: TimeStamping {
    private let authority: TimeStampAuthority
    private let times: Mutex<[Instant]>
    private let last: Instant

    init(authority: TimeStampAuthority, first: Instant, then last: Instant) {
        self.authority = authority
        times = Mutex([first])
        self.last = last
    }

    func token(for imprint: MessageImprint) async throws -> TimeStampToken {
        let time = times.withLock { $0.popLast() } ?? last
        return try await authority.stamping(at: time).token(for: imprint)
    }
}
