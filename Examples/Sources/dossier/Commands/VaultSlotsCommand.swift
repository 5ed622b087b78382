// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import CryptoPrimitives
import DocumentVault
import DossierCore
import DossierKit
import Foundation

struct VaultSlotsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slots", abstract: "Mật khẩu, mã khôi phục và thiết bị mở được kho. / What opens the vault.",
        subcommands: [List.self, Add.self, Remove.self, Change.self, NewDevice.self], defaultSubcommand: List.self)

    private struct Row: Encodable {
        let id, kind, label: String, writer: String?, own: Bool, knownToFormer: Bool

        init(_ slot: VaultSlot) {
            id = slot.id.description
            kind = slot.kind.rawValue
            label = slot.label
            writer = slot.writer?.description
            own = slot.isOwn
            knownToFormer = slot.isKnownToFormer
        }
    }

    static func slotID(_ text: String) throws -> SlotID {
        guard let id = SlotID(text) else { throw ValidationError("a slot has 32 hexadecimal digits") }
        return id
    }

    private static func show(_ vault: Vault, _ common: CommonOptions) async throws {
        let rows = await vault.slots().map(Row.init)
        await vault.warnOfSlotsKnownToFormer()
        if common.json {
            Console.write(try CanonicalJSON.encode(["slots": rows]))
        } else {
            for row in rows { Console.print("\(row.id)  \(row.kind)  \(row.label)\(row.own ? "  *" : "")") }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Liệt kê. / List them.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var options: VaultOptions

        func run() async throws { try await VaultSlotsCommand.show(options.open(), common) }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Thêm mật khẩu, mã khôi phục hoặc thiết bị. / Add a passphrase, recovery code or device.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var options: VaultOptions
        @OptionGroup var new: NewSecretOptions
        @OptionGroup var time: TimeOption
        @Option(help: ArgumentHelp("File with the card of a device or delegate.", valueName: "file"))
        var deviceCard: String?
        @Option(help: "In what capacity the card's holder writes: device, session, delegate or service.")
        var role = "device"
        @Flag(help: "The card's holder reads only.")
        var readOnly = false

        func validate() throws {
            guard deviceCard == nil || !new.isGiven else {
                throw ValidationError("give one of --device-card and a new passphrase or recovery code")
            }
        }

        func run() async throws {
            guard let role = VaultWriter.Role(rawValue: role) else {
                throw ValidationError("--role takes device, session, delegate or service")
            }
            let instant = try time.instant()
            let vault = try await options.open(changing: true)
            if let deviceCard {
                let text = String(decoding: try FileSource(path: deviceCard).allBytes(limit: 4096), as: UTF8.self)
                guard let card = DeviceCard(text) else {
                    throw CommandFailure(
                        .badInput, vi: "\(deviceCard): không phải thẻ thiết bị",
                        en: "\(deviceCard): not a device's card")
                }
                _ = try await vault.enrol(
                    card, as: role, writing: readOnly ? [] : EntryKind.documents, label: new.label, at: instant)
            } else {
                try await new.give(new.required(beside: options), to: vault, in: options) {
                    try await vault.addSlot($0, label: new.label, at: instant)
                }
            }
            try await options.keepAnchor(of: vault)
            try await VaultSlotsCommand.show(vault, common)
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gỡ bỏ, bắt đầu kỳ khóa mới. / Remove some; a new epoch begins.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var options: VaultOptions
        @OptionGroup var time: TimeOption
        @Argument(help: "Identifiers of the slots.")
        var slots: [String]

        func run() async throws {
            let ids = Set(try slots.map(VaultSlotsCommand.slotID))
            let instant = try time.instant()
            let vault = try await options.open(changing: true)
            do {
                try await vault.removeSlots(ids, at: instant)
            } catch  where error.code == .invalidMetadata {
                throw CommandFailure(
                    .badInput, vi: "phải giữ lại ít nhất một mật khẩu hoặc mã khôi phục",
                    en: "a passphrase or recovery code must stay")
            }
            try await options.keepAnchor(of: vault)
            await vault.warnOfKeysLeftBehind()
            try await VaultSlotsCommand.show(vault, common)
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Đổi mật khẩu hoặc mã khôi phục. / Put another secret in the place of a slot.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var options: VaultOptions
        @OptionGroup var new: NewSecretOptions
        @OptionGroup var time: TimeOption
        @Argument(help: "Identifier of the slot; the one that opened the vault when it is left out.")
        var slot: String?

        func run() async throws {
            let chosen = try slot.map(VaultSlotsCommand.slotID)
            let instant = try time.instant()
            let vault = try await options.open(changing: true)
            let own = await vault.slots().first { $0.isOwn }?.id
            guard let id = chosen ?? own else { throw ValidationError("name a slot") }
            try await new.give(new.required(beside: options), to: vault, in: options) {
                try await vault.changeSlot(id, to: $0, label: new.label, at: instant)
            }
            try await options.keepAnchor(of: vault)
            await vault.warnOfKeysLeftBehind()
            try await VaultSlotsCommand.show(vault, common)
        }
    }

    struct NewDevice: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tạo khóa cho thiết bị này và in thẻ của nó. / Make keys for this device and print their card.")
        @Option(help: ArgumentHelp("File for the private keys.", valueName: "file"))
        var output: String

        func run() throws {
            try OutputFile.check(output, inputs: [], force: nil)
            let key = try DeviceKey(random: SystemRandom())
            try OutputFile.write(key.octets.withSpan { span in span.indices.map { span[$0] } }, to: output, mode: 0o600)
            Console.print(key.card.description)
        }
    }
}

struct VaultRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract:
            "Thay khóa của kho, tiếp tục lần trước nếu dở dang. / Give the vault new keys; resumes what was interrupted."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var options: VaultOptions
    @OptionGroup var time: TimeOption

    func run() async throws {
        let instant = try time.instant()
        let vault = try await options.open(changing: true)
        let isQuiet = common.json
        try await vault.rotate(at: instant) { done, total in
            if !isQuiet { Console.progress(Int(clamping: done), of: Int(clamping: total), "key records") }
        }
        try await options.keepAnchor(of: vault)
        await vault.warnOfKeysLeftBehind()
        await vault.warnOfSlotsKnownToFormer()
        if common.json {
            Console.write(try CanonicalJSON.encode(["vault": vault.id.description]))
        } else {
            Console.say(Phrase(vi: "Kho đã có khóa mới", en: "The vault has new keys"))
        }
    }
}

extension Vault {
    /// Names the slots that also open for whoever had another passphrase or code of the vault, removed ones included.
    func warnOfSlotsKnownToFormer() async {
        for slot in slots() where slot.isKnownToFormer {
            Console.warn(
                Phrase(
                    vi: """
                        ai từng có một mật khẩu hoặc mã khôi phục của kho, kể cả đã gỡ, cũng biết khóa của \(slot.id) \
                        (do phiên bản cũ tạo): hãy đổi nó bằng `dossier vault slots change`
                        """,
                    en: """
                        whoever had any passphrase or recovery code of the vault, removed ones included, has the key of \
                        \(slot.id) (made by an older version): change it with `dossier vault slots change`
                        """))
        }
    }

    /// Names the documents that got no new key in a rotation: the others did.
    func warnOfKeysLeftBehind() async {
        for key in keysLeftBehind { Console.warn(key.phrase) }
    }
}
