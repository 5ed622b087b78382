// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import ArgumentParser
import DossierCore
import DossierKit
import Foundation
import PAdES
import PKIX
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

    @Option(help: "auto, pades, cades (detached) or cades-enveloping.")
    var format = "auto"

    @Option(help: "Reason, written into a PDF.")
    var reason: String?

    @Option(help: "Claim a time more than 5 minutes from the clock, for the reason given.")
    var override: String?

    @Flag(help: "Overwrite an existing output.")
    var force = false

    @Option(help: ArgumentHelp("Output file; a folder when several files are signed.", valueName: "path"))
    var output: String

    @Argument(help: "Files to sign.")
    var files: [String]

    func validate() throws {
        guard ["auto", "pades", "cades", "cades-enveloping"].contains(format) else {
            throw ValidationError("--format takes auto, pades, cades or cades-enveloping")
        }
    }

    func run() async throws {
        let claimed = try time.instant()
        if abs(claimed.seconds - TimeOption.now().seconds) > 300, override == nil {
            throw ValidationError("--at is more than 5 minutes from the clock; give the reason with --override")
        }
        if files.count > 1 {
            try OutputFile.checkFolder(output, inputs: files, force: force)
            let names = files.map { URL(filePath: $0).lastPathComponent }
            guard Set(names).count == names.count else {
                throw ValidationError("two of the files have the same name and would share one output")
            }
        } else {
            try OutputFile.check(output, inputs: files, force: force)
        }
        let signer = try key.signer()
        let reached = try await check(signer, at: TimeOption.now())
        let makesFolder = files.count > 1 && !FileManager.default.fileExists(atPath: output)
        if makesFolder { try OutputFile.makeFolder(output, force: false) }
        var results: [SignedResult] = []
        var failure: ExitStatus?
        let command = self
        // An authority may take minutes for a time-stamp, so that several files wait at once.
        let width = reached.timeStamps == nil ? OrderedWork.cores : CURLFetcher.concurrentCalls
        try await OrderedWork.run(files, width: width) { path in
            await command.sign(path, by: signer, claimed, reached)
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
        if makesFolder, results.allSatisfy({ $0.error != nil }) { rmdir(output) }
        if common.json {
            Console.write(try CanonicalJSON.encode(["files": results]))
        } else {
            for case let path? in results.map(\.output) { Console.print(path) }
        }
        if let failure { throw ExitCode(failure.rawValue) }
    }

    /// The key is called only for a certificate that holds now, whatever time is claimed.
    ///
    /// - Returns: The level to reach, with authorities that are judged by the same trust.
    private func check(_ signer: some Signer, at now: Instant) async throws -> SigningLevel {
        let settings = try trust.load()
        settings.warn(at: now)
        var material = settings.material
        material.certificates += signer.chain
        let completed = try await online.completing(
            material, for: [signer.certificate], trusting: settings.domains(for: [.signing], at: now), at: now)
        for remark in completed.remarks { Console.warn(remark.phrase) }
        try SignerCheck(trust.validator(settings, material: completed.material, at: now)).check(signer, at: now)
        return try level.signingLevel(
            online,
            judging: TimeStampJudge(
                domains: settings.domains(for: [.timeStamping], at: now), material: completed.material,
                revocation: trust.revocationMode, online: online))
    }

    private struct SignedResult: Encodable, Sendable {
        let path: String
        var output, format, level: String?
        var error: Phrase?
    }

    /// Signs one file and writes the result, whole or not at all.
    private func sign(
        _ path: String, by signer: some Signer, _ claimed: Instant, _ level: SigningLevel
    ) async -> Result<SignedResult, CommandFailure> {
        do {
            let signed = try await sign(FileSource(path: path), by: signer, claimed, level)
            let name = URL(filePath: path).lastPathComponent + (signed.isSeparate ? ".p7s" : "")
            let target = files.count > 1 ? output + "/" + name : output
            try OutputFile.check(target, inputs: files, force: force)
            try OutputFile.write(signed.bytes, to: target)
            return .success(
                SignedResult(path: path, output: target, format: signed.format, level: level.level.rawValue))
        } catch {
            return .failure(CommandFailure(error, path: path))
        }
    }

    private func sign(
        _ source: FileSource, by signer: some Signer, _ claimed: Instant, _ level: SigningLevel
    ) async throws -> (bytes: [UInt8], format: String, isSeparate: Bool) {
        let isPDF = try MediaType.of(source) == "application/pdf"
        switch format {
        case _ where format == "pades" || (format == "auto" && isPDF):
            let signed = try await PDFDocument(parsing: source)
                .signed(by: signer, claiming: claimed, reason: reason, level: level)
            return (signed, "PAdES", false)
        case "cades-enveloping":
            let signed = try await CAdESSignature.enveloping(source, by: signer, claiming: claimed, level: level)
            return (signed, "CAdES", true)
        default:
            let signed = try await CAdESSignature.detached(over: source, by: signer, claiming: claimed, level: level)
            return (signed, "CAdES", true)
        }
    }
}
