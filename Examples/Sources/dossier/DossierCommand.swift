// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser

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
            VerifyCommand.self, SignCommand.self, CertificateCommand.self, AssembleCommand.self, ExamineCommand.self,
            VaultCommand.self, PlanCommand.self, ProceduresCommand.self, TestPKICommand.self,
        ])

    /// Errors are printed in the voice of this tool; only wrong usage is left to the argument parser.
    static func main() async {
        do {
            var command = try parseAsRoot()
            do {
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
            } catch {
                // The parser's own errors (help, version, wrong usage) and answers (codes 1 to 3) pass as they are.
                guard exitCode(for: error) == .failure, !(error is ExitCode) else { exit(withError: error) }
                let failure = (error as? CommandFailure) ?? CommandFailure(error)
                Console.report(failure)
                exit(withError: ExitCode(failure.exitCode.rawValue))
            }
        } catch {
            exit(withError: error)
        }
    }
}
