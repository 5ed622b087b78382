// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import CryptoPrimitives
import DocumentVault
import DossierCore
import DossierKit
import Foundation
import OnceOnly

struct VaultTicketCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ticket",
        abstract:
            "Cấp vé để cơ quan gửi một giấy tờ vào kho. / Issue a ticket with which an agency leaves one document.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var options: VaultOptions
    @Option(help: "Code of the dossier.")
    var dossier: String
    @Option(help: "Largest document in bytes.")
    var largest: Int64 = 64 << 20
    @Option(help: "Instant in ISO 8601 until which it is good.")
    var until: String?
    @Option(help: "Output file.")
    var output: String

    func run() async throws {
        try options.check(output: output)
        var end: Instant?
        if let until {
            guard let instant = TimeOption.instant(until) else {
                throw ValidationError("--until takes an ISO 8601 time with zone")
            }
            guard instant > TimeOption.now() else { throw ValidationError("--until lies in the past") }
            end = instant
        }
        guard largest >= 0 else { throw ValidationError("--largest takes a number of octets") }
        try NamedByOwner.check(dossier, "--dossier", least: 0)
        let vault = try await options.open()
        let ticket = try await vault.issueTicket(for: dossier, largest: largest, until: end)
        try OutputFile.write(Array("\(ticket)\n".utf8), to: output, mode: 0o600)
        if common.json {
            Console.write(try CanonicalJSON.encode(["ticket": ticket.id.description, "output": output]))
        } else {
            Console.print(ticket.id.description)
        }
    }
}

struct VaultDepositCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deposit",
        abstract: "Gửi giấy tờ vào kho bằng vé, không cần khóa. / Leave a document by ticket; no key is needed.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var time: TimeOption
    @Option(help: ArgumentHelp("Store of the vault: sqlite:PATH or postgres://HOST/DATABASE?…", valueName: "url"))
    var store: String
    @Option(help: ArgumentHelp("File with the ticket.", valueName: "file"))
    var ticket: String
    @Option(help: "Code of the document type.")
    var type = "other"
    @Option(help: "Who leaves it.")
    var depositor: String
    @Option(help: ArgumentHelp("File for the receipt (JSON).", valueName: "file"))
    var receipt: String?
    @Argument(help: "The file.")
    var file: String

    func run() async throws {
        if let receipt { try OutputFile.check(receipt, inputs: [file], force: nil) }
        let instant = try time.instant()
        try DocumentTypeCatalogue.builtIn().check(type)
        let options = try VaultOptions.parse(["--store", store])
        let given: DepositTicket
        do {
            let text = String(decoding: try FileSource(path: ticket).allBytes(limit: 1 << 16), as: UTF8.self)
            given = try DepositTicket(text: text)
        } catch let error as VaultError where error.code == .damaged {
            throw CommandFailure(.badInput, vi: "\(ticket): không phải vé", en: "\(ticket): not a ticket")
        } catch {
            throw CommandFailure(error, path: ticket)
        }
        do {
            let source = try FileSource(path: file)
            try check(given, source.size, at: instant)
            let digest = try DigestAlgorithm.sha256.digest(of: source)
            guard let sha256 = Digest32(octets: digest) else { throw VaultError(.cryptographyFailure, "a digest") }
            let metadata = DocumentMetadata(
                type: type, name: AttachmentName.normalized(URL(filePath: file).lastPathComponent),
                mediaType: try MediaType.of(source))
            let left = try await given.deposit(
                source, sha256: sha256, metadata: metadata, depositor: depositor, in: options.openStore(), at: instant)
            let json = try CanonicalJSON.encode(left)
            if let receipt {
                do {
                    try OutputFile.write(json, to: receipt)
                } catch {
                    // The document lies there, and the ticket gives no second receipt.
                    Console.write(json)
                    throw CommandFailure(
                        .cannotCreate, vi: "giấy tờ đã được gửi nhưng không ghi được \(receipt)",
                        en: "the document was left, but \(receipt) cannot be written",
                        hint: Phrase(vi: "biên nhận được in ra; hãy giữ lại", en: "keep the receipt that was printed"))
                }
            }
            if common.json { Console.write(json) } else { Console.print(left.deposit) }
        } catch let error as VaultError where error.code == .alreadyExists {
            throw CommandFailure(
                .cannotCreate, vi: "\(ticket): đã có giấy tờ được gửi bằng vé này",
                en: "\(ticket): a document was left with this ticket already",
                hint: Phrase(
                    vi: "mỗi vé gửi được một giấy tờ; hãy xin vé mới",
                    en: "a ticket is for one document; ask for another"))
        } catch {
            throw CommandFailure(error, path: file)
        }
    }

    /// In words about the ticket; the vault's are about the vault.
    private func check(_ given: DepositTicket, _ size: Int64, at instant: Instant) throws {
        if let until = given.until, instant > until {
            throw CommandFailure(
                .noPermission, vi: "\(ticket): vé đã hết hạn lúc \(until)",
                en: "\(ticket): the ticket ended at \(until)",
                hint: Phrase(vi: "hãy xin vé mới", en: "ask for another"))
        }
        guard size <= given.largest else {
            throw CommandFailure(
                .badInput, vi: "\(file): lớn hơn \(given.largest) byte mà vé cho phép",
                en: "\(file): larger than the \(given.largest) octets that the ticket allows")
        }
    }
}

struct VaultInboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbox",
        abstract: "Kiểm tra và nhận giấy tờ được gửi đến. / Judge and take in the documents that were left.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var options: VaultOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var time: TimeOption
    @Option(help: ArgumentHelp("Receipt of a deposit whose fate is asked.", valueName: "file"))
    var receipt: [String] = []
    @Option(
        help: ArgumentHelp(
            "Deposit that was put aside and is to be deleted; its ticket is good again then. May stand many times.",
            valueName: "id"))
    var discard: [String] = []

    private struct Report: Encodable {
        let documents: [String], quarantined: [String: String], aside: [String: String], discarded: [String]
        let noRoom: [String: String], incomplete: [String], more: Bool, receipts: [String: String]
    }

    func run() async throws {
        let instant = try time.instant()
        let unwanted = try discard.map { text in
            guard let id = DepositID(text) else { throw ValidationError("a deposit has 32 hexadecimal digits") }
            return id
        }
        // Before anything is taken in: a slip must not hide what was.
        let asked = try receipt.map { try self.receipt($0, in: options.vaultID()) }
        let validator = try trust.validator(at: instant)
        let vault = try await options.open(changing: true)
        let largestJudged: Int64 = 1 << 28
        let absorbed = try await vault.absorbDeposits(lookingFirstAt: Set(unwanted), at: instant) { arrival in
            // What cannot be judged stays on the word of who left it, and keeps nothing else from being taken in.
            guard arrival.version.size <= largestJudged else { return arrival.version.provenance }
            let bytes = try await arrival.content.bytes(limit: largestJudged)
            guard
                let report = try? FileReport(
                    path: arrival.version.metadata.name, source: MemorySource(bytes), validator: validator, at: instant)
            else { return arrival.version.provenance }
            return try .verified(report, source: .agencyResult)
        }
        do {
            for deposit in unwanted {
                let keepsOut = absorbed.quarantined[deposit] != nil || absorbed.aside[deposit] != nil
                try await vault.discardDeposit(deposit, regardless: keepsOut)
            }
            if !unwanted.isEmpty { _ = try await vault.sweep(at: instant) }
        } catch {
            // What was taken in is.
            try await options.keepAnchor(of: vault)
            for reference in absorbed.documents { Console.message("  + \(reference.document)") }
            throw error
        }
        try await options.keepAnchor(of: vault)
        var fates: [String: String] = [:]
        for one in asked { fates[one.id.description] = Self.word(try await vault.status(of: one.receipt)) }
        let aside = absorbed.aside.filter { !unwanted.contains($0.key) }
        if common.json {
            Console.write(
                try CanonicalJSON.encode(
                    Report(
                        documents: absorbed.documents.map(\.document.description),
                        quarantined: Dictionary(
                            uniqueKeysWithValues: absorbed.quarantined.map { ($0.key.description, $0.value) }),
                        aside: Dictionary(uniqueKeysWithValues: aside.map { ($0.key.description, $0.value) }),
                        discarded: unwanted.map(\.description),
                        noRoom: Dictionary(
                            uniqueKeysWithValues: absorbed.noRoom.map { ($0.key.description, $0.value) }),
                        incomplete: absorbed.incomplete.map(\.description), more: absorbed.hasMore, receipts: fates)))
        } else {
            for reference in absorbed.documents { Console.print(reference.document.description) }
            for (deposit, reason) in absorbed.quarantined.sorted(by: { $0.key < $1.key }) {
                Console.warn(
                    Phrase(
                        vi: "\(deposit): không dùng được nên để riêng; bỏ hẳn bằng --discard",
                        en: "\(deposit): it does not hold and was put aside (\(reason)); delete it with --discard"))
            }
            for (deposit, reason) in aside.sorted(by: { $0.key < $1.key }) {
                Console.warn(
                    Phrase(
                        vi: "\(deposit): không nhận được và đang để riêng; bỏ hẳn bằng --discard",
                        en: "\(deposit): it is not taken in and lies aside (\(reason)); delete it with --discard"))
            }
            for (deposit, reason) in absorbed.noRoom {
                Console.warn(
                    Phrase(
                        vi: "\(deposit): kho không còn chỗ cho giấy tờ này; nó vẫn chờ",
                        en: "\(deposit): the vault has no room for this document; it waits (\(reason))"))
            }
            for deposit in absorbed.incomplete {
                Console.warn(
                    Phrase(
                        vi: "\(deposit): nội dung chưa đến hoặc lần gửi bị dở dang; nó vẫn chờ",
                        en: "\(deposit): its content is not there yet, or sending it was broken off; it waits"))
            }
            if absorbed.hasMore {
                Console.warn(
                    Phrase(
                        vi: "còn giấy tờ khác đang chờ; hãy chạy lại lệnh này",
                        en: "more documents wait; run the command again"))
            }
            for (deposit, fate) in fates.sorted(by: { $0.key < $1.key }) { Console.print("\(deposit)  \(fate)") }
        }
        if fates.values.contains("missing") { throw ExitCode(ExitStatus.inputOutput.rawValue) }
    }

    /// A depositor's receipt, and the deposit that it is of.
    private func receipt(_ path: String, in vault: VaultID) throws -> (id: DepositID, receipt: DepositReceipt) {
        do {
            let json = Data(try FileSource(path: path).allBytes(limit: 1 << 16))
            let given = try JSONDecoder().decode(DepositReceipt.self, from: json)
            guard given.vault == vault.description, let id = DepositID(given.deposit) else {
                throw CommandFailure(
                    .badInput, vi: "\(path): biên nhận của kho khác", en: "\(path): another vault's receipt")
            }
            return (id, given)
        } catch is DecodingError {
            throw CommandFailure(.badInput, vi: "\(path): không phải biên nhận", en: "\(path): not a receipt")
        } catch {
            throw CommandFailure(error, path: path)
        }
    }

    private static func word(_ status: DepositStatus) -> String {
        switch status {
        case .absorbed: "absorbed"
        case .erased: "erased"
        case .waiting: "waiting"
        case .quarantined: "quarantined"
        case .missing: "missing"
        }
    }
}
