// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DossierCore
import DossierKit
import Foundation
import SignatureValidation

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Kiểm tra chữ ký của tệp. / Verify the signatures of files.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var time: TimeOption

    @Option(help: ArgumentHelp("Content of a detached signature; needs exactly one FILE.", valueName: "file"))
    var detached: String?

    @Argument(help: "Signed files; x.p7s beside x is paired with it.")
    var files: [String]

    func run() async throws {
        if detached != nil, files.count != 1 { throw ValidationError("--detached needs exactly one FILE") }
        let validator = try trust.validator()
        let instant = try time.instant()
        var reports: [FileReport] = []
        var worst = ExitStatus.done
        var failure: ExitStatus?
        for (index, path) in files.enumerated() {
            if files.count > 1, !common.json { Console.progress(index, of: files.count, path) }
            do {
                let source = try FileSource(path: path)
                let content = try content(of: path)
                let report = try FileReport(
                    path: path, source: source, content: content, validator: validator, at: instant)
                reports.append(report)
                worst = Self.worse(worst, ExitStatus(report.report?.indication))
                if !common.json { VerdictText.print(report) }
            } catch {
                let problem = CommandFailure(error, path: path)
                failure = failure ?? problem.exitCode
                reports.append(FileReport(path: path, format: nil, sha256: nil, report: nil, error: problem.message))
                if !common.json { Console.report(problem) }
            }
        }
        if common.json {
            Console.write(
                try VerificationReport(policy: validator.policy, validationTime: instant, files: reports).json())
        }
        let status = failure ?? worst
        if status != .done { throw ExitCode(status.rawValue) }
    }

    private func content(of path: String) throws -> FileSource? {
        guard let contentPath = contentPath(of: path) else { return nil }
        do { return try FileSource(path: contentPath) } catch { throw CommandFailure(error, path: contentPath) }
    }

    private func contentPath(of path: String) -> String? {
        if let detached { return detached }
        guard path.lowercased().hasSuffix(".p7s") else { return nil }
        let content = String(path.dropLast(4))
        return FileManager.default.fileExists(atPath: content) ? content : nil
    }

    /// Over all files the worst wins: 1, then 2, then 3.
    static func worse(_ left: ExitStatus, _ right: ExitStatus) -> ExitStatus {
        let order: [ExitStatus] = [.totalFailed, .indeterminate, .noSignature, .done]
        return order.first { $0 == left || $0 == right } ?? left
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
}
