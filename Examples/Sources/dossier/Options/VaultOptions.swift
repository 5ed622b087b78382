// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation

/// Which vault, where, and with what it is opened.
struct VaultOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Store of the vault: sqlite:PATH or postgres://HOST/DATABASE?…", valueName: "url"))
    var store: String

    @Option(help: ArgumentHelp("Identifier of the vault.", valueName: "id"))
    var vault: String?

    @Option(
        help: ArgumentHelp(
            "File that keeps the newest head outside the store; made when it does not exist.", valueName: "file"))
    var anchor: String?

    @Option(
        name: .customLong("recovery-code-file"),
        help: ArgumentHelp("File with the recovery code, instead of a passphrase.", valueName: "file"))
    var recoveryCodeFile: String?

    @Option(
        name: .customLong("device-key-file"),
        help: ArgumentHelp("File with the keys of a device, instead of a passphrase.", valueName: "file"))
    var deviceKeyFile: String?

    @OptionGroup var passphrase: PassphraseOptions

    static let prompt = Phrase(vi: "Mật khẩu của kho: ", en: "Passphrase of the vault: ")

    /// The store that the URL names.
    func openStore(creating: Bool = false) async throws -> any VaultStore {
        try await StoreAddress(store).open(creating: creating)
    }

    func vaultID() throws -> VaultID {
        guard let vault else { throw ValidationError("--vault is missing") }
        guard let id = VaultID(vault) else { throw ValidationError("--vault takes 64 hexadecimal digits") }
        return id
    }

    func unlocking() throws -> Unlocking {
        if let deviceKeyFile {
            do {
                let octets = SecretBytes(copying: try FileSource(path: deviceKeyFile).allBytes(limit: 4096))
                return .device(try DeviceKey(octets))
            } catch {
                throw CommandFailure(error, path: deviceKeyFile)
            }
        }
        guard let recoveryCodeFile else {
            return try .passphrase(Passphrase(utf8: passphrase.passphrase(prompt: Self.prompt)))
        }
        do {
            let text = String(decoding: try FileSource(path: recoveryCodeFile).allBytes(limit: 4096), as: UTF8.self)
            return .recoveryCode(try RecoveryCode(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        } catch {
            throw CommandFailure(error, path: recoveryCodeFile)
        }
    }

    /// The head kept outside the store, if there is one yet.
    func storedAnchor() throws -> Anchor? {
        guard let anchor, FileManager.default.fileExists(atPath: anchor) else { return nil }
        do {
            let text = String(decoding: try FileSource(path: anchor).allBytes(limit: 4096), as: UTF8.self)
            guard let read = Anchor(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
                throw CommandFailure(
                    .badInput, vi: "\(anchor): không phải mốc neo của kho", en: "\(anchor): not an anchor")
            }
            return read
        } catch {
            throw CommandFailure(error, path: anchor)
        }
    }

    /// Opens the vault, compared with the anchor.
    func open() async throws -> Vault {
        try await Vault.open(vaultID(), in: openStore(), unlocking: unlocking(), anchor: storedAnchor())
    }

    /// Keeps the vault's newest head outside the store.
    func keepAnchor(of vault: Vault) async throws {
        guard let anchor, let newest = await vault.anchor else { return }
        try OutputFile.write(Array("\(newest)\n".utf8), to: anchor)
    }
}
