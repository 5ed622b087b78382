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

    @Option(
        help: ArgumentHelp(
            "Write everything that the verdicts rest on but the files as one archive.", valueName: "file"))
    var evidence: String?

    @Option(
        help: ArgumentHelp(
            "Judge the same files again with the trust, policy, material and time of an archive.", valueName: "file"))
    var fromEvidence: String?

    @Flag(help: "Overwrite an existing page or archive.")
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
        guard fromEvidence == nil || !(trust.isGiven || online.isGiven || asksAnew) else {
            throw ValidationError(
                "--from-evidence brings trust, material, policy, services, time and questions of its own; give none of them"
            )
        }
    }

    /// Whether the question itself is put by options.
    private var asksAnew: Bool {
        time.at != nil || existedAt != nil || expectSigner != nil || evidence != nil
    }

    private func expectedSigner() throws -> ExpectedSigner? {
        do { return try expectSigner.map { try ExpectedSigner(parsing: $0) } } catch {
            throw ValidationError("--expect-signer: \((error as? SignatureValidationError)?.detail ?? "\(error)")")
        }
    }

    func run() async throws {
        for path in [html, evidence].compactMap(\.self) {
            try OutputFile.check(path, inputs: files + [fromEvidence].compactMap(\.self), force: force)
        }
        let inputs = try VerifyInput.all(in: files, list: list, detached: detached)
        if let fromEvidence {
            let question = EvidenceQuestion(path: fromEvidence, password: try password.password())
            let report = try question.judge(inputs)
            var output = VerifyOutput(report, form: form, html: html)
            for file in report.files { try output.add(file, problem: file.error.map(CommandFailure.init(unjudged:))) }
            return try output.finish()
        }
        let instant = try time.instant()
        let existed = existedAt.flatMap { Instant($0) }
        if let existed, existed > instant { throw ValidationError("--existed-at lies after the time of judgement") }
        let settings = try trust.load()
        let validator = try trust.validator(settings, at: instant)
        let remarks = settings.findings(at: instant)
        let expected = try expectedSigner()
        let question = VerifyQuestion(
            validator: validator, online: online, time: instant, existed: existed, expected: expected,
            password: try password.password())
        var draft = evidence.map { _ in
            EvidenceDraft(
                validator, at: instant, expecting: expected, trustBundles: settings.bundles, findings: remarks)
        }
        var output = VerifyOutput(
            VerificationReport(policy: validator.policy, validationTime: instant, files: [], findings: remarks),
            form: form, html: html)
        for remark in remarks { Console.warn(remark.phrase) }
        try await OrderedWork.run(inputs) { input in
            await question.judge(input)
        } deliver: { index, judged in
            Console.clearProgress()
            defer {
                if index + 1 < inputs.count { Console.progress(index + 1, of: inputs.count, judged.report.path) }
            }
            try draft?.add(judged.report, of: judged.file, judgedWith: judged.material, existence: judged.proofs)
            try output.add(judged.report, problem: judged.problem)
        }
        if let evidence, let draft {
            do { try OutputFile.write(draft.bundle().bytes(), to: evidence) } catch {
                throw CommandFailure(error, path: evidence)
            }
        }
        try output.finish()
    }

    private var form: VerifyOutput.Form { common.json ? .json : jsonLines ? .lines : .text }
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
