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
    let signer: SoftwareSigner
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
    }

    var level: BaselineLevel { raising?.level ?? first.level }

    /// Signs one file.
    ///
    /// - Parameter format: As `--format`, but not a container's.
    func sign(_ source: FileSource, as format: String) async throws -> Signed {
        let media = try MediaType.of(source)
        if format == "pades" || (format == "auto" && media == "application/pdf") { return try await signPDF(source) }
        guard !pdf.isGiven else {
            throw ValidationError(
                "--appearance, --field, --reserve-field, --reserve-text, --fill and --certify need a PDF")
        }
        if format == "auto", media == "application/zip", let container = try? ASiCContainer(reading: source) {
            return Signed(
                content: try await addSignature(to: container), format: container.type == .simple ? .asicS : .asicE)
        }
        if format == "cades-enveloping" {
            let bytes = try await CAdESSignature.enveloping(
                source, by: signer, claiming: claimed, level: first, properties: properties)
            return Signed(
                content: MemorySource(try await raised(bytes, over: nil)), format: .cades, isSeparate: true)
        }
        return Signed(
            content: MemorySource(try await detached(over: DigestedSource.wrapping(source))), format: .cades,
            isSeparate: true)
    }

    /// Signs files as one container and writes it piece by piece.
    func sign(
        _ files: [ContainerFile], as type: ContainerType, to output: @escaping ([UInt8]) throws -> Void
    ) async throws {
        let prepared = try ASiCContainer.preparing(
            type, of: files, for: signer.certificate, chain: signer.chain, scheme: signer.scheme, claiming: claimed)
        let cms = try await detached(over: prepared.content, in: type)
        guard type == .extended, let raising, raising.level == .lta else {
            return try prepared.write(signature: cms, to: output)
        }
        // The archive time-stamp stands over what is there, the signature among it.
        let raised = try await raising.raise(container: prepared.container(signature: cms)).content
        var offset: Int64 = 0
        while offset < raised.size {
            let piece = try raised.bytes(at: offset, count: Int(min(1 << 18, raised.size - offset)))
            try output(piece)
            offset += Int64(piece.count)
        }
    }

    private func addSignature(to container: ASiCContainer) async throws -> any ByteSource {
        guard container.type == .extended else {
            let signed = try await container.signedAgain(
                by: signer, claiming: claimed, level: first, properties: properties)
            guard let raising else { return signed.archive.source }
            return try await raising.raise(container: signed).content
        }
        let prepared = try container.preparingSignature(
            for: signer.certificate, chain: signer.chain, scheme: signer.scheme, claiming: claimed)
        let cms = try await detached(over: prepared.content, in: .extended)
        let signed = try prepared.container(signature: cms)
        guard let raising, raising.level == .lta else { return signed.archive.source }
        return try await raising.raise(container: signed).content
    }

    private func detached(over content: any ByteSource, in container: ContainerType? = nil) async throws -> [UInt8] {
        let bytes = try await CAdESSignature.detached(
            over: content, by: signer, claiming: claimed, level: first, properties: properties)
        // The archive time-stamp of an ASiC-E is the container's.
        if container == .extended, let raising, raising.level == .lta {
            return try await raising.lowered(to: .lt).raise(cms: bytes, over: content).bytes
        }
        return try await raised(bytes, over: content)
    }

    private func raised(_ cms: [UInt8], over content: (any ByteSource)?) async throws -> [UInt8] {
        guard let raising else { return cms }
        return try await raising.raise(cms: cms, over: content).bytes
    }

    private func signPDF(_ source: FileSource) async throws -> Signed {
        let document = try pdf.prepared(PDFDocument(parsing: source)) { SystemRandom().bytes(16) }
        let signed = try await document.signedSource(
            by: signer, claiming: claimed, reason: pdf.reason, in: pdf.choice(in: document),
            appearance: pdf.visible.visibleSignature(for: signer.certificate), certifying: pdf.permission,
            level: first, properties: properties)
        guard let raising else { return Signed(content: signed, format: .pades) }
        return Signed(content: try await raising.raise(pdf: signed).content, format: .pades)
    }
}
