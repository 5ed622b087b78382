// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DossierCore
import DossierKit

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Xem cấu trúc của tệp đã ký. / Show the structure of a signed file.",
        discussion: "Nothing is judged: no trust, no verdict. For that there is verify.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var password: PDFPasswordOption

    @Flag(help: "End with 65 when anything departs from its format, after printing it.")
    var strict = false

    @Option(help: ArgumentHelp("Content of a detached signature; x.p7s beside x is paired with it.", valueName: "file"))
    var detached: String?

    @Argument(help: "PDF, CMS signature or ASiC container.")
    var file: String

    func run() throws {
        let structure: FileStructure
        do {
            let opened = try VerifyInput(path: file, content: detached).open(
                password: password.password(), asStructure: true)
            structure = try FileStructure(opened.file, source: FileSource(path: opened.signatureFile ?? file))
        } catch {
            throw CommandFailure(error, path: file)
        }
        if common.json {
            Console.write(try CanonicalJSON.encode(structure))
        } else {
            StructureText.print(structure)
        }
        guard !strict || structure.isRegular else {
            throw CommandFailure(
                .badInput, vi: "\(file): cấu trúc không đúng định dạng",
                en: "\(file): the structure departs from its format")
        }
    }
}
