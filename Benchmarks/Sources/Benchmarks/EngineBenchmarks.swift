// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import DossierCore
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI

enum EngineBenchmarks {
    private static let content = (0..<1024).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    /// The engine without cryptography and parsing, beside the whole way from bytes to report.
    static func alone(_ chain: Chain, _ bench: inout Bench) async throws {
        let bytes = try await signature(chain)
        let validator = validator(chain)
        let facts = try CAdESDocument(parsing: bytes, content: MemorySource(content)).signatureFacts(
            with: chain.material)
        let gathered = facts.map { validator.gathered($0, at: Chain.time) }
        try await bench.compare(
            "engine alone, one signature", goal: .microseconds(below: 100),
            note: "facts to report; the other column is bytes to report"
        ) {
            for signature in gathered {
                guard signature.report().indication == .totalPassed else { throw PeerRefused(what: "the engine") }
            }
        } peer: {
            _ = try validator.validate(
                CAdESDocument(parsing: bytes, content: MemorySource(content)), at: Chain.time)
        }
    }

    /// 200 validations by two tasks, beside the same one after the other.
    static func onTwoCores(_ chain: Chain, _ bench: inout Bench) async throws {
        let bytes = try await signature(chain)
        let validator = validator(chain)
        @Sendable func judge(_ count: Int) throws {
            for _ in 0..<count {
                let report = try validator.validate(
                    CAdESDocument(parsing: bytes, content: MemorySource(content)), at: Chain.time)
                guard report.indication == .totalPassed else { throw PeerRefused(what: "our validation") }
            }
        }
        try await bench.compare(
            "200 validations on two cores", goal: .ratio(1.7),
            note: "CAdES B-B over 1 KiB, RSA-2048; the other column is one task"
        ) {
            try await withThrowingTaskGroup { group in
                for _ in 0..<2 { group.addTask { try judge(100) } }
                try await group.waitForAll()
            }
        } peer: {
            try judge(200)
        }
        // What the machine gives a second task, memory and reference counts left out.
        let first = Self.arithmetic(1)
        try await bench.compare(
            "arithmetic on two cores", goal: .none, note: "nothing shared; the other column is one task"
        ) {
            try await withThrowingTaskGroup(of: UInt64.self) { group in
                for _ in 0..<2 { group.addTask { arithmetic(10_000_000) } }
                for try await result in group where result == first { throw PeerRefused(what: "multiplication") }
            }
        } peer: {
            if arithmetic(20_000_000) == first { throw PeerRefused(what: "multiplication") }
        }
    }

    private static func arithmetic(_ steps: UInt64) -> UInt64 {
        var value: UInt64 = 1
        for step in 0..<steps {
            value = value &* 6_364_136_223_846_793_005 &+ step
            value ^= value >> 13
        }
        return value
    }

    private static func signature(_ chain: Chain) async throws -> [UInt8] {
        try await CAdESSignature.detached(over: MemorySource(content), by: chain.signer, claiming: Chain.time)
    }

    private static func validator(_ chain: Chain) -> SignatureValidator {
        SignatureValidator(
            trusting: [chain.domain], policy: .etsi2026, material: chain.material, revocation: .required)
    }
}
