// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import DossierKit
import PKIX
import SignatureValidation
import TestPKI
import Testing

@Suite("Time-stamps as files of their own — RFC 3161 §3")
struct TimeStampFileTests {
    private let bench: Bench
    private let content = Array("nội dung".utf8)

    init() throws { bench = try Bench.shared.get() }

    /// A response with a token over bytes, and the token alone.
    private func stamped(_ bytes: [UInt8]) throws -> (response: [UInt8], token: [UInt8]) {
        let authority = try bench.infrastructure.timeStampAuthority()
        let request = TimeStampRequest(try MessageImprint(of: bytes))
        let response = authority.response(to: request.bytes, at: Bench.now)
        return (response, try #require(TimeStampResponse(parsing: response).token).bytes)
    }

    private func judge(_ file: [UInt8], over content: [UInt8]?) throws -> FileReport {
        try FileReport(
            path: "a.tst", source: MemorySource(file), content: content.map { MemorySource($0) },
            validator: bench.validator, at: Bench.now)
    }

    @Test func `a token or a response over its content states the time, over other content nothing`() throws {
        let (response, token) = try stamped(content)
        for file in [response, token] {
            let good = try judge(file, over: content)
            #expect(good.report?.indication == nil && good.report?.signatures.isEmpty == true)
            #expect(good.report?.timeStamps.map(\.indication) == [.passed])
            #expect(good.report?.timeStamps.first?.time == Bench.now)
            #expect(good.report?.findings.map(\.code) == ["time-assertion"])
            let other = try judge(file, over: [1])
            #expect(other.report?.timeStamps.map(\.subIndication) == [.hashFailure])
            #expect(other.report?.findings.map(\.code) == ["time-assertion-not-valid"])
            #expect(try judge(file, over: nil).report?.timeStamps.map(\.subIndication) == [.signedDataNotFound])
            let json = String(decoding: try CanonicalLine.of(good), as: UTF8.self)
            #expect(json.contains("\"timestamps\"") && json.contains("\"signatures\":[]"))
        }
    }

    @Test func `a changed token states nothing`() throws {
        let token = try stamped(content).token
        for place in stride(from: token.count - 200, to: token.count, by: 7) {
            var changed = token
            changed[place] ^= 1
            let report = try? judge(changed, over: content)
            #expect(report?.report?.timeStamps.first?.indication != .passed, "\(place)")
        }
        #expect(TimeStampFile(parsing: token + [0]) == nil)
        #expect(TimeStampFile(parsing: TimeStampResponse.encode(refusal: .badAlgorithm)) == nil)
    }

    /// The line that a report is written as.
    private enum CanonicalLine {
        static func of(_ report: FileReport) throws -> [UInt8] {
            try VerificationReport(policy: .vietnam2026, validationTime: Bench.now, files: []).line(of: report)
        }
    }
}
