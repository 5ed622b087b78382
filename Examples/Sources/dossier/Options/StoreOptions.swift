// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DocumentVault
import DossierCore
import DossierKit
import Foundation
import OnceOnly

/// What is said of a file that goes into a vault, and putting it there.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("What the document says: number, dates, issuer, subjects, fields (JSON).", valueName: "file")
    )
    var description: String?

    @Option(help: "How it reached you: self-upload, agency-result, certified-copy, data-extract, digitised-at-counter.")
    var source = "self-upload"

    @Option(help: "Code of the dossier that produced it.")
    var dossier: String?

    @Option(help: "Code of the procedure that produced it.")
    var procedure: String?

    /// A file as it goes into the vault.
    private struct Described {
        let path: String
        let metadata: DocumentMetadata
        let provenance: Provenance
        let fields: [DocumentField]
        let report: FileReport

        func upload() throws -> DocumentUpload {
            DocumentUpload(try FileSource(path: path), metadata: metadata, provenance: provenance, fields: fields)
        }
    }

    func store(
        _ files: [String], as type: String?, common: CommonOptions, in options: VaultOptions, trust: TrustOptions,
        at instant: Instant, superseding old: [DocumentID]
    ) async throws {
        let types = try DocumentTypeCatalogue.builtIn()
        if let type { try types.check(type) }
        guard Provenance.Source(rawValue: source) != nil else {
            throw ValidationError(
                "--source takes \(Provenance.Source.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let validator = Result { try trust.validator(at: instant) }
        var vault: Vault?
        // Of many files; the prompt for a passphrase comes before.
        var interruption: Interruption?
        defer { interruption?.end() }
        var described: [Described] = []
        var failures: [StoreFailure] = []
        // Files of one name in several folders: which of them a description is for only its path can say.
        let names = Dictionary(files.map { (URL(filePath: $0).lastPathComponent, 1) }, uniquingKeysWith: +)
        for file in files {
            let report: FileReport
            do {
                try interruption?.check()
                report = try judged(file, FileSource(path: file), validator, at: instant)
            } catch {
                try note(StoreFailure(file, error), of: files, in: &failures)
                continue
            }
            if vault == nil {
                vault = try await options.open(changing: true)
                if files.count > 1 { interruption = Interruption() }
            }
            guard let vault else { continue }
            do {
                let isOneOfSeveral = names[URL(filePath: file).lastPathComponent] ?? 1 > 1
                described.append(
                    try await describe(
                        file, report, as: type, types, byPath: isOneOfSeveral, in: vault, superseding: old))
            } catch {
                try note(StoreFailure(file, error), of: files, in: &failures)
            }
        }
        var rows: [DocumentRow] = []
        if let vault {
            var batch = StoringBatch(
                described.map { one in (one.path, { try one.upload() }) }, into: vault, at: instant)
            try await batch.store(isQuiet: common.json, unless: interruption)
            if !batch.stored.isEmpty { try await options.keepAnchor(of: vault) }
            for (place, reference) in batch.stored {
                rows.append(
                    DocumentRow(
                        try await vault.document(reference.document), on: instant.date(atOffset: vietnamOffset)))
                guard !common.json else { continue }
                explain(described[place].report)
                Console.print(reference.document.description)
            }
            for failure in batch.failures { try note(failure, of: files, in: &failures) }
            let repeated = batch.failures.count { $0.isRepeated }
            if repeated > 0 {
                Console.warn(
                    Phrase(
                        vi: "\(repeated) tệp khác chưa được cất vì cùng lý do",
                        en: "\(repeated) more files were not stored for the same reason"))
            }
        }
        if common.json {
            Console.write(
                try files.count == 1 && rows.count == 1
                    ? CanonicalJSON.encode(rows[0])
                    : CanonicalJSON.encode(StoredReport(documents: rows, failures: failures.isEmpty ? nil : failures)))
        }
        let first = files.lazy.compactMap { file in failures.first { $0.path == file } }.first
        if let first { throw ExitCode(first.failure.exitCode.rawValue) }
    }

    /// What keeps one file of several from being stored keeps none of the others from it.
    private func note(_ failure: StoreFailure, of files: [String], in failures: inout [StoreFailure]) throws {
        guard files.count > 1 else { throw failure.failure }
        failures.append(failure)
        if !failure.isRepeated { Console.report(failure.failure) }
    }

    private struct StoredReport: Encodable {
        let documents: [DocumentRow], failures: [StoreFailure]?
    }

    private func explain(_ report: FileReport) {
        guard let document = report.report, !document.signatures.isEmpty else {
            Console.message(
                "  "
                    + Phrase(
                        vi: "không có chữ ký số; lưu theo lời khai của người dùng",
                        en: "no digital signature; kept on the holder's word")[Console.language])
            return
        }
        for signature in document.signatures {
            Console.message(
                "  \(signature.facts.signingCertificate?.subject.commonName ?? "?"): \(signature.explanation(in: Console.language))"
            )
        }
    }

    private func describe(
        _ file: String, _ report: FileReport, as type: String?, _ types: DocumentTypeCatalogue, byPath: Bool,
        in vault: Vault, superseding old: [DocumentID]
    ) async throws -> Described {
        let bytes = try FileSource(path: file)
        let name = URL(filePath: file).lastPathComponent
        var oldType: String?
        for document in old { oldType = try await vault.document(document).current.metadata.type }
        let type = type ?? oldType ?? "other"
        var metadata = DocumentMetadata(
            type: type, name: AttachmentName.normalized(name), mediaType: try MediaType.of(bytes))
        var fields: [DocumentField] = []
        if let path = description {
            let described = try describe(file: file, byPath: byPath, from: path)
            metadata.number = described.number
            metadata.issuedOn = described.issuedOn
            metadata.validUntil = described.validUntil
            metadata.issuerName = described.issuer
            metadata.issuerKind = described.issuerKind
            metadata.subjects = (described.subjects ?? []).map(\.id)
            fields = described.vaultFields()
        }
        metadata.isSensitive = types[type]?.sensitivity == .sensitive
        metadata.dossier = dossier
        metadata.procedure = procedure
        metadata.supersedes = old
        if let sha256 = report.sha256.flatMap({ Digest32($0) }) {
            for finding in try await vault.examine(bytes, sha256: sha256, name: name, mediaType: metadata.mediaType) {
                Console.warn(finding.phrase)
            }
        }
        return Described(
            path: file, metadata: metadata,
            provenance: try .verified(report, source: Provenance.Source(rawValue: source) ?? .selfUpload),
            fields: fields, report: report)
    }

    private func describe(file: String, byPath: Bool, from path: String) throws -> DocumentDescription {
        do {
            return try DocumentDescription.read(
                FileSource(path: path).allBytes(limit: 1 << 22), for: file, byPath: byPath)
        } catch {
            throw CommandFailure(error, path: path)
        }
    }

    /// A file that looks signed but cannot be read is stored like any other, on the word of its holder.
    private func judged(
        _ file: String, _ source: FileSource, _ validator: Result<SignatureValidator, any Error>, at instant: Instant
    ) throws -> FileReport {
        do {
            return try FileReport(path: file, source: source, validator: try validator.get(), at: instant)
        } catch let error as ByteSourceError {
            throw error
        } catch let error as CommandFailure {
            throw error
        } catch {
            let problem = CommandFailure(error, path: file)
            Console.warn(problem.message)
            return try FileReport(unreadable: file, source: source, because: problem.message)
        }
    }
}

extension DocumentTypeCatalogue {
    /// - Throws: 64 for a type that it does not have.
    func check(_ type: String) throws {
        guard self[type] == nil else { return }
        throw CommandFailure(
            .usage, vi: "không có loại giấy tờ \(type)", en: "no document type \(type)",
            hint: Phrase(
                vi: "xem danh mục loại giấy tờ; `other` luôn có",
                en: "see the catalogue of types; `other` always exists"))
    }
}
