// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DocumentVault
import DossierCore
import DossierKit
import Foundation

/// A grant as `vault grants` and `vault grant` print it.
struct GrantRow: Encodable {
    struct Item: Encodable { let document, version: String }
    let id, digest, recipient, procedure, dossier, purpose, standing: String
    let items: [Item], notBefore, notAfter: Instant, uses: Int64, unattended: Bool, madeAt: Instant
    let revokedAt: Instant?

    init(_ record: GrantRecord, at time: Instant) {
        id = record.id.description
        digest = record.digest.description
        recipient = record.recipient
        procedure = record.procedure
        dossier = record.dossier
        purpose = record.purpose
        standing = record.standing(at: time).rawValue
        items = record.items.map { Item(document: $0.document.description, version: $0.version.description) }
        notBefore = record.notBefore
        notAfter = record.notAfter
        uses = record.uses
        unattended = record.isUnattended
        madeAt = record.madeAt
        revokedAt = record.revokedAt
    }
}

struct VaultGrantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grants", abstract: "Liệt kê những lần đã đồng ý. / List the grants.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var options: VaultOptions
    @OptionGroup var time: TimeOption

    func run() async throws {
        let instant = try time.instant()
        let rows = try await options.open().grants().map { GrantRow($0, at: instant) }
        if common.json {
            Console.write(try CanonicalJSON.encode(["grants": rows]))
        } else {
            for row in rows {
                Console.print(
                    "\(row.id)  \(row.recipient)  \(row.dossier)  \(row.notAfter)  \(row.uses)  \(row.standing)"
                        + (row.unattended ? "  unattended" : ""))
            }
        }
    }
}

struct VaultGrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Đồng ý cho một cơ quan đọc giấy tờ. / Let an agency read documents, for one purpose.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var options: VaultOptions
    @OptionGroup var time: TimeOption
    @OptionGroup var trust: TrustOptions
    @Option(help: ArgumentHelp("Signed card of the recipient.", valueName: "file"))
    var recipient: String
    @Option(help: ArgumentHelp("Signed card of the release service.", valueName: "file"))
    var serviceCard: String?
    @Flag(help: "Nobody enforces end and uses, and no log is written; not for sensitive documents.")
    var unattended = false
    @Option(help: ArgumentHelp("Trust domain in which such agencies have their certificates.", valueName: "name"))
    var domain: [String] = []
    @Option(help: "Code of the procedure.")
    var procedure: String
    @Option(help: "Code of the dossier.")
    var dossier: String
    @Option(help: "Code of the purpose; default the procedure.")
    var purpose: String?
    @Option(help: ArgumentHelp("File with the text that the person agrees to, whole.", valueName: "file"))
    var textFile: String
    @Option(help: "Instant in ISO 8601 at which it ends.")
    var until: String
    @Option(help: "How many times it may be used.")
    var uses: Int64 = 1
    @Option(name: .customLong("package"), help: ArgumentHelp("File for the recipient's package.", valueName: "file"))
    var packageFile: String
    @Option(help: ArgumentHelp("File for the release service's escrow.", valueName: "file"))
    var escrow: String?
    @Argument(help: "Identifiers of the documents.")
    var documents: [String]

    func run() async throws {
        guard let end = TimeOption.instant(until) else {
            throw ValidationError("--until takes an ISO 8601 time with zone")
        }
        guard (serviceCard != nil) != unattended, (escrow != nil) == (serviceCard != nil) else {
            throw ValidationError("give --service-card with --escrow, or --unattended")
        }
        guard (1...GrantTerms.mostUses).contains(uses) else {
            throw ValidationError("--uses takes 1 to \(GrantTerms.mostUses)")
        }
        let asked = try documents.map { try documentID($0) }
        guard Set(asked).count == asked.count else { throw ValidationError("a document is named twice") }
        let inputs = [textFile, recipient, serviceCard].compactMap(\.self)
        try OutputFile.check([packageFile, escrow].compactMap(\.self), inputs: inputs, force: nil)
        for output in [packageFile, escrow].compactMap(\.self) { try options.check(output: output) }
        let instant = try time.instant()
        guard end > instant else { throw ValidationError("--until lies in the past") }
        do {
            let text = try self.text()
            let agency = try CardFile(path: recipient).validated(as: .recipient, trust, in: domain, at: instant)
            var release = GrantRelease.unattended
            if let serviceCard {
                release = .by(
                    try CardFile(path: serviceCard).validated(as: .releaseService, trust, in: [], at: instant))
            }
            let vault = try await options.open(changing: true)
            var items: [Vault.GrantRequest] = []
            for document in asked {
                let record = try await vault.document(document)
                items.append(
                    Vault.GrantRequest(
                        DocumentReference(vault: vault.id, document: record.id, version: record.current.id)))
            }
            let code = purpose ?? procedure
            let terms = GrantTerms(
                procedure: procedure, dossier: dossier, purpose: code, purposeText: Phrase(vi: code, en: code),
                textShown: text.trimmingCharacters(in: .whitespacesAndNewlines), language: Console.language,
                notBefore: instant, notAfter: end, uses: uses)
            let issued = try await vault.grant(items, under: terms, to: agency, release: release, at: instant)
            try await options.keepAnchor(of: vault)
            var isWritten = false
            do {
                try OutputFile.write(issued.package.bytes, to: packageFile, mode: 0o600)
                isWritten = true
                if let escrow, let kept = issued.escrow { try OutputFile.write(kept.bytes, to: escrow, mode: 0o600) }
            } catch {
                // A grant whose package nobody has serves nobody. What stands there may be somebody else's.
                if isWritten { unlink(packageFile) }
                _ = try await vault.revoke(issued.grant.id, reason: "the package could not be written", at: instant)
                try await options.keepAnchor(of: vault)
                throw error
            }
            if common.json {
                guard let record = try await vault.grants().first(where: { $0.id == issued.grant.id }) else { return }
                Console.write(try CanonicalJSON.encode(GrantRow(record, at: instant)))
            } else {
                Console.print(issued.grant.id.description)
            }
        } catch {
            throw CommandFailure(granting: error)
        }
    }

    /// The words that are agreed to, as they stand in the file: octets that are no text would be replaced by others.
    private func text() throws -> String {
        do {
            let bytes = try FileSource(path: textFile).allBytes(limit: 65_536)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw CommandFailure(
                    .badInput, vi: "\(textFile): không phải văn bản UTF-8", en: "\(textFile): not text in UTF-8")
            }
            return text
        } catch {
            throw CommandFailure(error, path: textFile)
        }
    }
}

struct VaultRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Rút lại sự đồng ý. / Revoke a grant.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var options: VaultOptions
    @OptionGroup var time: TimeOption
    @Option(help: "Why; without personal data.")
    var reason = ""
    @Option(help: ArgumentHelp("File for what the release service is to be given.", valueName: "file"))
    var output: String
    @Argument(help: "Identifier of the grant.")
    var grant: String

    func run() async throws {
        guard let id = GrantID(grant) else { throw ValidationError("a grant has 32 hexadecimal digits") }
        try options.check(output: output)
        let instant = try time.instant()
        let vault = try await options.open(changing: true)
        let revocation = try await vault.revoke(id, reason: reason, at: instant)
        try await options.keepAnchor(of: vault)
        do {
            try OutputFile.write(revocation.bytes, to: output)
        } catch {
            throw CommandFailure(
                .cannotCreate, vi: "đã rút lại trong kho nhưng không ghi được \(output)",
                en: "it is revoked in the vault, but \(output) cannot be written",
                hint: Phrase(
                    vi: "chạy lại lệnh này để lấy tệp gửi cho dịch vụ cấp quyền",
                    en: "run the command again to have the file for the release service"))
        }
        if common.json {
            Console.write(
                try CanonicalJSON.encode(["grant": revocation.grant.description, "output": output]))
        } else {
            Console.say(
                Phrase(
                    vi: "Đã rút lại; hãy gửi \(output) cho dịch vụ cấp quyền. Những gì đã đọc không lấy lại được.",
                    en: "Revoked; give \(output) to the release service. What was read cannot be taken back."))
        }
    }
}
