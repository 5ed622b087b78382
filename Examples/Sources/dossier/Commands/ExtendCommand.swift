// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import AdES
import ArgumentParser
import DossierCore
import DossierKit
import Foundation
import PAdES
import PKIX
import SignatureValidation

struct ExtendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extend",
        abstract: "Nâng mức các chữ ký của một tệp. / Raise the signatures of a file to a level.",
        discussion: "A level that cannot be reached is 69 and nothing is written; at B-LTA the archive is renewed.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var online: OnlineOptions
    @OptionGroup var authority: AuthorityOptions

    @Option(help: "b-t, b-lt or b-lta.")
    var level: String

    @Option(help: ArgumentHelp("Content of a detached signature; x.p7s beside x is paired with it.", valueName: "file"))
    var detached: String?

    @Flag(help: "Overwrite an existing output.")
    var force = false

    @Option(help: ArgumentHelp("Output file.", valueName: "path"))
    var output: String

    @Argument(help: "Signed file: PDF, CAdES or ASiC.")
    var file: String

    func validate() throws {
        guard let named = BaselineLevel(option: level), named > .b else {
            throw ValidationError("--level takes b-t, b-lt or b-lta")
        }
        guard named != .lta || !authority.tsa.isEmpty else { throw ValidationError("--level b-lta needs --tsa") }
    }

    func run() async throws {
        try OutputFile.check(output, inputs: [file] + (detached.map { [$0] } ?? []), force: force)
        guard let named = BaselineLevel(option: level) else { return }
        let raising = try SigningSetup(trust, online, at: TimeOption.now()).raising(to: named, authority)
        do {
            let raised = try await raise(raising)
            for remark in raised.remarks { Console.warn(remark.phrase) }
            try OutputFile.write(raised.content, to: output)
            guard common.json else { return Console.print(output) }
            Console.write(
                try CanonicalJSON.encode(
                    Extended(
                        path: file, output: output, format: raised.format.rawValue, level: named.rawValue,
                        findings: raised.remarks)))
        } catch {
            throw CommandFailure(error, path: file)
        }
    }

    private struct Extended: Encodable {
        let path, output, format, level: String
        let findings: [Finding]
    }

    private func raise(
        _ raising: LevelRaising
    ) async throws -> (content: any ByteSource, remarks: [Finding], format: SignatureFormat) {
        let input = VerifyInput(path: file, content: detached)
        let opened = try input.open()
        let source = try FileSource(path: file)
        switch opened.file.document {
        case is PDFDocument:
            let raised = try await raising.raise(pdf: source)
            return (raised.content, raised.remarks, .pades)
        case let container as ASiCContainer:
            let raised = try await raising.raise(container: container)
            return (raised.content, raised.remarks, container.type == .simple ? .asicS : .asicE)
        case is CAdESDocument where opened.signatureFile == nil:
            let content = try opened.contentFile.map { try FileSource(path: $0) }
            let raised = try await raising.raise(cms: source.allBytes(limit: 1 << 28), over: content)
            return (MemorySource(raised.bytes), raised.remarks, .cades)
        default:
            throw CommandFailure(
                .badInput, vi: "\(file): tệp không mang chữ ký", en: "\(file): the file carries no signature")
        }
    }
}
