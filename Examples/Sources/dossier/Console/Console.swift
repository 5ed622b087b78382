// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation

/// Where results, messages and progress go: results to standard output, everything else to standard error.
enum Console {
    /// The language of messages: `--language`, else the locale's, else Vietnamese. Set once, before a command runs.
    nonisolated(unsafe) static var language: Language = {
        let environment = ProcessInfo.processInfo.environment
        let locale = environment["LC_ALL"] ?? environment["LC_MESSAGES"] ?? environment["LANG"] ?? ""
        return locale.hasPrefix("en") ? .english : .vietnamese
    }()

    static func print(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
    static func write(_ bytes: [UInt8]) { FileHandle.standardOutput.write(Data(bytes)) }
    static func say(_ phrase: Phrase) { print(phrase[language]) }

    static func message(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
    static func warn(_ phrase: Phrase) { message("dossier: warning: \(phrase[language])") }

    static func report(_ failure: CommandFailure) {
        message("dossier: error: \(failure.message[language])")
        if let hint = failure.hint { message("dossier: hint: \(hint[language])") }
    }

    /// One line that is overwritten, on a terminal only.
    static func progress(_ done: Int, of total: Int, _ what: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        let end = done >= total ? "\n" : ""
        FileHandle.standardError.write(Data("\r\u{1b}[K[\(done)/\(total)] \(what)\(end)".utf8))
    }
}
