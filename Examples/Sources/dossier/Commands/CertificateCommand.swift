// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DERSyntax
import DossierCore
import DossierKit
import Foundation
import PKIX

struct CertificateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate", abstract: "Kiểm tra một chứng thư. / Judge a certificate.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var trust: TrustOptions
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
        if let list { status = try Self.judgeAll(in: list) } else { status = try judgeOne() }
        if status != .done { throw ExitCode(status.rawValue) }
    }

    private func judgeOne() throws -> ExitStatus {
        let result = try judge()
        if common.json {
            Console.write(try CanonicalJSON.encode(CertificateReport(result)))
        } else {
            Console.print("\(file ?? ""): \(result.outcome.rawValue)")
            for link in result.chain { Console.print("  \(link.certificate.subject)") }
            for notice in result.userNotices { Console.print("  “\(notice)”") }
            for fault in result.faults {
                Console.print(
                    "  – \(fault.rule.phrase[Console.language]) (\(fault.rule.clause), \(fault.certificateIndex))")
            }
        }
        return ExitStatus(result.outcome)
    }

    private func judge() throws -> PathResult {
        let path = file ?? ""
        let certificates: [Certificate]
        do {
            certificates = try Certificate.all(in: FileSource(path: path).allBytes(limit: 1 << 24))
        } catch {
            throw CommandFailure(error, path: path)
        }
        return CertificateGraph(
            of: certificates[0], trusting: try trust.domains(),
            material: try trust.loadMaterial().merging(ValidationMaterial(certificates: certificates))
        ).evaluate(
            at: try time.instant(), purpose: CertificatePurpose(rawValue: purpose) ?? .any,
            revocation: trust.revocationMode, parameters: try policies.parameters())
    }

    /// A line that cannot be judged gives an object with `error`; the others are still judged.
    private static func judgeAll(in list: String) throws -> ExitStatus {
        let bytes: [UInt8]
        do { bytes = try FileSource(path: list).allBytes(limit: 1 << 26) } catch {
            throw CommandFailure(error, path: list)
        }
        var worst = ExitStatus.done
        var failure: ExitStatus?
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            do {
                var words = try CommandLineWords.split(line)
                if words.isEmpty { continue }
                if words.first == "dossier" { words.removeFirst() }
                if words.first == "certificate" { words.removeFirst() }
                let command: CertificateCommand
                do {
                    command = try CertificateCommand.parse(words)
                } catch {
                    throw CommandFailure(usage: CertificateCommand.message(for: error))
                }
                guard command.list == nil else { throw ValidationError("--list cannot stand in a list") }
                let result = try command.judge()
                try write(CertificateReport(result))
                worst = VerifyCommand.worse(worst, ExitStatus(result.outcome))
            } catch {
                let problem = CommandFailure(error)
                failure = failure ?? problem.exitCode
                try write(["error": problem.message[Console.language]])
            }
        }
        return failure ?? worst
    }

    /// Writes an object on a line of its own.
    private static func write(_ object: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        Console.write(Array(try encoder.encode(object)) + [UInt8(ascii: "\n")])
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
