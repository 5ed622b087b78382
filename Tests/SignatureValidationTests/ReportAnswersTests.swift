// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import Logging
import PKIX
import SignatureValidation
import TestPKI
import Testing

@Suite struct `What a report answers (Circular 15/2025/TT-BKHCN)` {
    private func result(_ report: SignatureReport, _ id: AppendixTwoCriterion.ID) -> AppendixTwoCriterion.Result? {
        report.criteria.first { $0.id == id }?.result
    }

    private func report(_ bend: (inout CraftedCase) throws -> Void) throws -> SignatureReport {
        var crafted = try CraftedCase()
        try bend(&crafted)
        return crafted.report
    }

    @Test func `with only a claimed time 1.1 and 2.3 are unknown, with a proof they are answered`() throws {
        let claimed = try report { $0.input.facts.claimedSigningTime = CraftedPKI.day(-3) }
        #expect(claimed.indication == .totalPassed && claimed.validAtClaimedTime == .yes)
        #expect(result(claimed, .validity) == .unknown && result(claimed, .certificateValid) == .unknown)
        let proved = try report { try $0.stamp(.signature, -1) }
        #expect(result(proved, .validity) == .pass && result(proved, .certificateValid) == .pass)
        let late = try report {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-10, nil)))
            try $0.stamp(.signature, -1)
        }
        #expect(result(late, .validity) == .fail && result(late, .certificateValid) == .fail)
        let above = try report {
            $0.paths.information[1] = [
                try $0.pki.information(of: $0.pki.root, issued: -1, next: 6, revoked: (-10, nil))
            ]
            try $0.stamp(.signature, -1)
        }
        #expect(result(above, .validity) == .pass && result(above, .certificateValid) == .fail)
    }

    @Test func `each criterion passes, fails and stays open by its facts`() throws {
        typealias Case = (AppendixTwoCriterion.ID, AppendixTwoCriterion.Result, (inout CraftedCase) throws -> Void)
        func fault(_ rule: PathRule) -> [PathResult.Fault] { [PathResult.Fault(rule: rule, certificateIndex: 0)] }
        let cases: [Case] = [
            (.status, .pass, { _ in }), (.status, .unknown, { $0.know() }),
            (.status, .unknown, { $0.know(try $0.pki.information(issued: -9, next: -2)) }),
            (.status, .unknown, { $0.input.revocation = .off }),
            (.status, .pass, { $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-9, nil))) }),
            (.algorithms, .pass, { _ in }), (.algorithms, .fail, { $0.input.facts.digest = .sha1 }),
            (.algorithms, .fail, { $0.sign(with: $0.pki.weakLeaf) }),
            (
                .algorithms, .passWithRemark,
                {
                    $0.sign(with: try FactsFixture.shared.get().infrastructure.subscribers[1].certificate)
                    $0.input.facts.scheme = .rsaPKCS1(.sha256)
                }
            ),
            (.algorithms, .unknown, { $0.input.facts.scheme = nil }),
            (.scope, .pass, { _ in }), (.scope, .fail, { $0.paths.faults = fault(.nameConstraints) }),
            (.scope, .unknown, { $0.paths.domain = nil }),
            (.purpose, .pass, { _ in }), (.purpose, .fail, { $0.paths.faults = fault(.keyUsage) }),
            (.practiceStatement, .unknown, { _ in }),
            (.subject, .pass, { _ in }),
            (.subject, .passWithRemark, { $0.input.facts.bindsSigningCertificate = false }),
            (.subject, .unknown, { $0.input.facts.signingCertificate = nil }),
            (.privateKey, .pass, { _ in }), (.privateKey, .fail, { $0.input.facts.value = .invalid }),
            (.privateKey, .unknown, { $0.input.facts.value = .unknown }),
            (.digests, .pass, { _ in }), (.digests, .fail, { $0.input.facts.reference = .broken }),
            (.digests, .unknown, { $0.input.facts.reference = .notFound }),
        ]
        for (index, (id, expected, bend)) in cases.enumerated() {
            let report = try report(bend)
            #expect(result(report, id) == expected, "case \(index): \(id)")
            #expect(
                report.criteria.map(\.id.rawValue) == [
                    "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "2.1", "2.2", "2.3", "2.4",
                ])
            for criterion in report.criteria {
                #expect(!criterion.evidence.vi.isEmpty && !criterion.evidence.en.isEmpty)
            }
        }
        #expect(AppendixTwoCriterion.ID.allCases.filter(\.isOptional) == [.purpose, .practiceStatement])
    }

    @Test func `PKCS#1 passes with a remark and does not conform`() throws {
        let report = try report {
            $0.sign(with: try FactsFixture.shared.get().infrastructure.subscribers[1].certificate)
            $0.input.facts.scheme = .rsaPKCS1(.sha256)
        }
        #expect(report.indication == .totalPassed && !report.conformityFindings.isEmpty)
        let pss = try self.report {
            $0.sign(with: try FactsFixture.shared.get().infrastructure.subscribers[1].certificate)
            $0.input.facts.scheme = .rsaPSS(.sha256)
        }
        #expect(pss.indication == .totalPassed && pss.conformityFindings.isEmpty)
    }

    @Test func `the seven fields are always there`() throws {
        for report in try [report { _ in }, report { $0.input.facts.signingCertificate = nil }] {
            #expect(report.requiredFields.map(\.key) == ReportField.Key.allCases)
            for field in report.requiredFields { #expect(!field.value.vi.isEmpty && !field.value.en.isEmpty) }
        }
        let bare = try report {
            $0.input.facts.signingCertificate = nil
            $0.input.facts.claimedSigningTime = nil
        }
        let missing = bare.requiredFields.filter { $0.value == ReportField.notStated }.map(\.key)
        #expect(missing == [.issuer, .signer, .managingUnit, .signingTime, .certificateValidity])
        let claimed = try report { $0.input.facts.claimedSigningTime = CraftedPKI.now }
        let time = try #require(claimed.requiredFields.first { $0.key == .signingTime }?.value)
        #expect(time.vi.contains("không phải bằng chứng") && time.en.contains("no proof"))
        #expect(time.en.contains("2026-11-21T07:00:00+07:00"))
        let proved = try report { $0.prove(-1) }
        #expect(proved.requiredFields.contains { $0.value.en.contains("receipt 1") })
    }

    @Test func `the signer is held against the expected person, which is no reason against the signature`() throws {
        let fixture = try FactsFixture.shared.get()
        let validator = SignatureValidator(
            trusting: fixture.infrastructure.trust, policy: .vietnam2026, material: fixture.material)
        for (text, expected) in [
            ("citizen-id:001099000001", SignatureReport.SignerMatch.match), ("CCCD:001099000001", .match),
            ("citizen-id:001099000002", .mismatch), ("MST:0100000001", .absent),
        ] {
            let report = validator.validate(
                fixture.facts(), at: FactsFixture.now, expecting: try ExpectedSigner(parsing: text))
            #expect(report.signerMatch == expected && report.indication == .totalPassed, "\(text)")
            #expect(report.findings.isEmpty == (expected == .match))
            let json = String(decoding: try SortedJSON.encode(report), as: UTF8.self)
            #expect(!json.contains("001099000002") && !json.contains("001099000001"))
        }
        #expect(validator.validate(fixture.facts(), at: FactsFixture.now).signerMatch == nil)
        for text in ["", "citizen-id", "citizen-id:", "name:An", ":1"] {
            #expect(throws: SignatureValidationError(.invalidExpectation, "")) { try ExpectedSigner(parsing: text) }
        }
    }

    @Test func `renewal is due when the newest protection ends`() throws {
        let pki = try CraftedPKI.shared.get()
        #expect(try report { _ in }.renewBefore == pki.leaf.notAfter)
        #expect(try report { try $0.stamp(.signature, -1) }.renewBefore == pki.stamper.notAfter)
        #expect(try report { try $0.stamp(.content, -1) }.renewBefore == pki.leaf.notAfter)
        var crafted = try CraftedCase(policy: .etsi2026)
        crafted.input.facts.digest = .sha224
        crafted.sign(with: pki.stamper)
        #expect(crafted.report.renewBefore == Instant("2028-12-31T23:59:59Z"))
    }

    @Test func `signed content comes only with a verdict, and only as it was signed`() throws {
        let content: [UInt8] = Array("xin chào".utf8)
        let digest = try DigestAlgorithm.sha256.digest(of: content)
        func facts(_ source: any ByteSource) -> (inout CraftedCase) -> Void {
            { $0.input.facts.content = SignedContent(in: source, algorithm: .sha256, digest: digest) }
        }
        let passed = try report(facts(MemorySource(content)))
        let verified = try #require(passed.verifiedContent)
        #expect(try verified.bytes(limit: 100) == content && verified.digest == digest)
        #expect(
            verified.indication == .totalPassed && verified.signature == "S-1" && verified.size == Int64(content.count))
        var pieces: [UInt8] = []
        try verified.read { pieces += $0 }
        #expect(pieces == content)
        let refused = SignatureValidationError(.contentNotVerified, "")
        #expect(throws: refused) { try verified.bytes(limit: 3) }
        // The source is another one by the time it is read.
        let swapped = try #require(try report(facts(MemorySource(content.map { $0 ^ 1 }))).verifiedContent)
        #expect(throws: refused) { try swapped.bytes(limit: 100) }
        #expect(throws: refused) { try swapped.read { _ in } }
        for bend in [
            { $0.input.facts.reference = .broken }, { $0.input.facts.value = .invalid }, { $0.paths.domain = nil },
        ] as [(inout CraftedCase) -> Void] {
            let report = try report {
                facts(MemorySource(content))(&$0)
                bend(&$0)
            }
            #expect(report.verifiedContent == nil)
            #expect((report.contentUnderAnyVerdict != nil) == (report.integrity == .intact))
        }
        #expect(try report { _ in }.verifiedContent == nil)
    }

    @Test func `a log says identifiers and indications, and no name, number or digest`() throws {
        let fixture = try FactsFixture.shared.get()
        let lines = LogLines()
        var logger = Logger(label: "test", factory: { _ in lines })
        logger.logLevel = .trace
        let validator = SignatureValidator(
            trusting: fixture.infrastructure.trust, policy: .vietnam2026, material: fixture.material, logger: logger)
        _ = validator.validate(fixture.facts(), at: FactsFixture.now)
        let text = lines.text
        #expect(text.contains("S-1") && text.contains("TOTAL-PASSED") && text.contains("vietnam-2026"))
        #expect(!text.contains("TEST") && !text.contains("001099000001") && !text.contains("0010"))
    }
}

/// A log that keeps what it is told.
private final class LogLines: LogHandler, @unchecked Sendable {
    // Tests log from one task only.
    private(set) var text = ""
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { text += "\(event.level) \(event.message) \(event.metadata ?? [:])\n" }
}
