// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DossierCore

@main
struct DossierCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dossier",
        abstract: "Ký, kiểm tra và lưu giữ giấy tờ điện tử. / Sign, verify and keep electronic documents.",
        discussion: """
            Exit codes: 0 done and valid, 1 at least one signature failed, 2 at least one could not be determined, \
            3 no signature found, 64 wrong usage, 65 bad input, 66 no such file, 69 service missing, 73 output cannot be \
            written, 74 damaged store, 77 wrong passphrase or no permission, 78 bad configuration.
            """,
        version: "dossier 0.1.0",
        subcommands: [
            VerifyCommand.self, SignCommand.self, ExtendCommand.self, InspectCommand.self, ExtractCommand.self,
            PrepareCommand.self, CompleteCommand.self,
            CertificateCommand.self, AssembleCommand.self,
            ExamineCommand.self,
            VaultCommand.self, StoreCommand.self, WitnessCommand.self, PlanCommand.self, ProceduresCommand.self,
            TestPKICommand.self,
        ])

    /// Errors are printed in the voice of this tool; help and version are left to the argument parser.
    static func main() async {
        StandardStreams.prepare()
        // The parser's own messages come before any option is read, so the language is looked for first.
        if let language = askedLanguage(in: CommandLine.arguments) { Console.language = language }
        do {
            var command = try parseAsRoot()
            do {
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
            } catch {
                // Help, version and answers (codes 1 to 3) pass as they are; wrong usage is reported below.
                guard exitCode(for: error) == .failure, !(error is ExitCode) else { throw error }
                let failure = (error as? CommandFailure) ?? CommandFailure(error)
                Console.report(failure)
                exit(withError: ExitCode(failure.exitCode.rawValue))
            }
        } catch {
            // A command that has said all there is to say ends with a code of its own, 64 among them.
            guard exitCode(for: error) == .validationFailure, !(error is ExitCode) else { exit(withError: error) }
            Console.report(CommandFailure(usage: message(for: error), hint: helpCommand(in: CommandLine.arguments)))
            exit(withError: ExitCode(ExitStatus.usage.rawValue))
        }
    }

    private static func askedLanguage(in arguments: [String]) -> Language? {
        for (index, argument) in arguments.enumerated() {
            if argument.hasPrefix("--language=") { return Language(rawValue: String(argument.dropFirst(11))) }
            if argument == "--language", index + 1 < arguments.count { return Language(rawValue: arguments[index + 1]) }
        }
        return nil
    }

    /// The command whose help explains what was used wrongly.
    private static func helpCommand(in arguments: [String]) -> String {
        var words = ["dossier"]
        var subcommands = configuration.subcommands
        for argument in arguments.dropFirst() {
            guard let found = subcommands.first(where: { $0._commandName == argument }) else { break }
            words.append(argument)
            subcommands = found.configuration.subcommands
        }
        return words.joined(separator: " ") + " --help"
    }
}
