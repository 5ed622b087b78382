// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DossierCore
import DossierKit
import Foundation
import PKIX
import SignatureValidation

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Kiểm tra chữ ký của tệp. / Verify the signatures of files.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var online: OnlineOptions
    @OptionGroup var time: TimeOption

    @Option(help: ArgumentHelp("Content of a detached signature; needs exactly one FILE.", valueName: "file"))
    var detached: String?

    @Option(help: ArgumentHelp("File with the path of one file or folder per line.", valueName: "file"))
    var list: String?

    @Flag(help: "Print one JSON object per file, each on a line of its own as soon as it is judged.")
    var jsonLines = false

    @Argument(help: "Signed files and folders of such; x.p7s beside x is paired with it.")
    var files: [String] = []

    func validate() throws {
        guard !files.isEmpty || list != nil else { throw ValidationError("verify takes FILE or --list FILE") }
        guard !(common.json && jsonLines) else { throw ValidationError("give one of --json and --json-lines") }
        guard detached == nil || (files.count == 1 && list == nil) else {
            throw ValidationError("--detached needs exactly one FILE")
        }
    }

    func run() async throws {
        let instant = try time.instant()
        let settings = try trust.load()
        let validator = try trust.validator(settings, at: instant)
        let remarks = settings.findings(at: instant)
        for remark in remarks { Console.warn(remark.phrase) }
        let summary = {
            VerificationReport(policy: validator.policy, validationTime: instant, files: $0, findings: remarks)
        }
        let inputs = try VerifyInput.all(in: files, list: list, detached: detached)
        var reports: [FileReport] = []
        var worst = ExitStatus.done
        var failure: ExitStatus?
        try await OrderedWork.run(inputs) { input in
            await Self.judge(input, validator, online, at: instant)
        } deliver: { index, judged in
            Console.progress(index + 1, of: inputs.count, judged.report.path)
            for finding in judged.report.findings where !isMachineRead { Console.warn(finding.phrase) }
            if let problem = judged.problem {
                failure = failure ?? problem.exitCode
                if !isMachineRead { Console.report(problem) }
            } else {
                worst = .worse(worst, ExitStatus(judged.report.report?.indication))
            }
            if jsonLines {
                Console.write(try summary([]).line(of: judged.report))
            } else if common.json {
                reports.append(judged.report)
            } else if judged.problem == nil {
                VerdictText.print(judged.report)
            }
        }
        if common.json {
            Console.write(try summary(reports).json())
        }
        if inputs.isEmpty { worst = .noSignature }
        let status = failure ?? worst
        if status != .done { throw ExitCode(status.rawValue) }
    }

    private var isMachineRead: Bool { common.json || jsonLines }

    private struct Judged: Sendable {
        let report: FileReport
        var problem: CommandFailure?
    }

    /// The validator with what services gave for one file; the same without `--online`.
    private static func completed(
        _ validator: SignatureValidator, for file: OpenedFile, _ online: OnlineOptions, at instant: Instant
    ) async throws -> (validator: SignatureValidator, remarks: [Finding]) {
        // The facts cost a verification of their own, so they are not asked for in vain.
        guard online.online else { return (validator, []) }
        let enclosed = try file.enclosed(with: validator.material)
        let completed = try await online.completing(
            validator.material.merging(enclosed.material), for: enclosed.signers, trusting: validator.domains,
            at: instant)
        let informed = SignatureValidator(
            trusting: validator.domains, policy: validator.policy, material: completed.material,
            revocation: validator.revocation)
        return (informed, completed.remarks)
    }

    /// A file that cannot be judged gives its own object with `error`; the others are still judged.
    private static func judge(
        _ input: VerifyInput, _ validator: SignatureValidator, _ online: OnlineOptions, at instant: Instant
    ) async -> Judged {
        do {
            let opened = try input.open()
            let informed = try await completed(validator, for: opened.file, online, at: instant)
            var report = try FileReport(
                opened.file, validator: informed.validator, at: instant, findings: informed.remarks)
            report.contentFile = opened.contentFile
            report.signatureFile = opened.signatureFile
            return Judged(report: report)
        } catch {
            let problem = CommandFailure(error, path: input.path)
            return Judged(
                report: FileReport(path: input.path, format: nil, sha256: nil, report: nil, error: problem.message),
                problem: problem)
        }
    }
}

extension ExitStatus {
    /// The code of a verdict; no verdict means that no signature was found.
    init(_ indication: Indication?) {
        switch indication {
        case .totalPassed: self = .done
        case .totalFailed: self = .totalFailed
        case .indeterminate: self = .indeterminate
        case nil: self = .noSignature
        }
    }

    /// Over all files the worst wins: 1, then 2, then 3.
    static func worse(_ left: ExitStatus, _ right: ExitStatus) -> ExitStatus {
        let order: [ExitStatus] = [.totalFailed, .indeterminate, .noSignature, .done]
        return order.first { $0 == left || $0 == right } ?? left
    }
}
