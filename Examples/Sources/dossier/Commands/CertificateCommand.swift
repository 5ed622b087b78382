// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DERSyntax
import DossierCore
import DossierKit
import Foundation
import PKIX
import SignatureValidation

struct CertificateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate", abstract: "Kiểm tra một chứng thư. / Judge a certificate.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var online: OnlineOptions
    @OptionGroup var time: TimeOption
    @OptionGroup var policies: PolicyOptions

    @Option(help: "any, signing, time-stamping, ocsp-signing or server-auth.")
    var purpose = "any"

    @Option(
        help: ArgumentHelp(
            "File with one command line of this command per line; one JSON object is printed for each.",
            valueName: "file"))
    var list: String?

    @Argument(help: "The certificate, optionally followed by others of its path.")
    var file: String?

    func validate() throws {
        guard (list == nil) != (file == nil) else { throw ValidationError("certificate takes FILE or --list FILE") }
        guard CertificatePurpose(rawValue: purpose) != nil else {
            throw ValidationError("--purpose takes any, signing, time-stamping, ocsp-signing or server-auth")
        }
    }

    func run() async throws {
        let status: ExitStatus
        if let list { status = try await Self.judgeAll(in: list) } else { status = try await judgeOne() }
        if status != .done { throw ExitCode(status.rawValue) }
    }

    private func judgeOne() async throws -> ExitStatus {
        let judged = try await judge()
        let report = CertificateReport(judged.result, remarks: judged.remarks)
        for warning in report.warnings { Console.warn(warning.phrase) }
        if common.json {
            Console.write(try CanonicalJSON.encode(report))
        } else {
            CertificateText.print(judged.result, of: file ?? "")
        }
        return ExitStatus(judged.result.outcome)
    }

    private func judge() async throws -> (result: PathResult, remarks: [Finding]) {
        let path = file ?? ""
        let certificates: [Certificate]
        do {
            certificates = try Certificate.all(in: FileSource(path: path).allBytes(limit: 1 << 24))
        } catch {
            throw CommandFailure(error, path: path)
        }
        let instant = try time.instant()
        let asked = CertificatePurpose(rawValue: purpose) ?? .any
        let settings = try trust.load()
        let domains = settings.domains(for: asked.usages, at: instant)
        var material = settings.material
        material.certificates += certificates
        let completed = try await online.completing(
            material, for: [certificates[0]], trusting: domains, at: instant)
        // The clocks of issuers may be some minutes ahead, as the shipped policies have it.
        let horizon = max(instant, TimeOption.now()).adding(seconds: 300)
        let result = CertificateGraph(
            of: certificates[0], trusting: domains, material: completed.material, issuedBy: horizon
        ).evaluate(
            at: instant, purpose: asked, revocation: trust.revocationMode, parameters: try policies.parameters())
        let ahead = trust.revocationMode == .off ? nil : completed.material.dated(after: horizon)
        return (result, settings.findings(at: instant) + completed.remarks + (ahead.map { [$0] } ?? []))
    }

    /// What a line of a list came to.
    private struct Line: Sendable {
        let json: [UInt8]
        var status = ExitStatus.done
        var isFailure = false
    }

    /// A line that cannot be judged gives an object with `error`; the others are still judged.
    private static func judgeAll(in list: String) async throws -> ExitStatus {
        let bytes: [UInt8]
        do { bytes = try FileSource(path: list).allBytes(limit: 1 << 28) } catch {
            throw CommandFailure(error, path: list)
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
            .filter { !$0.allSatisfy(\.isWhitespace) }
        var worst = ExitStatus.done
        var failure: ExitStatus?
        try await OrderedWork.run(lines) { line in
            try await judge(line)
        } deliver: { _, line in
            Console.write(line.json)
            if line.isFailure { failure = failure ?? line.status } else { worst = .worse(worst, line.status) }
        }
        return failure ?? worst
    }

    private static func judge(_ line: String) async throws -> Line {
        do {
            var words = try CommandLineWords.split(line)
            if words.first == "dossier" { words.removeFirst() }
            if words.first == "certificate" { words.removeFirst() }
            let command: CertificateCommand
            do {
                command = try CertificateCommand.parse(words)
            } catch {
                throw CommandFailure(usage: CertificateCommand.message(for: error))
            }
            guard command.list == nil else { throw ValidationError("--list cannot stand in a list") }
            let judged = try await command.judge()
            return Line(
                json: try CanonicalJSON.line(CertificateReport(judged.result, remarks: judged.remarks)),
                status: ExitStatus(judged.result.outcome))
        } catch {
            let problem = CommandFailure(error)
            return Line(
                json: try CanonicalJSON.line(["error": problem.message]), status: problem.exitCode, isFailure: true)
        }
    }
}

extension CertificatePurpose {
    /// What an anchor must be trusted for; in question of nothing in particular, for anything.
    fileprivate var usages: [TrustBundle.Usage] {
        switch self {
        case .any: TrustBundle.Usage.allCases
        case .signing, .serverAuthentication: [.signing]
        case .timeStamping: [.timeStamping]
        case .ocspSigning: [.ocsp]
        }
    }
}

extension ExitStatus {
    /// The code of a judgement on a certificate.
    fileprivate init(_ outcome: PathResult.Outcome) {
        switch outcome {
        case .passed: self = .done
        case .failed: self = .totalFailed
        case .indeterminate: self = .indeterminate
        }
    }
}
