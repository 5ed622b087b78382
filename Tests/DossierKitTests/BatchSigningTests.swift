// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import DossierKit
import Foundation
import PAdES
import PKIX
import SignatureValidation
import Synchronization
import TestPKI
import TestSupport
import Testing

@Suite("Batches: one approval, many results")
struct BatchSigningTests {
    private let bench: Bench

    init() throws { bench = try Bench.shared.get() }

    private func checked(_ material: ValidationMaterial? = nil) throws -> CheckedSigner {
        let signer = try bench.signer("citizen")
        let check = SignerCheck(
            trusting: bench.infrastructure.trust, material: material ?? bench.material, policy: .vietnam2026)
        return CheckedSigner(signer, standing: check.standing(of: signer, at: Bench.now)) { Bench.now }
    }

    private static func content(_ number: Int) -> [UInt8] { Array("kết quả số \(number)".utf8) }

    private static func sign(_ number: Int, _ signer: CheckedSigner) async throws -> [UInt8] {
        try await CAdESSignature.detached(
            over: MemorySource(content(number)), by: signer, claiming: Bench.now)
    }

    @Test func `500 results come in order, each its own signature, whatever became of one`() async throws {
        struct Broken: Error {}
        var steps: [BatchSigning.Progress] = []
        let outcomes = try await BatchSigning(by: checked()).signed(Array(0..<500)) {
            steps.append($0)
        } _: { number, signer in
            guard number != 250 else { throw Broken() }
            return try await Self.sign(number, signer)
        }
        #expect(outcomes.count == 500)
        #expect(steps.map(\.completed) == Array(1...500) && steps.allSatisfy { $0.total == 500 })
        #expect(steps.last?.failed == 1)
        var values: Set<[UInt8]> = []
        for (number, outcome) in outcomes.enumerated() {
            switch outcome {
            case .signed(let bytes):
                values.insert(bytes)
                guard number % 50 == 0 else { continue }
                let opened = try OpenedFile(
                    path: "x", source: MemorySource(bytes), content: MemorySource(Self.content(number)))
                let report = try FileReport(opened, validator: bench.validator, at: Bench.now)
                #expect(report.report?.indication == .totalPassed)
            case .failed(let error): #expect(number == 250 && error is Broken)
            case .cancelled: Issue.record("nobody cancelled")
            }
        }
        #expect(values.count == 499)
    }

    @Test func `a signer that may not sign costs no item anything`() async throws {
        let begun = Mutex(0)
        for material in [try bench.material(revoking: "citizen"), ValidationMaterial()] {
            await #expect(throws: AdESError.self) {
                try await BatchSigning(by: checked(material)).signed([1, 2, 3]) { number, signer in
                    begun.withLock { $0 += 1 }
                    return try await Self.sign(number, signer)
                }
            }
        }
        #expect(begun.withLock { $0 } == 0)
        let outcomes = try await BatchSigning(by: checked()).signed([Int]()) { try await Self.sign($0, $1) }
        #expect(outcomes.isEmpty)
    }

    @Test func `when the task is cancelled what is finished stays and the rest is not made`() async throws {
        let folder = try TemporaryFolder()
        let batch = BatchSigning(by: try checked(), width: 2)
        let task = Task {
            try await batch.signed(Array(0..<200)) { number, signer in
                let bytes = try await Self.sign(number, signer)
                if number == 20 { withUnsafeCurrentTask { $0?.cancel() } }
                try Task.checkCancellation()
                try folder.write(bytes, as: "\(number)")
                // Later items wait until the whole batch is cancelled.
                if number > 40 { try await Task.sleep(for: .seconds(60)) }
                return number
            }
        }
        while !FileManager.default.fileExists(atPath: folder.path("41")) { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        let outcomes = try await task.value
        #expect(outcomes.count == 200)
        for (number, outcome) in outcomes.enumerated() {
            let isThere = FileManager.default.fileExists(atPath: folder.path("\(number)"))
            switch outcome {
            case .signed(let result): #expect(result == number && number <= 40 && isThere)
            case .cancelled: #expect(number == 20 || number > 40)
            case .failed(let error): Issue.record("\(error)")
            }
            if number <= 40, number != 20 { #expect(isThere) }
            if number > 50 { #expect(!isThere) }
        }
    }
}
