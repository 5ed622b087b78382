// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import ArgumentParser
import DossierCore
import DossierKit
import Foundation
import OnceOnly

struct AssembleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assemble",
        abstract: "Lập và ký một hồ sơ. / Make and sign a dossier.",
        discussion: "Writes a folder as docs/formats/dossier-v1.md describes it.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var time: TimeOption
    @OptionGroup var key: KeyOptions

    @Option(help: "Code of the dossier.")
    var dossier: String

    @Option(help: "Code of the procedure.")
    var procedure: String

    @Flag(help: "Write into an existing folder.")
    var force = false

    @Option(help: "Folder to make.")
    var output: String

    @Argument(help: ArgumentHelp("Attachments in order.", valueName: "type=file"))
    var attachments: [String]

    func run() async throws {
        let instant = try time.instant()
        let types = try DocumentTypeCatalogue.builtIn()
        let day = instant.date(atOffset: vietnamOffset)
        guard let definition = try ProcedureCatalogue.builtIn(types: types).procedure(procedure, on: day) else {
            throw CommandFailure(
                .noInput, vi: "không có thủ tục \(procedure) vào ngày \(day)", en: "no procedure \(procedure) on \(day)"
            )
        }
        var paths: [String] = []
        let files = try attachments.map { argument in
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw ValidationError("attachments are given as TYPE=FILE") }
            guard types[parts[0]] != nil else {
                throw CommandFailure(
                    .usage, vi: "không có loại giấy tờ \(parts[0])", en: "no document type \(parts[0])")
            }
            paths.append(parts[1])
            do {
                return Attachment(
                    name: URL(filePath: parts[1]).lastPathComponent, type: parts[0],
                    source: try FileSource(path: parts[1]))
            } catch {
                throw CommandFailure(error, path: parts[1])
            }
        }
        try OutputFile.checkFolder(output, inputs: paths, force: force)
        let check = SignerCheck(try trust.validator(at: instant))
        let isQuiet = common.json
        let sealed = try await Dossier(
            code: dossier, for: .init(code: definition.code, version: definition.version), attachments: files
        ).signed(by: key.signer(), checking: check, at: instant) { step in
            if !isQuiet { Console.progress(step.completed, of: step.total, step.name) }
        }
        let members: Set = [
            SealedDossier.manifestName, SealedDossier.signatureName, SealedDossier.attachmentsFolder,
        ]
        try OutputFile.writeFolder(output, replacing: members) { staged in
            let folder = staged + "/" + SealedDossier.attachmentsFolder
            try OutputFile.makeFolder(folder, force: nil)
            for (entry, attachment) in zip(sealed.manifest.attachments, sealed.attachments) {
                try OutputFile.write(
                    attachment.source.allBytes(limit: 1 << 32), to: folder + "/" + SealedDossier.fileName(of: entry))
            }
            try OutputFile.write(sealed.manifestBytes, to: staged + "/" + SealedDossier.manifestName)
            try OutputFile.write(sealed.signature, to: staged + "/" + SealedDossier.signatureName)
        }
        if common.json {
            Console.write(try CanonicalJSON.encode(sealed.manifest))
        } else {
            Console.print(output)
        }
    }
}
