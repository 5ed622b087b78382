// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation

/// Where a passphrase comes from; never from the command line, which other processes can read.
struct PassphraseOptions: ParsableArguments {
    @Option(name: .customLong("passphrase-file"), help: "File whose first line is the passphrase.")
    var file: String?

    @Option(name: .customLong("passphrase-env"), help: "Name of the environment variable that holds the passphrase.")
    var environment: String?

    /// Whether one of the options was given.
    var isGiven: Bool { file != nil || environment != nil }

    /// The terminal as it was before a prompt: what a handler of signals may use.
    private nonisolated(unsafe) static var terminal = termios()

    /// The passphrase.
    ///
    /// - Throws: 64 when both are given, 66 or 77 when the source does not have it.
    func passphrase(prompt: Phrase) throws -> SecretBytes {
        if file != nil, environment != nil {
            throw ValidationError("give one of --passphrase-file and --passphrase-env")
        }
        if let file { return SecretBytes(copying: try Self.firstLine(of: file)) }
        if let environment {
            guard let value = ProcessInfo.processInfo.environment[environment] else {
                throw CommandFailure(
                    .noPermission, vi: "không có biến môi trường \(environment)",
                    en: "there is no environment variable \(environment)")
            }
            // Without its end, as from a file: a variable that was set from one may still have it.
            var line = value.utf8[...]
            if line.last == 10 { line.removeLast() }
            if line.last == 13 { line.removeLast() }
            return SecretBytes(copying: Array(line))
        }
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandFailure(
                .noPermission, vi: "cần mật khẩu", en: "a passphrase is needed",
                hint: Phrase(
                    vi: "dùng --passphrase-file hoặc --passphrase-env", en: "use --passphrase-file or --passphrase-env")
            )
        }
        FileHandle.standardError.write(Data(prompt[Console.language].utf8))
        var settings = termios()
        tcgetattr(STDIN_FILENO, &settings)
        let before = settings
        settings.c_lflag &= ~tcflag_t(ECHO)
        // Who gives up here must not be left at a terminal that shows nothing of what is typed.
        Self.terminal = before
        let signals = [SIGINT, SIGTERM]
        for number in signals {
            signal(number) { number in
                tcsetattr(STDIN_FILENO, TCSANOW, &PassphraseOptions.terminal)
                signal(number, SIG_DFL)
                raise(number)
            }
        }
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        defer {
            var restored = before
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &restored)
            for number in signals { signal(number, SIG_DFL) }
            FileHandle.standardError.write(Data("\n".utf8))
        }
        return SecretBytes(copying: Array((readLine(strippingNewline: true) ?? "").utf8))
    }

    /// The passphrase of a vault, which is text.
    ///
    /// - Parameter isNew: Whether it is to open a vault from now on; then it must not be empty.
    /// - Throws: 65 for one that is not UTF-8, of which the vault would take another one to be the same, or that is new
    ///   and empty; as ``passphrase(prompt:)``.
    func ofVault(isNew: Bool = false) throws -> Passphrase {
        let octets = try passphrase(prompt: VaultOptions.prompt)
        guard octets.byteCount > 0 || !isNew else {
            throw CommandFailure(.badInput, vi: "mật khẩu bỏ trống", en: "the passphrase is empty")
        }
        // Looked at where it lies, without one more copy of it.
        let isText = octets.withSpan { (try? UTF8Span(validating: $0)) != nil }
        guard isText else {
            throw CommandFailure(
                .badInput, vi: "\(file.map { "\($0): " } ?? "")mật khẩu không ở dạng UTF-8",
                en: "\(file.map { "\($0): " } ?? "")the passphrase is not in UTF-8")
        }
        return Passphrase(utf8: octets)
    }

    /// The first line of a file or of a pipe (`<(…)` of the shell, `/dev/stdin`), without its end.
    static func firstLine(of file: String) throws -> [UInt8] {
        do {
            var line: ArraySlice<UInt8>
            if let found = try lineOfPipe(file) {
                line = found
            } else {
                line = try FileSource(path: file).allBytes(limit: longestFile).prefix { $0 != 10 }
            }
            if line.last == 13 { line.removeLast() }
            // The mark that some editors put before UTF-8 is no part of what was typed.
            if line.starts(with: [0xef, 0xbb, 0xbf]) { line.removeFirst(3) }
            return Array(line)
        } catch {
            throw CommandFailure(error, path: file)
        }
    }
}

extension PassphraseOptions {
    private static let longestFile: Int64 = 65_536

    /// The next line of a pipe, and no octet more: what follows is somebody else's passphrase. `nil` for what is no pipe.
    private static func lineOfPipe(_ path: String) throws(ByteSourceError) -> ArraySlice<UInt8>? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return nil }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw errno == EACCES ? .notPermitted : .inputOutput(code: errno) }
        defer { close(descriptor) }
        var line: [UInt8] = []
        var octet: UInt8 = 0
        while line.count < Int(longestFile) {
            let count = read(descriptor, &octet, 1)
            if count == 1, octet != 10 {
                line.append(octet)
            } else if count >= 0 {
                break
            } else if errno != EINTR {
                throw .inputOutput(code: errno)
            }
        }
        return line[...]
    }
}

/// The password of encrypted PDFs, for commands that read them.
struct PDFPasswordOption: ParsableArguments {
    @Option(
        help: ArgumentHelp("File whose first line is the password of encrypted PDFs, in UTF-8.", valueName: "file"))
    var pdfPasswordFile: String?

    /// The password; `nil` where none was given.
    ///
    /// - Throws: 66 and 77 for a file that cannot be read, 65 for one that is no UTF-8.
    func password() throws -> String? {
        guard let pdfPasswordFile else { return nil }
        guard let password = String(validating: try PassphraseOptions.firstLine(of: pdfPasswordFile), as: UTF8.self)
        else {
            throw CommandFailure(
                .badInput, vi: "\(pdfPasswordFile): mật khẩu không ở dạng UTF-8",
                en: "\(pdfPasswordFile): the password is not in UTF-8")
        }
        return password
    }
}

extension PassphraseOptions {
    /// The same two sources under other names.
    init(file: String?, environment: String?) throws {
        let arguments =
            (file.map { ["--passphrase-file", $0] } ?? []) + (environment.map { ["--passphrase-env", $0] } ?? [])
        self = try Self.parse(arguments)
    }
}
