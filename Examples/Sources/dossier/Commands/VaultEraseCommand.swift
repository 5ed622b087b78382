// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DocumentVault
import DossierCore
import DossierKit
import Foundation

struct VaultSupersedeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "supersede",
        abstract: "Cất giấy tờ mới thay cho giấy tờ cũ. / Store a document that takes the place of an older one.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var options: VaultOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var time: TimeOption
    @OptionGroup var stored: StoreOptions
    @Option(help: "Code of the document type; by default that of the older one.")
    var type: String?
    @Argument(help: "Identifier of the older document.")
    var document: String
    @Argument(help: "The file to store.")
    var file: String

    func run() async throws {
        try await stored.store(
            [file], as: type, common: common, in: options, trust: trust, at: try time.instant(),
            superseding: [try documentID(document)])
    }
}

struct VaultEraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Xóa vĩnh viễn một giấy tờ. / Erase a document for good.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var options: VaultOptions
    @OptionGroup var time: TimeOption
    @Option(help: "Why; kept in the vault and in the statement.")
    var reason: String
    @Option(help: ArgumentHelp("File for the signed statement (DER).", valueName: "file"))
    var statement: String?
    @Option(help: "What remains elsewhere, with its last day: TEXT or TEXT=yyyy-mm-dd.")
    var remaining: [String] = []
    @Argument(help: "Identifier of the document.")
    var document: String

    private struct Report: Encodable {
        struct Remainder: Encodable { let what: String, until: CalendarDate? }
        let document, vault, reason: String, erasedAt: Instant, entry: Int64, entries: [Int64], commitments: [String]
        let remaining: [Remainder], signature: String
    }

    func run() async throws {
        if let statement { try options.check(output: statement) }
        let instant = try time.instant()
        let remainders = try remaining.map { text in
            let parts = text.split(separator: "=")
            let until = parts.count > 1 ? parts.last.flatMap { CalendarDate($0) } : nil
            // What looks like a day and is none must not go into a signed statement as a word.
            if until == nil, parts.count > 1, let last = parts.last, last.wholeMatch(of: /[0-9]+-[0-9]+-[0-9]+/) != nil
            {
                throw ValidationError("--remaining takes TEXT or TEXT=yyyy-mm-dd, not \(text)")
            }
            return ErasureStatement.Remainder(
                what: until == nil ? text : parts.dropLast().joined(separator: "="), until: until)
        }
        let vault = try await options.open(changing: true)
        let signed = try await vault.erase(try documentID(document), reason: reason, remaining: remainders, at: instant)
        try await options.keepAnchor(of: vault)
        var isSwept = true
        do {
            if try await !vault.sweep(at: instant).isEmpty { try await options.keepAnchor(of: vault) }
        } catch let error as VaultError {
            // The document is erased; what others left behind, and what the store did not delete, can wait.
            isSwept = false
            Console.warn(CommandFailure(error).message)
        }
        if let statement {
            do {
                try OutputFile.write(signed.signedBytes + signed.signature, to: statement)
            } catch {
                throw CommandFailure(
                    .cannotCreate, vi: "giấy tờ đã xóa nhưng không ghi được \(statement)",
                    en: "the document is erased, but \(statement) cannot be written",
                    hint: Phrase(
                        vi: "chạy lại lệnh này để lấy bản xác nhận", en: "run the command again to have the statement"))
            }
        }
        if common.json {
            Console.write(
                try CanonicalJSON.encode(
                    Report(
                        document: signed.document.description, vault: signed.vault.description, reason: signed.reason,
                        erasedAt: signed.erasedAt, entry: signed.entry.sequence, entries: signed.entries,
                        commitments: signed.commitments.map(\.description),
                        remaining: signed.remaining.map { .init(what: $0.what, until: $0.until) },
                        signature: Hexadecimal.encode(signed.signature))))
        } else {
            Console.say(
                isSwept
                    ? Phrase(
                        vi: "Đã xóa khóa, mô tả và nội dung; chỉ còn mã băm của bản mã",
                        en: "Keys, description and content are erased; hashes of ciphertext are left")
                    : Phrase(
                        vi: "Đã xóa khóa và mô tả; bản mã không khóa có thể còn lại: chạy `dossier vault sweep`",
                        en: "Keys and description are erased; ciphertext may be left: run `dossier vault sweep`"))
        }
    }
}

struct VaultHoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Cấm xóa một giấy tờ theo pháp luật, hoặc thôi cấm. / Forbid to erase a document, or allow it again.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var options: VaultOptions
    @OptionGroup var time: TimeOption
    @Option(help: "On what ground.")
    var ground: String?
    @Option(help: "Who decided.")
    var decidedBy: String?
    @Flag(help: "Lift the hold.")
    var lift = false
    @Argument(help: "Identifier of the document.")
    var document: String

    func run() async throws {
        let id = try documentID(document)
        let instant = try time.instant()
        let vault = try await options.open(changing: true)
        if lift {
            try await vault.liftHold(on: id, at: instant)
        } else {
            guard let ground, let decidedBy else { throw ValidationError("--ground and --decided-by are needed") }
            try await vault.hold(id, ground: ground, decidedBy: decidedBy, at: instant)
        }
        try await options.keepAnchor(of: vault)
        if common.json { Console.write(try CanonicalJSON.encode(["document": id.description])) }
    }
}

struct VaultSweepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Dọn phần còn lại của các lần cất dở dang. / Delete what interrupted uploads left.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var options: VaultOptions
    @OptionGroup var time: TimeOption

    func run() async throws {
        let instant = try time.instant()
        let vault = try await options.open(changing: true)
        let swept = try await vault.sweep(at: instant)
        await vault.warnOfKeysLeftBehind()
        try await options.keepAnchor(of: vault)
        if common.json {
            Console.write(try CanonicalJSON.encode(["swept": swept.map(\.description)]))
        } else {
            Console.print("\(swept.count)")
        }
    }
}
