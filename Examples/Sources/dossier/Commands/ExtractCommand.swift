// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import ArgumentParser
import CryptoPrimitives
import DossierCore
import DossierKit
import Foundation
import PAdES
import PDFSyntax
import PKIX
import SignatureValidation
import ZIPSyntax

struct ExtractCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract",
        abstract: "Lấy nội dung mà một chữ ký bảo vệ. / Take out what a signature covers.",
        discussion: """
            Of a PDF the revision that was signed, of a container one of its files, else the content. \
            The signature is judged first; one that does not pass is refused with 1 or 2 unless --unverified is given.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var online: OnlineOptions
    @OptionGroup var time: TimeOption
    @OptionGroup var password: PDFPasswordOption

    @Option(help: ArgumentHelp("The signature, as verify and inspect name it.", valueName: "id"))
    var signature: String

    @Option(help: ArgumentHelp("File of an ASiC-E to take out; needed where it holds several.", valueName: "name"))
    var entry: String?

    @Option(help: ArgumentHelp("Content of a detached signature; x.p7s beside x is paired with it.", valueName: "file"))
    var detached: String?

    @Flag(help: "Take it out whatever the verdict, as long as the signature value stands over it.")
    var unverified = false

    @Flag(help: "Overwrite an existing output.")
    var force = false

    @Option(help: ArgumentHelp("Output file.", valueName: "path"))
    var output: String

    @Argument(help: "Signed file.")
    var file: String

    private struct Extracted: Encodable {
        let path, output, signature, indication, sha256: String
        let subIndication: String?
        let size: Int
    }

    func run() async throws {
        try OutputFile.check(output, inputs: [file] + (detached.map { [$0] } ?? []), force: force)
        do {
            let (report, document) = try await judge()
            let bytes = try bytes(under: report, in: document)
            try OutputFile.write(bytes, to: output)
            guard common.json else { return Console.print(output) }
            Console.write(
                try CanonicalJSON.encode(
                    Extracted(
                        path: file, output: output, signature: signature, indication: report.indication.rawValue,
                        sha256: Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: bytes)),
                        subIndication: report.subIndication?.rawValue, size: bytes.count)))
        } catch {
            throw CommandFailure(error, path: file)
        }
    }

    private func judge() async throws -> (SignatureReport, any SignedDocument) {
        let instant = try time.instant()
        let settings = try trust.load()
        settings.warn(at: instant)
        let opened = try VerifyInput(path: file, content: detached).open(password: password.password())
        var material = settings.material
        if online.online {
            let enclosed = try opened.file.enclosed(with: material)
            let completed = try await online.completing(
                material.merging(enclosed.material), for: enclosed.signers,
                trusting: settings.domains(for: [.signing], at: instant), at: instant)
            for remark in completed.remarks { Console.warn(remark.phrase) }
            material = completed.material
        }
        let judged = try FileReport(
            opened.file, validator: trust.validator(settings, material: material, at: instant), at: instant)
        guard let document = opened.file.document,
            let report = judged.report?.signatures.first(where: { $0.facts.id == signature })
        else {
            throw CommandFailure(
                .noSignature, vi: "\(file): không có chữ ký \(signature)",
                en: "\(file): there is no signature \(signature)")
        }
        guard report.indication == .totalPassed || unverified else {
            throw CommandFailure(
                ExitStatus(report.indication),
                vi: "\(file): không lấy nội dung: \(report.explanation(in: .vietnamese))",
                en: "\(file): not taken out: \(report.explanation(in: .english))",
                hint: Phrase(vi: "dùng --unverified nếu chỉ để xem", en: "use --unverified just to look at it"))
        }
        return (report, document)
    }

    private func bytes(under report: SignatureReport, in document: any SignedDocument) throws -> [UInt8] {
        let limit: Int64 = 1 << 32
        if let container = document as? ASiCContainer, container.type == .extended {
            // Value and every reference hold, the entry's among them.
            guard report.facts.reference == .intact, report.facts.value == .valid else { throw nothing(report) }
            let names = container.files.map(\.name)
            guard let name = entry ?? (names.count == 1 ? names.first : nil) else {
                throw ValidationError("the signature covers \(names.count) files; name one with --entry")
            }
            guard let found = container.files.first(where: { $0.name == name }),
                !report.facts.coverage.uncoveredPaths.contains(name)
            else {
                throw CommandFailure(
                    .noInput, vi: "\(file): chữ ký không bao gồm tệp \(name)",
                    en: "\(file): the signature covers no file \(name)")
            }
            return try container.archive.bytes(of: found, limit: limit)
        }
        guard entry == nil else { throw ValidationError("--entry needs an ASiC-E container") }
        guard let content = unverified ? report.contentUnderAnyVerdict : report.verifiedContent else {
            throw nothing(report)
        }
        guard let document = document as? PDFDocument else { return try content.bytes(limit: limit) }
        return try revision(content, of: document)
    }

    private func nothing(_ report: SignatureReport) -> CommandFailure {
        CommandFailure(
            ExitStatus(report.indication == .totalPassed ? .indeterminate : report.indication),
            vi: "\(file): chữ ký không gắn với nội dung nào có ở đây",
            en: "\(file): the signature stands over no content that is at hand")
    }

    /// The signed revision is a file of its own: everything up to the end of what was digested, the signature within.
    private func revision(_ content: VerifiedContent, of document: PDFDocument) throws -> [UInt8] {
        let signatures = try DocumentSignatures(in: document.file).signatures.filter { !$0.isTimeStamp }
        guard let number = Int(signature.dropFirst(2)), signatures.indices.contains(number - 1),
            let end = signatures[number - 1].coverage.signedRanges.last?.upperBound
        else { return try content.bytes(limit: 1 << 30) }
        let ranges = signatures[number - 1].coverage.signedRanges
        let revision = try document.file.source.bytes(at: 0, count: Int(clamping: end))
        let digested = ranges.flatMap { revision[Int($0.lowerBound)..<Int($0.upperBound)] }
        // Read again, so held to the digest again.
        guard try content.algorithm.digest(of: digested) == content.digest else {
            throw SignatureValidationError(.contentNotVerified, "the content changed")
        }
        return revision
    }
}
