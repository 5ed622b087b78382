// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DossierCore
import DossierKit
import PKIX

struct CertificateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate", abstract: "Kiểm tra một chứng thư. / Judge a certificate.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var time: TimeOption

    @Option(help: "any, signing, time-stamping, ocsp-signing or server-auth.")
    var purpose = "any"

    @Argument(help: "The certificate, optionally followed by others of its path.")
    var file: String

    func run() async throws {
        guard let purpose = CertificatePurpose(rawValue: purpose) else {
            throw ValidationError("--purpose takes any, signing, time-stamping, ocsp-signing or server-auth")
        }
        let certificates: [Certificate]
        do {
            certificates = try Certificate.all(in: FileSource(path: file).allBytes(limit: 1 << 24))
        } catch {
            throw CommandFailure(error, path: file)
        }
        let result = CertificateGraph(
            of: certificates[0], trusting: try trust.domains(),
            material: try trust.loadMaterial().merging(ValidationMaterial(certificates: certificates))
        ).evaluate(at: try time.instant(), purpose: purpose, revocation: trust.revocationMode)
        if common.json {
            Console.write(try CanonicalJSON.encode(CertificateReport(result)))
        } else {
            Console.print("\(file): \(result.outcome.rawValue)")
            for link in result.chain { Console.print("  \(link.certificate.subject)") }
            for fault in result.faults {
                Console.print(
                    "  – \(fault.rule.phrase[Console.language]) (\(fault.rule.clause), \(fault.certificateIndex))")
            }
        }
        switch result.outcome {
        case .passed: return
        case .failed: throw ExitCode(ExitStatus.totalFailed.rawValue)
        case .indeterminate: throw ExitCode(ExitStatus.indeterminate.rawValue)
        }
    }
}
