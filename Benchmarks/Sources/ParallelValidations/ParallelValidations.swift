// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import DossierCore
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI

/// 10,000 validations from 8 tasks that share one validator and its material, for a run under a sanitizer.
///
/// Every verdict is compared with what it must be; a wrong one ends the run with an error.
@main
struct ParallelValidations {
    static let taskCount = 8
    static let validationsPerTask = 1_250
    /// 2026-11-21T00:00:00Z.
    static let time = Instant(seconds: 1_795_219_200)

    struct Case: Sendable {
        let signature: [UInt8]
        let content: [UInt8]
        let indication: Indication
        let subIndication: SubIndication?
    }

    struct WrongVerdict: Error, CustomStringConvertible {
        let description: String
    }

    static func main() async throws {
        let infrastructure = try TestInfrastructure(at: time)
        // Lists with entries, so that the tasks also share the index that the first search makes.
        var material = try infrastructure.material(at: time)
        material.revocationLists = try [infrastructure.publicDomain, infrastructure.publicDutyDomain]
            .flatMap { [$0.root, $0.issuing] }.map { authority in
                try authority.revocationList(
                    (0..<1_000).map {
                        CertificateRevocationList.Entry(
                            serialNumber: [0x40, UInt8($0 >> 8), UInt8($0 & 0xff)], revocationDate: time)
                    }, thisUpdate: time, nextUpdate: time.adding(seconds: 86_400))
            }
        let validator = SignatureValidator(
            trusting: infrastructure.trust, policy: .vietnam2026, material: material)
        let cases = try await cases(infrastructure)
        let clock = ContinuousClock()
        let duration = try await clock.measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<taskCount {
                    group.addTask {
                        for number in 0..<validationsPerTask {
                            try validate(cases[(task + number) % cases.count], with: validator)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        print("\(taskCount * validationsPerTask) validations from \(taskCount) tasks in \(duration)")
    }

    static func validate(_ item: Case, with validator: SignatureValidator) throws {
        let document = try CAdESDocument(parsing: item.signature, content: MemorySource(item.content))
        let report = try validator.validate(document, at: time)
        guard report.indication == item.indication, report.subIndication == item.subIndication else {
            throw WrongVerdict(
                description: "\(String(describing: report.indication))/\(String(describing: report.subIndication)),"
                    + " expected \(item.indication)/\(String(describing: item.subIndication))")
        }
    }

    /// Signatures with keys of both kinds, each whole and over other content.
    static func cases(_ infrastructure: TestInfrastructure) async throws -> [Case] {
        let content = Array("Nội dung của hồ sơ thử nghiệm\n".utf8)
        var cases: [Case] = []
        for name in ["citizen", "company"] {
            guard let subscriber = infrastructure.subscriber(name) else { continue }
            let signature = try await CAdESSignature.detached(
                over: MemorySource(content), by: subscriber.signer(), claiming: time)
            cases.append(
                Case(signature: signature, content: content, indication: .totalPassed, subIndication: nil))
            cases.append(
                Case(
                    signature: signature, content: content + [0], indication: .totalFailed, subIndication: .hashFailure)
            )
        }
        return cases
    }
}
