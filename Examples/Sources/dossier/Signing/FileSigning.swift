// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import AdES
import ArgumentParser
import CryptoPrimitives
import DossierCore
import DossierKit
import PAdES
import PKIX
import SignatureValidation
import SoftwareKeys
import ZIPSyntax

/// Signs files, all alike: who signs, when, how high and with what statements.
struct FileSigning: Sendable {
    let signer: CheckedSigner
    /// The time that is claimed.
    let claimed: Instant
    /// B-B or B-T; higher levels are added by ``raising``.
    let first: SigningLevel
    /// `nil` up to B-T.
    let raising: LevelRaising?
    let properties: SignedProperties
    let pdf: PDFOptions

    /// A signed file.
    struct Signed: Sendable {
        /// Of a PDF only what is new is in memory.
        let content: any ByteSource
        let format: SignatureFormat
        /// Whether it is a file beside the original.
        var isSeparate = false
        /// Remarks on what went into it, `revocation-before-signature` among them.
        var remarks: [Finding] = []
    }

    /// Bytes and remarks on them.
    private typealias Raised = (bytes: [UInt8], remarks: [Finding])

    var level: BaselineLevel { raising?.level ?? first.level }

    /// Signs one file.
    ///
    /// - Parameter format: As `--format`, but not a container's.
    func sign(_ path: String, as format: String) async throws -> Signed {
        let source = try FileSource(path: path)
        let media = try MediaType.of(source)
        // Somebody who signs `a.pdf` expects a PDF with a signature in it, not a CAdES beside what only has the name.
        if format == "auto", media != "application/pdf", path.lowercased().hasSuffix(".pdf") {
            throw CommandFailure(
                .badInput, vi: "\(path): tên là PDF nhưng nội dung không bắt đầu bằng %PDF-",
                en: "\(path): named a PDF, but it does not begin with %PDF-",
                hint: Phrase(
                    vi: "nếu vẫn muốn ký như tệp bất kỳ, dùng --format cades",
                    en: "to sign it as any other file, use --format cades"))
        }
        if format == "pades" || (format == "auto" && media == "application/pdf") { return try await signPDF(source) }
        guard !pdf.isGiven else {
            throw ValidationError(
                "--appearance, --field, --reserve-field, --reserve-text, --fill and --certify need a PDF")
        }
        if format == "auto", media == "application/zip", let container = try? ASiCContainer(reading: source) {
            return try await addSignature(to: container)
        }
        if format == "cades-enveloping" {
            let bytes = try await CAdESSignature.enveloping(
                source, by: signer, claiming: claimed, level: first, properties: properties)
            let signed = try await raised(bytes, over: nil)
            return Signed(
                content: MemorySource(signed.bytes), format: .cades, isSeparate: true, remarks: signed.remarks)
        }
        let signed = try await detached(over: DigestedSource.wrapping(source))
        return Signed(content: MemorySource(signed.bytes), format: .cades, isSeparate: true, remarks: signed.remarks)
    }

    /// Signs files as one container and writes it piece by piece.
    ///
    /// - Returns: Remarks on what went into it.
    func sign(
        _ files: [ContainerFile], as type: ContainerType, to output: @escaping ([UInt8]) throws -> Void
    ) async throws -> [Finding] {
        let prepared = try ASiCContainer.preparing(
            type, of: files, for: signer.certificate, chain: signer.chain, scheme: signer.scheme, claiming: claimed)
        let cms = try await detached(over: prepared.content, in: type)
        guard type == .extended, let raising, raising.level == .lta else {
            try prepared.write(signature: cms.bytes, to: output)
            return cms.remarks
        }
        // The archive time-stamp stands over what is there, the signature among it.
        let archived = try await raising.raise(container: prepared.container(signature: cms.bytes))
        try archived.content.copy(to: output)
        return Self.once(cms.remarks + archived.remarks)
    }

    private func addSignature(to container: ASiCContainer) async throws -> Signed {
        guard container.type == .extended else {
            let signed = try await container.signedAgain(
                by: signer, claiming: claimed, level: first, properties: properties)
            guard let raising else { return Signed(content: signed.archive.source, format: .asicS) }
            let raised = try await raising.raise(container: signed)
            return Signed(content: raised.content, format: .asicS, remarks: raised.remarks)
        }
        let prepared = try container.preparingSignature(
            for: signer.certificate, chain: signer.chain, scheme: signer.scheme, claiming: claimed)
        let cms = try await detached(over: prepared.content, in: .extended)
        let signed = try prepared.container(signature: cms.bytes)
        guard let raising, raising.level == .lta else {
            return Signed(content: signed.archive.source, format: .asicE, remarks: cms.remarks)
        }
        let archived = try await raising.raise(container: signed)
        return Signed(
            content: archived.content, format: .asicE, remarks: Self.once(cms.remarks + archived.remarks))
    }

    private func detached(over content: any ByteSource, in container: ContainerType? = nil) async throws -> Raised {
        let bytes = try await CAdESSignature.detached(
            over: content, by: signer, claiming: claimed, level: first, properties: properties)
        // The archive time-stamp of an ASiC-E is the container's.
        if container == .extended, let raising, raising.level == .lta {
            return try await raising.lowered(to: .lt).raise(cms: bytes, over: content)
        }
        return try await raised(bytes, over: content)
    }

    private func raised(_ cms: [UInt8], over content: (any ByteSource)?) async throws -> Raised {
        guard let raising else { return (cms, []) }
        return try await raising.raise(cms: cms, over: content)
    }

    private static func once(_ remarks: [Finding]) -> [Finding] {
        remarks.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private func signPDF(_ source: FileSource) async throws -> Signed {
        let document = try pdf.prepared(PDFDocument(parsing: source)) { SystemRandom().bytes(16) }
        let signed = try await document.signedSource(
            by: signer, claiming: claimed, reason: pdf.reason, in: pdf.choice(in: document),
            appearance: pdf.visible.visibleSignature(for: signer.certificate), certifying: pdf.permission,
            level: first, properties: properties)
        guard let raising else { return Signed(content: signed, format: .pades) }
        let raised = try await raising.raise(pdf: signed, newestOnly: true)
        return Signed(content: raised.content, format: .pades, remarks: raised.remarks)
    }
}
