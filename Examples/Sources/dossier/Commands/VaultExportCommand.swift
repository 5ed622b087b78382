// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import CryptoPrimitives
import DocumentVault
import DossierCore
import DossierKit
import Foundation

struct VaultExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract:
            "Xuất cả kho ra một tệp, hoặc các bản gốc ra tệp ZIP. / Write the vault, or the originals, into one file.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var options: VaultOptions
    @OptionGroup var time: TimeOption
    @OptionGroup var before: BeforeDamageOption
    @Flag(help: "The documents as they are, in a ZIP file with a list: readable by anybody.")
    var originals = false
    @Flag(
        help:
            "With --originals: leave out what is damaged, or take the newest version that is not, name it and exit with 74."
    )
    var skipDamaged = false
    @Option(help: ArgumentHelp("File that the export's new code is written to.", valueName: "file"))
    var codeFile: String?
    @Flag(help: "Overwrite an existing output.")
    var force = false
    @Option(help: "Output file.")
    var output: String

    func run() async throws {
        try options.check(output: output, force: force)
        let instant = try time.instant()
        let code = RecoveryCode(random: SystemRandom())
        if !originals {
            guard !skipDamaged else { throw ValidationError("--skip-damaged needs --originals") }
            guard let codeFile else { throw ValidationError("--code-file is needed, or --originals") }
            try options.check(output: codeFile, inputs: [output])
        }
        let vault = try await before.open(options)
        let waiting = try await vault.depositsWaiting()
        let isQuiet = common.json
        let progress: @Sendable (Int, Int) -> Void = { if !isQuiet { Console.progress($0, of: $1, "contents") } }
        var damaged: [DamagedOriginal] = []
        if originals {
            do {
                try await Self.patiently {
                    try await OutputFile.write(to: output, durably: true, replacing: force) { handle in
                        damaged = try await vault.exportOriginals(
                            to: { try handle.write(contentsOf: Data($0)) }, at: instant, skippingDamaged: skipDamaged,
                            progress: progress)
                    }
                }
            } catch let error as VaultError where error.code == .damaged {
                var failure = CommandFailure(error)
                failure.hint = Phrase(
                    vi: "--skip-damaged ghi các giấy tờ còn lại và nêu tên những giấy tờ hỏng",
                    en: "--skip-damaged writes the other documents and names those that are damaged")
                throw failure
            }
        } else if let codeFile {
            try OutputFile.write(Array("\(code.text())\n".utf8), to: codeFile, mode: 0o600)
            do {
                try await Self.patiently {
                    // Who keeps a copy may let the vault go.
                    try await OutputFile.write(to: output, durably: true, replacing: force) { handle in
                        _ = try await vault.export(
                            under: code, at: instant, to: { try handle.write(contentsOf: Data($0)) },
                            progress: progress)
                    }
                }
            } catch var failure as CommandFailure where failure.leavesOutput {
                failure.hint = Phrase(
                    vi: "hãy giữ \(codeFile): chỉ mã đó mở được \(output)",
                    en: "keep \(codeFile): nothing else opens \(output)")
                throw failure
            } catch {
                unlink(codeFile)
                throw error
            }
        }
        if common.json {
            Console.write(
                try CanonicalJSON.encode(
                    Report(
                        depositsWaiting: waiting,
                        damaged: damaged.isEmpty ? nil : damaged.map(Report.Damaged.init), endsBefore: LeftOut(vault),
                        output: output, vault: vault.id.description)))
        }
        if waiting > 0 { Self.warn(ofWaiting: waiting, output, canBeTaken: vault.endsBefore == nil) }
        for one in damaged {
            let fault = CommandFailure(one.fault).message
            Console.warn(
                Phrase(
                    vi: one.instead == nil
                        ? "không có trong \(output): \(one.document) \(one.name) (\(fault.vi))"
                        : "trong \(output) chỉ có phiên bản cũ của \(one.document) \(one.name), phiên bản mới nhất không đọc được (\(fault.vi))",
                    en: one.instead == nil
                        ? "not in \(output): \(one.document) \(one.name) (\(fault.en))"
                        : "in \(output) is an older version of \(one.document) \(one.name), the newest cannot be read (\(fault.en))"
                ))
        }
        try await before.conclude(vault)
        if !damaged.isEmpty { throw ExitCode(ExitStatus.inputOutput.rawValue) }
    }
}

extension VaultExportCommand {
    private struct Report: Encodable {
        struct Damaged: Encodable {
            let error: String
            let id: String
            let instead: String?
            let name: String

            init(_ original: DamagedOriginal) {
                (error, id) = (original.fault.code.rawValue, original.document.description)
                (name, instead) = (original.name, original.instead?.description)
            }
        }
        let depositsWaiting: Int
        let damaged: [Damaged]?
        let endsBefore: LeftOut?
        let output: String
        let vault: String
    }

    /// Says that who lets the vault go for its export loses what lies in the inbox.
    fileprivate static func warn(ofWaiting count: Int, _ output: String, canBeTaken: Bool) {
        Console.warn(
            Phrase(
                vi: "\(output) không có \(count) giấy tờ còn nằm trong hộp nhận, chưa vào kho; "
                    + (canBeTaken
                        ? "hãy chạy `dossier vault inbox` rồi xuất lại"
                        : "người gửi phải gửi lại vào nơi lưu trữ mới bằng chính vé đó"),
                en: "\(output) lacks what lies in the inbox and is not in the vault: \(count) deposits; "
                    + (canBeTaken
                        ? "run `dossier vault inbox` and export again"
                        : "their depositors leave them again in the new store, with the same tickets")))
    }

    /// An export that somebody else's change made useless is begun again some times.
    fileprivate static func patiently(_ export: () async throws -> Void) async throws {
        for _ in 0..<4 {
            do {
                return try await export()
            } catch let error as VaultError where error.code == .busy {}
        }
        try await export()
    }
}

struct VaultImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Khôi phục kho từ tệp đã xuất. / Put a vault back from an export.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var options: VaultOptions
    @OptionGroup var time: TimeOption
    @OptionGroup var new: NewSecretOptions
    @Option(help: ArgumentHelp("File with the export's code.", valueName: "file"))
    var codeFile: String
    @Option(help: "Why it is put back; kept in the vault.")
    var reason = ""
    @Argument(help: "The export.")
    var file: String

    func run() async throws {
        let instant = try time.instant()
        let code: RecoveryCode
        do {
            let text = String(decoding: try FileSource(path: codeFile).allBytes(limit: 4096), as: UTF8.self)
            code = try RecoveryCode(text)
        } catch {
            throw CommandFailure(error, path: codeFile)
        }
        try options.checkAnchor(inputs: [codeFile, file])
        // Before the vault is put back: what is wrong with the new secret must not be found out with half the work done.
        let secret = try new.isGiven ? new.required(beside: options) : nil
        let vault: Vault
        do {
            let export = try ExportedVault(reading: try FileSource(path: file))
            vault = try await Vault.restore(
                export, code: code, in: options.openStore(creating: true), anchor: try options.anchorToKeep(),
                reason: reason, at: instant)
        } catch {
            if secret != nil { new.withdraw() }
            throw CommandFailure(error, path: file)
        }
        if let kept = try options.storedAnchor() { await Self.tellWhatIsBack(in: vault, since: kept) }
        try await options.keepAnchor(of: vault)
        if let secret {
            try await new.give(secret, to: vault, in: options) {
                try await vault.addSlot($0, label: new.label, at: instant)
            }
            try await options.keepAnchor(of: vault)
        }
        if common.json {
            Console.write(try CanonicalJSON.encode(["vault": vault.id.description]))
        } else {
            Console.print(vault.id.description)
        }
    }

    /// Says which secrets open a vault whose later entries were given up: one that was removed since is among them.
    static func tellWhatIsBack(in vault: Vault, since anchor: Anchor) async {
        guard let head = await vault.anchor?.head, anchor.head.sequence >= head.sequence else { return }
        let slots = await vault.slots().map { "\($0.kind.rawValue)\($0.label.isEmpty ? "" : " “\($0.label)”")" }
            .joined(separator: ", ")
        Console.warn(
            Phrase(
                vi:
                    "các mục từ \(head.sequence) đến \(anchor.head.sequence) của nhật ký đã bị bỏ: giấy tờ, khóa, thiết bị và đồng ý trở lại như lúc sao lưu; kho nay mở được bằng: \(slots); hãy gỡ và xóa lại những gì đã gỡ và xóa (`dossier vault slots remove`, `dossier vault revoke`, `dossier vault erase`)",
                en:
                    "entries \(head.sequence) to \(anchor.head.sequence) of the journal were given up: documents, slots, devices and grants are those of the backup; what opens the vault now: \(slots); remove and erase again what was removed and erased since (`dossier vault slots remove`, `dossier vault revoke`, `dossier vault erase`)"
            ))
    }
}

struct VaultAcceptOlderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept-older",
        abstract:
            "Chấp nhận trạng thái cũ hơn mốc neo sau khi nơi lưu trữ được khôi phục. / Accept a store that was put back to an older state.",
        discussion: """
            Needs --anchor and a secret of the owner. What was stored since the older state is lost; be sure that the operator \
            of the store says so, for a store that hides it looks the same.
            """)
    @OptionGroup var common: CommonOptions
    @OptionGroup var options: VaultOptions
    @OptionGroup var time: TimeOption
    @Option(help: "Why it is accepted; kept in the vault.")
    var reason: String

    func run() async throws {
        let instant = try time.instant()
        try options.checkAnchor()
        guard options.anchor != nil, let kept = try options.anchorToKeep() else {
            throw ValidationError("--anchor is needed: the head that the store no longer shows")
        }
        let vault = try await Vault.open(
            options.vaultID(), in: options.openStore(), unlocking: options.unlocking())
        try await vault.acceptOlderState(than: kept, reason: reason, at: instant)
        await VaultImportCommand.tellWhatIsBack(in: vault, since: kept)
        try await options.keepAnchor(of: vault)
        if common.json { Console.write(try CanonicalJSON.encode(["vault": vault.id.description])) }
    }
}
