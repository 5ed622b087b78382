// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import CryptoPrimitives
import DocumentVault
import DossierCore
import DossierKit
import Foundation

struct VaultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault", abstract: "Kho tài liệu được mã hóa. / The encrypted vault of documents.",
        subcommands: [
            Create.self, UnlockCheck.self, VaultAddCommand.self, List.self, Show.self, Get.self,
            VaultSupersedeCommand.self, VaultEraseCommand.self, VaultHoldCommand.self, VaultSweepCommand.self,
            Verify.self, VaultSlotsCommand.self, VaultRotateCommand.self, VaultExportCommand.self,
            VaultImportCommand.self, VaultAcceptOlderCommand.self, VaultTicketCommand.self, VaultDepositCommand.self,
            VaultInboxCommand.self,
            VaultLeaksCommand.self, VaultCardCommand.self, VaultGrantsCommand.self, VaultGrantCommand.self,
            VaultOpenGrantCommand.self, VaultRevokeCommand.self, VaultLogCommand.self,
        ])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Tạo kho mới. / Make a vault.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var options: VaultOptions
        @OptionGroup var time: TimeOption
        @Option(help: "Name of the vault, seen by its owner only.")
        var name = "Kho tài liệu"
        @Flag(help: "The vault of an organisation.")
        var organisation = false

        func run() async throws {
            if options.vault != nil {
                Console.warn(
                    Phrase(
                        vi: "bỏ qua --vault: mã của kho mới được tính từ khóa của nó",
                        en: "--vault is ignored: the identifier of a new vault follows from its keys"))
            }
            guard options.deviceKeyFile == nil else {
                throw ValidationError("a device is added with slots add, --device-key-file does not go with create")
            }
            try NamedByOwner.check(name, "--name", least: 1)
            try options.checkAnchor(isNew: true)
            var secrets: [Unlocking] = [.passphrase(try options.passphrase.ofVault(isNew: true))]
            var code: RecoveryCode?
            if let file = options.recoveryCodeFile {
                try OutputFile.check(file, inputs: [options.passphrase.file].compactMap { $0 }, force: nil)
                let made = RecoveryCode(random: SystemRandom())
                code = made
                secrets.append(.recoveryCode(made))
            }
            let instant = try time.instant()
            // Before the vault: a vault whose code was never written down would be worse than a code without vault.
            if let code, let file = options.recoveryCodeFile {
                try OutputFile.write(Array("\(code.text())\n".utf8), to: file, mode: 0o600)
            }
            let vault: Vault
            do {
                vault = try await Vault.create(
                    name: name, ownerKind: organisation ? .organisation : .person,
                    in: options.openStore(creating: true), unlocking: secrets, at: instant)
            } catch {
                if code != nil, let file = options.recoveryCodeFile { unlink(file) }
                throw error
            }
            do {
                try await options.keepAnchor(of: vault)
            } catch {
                // The vault is there: without its identifier nobody opens it.
                try show(vault)
                throw error
            }
            try show(vault)
        }

        private func show(_ vault: Vault) throws {
            if common.json {
                Console.write(try CanonicalJSON.encode(["vault": vault.id.description]))
            } else {
                Console.print(vault.id.description)
            }
        }
    }

    struct UnlockCheck: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "unlock-check", abstract: "Thử mở kho. / Try to open the vault.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var options: VaultOptions

        func run() async throws {
            let vault = try await options.open()
            if common.json {
                Console.write(
                    try CanonicalJSON.encode(["vault": vault.id.description, "freshness": vault.freshness.rawValue]))
            } else {
                Console.say(Phrase(vi: "Mở được kho", en: "The vault opens"))
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Liệt kê giấy tờ. / List the documents.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var options: VaultOptions
        @OptionGroup var before: BeforeDamageOption

        private struct Result: Encodable { let documents: [DocumentRow], endsBefore: LeftOut? }

        func run() async throws {
            let vault = try await before.open(options)
            let today = TimeOption.now().date(atOffset: vietnamOffset)
            let rows = try await vault.list().map { DocumentRow($0, on: today) }
            if common.json {
                Console.write(try CanonicalJSON.encode(Result(documents: rows, endsBefore: LeftOut(vault))))
            } else {
                for row in rows {
                    // One line each, whatever a device wrote into them.
                    Console.print(
                        DisplayText.harmless("\(row.id)  \(row.type)  \(row.name)  \(row.assurance)  \(row.status)"))
                }
            }
            try await before.conclude(vault)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Xem một giấy tờ. / Show a document.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var options: VaultOptions
        @OptionGroup var before: BeforeDamageOption
        @Argument(help: "Identifier of the document.")
        var document: String

        func run() async throws {
            let vault = try await before.open(options)
            let record = try await vault.document(try documentID(document))
            let row = ShownDocument(
                row: DocumentRow(record, on: TimeOption.now().date(atOffset: vietnamOffset)),
                versions: try await vault.history(of: record.id).map(ShownDocument.Version.init))
            if common.json {
                Console.write(try CanonicalJSON.encode(row))
            } else {
                Console.print(String(decoding: try CanonicalJSON.encode(row), as: UTF8.self))
            }
            try await before.conclude(vault)
        }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lấy một giấy tờ ra. / Take a document out.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var options: VaultOptions
        @OptionGroup var before: BeforeDamageOption
        @Flag(help: "Overwrite an existing output.")
        var force = false
        @Flag(help: "When the newest version cannot be read: the newest one that can, with a warning and exit code 74.")
        var newestReadable = false
        @Option(help: ArgumentHelp("A version that `show` names, instead of the newest.", valueName: "id"))
        var versionId: String?
        @Option(help: "Output file.")
        var output: String
        @Argument(help: "Identifier of the document.")
        var document: String

        private struct Result: Encodable {
            let output: String, sha256: String, olderVersion: String?, endsBefore: LeftOut?
        }

        func run() async throws {
            try options.check(output: output, force: force)
            guard versionId == nil || !newestReadable else {
                throw ValidationError("--version-id does not go with --newest-readable")
            }
            let version = try versionId.map { text in
                guard let id = VersionID(text) else {
                    throw ValidationError("a version id has 32 hexadecimal digits")
                }
                return id
            }
            let vault = try await before.open(options)
            let id = try documentID(document)
            let (content, fault) = try await found(id, version, in: vault)
            do {
                try await OutputFile.write(to: output, replacing: force) { handle in
                    try await content.write(toFileDescriptor: handle.fileDescriptor)
                }
            } catch let error as VaultError where error.code == .damaged {
                // Somebody may have erased it while it was read.
                try await vault.refresh()
                throw hinted(error, try await vault.document(id))
            }
            if common.json {
                Console.write(
                    try CanonicalJSON.encode(
                        Result(
                            output: output, sha256: content.version.sha256.description,
                            olderVersion: fault == nil ? nil : content.version.id.description,
                            endsBefore: LeftOut(vault))))
            }
            guard let fault else { return try await before.conclude(vault) }
            let words = CommandFailure(fault).message
            let storedAt = content.version.storedAt
            Console.warn(
                Phrase(
                    vi:
                        "\(output) là PHIÊN BẢN CŨ, cất lúc \(storedAt); phiên bản mới nhất không đọc được (\(words.vi))",
                    en: "\(output) is an OLDER VERSION, stored at \(storedAt); the newest cannot be read (\(words.en))")
            )
            try await before.conclude(vault)
            throw ExitCode(ExitStatus.inputOutput.rawValue)
        }

        private func found(
            _ id: DocumentID, _ version: VersionID?, in vault: Vault
        ) async throws -> (DocumentContent, VaultError?) {
            if newestReadable { return try await vault.newestReadable(id) }
            do throws(VaultError) {
                return (try await vault.read(id, version: version), nil)
            } catch {
                guard error.code == .damaged else { throw error }
                throw hinted(error, try await vault.document(id))
            }
        }

        /// Says how an older version is had, when there is one.
        private func hinted(_ error: VaultError, _ record: DocumentRecord) -> CommandFailure {
            var failure = CommandFailure(error)
            if record.versions.count > 1, !newestReadable, versionId == nil {
                failure.hint = Phrase(
                    vi: "--newest-readable lấy phiên bản mới nhất còn đọc được",
                    en: "--newest-readable takes the newest version that can be read")
            }
            return failure
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Đọc và kiểm tra toàn bộ kho. / Read and check the whole vault.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var options: VaultOptions

        private struct Report: Encodable {
            struct Head: Encodable { let sequence: Int64, hash: String }
            struct Problem: Encodable { let code, object, vi, en: String }
            let complete: Bool, freshness: String, documents: Int, head: Head?, lastWriter: String?, formerKeys: Int
            let problems: [Problem]
        }

        func run() async throws {
            let isQuiet = common.json
            let report = try await Vault.verify(
                options.vaultID(), in: options.openStore(), unlocking: options.unlocking(),
                anchor: options.storedAnchor()
            ) { step in
                if !isQuiet {
                    Console.progress(Int(clamping: step.done), of: Int(clamping: step.total), step.phase.rawValue)
                }
            }
            let isSound = report.isComplete && report.freshness != .rolledBack && report.freshness != .forked
            if common.json {
                Console.write(
                    try CanonicalJSON.encode(
                        Report(
                            complete: report.isComplete, freshness: report.freshness.rawValue,
                            documents: report.documents,
                            head: report.head.map { .init(sequence: $0.sequence, hash: $0.hash.description) },
                            lastWriter: report.head.map { _ in report.lastWriter.description },
                            formerKeys: report.formerKeys,
                            problems: report.problems.map {
                                .init(
                                    code: $0.code.rawValue, object: $0.object, vi: $0.phrase.vi,
                                    en: "\($0.phrase.en) (\($0.detail))")
                            })))
            } else {
                Console.say(
                    report.isComplete
                        ? Phrase(
                            vi: "Kho đầy đủ, \(report.documents) giấy tờ, so với mốc neo: \(report.freshness.rawValue)",
                            en:
                                "The vault is complete, \(report.documents) documents, against the anchor: \(report.freshness.rawValue)"
                        )
                        : Phrase(vi: "Kho KHÔNG đầy đủ", en: "The vault is NOT complete"))
                if report.head != nil {
                    let writer = report.lastWriter
                    Console.say(
                        writer == .owner
                            ? Phrase(vi: "Người ghi cuối cùng: chủ kho", en: "Last writer: the owner")
                            : Phrase(vi: "Người ghi cuối cùng: \(writer)", en: "Last writer: \(writer)"))
                }
                if report.formerKeys > 0 {
                    let count = report.formerKeys
                    Console.say(
                        Phrase(
                            vi: "\(count) khóa còn được bọc theo kỳ khóa cũ; `dossier vault sweep` gia hạn chúng",
                            en: "\(count) keys are still wrapped for a former epoch; `dossier vault sweep` renews them"
                        ))
                }
                for problem in report.problems {
                    Console.print("  – \(problem.object): \(problem.phrase[Console.language]) (\(problem.detail))")
                }
            }
            if !isSound { throw ExitCode(ExitStatus.inputOutput.rawValue) }
        }
    }
}

func documentID(_ text: String) throws -> DocumentID {
    guard let id = DocumentID(text) else { throw ValidationError("a document id has 32 hexadecimal digits") }
    return id
}

/// One document as `vault list` and `vault show` print it; absent values are `null`, never left out.
struct DocumentRow: Encodable {
    let id: String, version: Int, versionId: String, type: String, name: String, mediaType: String, size: Int64
    let sha256: String, number: String?, issuer: String?, issuedOn: CalendarDate?, validUntil: CalendarDate?
    let assurance: String, source: String, signer: String?, trustDomain: String?, status: String, storedAt: Instant
    let dossier: String?, procedure: String?, fields: [String: String]

    private enum Key: String, CodingKey {
        case id, version, versionId, type, name, mediaType, size, sha256, number, issuer, issuedOn, validUntil
        case assurance, source, signer, trustDomain, status, storedAt, dossier, procedure, fields
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        try container.encode(version, forKey: .version)
        try container.encode(versionId, forKey: .versionId)
        try container.encode(type, forKey: .type)
        try container.encode(name, forKey: .name)
        try container.encode(mediaType, forKey: .mediaType)
        try container.encode(size, forKey: .size)
        try container.encode(sha256, forKey: .sha256)
        try container.encode(number, forKey: .number)
        try container.encode(issuer, forKey: .issuer)
        try container.encode(issuedOn, forKey: .issuedOn)
        try container.encode(validUntil, forKey: .validUntil)
        try container.encode(assurance, forKey: .assurance)
        try container.encode(source, forKey: .source)
        try container.encode(signer, forKey: .signer)
        try container.encode(trustDomain, forKey: .trustDomain)
        try container.encode(status, forKey: .status)
        try container.encode(storedAt, forKey: .storedAt)
        try container.encode(dossier, forKey: .dossier)
        try container.encode(procedure, forKey: .procedure)
        try container.encode(fields, forKey: .fields)
    }

    init(_ record: DocumentRecord, on day: CalendarDate) {
        let current = record.current
        id = record.id.description
        version = record.versions.count
        versionId = current.id.description
        type = current.metadata.type
        name = current.metadata.name
        mediaType = current.metadata.mediaType
        size = current.size
        sha256 = current.sha256.description
        number = current.metadata.number
        issuer = current.metadata.issuerName
        issuedOn = current.metadata.issuedOn
        validUntil = current.metadata.validUntil
        assurance = current.provenance.assurance.rawValue
        source = current.provenance.source.rawValue
        signer = current.provenance.verification?.signer
        trustDomain = current.provenance.verification?.trustDomain
        status = record.status(on: day).rawValue
        storedAt = current.storedAt
        dossier = current.metadata.dossier
        procedure = current.metadata.procedure
        fields = Dictionary(current.fields.map { ($0.name, $0.value) }) { first, _ in first }
    }
}
