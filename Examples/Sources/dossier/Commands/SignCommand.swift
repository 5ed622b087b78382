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

    @Option(help: "Claim a time more than 5 minutes from the clock, for the reason given.")
    var override: String?

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
        if abs(claimed.seconds - now.seconds) > 300, override == nil {
            throw ValidationError("--at is more than 5 minutes from the clock; give the reason with --override")
        }
        let names = files.map { URL(filePath: $0).lastPathComponent }
        guard Set(names).count == names.count else {
            throw ValidationError("two of the files have the same name and would share one output")
        }
        if makesFolder {
            try OutputFile.checkFolder(output, inputs: files, force: force)
        } else {
            try OutputFile.check(output, inputs: files, force: force)
        }
        let signer = try key.signer()
        var setup = try SigningSetup(trust, online, at: now)
        try await setup.check(signer)
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
        var error: Phrase?
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
        do {
            try await OutputFile.write(to: output) { handle in
                try await signing.sign(contents, as: type) { piece in
                    do { try handle.write(contentsOf: Data(piece)) } catch {
                        throw CommandFailure(.cannotCreate, vi: "không ghi được tệp", en: "cannot write the file")
                    }
                }
            }
        } catch {
            throw CommandFailure(error, path: output)
        }
        try report(
            files.map {
                SignedResult(path: $0, output: output, format: type.rawValue, level: signing.level.rawValue)
            }, [output])
    }

    private func signEach(_ signing: FileSigning) async throws {
        let makesNew = makesFolder && !FileManager.default.fileExists(atPath: output)
        if makesNew { try OutputFile.makeFolder(output, force: false) }
        var results: [SignedResult] = []
        var failure: ExitStatus?
        let command = self
        // An authority may take minutes for a time-stamp, so that several files wait at once.
        let width = signing.level == .b ? OrderedWork.cores : CURLFetcher.concurrentCalls
        try await OrderedWork.run(files, width: width) { path in
            await command.sign(path, signing)
        } deliver: { index, result in
            Console.progress(index + 1, of: command.files.count, command.files[index])
            switch result {
            case .success(let signed): results.append(signed)
            case .failure(let problem):
                guard command.files.count > 1 else { throw problem }
                // A batch keeps what is finished; the first failing file decides the exit code.
                failure = failure ?? problem.exitCode
                results.append(SignedResult(path: command.files[index], error: problem.message))
                Console.report(problem)
            }
        }
        if makesNew, results.allSatisfy({ $0.error != nil }) { rmdir(output) }
        try report(results, results.compactMap(\.output))
        if let failure { throw ExitCode(failure.rawValue) }
    }

    private func report(_ results: [SignedResult], _ outputs: [String]) throws {
        if common.json {
            Console.write(try CanonicalJSON.encode(["files": results]))
        } else {
            for path in outputs { Console.print(path) }
        }
    }

    /// Signs one file and writes the result, whole or not at all.
    private func sign(_ path: String, _ signing: FileSigning) async -> Result<SignedResult, CommandFailure> {
        do {
            let signed = try await signing.sign(FileSource(path: path), as: format)
            let name = URL(filePath: path).lastPathComponent + (signed.isSeparate ? ".p7s" : "")
            let target = makesFolder ? output + "/" + name : output
            try OutputFile.check(target, inputs: files, force: force)
            try OutputFile.write(signed.content, to: target)
            return .success(
                SignedResult(
                    path: path, output: target, format: signed.format.rawValue, level: signing.level.rawValue))
        } catch {
            return .failure(CommandFailure(error, path: path))
        }
    }
}
