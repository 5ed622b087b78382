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
    @OptionGroup var password: PDFPasswordOption

    @Option(help: ArgumentHelp("Content of a detached signature; needs exactly one FILE.", valueName: "file"))
    var detached: String?

    @Option(help: ArgumentHelp("File with the path of one file or folder per line.", valueName: "file"))
    var list: String?

    @Flag(help: "Print one JSON object per file, each on a line of its own as soon as it is judged.")
    var jsonLines = false

    @Option(help: ArgumentHelp("You vouch that FILE existed at this time (ISO 8601).", valueName: "time"))
    var existedAt: String?

    @Option(
        help: ArgumentHelp(
            "Number that the signer should bear, for example citizen-id:001099000001.", valueName: "kind:value"))
    var expectSigner: String?

    @Option(help: ArgumentHelp("Write the report as a page of HTML as well.", valueName: "file"))
    var html: String?

    @Flag(help: "Overwrite an existing page.")
    var force = false

    @Argument(help: "Signed files and folders of such; x.p7s beside x is paired with it.")
    var files: [String] = []

    func validate() throws {
        guard !files.isEmpty || list != nil else { throw ValidationError("verify takes FILE or --list FILE") }
        guard !(common.json && jsonLines) else { throw ValidationError("give one of --json and --json-lines") }
        guard detached == nil || (files.count == 1 && list == nil) else {
            throw ValidationError("--detached needs exactly one FILE")
        }
        if let existedAt, Instant(existedAt) == nil {
            throw ValidationError("--existed-at takes an ISO 8601 time with zone, not \(existedAt)")
        }
        _ = try expectedSigner()
    }

    private func expectedSigner() throws -> ExpectedSigner? {
        do { return try expectSigner.map { try ExpectedSigner(parsing: $0) } } catch {
            throw ValidationError("--expect-signer: \((error as? SignatureValidationError)?.detail ?? "\(error)")")
        }
    }

    func run() async throws {
        let instant = try time.instant()
        let existed = existedAt.flatMap { Instant($0) }
        if let existed, existed > instant { throw ValidationError("--existed-at lies after the time of judgement") }
        if let html { try OutputFile.check(html, inputs: files, force: force) }
        let settings = try trust.load()
        let validator = try trust.validator(settings, at: instant)
        let remarks = settings.findings(at: instant)
        for remark in remarks { Console.warn(remark.phrase) }
        let summary = {
            VerificationReport(policy: validator.policy, validationTime: instant, files: $0, findings: remarks)
        }
        let inputs = try VerifyInput.all(in: files, list: list, detached: detached)
        let question = VerifyQuestion(
            validator: validator, online: online, time: instant, existed: existed, expected: try expectedSigner(),
            password: try password.password())
        var page = html.map { _ in HTMLReport(summary([]), in: Console.language) }
        var reports: [FileReport] = []
        var worst = ExitStatus.done
        var failure: ExitStatus?
        try await OrderedWork.run(inputs) { input in
            await question.judge(input)
        } deliver: { index, judged in
            Console.clearProgress()
            defer {
                if index + 1 < inputs.count { Console.progress(index + 1, of: inputs.count, judged.report.path) }
            }
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
                for line in judged.report.text(in: Console.language, policy: validator.policy) { Console.print(line) }
            }
            page?.add(judged.report)
        }
        if let html, let page { try OutputFile.write(page.bytes, to: html) }
        if common.json {
            Console.write(try summary(reports).json())
        }
        if inputs.isEmpty { worst = .noSignature }
        let status = failure ?? worst
        if status != .done { throw ExitCode(status.rawValue) }
    }

    private var isMachineRead: Bool { common.json || jsonLines }
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
