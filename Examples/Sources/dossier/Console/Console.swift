// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import DossierKit
import Foundation

/// Where results, messages and progress go: results to standard output, everything else to standard error.
enum Console {
    /// The language of messages: `--language`, else the locale's, else Vietnamese. Set once, before a command runs.
    nonisolated(unsafe) static var language: Language = {
        let environment = ProcessInfo.processInfo.environment
        // The first that is set to anything counts (POSIX 8.2).
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        return locale.hasPrefix("en") ? .english : .vietnamese
    }()

    /// Prints lines of text; what a terminal would obey is taken out of them.
    static func print(_ text: String) { write(Array((shown(text) + "\n").utf8)) }

    private static func shown(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { DisplayText.harmless(String($0)) }
            .joined(separator: "\n")
    }

    /// Writes a result; a result that cannot be delivered ends the command with 74, never with 0.
    static func write(_ bytes: [UInt8]) {
        let failure = StandardStreams.write(bytes, to: STDOUT_FILENO)
        guard failure != 0 else { return }
        // Who has stopped reading needs no message.
        if failure != EPIPE {
            report(
                CommandFailure(
                    .inputOutput, vi: "không ghi được kết quả ra thiết bị chuẩn", en: "cannot write to standard output")
            )
        }
        exit(ExitStatus.inputOutput.rawValue)
    }

    static func say(_ phrase: Phrase) { print(phrase[language]) }

    static func message(_ text: String) {
        // There is nowhere left to say that a message could not be written.
        _ = StandardStreams.write(Array((shown(text) + "\n").utf8), to: STDERR_FILENO)
    }
    static func warn(_ phrase: Phrase) { message("dossier: warning: \(phrase[language])") }

    static func report(_ failure: CommandFailure) {
        // One line: the name of a file must not begin another message.
        message(DisplayText.harmless("dossier: error: \(failure.message[language])"))
        if let hint = failure.hint { message("dossier: hint: \(hint[language])") }
    }

    /// Takes the line of progress away before something else is written.
    static func clearProgress() {
        guard isatty(STDERR_FILENO) == 1 else { return }
        try? FileHandle.standardError.write(contentsOf: Data("\r\u{1b}[K".utf8))
    }

    /// One line that is overwritten, on a terminal only.
    static func progress(_ done: Int, of total: Int, _ what: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        let end = done >= total ? "\n" : ""
        try? FileHandle.standardError.write(
            contentsOf: Data("\r\u{1b}[K[\(done)/\(total)] \(DisplayText.harmless(what))\(end)".utf8))
    }
}
