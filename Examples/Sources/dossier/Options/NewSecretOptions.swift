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

    func validate() throws { try NamedByOwner.check(label, "--label", least: 0) }

    /// Whether one was asked for.
    var isGiven: Bool { newPassphraseFile != nil || newPassphraseEnv != nil || newRecoveryCodeFile != nil }

    /// The secret; `nil` when none was asked for. A code is written down before it opens anything.
    ///
    /// - Parameter options: What the vault is opened with; no code is written over it.
    private func secret(beside options: VaultOptions) throws -> Unlocking? {
        let given = [newPassphraseFile, newPassphraseEnv, newRecoveryCodeFile].compactMap { $0 }
        guard given.count <= 1 else {
            throw ValidationError(
                "give one of --new-passphrase-file, --new-passphrase-env and --new-recovery-code-file")
        }
        if let file = newRecoveryCodeFile {
            try options.check(output: file)
            let code = RecoveryCode(random: SystemRandom())
            try OutputFile.write(Array("\(code.text())\n".utf8), to: file, mode: 0o600)
            return .recoveryCode(code)
        }
        guard !given.isEmpty else { return nil }
        let passphrase = try PassphraseOptions(file: newPassphraseFile, environment: newPassphraseEnv)
        return .passphrase(try passphrase.ofVault(isNew: true))
    }

    /// Gives a vault the secret that was asked for. A code that opens nothing is not left lying about; one that opens the
    /// vault, or may do so, stays whatever else failed: it may be all that opens it.
    func give(
        _ secret: Unlocking, to vault: Vault, in options: VaultOptions, _ body: (Unlocking) async throws -> SlotID
    ) async throws {
        let before = await Set(vault.slots().map(\.id))
        do {
            _ = try await body(secret)
        } catch {
            let opens = await opens(secret, vault, in: options, since: before)
            guard opens == false else { throw unfinished(CommandFailure(error), opens: opens) }
            withdraw()
            throw error
        }
    }

    /// Whether a secret got a slot that the vault did not have before; `nil` when that cannot be told.
    private func opens(
        _ secret: Unlocking, _ vault: Vault, in options: VaultOptions, since before: Set<SlotID>
    ) async -> Bool? {
        do {
            try await vault.refresh()
            if await before.isSuperset(of: vault.slots().map(\.id)) { return false }
        } catch {
            // The slot that opened it may be the one that was replaced.
        }
        do {
            _ = try await Vault.open(vault.id, in: options.openStore(), unlocking: secret)
            return true
        } catch let problem as VaultError where problem.code == .wrongSecret {
            return false
        } catch {
            return nil
        }
    }

    /// Takes away a code that was written down and given to no vault.
    func withdraw() {
        if let newRecoveryCodeFile { unlink(newRecoveryCodeFile) }
    }

    /// What went wrong after the vault took the secret, or may have: who believes that it did not keeps the wrong one.
    private func unfinished(_ failure: CommandFailure, opens: Bool?) -> CommandFailure {
        let kept = newRecoveryCodeFile.map {
            Phrase(vi: "; hãy giữ \($0)", en: "; keep \($0)")
        }
        let hint =
            opens == true
            ? Phrase(
                vi: "bí mật mới đã mở được kho, bí mật bị thay thì không; chạy `dossier vault rotate` để hoàn tất",
                en:
                    "the new secret opens the vault already, one that it replaces does not; run `dossier vault rotate` to finish"
            )
            : Phrase(
                vi: "chưa biết bí mật mới đã mở được kho chưa; hãy thử bằng `dossier vault unlock-check`",
                en: "whether the new secret opens the vault is not known; try with `dossier vault unlock-check`")
        return CommandFailure(
            failure.exitCode, vi: failure.message.vi, en: failure.message.en,
            hint: Phrase(vi: hint.vi + (kept?.vi ?? ""), en: hint.en + (kept?.en ?? "")))
    }

    func required(beside options: VaultOptions) throws -> Unlocking {
        guard let secret = try secret(beside: options) else {
            throw ValidationError(
                "give one of --new-passphrase-file, --new-passphrase-env and --new-recovery-code-file")
        }
        return secret
    }
}

/// A name that an owner gives to a vault, slot or ticket.
enum NamedByOwner {
    /// - Throws: 64, in words of its own: the vault's are about documents.
    static func check(_ text: String, _ option: String, least: Int) throws {
        let hasControls = text.unicodeScalars.contains { $0.properties.generalCategory == .control }
        guard (least...255).contains(text.utf8.count), !hasControls else {
            throw ValidationError("\(option) takes \(least) to 255 octets of text without control characters")
        }
    }
}
