// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DossierCore
import DossierKit
import OnceOnly

struct ProceduresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "procedures", abstract: "Danh mục thủ tục. / The catalogue of procedures.",
        subcommands: [List.self, Show.self, Lint.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Liệt kê thủ tục. / List procedures.")
        @OptionGroup var common: CommonOptions

        private struct Row: Encodable { let code, version: String, name: Phrase }

        func run() async throws {
            let catalogue = try ProcedureCatalogue.builtIn(types: .builtIn())
            let day = TimeOption.now().date(atOffset: vietnamOffset)
            let rows = catalogue.procedures(on: day).map { Row(code: $0.code, version: $0.version, name: $0.name) }
            if common.json {
                Console.write(try CanonicalJSON.encode(["procedures": rows]))
            } else {
                for row in rows { Console.print("\(row.code)  \(row.name[Console.language]) (\(row.version))") }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Xem một thủ tục. / Show a procedure.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Code of the procedure.")
        var code: String

        private struct Row: Encodable {
            struct Requirement: Encodable { let id: String, name: Phrase, types: [[String]] }
            struct Question: Encodable { let id: String, name: Phrase, answers: [String] }
            let code, version: String, name: Phrase, requirements: [Requirement], questions: [Question]
        }

        func run() async throws {
            let catalogue = try ProcedureCatalogue.builtIn(types: .builtIn())
            let day = TimeOption.now().date(atOffset: vietnamOffset)
            guard let found = catalogue.procedure(code, on: day) else {
                throw CommandFailure(.noInput, vi: "không có thủ tục \(code)", en: "no procedure \(code)")
            }
            let row = Row(
                code: found.code, version: found.version, name: found.name,
                requirements: found.requirements.map {
                    .init(id: $0.id, name: $0.name, types: $0.lists.map { $0.map(\.documentType) })
                },
                questions: found.questions.map { .init(id: $0.id, name: $0.name, answers: $0.options.map(\.value)) })
            if common.json { return Console.write(try CanonicalJSON.encode(row)) }
            Console.print("\(row.code)  \(row.name[Console.language]) (\(row.version))")
            for requirement in row.requirements {
                Console.print(
                    "  \(requirement.name[Console.language]): \(requirement.types.map { $0.joined(separator: " + ") }.joined(separator: " | "))"
                )
            }
            for question in row.questions {
                Console.print(
                    "  ? \(question.id): \(question.name[Console.language]) (\(question.answers.joined(separator: ", ")))"
                )
            }
        }
    }

    struct Lint: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Kiểm tra một danh mục. / Check a catalogue file.")
        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("Document types in JSON; default those of the library.", valueName: "file"))
        var types: String?

        @Flag(help: "The file holds document types, not procedures.")
        var documentTypes = false

        @Argument(help: "Catalogue of procedures in JSON.")
        var file: String

        private struct Row: Encodable { let code, severity, path, vi, en, detail: String, line, column: Int }

        func run() async throws {
            let problems: [CatalogueProblem]
            do {
                let bytes = try FileSource(path: file).allBytes(limit: 1 << 25)
                if documentTypes {
                    problems = try DocumentTypeCatalogue.lint(bytes)
                } else {
                    let known =
                        try types.map { try DocumentTypeCatalogue(json: FileSource(path: $0).allBytes(limit: 1 << 25)) }
                        ?? .builtIn()
                    problems = try ProcedureCatalogue.lint(bytes, types: known)
                }
            } catch {
                throw CommandFailure(error, path: file)
            }
            if common.json {
                let rows = problems.map {
                    Row(
                        code: $0.code.rawValue, severity: $0.code.severity.rawValue, path: $0.path, vi: $0.message.vi,
                        en: $0.message.en, detail: $0.detail, line: $0.line, column: $0.column)
                }
                Console.write(try CanonicalJSON.encode(["problems": rows]))
            } else {
                for problem in problems {
                    Console.print(
                        "\(file):\(problem.line):\(problem.column): \(problem.path): \(problem.message[Console.language]) [\(problem.code.rawValue)] \(problem.detail)"
                    )
                }
            }
            if problems.contains(where: { $0.code.severity == .fault }) { throw ExitCode(ExitStatus.badInput.rawValue) }
        }
    }
}
