// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation

/// A secret that is to open the vault from now on: a passphrase that is given, or a code that is made.
struct NewSecretOptions: ParsableArguments {
    @Option(help: ArgumentHelp("File whose first line is the new passphrase.", valueName: "file"))
    var newPassphraseFile: String?

    @Option(help: "Name of the environment variable that holds the new passphrase.")
    var newPassphraseEnv: String?

    @Option(help: ArgumentHelp("File that a new recovery code is written to.", valueName: "file"))
    var newRecoveryCodeFile: String?

    @Option(help: "Your name for it.")
    var label = ""

    /// Whether one was asked for.
    var isGiven: Bool { newPassphraseFile != nil || newPassphraseEnv != nil || newRecoveryCodeFile != nil }

    /// The secret; `nil` when none was asked for. A code is written down before it opens anything.
    func secret() throws -> Unlocking? {
        let given = [newPassphraseFile, newPassphraseEnv, newRecoveryCodeFile].compactMap { $0 }
        guard given.count <= 1 else {
            throw ValidationError(
                "give one of --new-passphrase-file, --new-passphrase-env and --new-recovery-code-file")
        }
        if let file = newRecoveryCodeFile {
            try OutputFile.check(file, inputs: [], force: nil)
            let code = RecoveryCode(random: SystemRandom())
            try OutputFile.write(Array("\(code.text())\n".utf8), to: file, mode: 0o600)
            return .recoveryCode(code)
        }
        guard !given.isEmpty else { return nil }
        let options = try PassphraseOptions(file: newPassphraseFile, environment: newPassphraseEnv)
        return .passphrase(try options.ofVault(isNew: true))
    }

    /// Gives the vault the secret that was asked for; a code that opens nothing is not left lying about.
    func give<Value>(_ body: (Unlocking) async throws -> Value) async throws -> Value {
        let secret = try required()
        do {
            return try await body(secret)
        } catch {
            if let newRecoveryCodeFile { unlink(newRecoveryCodeFile) }
            throw error
        }
    }

    func required() throws -> Unlocking {
        guard let secret = try secret() else {
            throw ValidationError(
                "give one of --new-passphrase-file, --new-passphrase-env and --new-recovery-code-file")
        }
        return secret
    }
}
