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

    func store(
        _ file: String, as type: String?, common: CommonOptions, in options: VaultOptions, trust: TrustOptions,
        at instant: Instant, superseding old: [DocumentID]
    ) async throws {
        guard let source = Provenance.Source(rawValue: source) else {
            throw ValidationError(
                "--source takes \(Provenance.Source.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let types = try DocumentTypeCatalogue.builtIn()
        if let type, types[type] == nil {
            throw CommandFailure(
                .usage, vi: "không có loại giấy tờ \(type)", en: "no document type \(type)",
                hint: Phrase(
                    vi: "xem danh mục loại giấy tờ; `other` luôn có",
                    en: "see the catalogue of types; `other` always exists"))
        }
        do {
            let bytes = try FileSource(path: file)
            let name = URL(filePath: file).lastPathComponent
            let report = try judged(file, bytes, trust, at: instant)
            let vault = try await options.open()
            var oldType: String?
            for document in old { oldType = try await vault.document(document).current.metadata.type }
            let type = type ?? oldType ?? "other"
            var metadata = DocumentMetadata(
                type: type, name: AttachmentName.normalized(name), mediaType: try MediaType.of(bytes))
            var fields: [DocumentField] = []
            if let path = description {
                let described = try describe(name, from: path)
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
                for finding in try await vault.examine(bytes, sha256: sha256, name: name, mediaType: metadata.mediaType)
                {
                    Console.warn(finding.phrase)
                }
            }
            let isQuiet = common.json
            let size = Int(clamping: bytes.size)
            let stored = try await vault.store(
                bytes, metadata: metadata, provenance: .verified(report, source: source), fields: fields, at: instant
            ) { done in if !isQuiet { Console.progress(Int(clamping: done), of: size, name) } }
            try await options.keepAnchor(of: vault)
            let record = try await vault.document(stored.document)
            if common.json {
                Console.write(
                    try CanonicalJSON.encode(DocumentRow(record, on: instant.date(atOffset: vietnamOffset))))
            } else {
                if let document = report.report, !document.signatures.isEmpty {
                    for signature in document.signatures {
                        Console.message(
                            "  \(signature.facts.signingCertificate?.subject.commonName ?? "?"): \(signature.explanation(in: Console.language))"
                        )
                    }
                } else {
                    Console.message(
                        "  "
                            + Phrase(
                                vi: "không có chữ ký số; lưu theo lời khai của người dùng",
                                en: "no digital signature; kept on the holder's word")[Console.language])
                }
                Console.print(stored.document.description)
            }
        } catch {
            throw CommandFailure(error, path: file)
        }
    }

    private func describe(_ name: String, from path: String) throws -> DocumentDescription {
        do {
            return try DocumentDescription.read(FileSource(path: path).allBytes(limit: 1 << 22), for: name)
        } catch {
            throw CommandFailure(error, path: path)
        }
    }

    /// A file that looks signed but cannot be read is stored like any other, on the word of its holder.
    private func judged(_ file: String, _ source: FileSource, _ trust: TrustOptions, at instant: Instant) throws
        -> FileReport
    {
        do {
            return try FileReport(path: file, source: source, validator: try trust.validator(at: instant), at: instant)
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
