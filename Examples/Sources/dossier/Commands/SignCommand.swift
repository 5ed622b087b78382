// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import AdES
import ArgumentParser
import DossierCore
import DossierKit
import Foundation
import PAdES
import PKIX
import SignatureValidation
import TrustServices

struct SignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Ký tệp: PDF thành PAdES, tệp khác thành CAdES. / Sign files.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var online: OnlineOptions
    @OptionGroup var time: TimeOption
    @OptionGroup var key: KeyOptions
    @OptionGroup var level: LevelOptions
    @OptionGroup var properties: PropertyOptions
    @OptionGroup var pdf: PDFOptions

    @Option(help: "auto, pades, cades (detached), cades-enveloping, asic-e or asic-s (one container of all files).")
    var format = "auto"

    @OptionGroup var override: OverrideOption

    @Flag(help: "Overwrite an existing output.")
    var force = false

    @Option(
        help: ArgumentHelp("Output file; a folder when several files are signed, each by itself.", valueName: "path"))
    var output: String

    @Argument(help: "Files to sign.")
    var files: [String]

    func validate() throws {
        guard ["auto", "pades", "cades", "cades-enveloping", "asic-e", "asic-s"].contains(format) else {
            throw ValidationError("--format takes auto, pades, cades, cades-enveloping, asic-e or asic-s")
        }
        guard ["auto", "pades"].contains(format) || !pdf.isGiven else {
            throw ValidationError(
                "--appearance, --field, --reserve-field, --reserve-text, --fill and --certify need a PDF")
        }
        guard format != "asic-s" || files.count == 1 else { throw ValidationError("--format asic-s takes one FILE") }
    }

    /// The container to make of all files; `nil` when each is signed by itself.
    private var container: ContainerType? {
        switch format {
        case "asic-e": .extended
        case "asic-s": .simple
        default: nil
        }
    }

    private var makesFolder: Bool { files.count > 1 && container == nil }

    func run() async throws {
        let now = TimeOption.now()
        let claimed = try time.instant()
        try override.check(claimed, at: now)
        let names = files.map { URL(filePath: $0).lastPathComponent }
        guard Set(names).count == names.count else {
            throw ValidationError("two of the files have the same name and would share one output")
        }
        if makesFolder {
            try OutputFile.checkFolder(output, inputs: files, force: force)
        } else {
            try OutputFile.check(output, inputs: files, force: force)
        }
        var setup = try SigningSetup(trust, online, at: now)
        let signer = try await setup.checked(key.signer(), overriding: override.override)
        let reached = level.baselineLevel
        let signing = FileSigning(
            signer: signer, claimed: claimed,
            first: reached == .b ? .b : .t(try setup.authority(level.authority)),
            raising: reached >= .lt ? try setup.raising(to: reached, level.authority) : nil,
            properties: try properties.properties(), pdf: pdf)
        if let container {
            try await sign(as: container, signing)
        } else {
            try await signEach(signing)
        }
    }

    private struct SignedResult: Encodable, Sendable {
        let path: String
        var output, format, level: String?
        var findings: [Finding]?
        var error: Phrase?
    }

    private struct Report: Encodable {
        let files: [SignedResult]
        let signer: SignerStanding
        let overrides: [OverrideOption.Recorded]
    }

    /// One container of all files: all of it or nothing.
    private func sign(as type: ContainerType, _ signing: FileSigning) async throws {
        let contents = try files.map { path in
            do {
                let source = try FileSource(path: path)
                return ContainerFile(
                    path: URL(filePath: path).lastPathComponent, mediaType: try MediaType.of(source), source: source)
            } catch {
                throw CommandFailure(error, path: path)
            }
        }
        var remarks: [Finding] = []
        do {
            try await OutputFile.write(to: output) { handle in
                remarks = try await signing.sign(contents, as: type) { piece in
                    do { try handle.write(contentsOf: Data(piece)) } catch {
                        throw CommandFailure(.cannotCreate, vi: "không ghi được tệp", en: "cannot write the file")
                    }
                }
            }
        } catch {
            throw CommandFailure(error, path: output)
        }
        for remark in remarks { Console.warn(remark.phrase) }
        let results = files.map {
            SignedResult(
                path: $0, output: output, format: type.rawValue, level: signing.level.rawValue, findings: remarks)
        }
        try report(results, [output], signing)
    }

    private func signEach(_ signing: FileSigning) async throws {
        let makesNew = makesFolder && !FileManager.default.fileExists(atPath: output)
        if makesNew { try OutputFile.makeFolder(output, force: nil) }
        var results: [SignedResult] = []
        var failure: ExitStatus?
        let command = self
        let inputs = OutputFile.Inputs(files)
        // An authority may take minutes for a time-stamp, so that several files wait at once.
        let batch = BatchSigning(
            by: signing.signer, width: signing.level == .b ? OrderedWork.cores : CURLFetcher.concurrentCalls)
        let interruption = Interruption()
        defer { interruption.end() }
        try await batch.sign(files) { path, _ in
            try await command.sign(path, signing, over: inputs, unless: interruption)
        } deliver: { index, outcome, progress in
            Console.progress(progress.completed, of: progress.total, command.files[index])
            switch outcome {
            case .signed(let signed):
                for remark in signed.findings ?? [] { Console.warn(remark.phrase) }
                results.append(signed)
            case .failed(let error):
                let problem = CommandFailure(error, path: command.files[index])
                guard command.files.count > 1 else { throw problem }
                // A batch keeps what is finished; the first failing file decides the exit code.
                failure = failure ?? problem.exitCode
                results.append(SignedResult(path: command.files[index], error: problem.message))
                Console.report(problem)
            case .cancelled:
                failure = failure ?? .interrupted
                results.append(SignedResult(path: command.files[index], error: Self.interrupted))
            }
        }
        if makesNew, results.allSatisfy({ $0.error != nil }) { rmdir(output) }
        try report(results, results.compactMap(\.output), signing)
        if let failure { throw ExitCode(failure.rawValue) }
    }

    private func report(_ results: [SignedResult], _ outputs: [String], _ signing: FileSigning) throws {
        guard common.json else {
            for path in outputs { Console.print(path) }
            return
        }
        let standing = signing.signer.standing
        Console.write(
            try CanonicalJSON.encode(
                Report(
                    files: results, signer: standing,
                    overrides: override.recorded(signing.claimed, at: TimeOption.now(), standing))))
    }

    private static let interrupted = Phrase(vi: "chưa ký: đã dừng theo yêu cầu", en: "not signed: interrupted")

    /// Signs one file and writes the result, whole or not at all.
    private func sign(
        _ path: String, _ signing: FileSigning, over inputs: OutputFile.Inputs, unless interruption: Interruption
    ) async throws -> SignedResult {
        try interruption.check()
        let signed = try await signing.sign(path, as: format)
        let name = URL(filePath: path).lastPathComponent + (signed.isSeparate ? ".p7s" : "")
        let target = makesFolder ? output + "/" + name : output
        try OutputFile.check(target, inputs: inputs, force: force)
        try interruption.check()
        try OutputFile.write(signed.content, to: target)
        return SignedResult(
            path: path, output: target, format: signed.format.rawValue, level: signing.level.rawValue,
            findings: signed.remarks)
    }
}
