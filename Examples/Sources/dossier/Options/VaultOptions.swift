// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import Synchronization

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

    /// The anchor with which the vault was opened.
    private static let openedWith = Mutex<Anchor?>(nil)

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
            } catch let error as VaultError where error.code == .invalidMetadata {
                throw CommandFailure(
                    .badInput, vi: "\(deviceKeyFile): không phải tệp khóa của thiết bị",
                    en: "\(deviceKeyFile): not the keys of a device")
            } catch {
                throw CommandFailure(error, path: deviceKeyFile)
            }
        }
        guard let recoveryCodeFile else { return .passphrase(try passphrase.ofVault()) }
        do {
            let text = String(decoding: try FileSource(path: recoveryCodeFile).allBytes(limit: 4096), as: UTF8.self)
            return .recoveryCode(try RecoveryCode(text))
        } catch {
            throw CommandFailure(error, path: recoveryCodeFile)
        }
    }

    /// The head kept outside the store, if there is one yet.
    func storedAnchor() throws -> Anchor? {
        guard let anchor, FileManager.default.fileExists(atPath: anchor) else { return nil }
        do {
            let text = String(decoding: try FileSource(path: anchor).allBytes(limit: 32_768), as: UTF8.self)
            guard let read = Anchor(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
                throw CommandFailure(
                    .badInput, vi: "\(anchor): không phải mốc neo của kho", en: "\(anchor): not an anchor")
            }
            return read
        } catch {
            throw CommandFailure(error, path: anchor)
        }
    }

    /// Checks that a result may be written: over none of the files that the vault is opened with, and none of the store's.
    ///
    /// - Throws: 64 and 73, as ``OutputFile/check(_:inputs:force:)``.
    func check(output path: String, inputs: [String] = [], force: Bool? = nil) throws {
        let own = [anchor, recoveryCodeFile, deviceKeyFile, passphrase.file].compactMap { $0 }
        try OutputFile.check(path, inputs: inputs + own, force: force)
        guard case .sqlite(let folder) = try StoreAddress(store).records else { return }
        let place = OutputFile.resolve(path).split(separator: "/")
        let root = OutputFile.resolve(folder).split(separator: "/")
        guard place.starts(with: root), place.count > root.count else { return }
        let name = place[root.count]
        guard name == "contents" || name == "manifest.json" || name.hasPrefix("shard-") else { return }
        throw CommandFailure(
            .usage, vi: "tệp kết quả là tệp của nơi lưu trữ: \(path)", en: "the output is a file of the store: \(path)")
    }

    /// Checks that the anchor can be kept, before anything is changed: in a place of its own.
    ///
    /// - Parameters:
    ///   - inputs: Further files that the command reads.
    ///   - isNew: Whether the vault is made by the command, so that any anchor is another vault's.
    /// - Throws: 73; 64 for a file that the command uses otherwise, 65 for one that holds something else.
    func checkAnchor(inputs: [String] = [], isNew: Bool = false) throws {
        guard let anchor else { return }
        let own = [recoveryCodeFile, deviceKeyFile, passphrase.file].compactMap { $0 }
        try OutputFile.check(OutputFile.resolve(anchor), inputs: inputs + own, force: true)
        guard let stored = try storedAnchor(), isNew else { return }
        throw CommandFailure(
            .cannotCreate, vi: "\(anchor) là mốc neo của kho \(stored.vault)",
            en: "\(anchor) is the anchor of vault \(stored.vault)",
            hint: Phrase(vi: "dùng tên tệp khác", en: "give another name"))
    }

    /// The head kept outside the store, which the vault's newest one is to replace.
    func anchorToKeep() throws -> Anchor? {
        let stored = try storedAnchor()
        Self.openedWith.withLock { $0 = stored }
        return stored
    }

    /// Opens the vault, compared with the anchor.
    ///
    /// - Parameters:
    ///   - changing: Whether it is opened to be changed.
    ///   - beforeDamage: Whether it is opened as it was before the first entry that does not hold, see ``BeforeDamageOption``.
    func open(changing: Bool = false, beforeDamage: Bool = false) async throws -> Vault {
        if changing { try checkAnchor() }
        if let anchor, !FileManager.default.fileExists(atPath: anchor) {
            Console.warn(
                Phrase(
                    vi: "chưa có mốc neo \(anchor): không biết kho có phải bản mới nhất không",
                    en: "there is no anchor \(anchor) yet: whether the vault is the newest is not known"))
        }
        let (id, stored) = (try vaultID(), try anchorToKeep())
        if let stored, stored.vault != id {
            throw CommandFailure(
                .badInput, vi: "\(anchor ?? "") là mốc neo của kho khác, \(stored.vault)",
                en: "\(anchor ?? "") is the anchor of another vault, \(stored.vault)")
        }
        guard beforeDamage else {
            return try await Vault.open(id, in: openStore(), unlocking: unlocking(), anchor: stored)
        }
        return try await Vault.openBeforeDamage(id, in: openStore(), unlocking: unlocking(), anchor: stored)
    }

    /// Keeps the vault's newest head outside the store.
    func keepAnchor(of vault: Vault) async throws {
        guard let anchor, let newest = await vault.anchor else { return }
        // Where the file is a link it stays one.
        let place = OutputFile.resolve(anchor)
        // Another command may have kept a later head meanwhile, and none may while this one looks and writes.
        let folder = FileHandle(
            forReadingAtPath: URL(filePath: place).deletingLastPathComponent().path(percentEncoded: false))
        defer { try? folder?.close() }
        if let folder { while flock(folder.fileDescriptor, LOCK_EX) != 0, errno == EINTR {} }
        if let now = try? storedAnchor(), now != Self.openedWith.withLock({ $0 }), now.vault == newest.vault,
            now.supersedes(newest)
        {
            return
        }
        do {
            try OutputFile.write(Array("\(newest)\n".utf8), to: place)
        } catch {
            throw CommandFailure(
                .cannotCreate, vi: "kho đã được thay đổi nhưng không ghi được mốc neo \(anchor)",
                en: "the vault was changed, but its anchor \(anchor) cannot be written")
        }
    }
}
