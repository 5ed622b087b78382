// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DossierCore
import DossierKit
import SignatureValidation

/// Where verdicts go: text, JSON or lines of it, a page; and which code the command ends with.
struct VerifyOutput {
    /// What stands on standard output.
    enum Form {
        case text, json, lines
    }

    /// Policy, time and remarks of the run, without files.
    private let head: VerificationReport
    private let form: Form
    private let html: String?
    private var page: HTMLReport?
    private var reports: [FileReport] = []
    private var worst = ExitStatus.done
    private var failure: ExitStatus?
    private var isEmpty = true

    /// - Parameters:
    ///   - report: Policy, time and remarks of the run; its files are added one by one.
    ///   - html: Path of a page.
    init(_ report: VerificationReport, form: Form, html: String?) {
        head = VerificationReport(
            policy: report.policy, validationTime: report.validationTime, files: [], findings: report.findings)
        self.form = form
        self.html = html
        page = html.map { [head] _ in HTMLReport(head, in: Console.language) }
    }

    /// Adds the verdict on a file, or why there is none.
    mutating func add(_ report: FileReport, problem: CommandFailure?) throws {
        isEmpty = false
        if form == .text { for finding in report.findings { Console.warn(finding.phrase) } }
        if let problem {
            failure = failure ?? problem.exitCode
            if form == .text { Console.report(problem) }
        } else {
            worst = .worse(worst, ExitStatus(report.report?.indication))
        }
        switch form {
        case .lines: Console.write(try head.line(of: report))
        case .json: reports.append(report)
        case .text where problem == nil:
            for line in report.text(in: Console.language, policy: head.policy) { Console.print(line) }
        case .text: break
        }
        page?.add(report)
    }

    /// Writes what is left.
    ///
    /// - Throws: The exit code, unless everything passed.
    func finish() throws {
        if let html, let page { try OutputFile.write(page.bytes, to: html) }
        if form == .json {
            let whole = VerificationReport(
                policy: head.policy, validationTime: head.validationTime, files: reports, findings: head.findings)
            Console.write(try whole.json())
        }
        let status = failure ?? (isEmpty ? .noSignature : worst)
        if status != .done { throw ExitCode(status.rawValue) }
    }
}
