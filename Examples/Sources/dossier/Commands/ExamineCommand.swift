// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DossierCore
import DossierKit
import Foundation
import SignatureValidation

struct ExamineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "examine",
        abstract: "Kiểm tra một hồ sơ như cơ quan tiếp nhận. / Examine a dossier as the receiving agency does.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var time: TimeOption

    @Argument(help: "Folder of the dossier.")
    var folder: String

    private struct Report: Encodable {
        struct Item: Encodable {
            let ordinal: Int, name, type, status: String, explanation: Phrase, intact: Bool, indication: Indication?
            let signers: [String]
        }
        let version = 1
        let dossier: String?, procedure: String?, indication: Indication, attachments: [Item], added: [String]
        let findings: [Finding]
    }

    func run() async throws {
        let instant = try time.instant()
        let examination = try DossierExamination(
            manifestBytes: read(SealedDossier.manifestName), signature: read(SealedDossier.signatureName),
            received: try received(), validator: try trust.validator(at: instant), at: instant)
        if common.json {
            Console.write(
                try CanonicalJSON.encode(
                    Report(
                        dossier: examination.manifest?.dossier, procedure: examination.manifest?.procedure.code,
                        indication: examination.indication, attachments: examination.items.map(row),
                        added: examination.added, findings: examination.findings)))
        } else {
            printText(examination)
        }
        let status = ExitStatus(examination.indication)
        if status != .done { throw ExitCode(status.rawValue) }
    }

    private func row(_ item: DossierExamination.Item) -> Report.Item {
        Report.Item(
            ordinal: item.entry.ordinal, name: item.entry.name, type: item.entry.type,
            status: item.status.code, explanation: item.status.phrase, intact: item.status == .intact,
            indication: item.signatures?.indication,
            signers: item.signatures?.signatures.compactMap { $0.facts.signingCertificate?.subject.commonName } ?? [])
    }

    private func printText(_ examination: DossierExamination) {
        let language = Console.language
        Console.print("\(folder): \(examination.indication.phrase[language])")
        for signature in examination.manifestReport.signatures {
            let signer = signature.facts.signingCertificate?.subject.commonName ?? "?"
            Console.print("  \(SealedDossier.manifestName)  \(signer): \(signature.explanation(in: language))")
        }
        for item in examination.items {
            let row = row(item)
            let signed =
                row.signers.isEmpty
                ? "" : "; " + row.signers.joined(separator: ", ") + ": " + (row.indication?.phrase[language] ?? "")
            Console.print("  \(row.ordinal). \(row.name) [\(row.type)]: \(row.explanation[language])\(signed)")
        }
        for finding in examination.findings { Console.print("  – \(finding.phrase[language]) [\(finding.code)]") }
    }

    /// What stands in the place of a file and is none.
    private struct NoFile: ByteSource {
        // Not empty: reading must fail, or it would pass for an empty attachment.
        let size: Int64 = 1
        func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError) {
            throw .notARegularFile
        }
    }

    private func read(_ name: String) throws -> [UInt8] {
        let path = folder + "/" + name
        do { return try FileSource(path: path).allBytes(limit: 1 << 24) } catch {
            throw CommandFailure(error, path: path)
        }
    }

    private func received() throws -> [ReceivedAttachment] {
        let path = folder + "/" + SealedDossier.attachmentsFolder
        // Without the folder every attachment is missing, which is an answer.
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw CommandFailure(
                .badInput, vi: "\(path): không đọc được thư mục", en: "\(path): not a folder that can be read")
        }
        return try names.map { file in
            let (ordinal, name) = SealedDossier.ordinal(of: file)
            do {
                return ReceivedAttachment(ordinal: ordinal, name: name, source: try FileSource(path: path + "/" + file))
            } catch ByteSourceError.notARegularFile, ByteSourceError.notFound {
                // A folder or a broken link among the attachments is judged like any other wrong attachment.
                return ReceivedAttachment(ordinal: ordinal, name: name, source: NoFile())
            } catch {
                throw CommandFailure(error, path: path + "/" + file)
            }
        }
    }
}
