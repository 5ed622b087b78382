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
import TestPKI
import TestSupport
import Testing
import ZIPSyntax

@Suite("Evidence bundles — docs/formats/evidence-v1.md")
struct EvidenceTests {
    private let bench: Bench

    init() throws { bench = try Bench.shared.get() }

    private func shown(_ bytes: [UInt8]...) -> [EvidenceBundle.ShownFile] {
        bytes.map { EvidenceBundle.ShownFile(path: "elsewhere", source: MemorySource($0)) }
    }

    /// A signed PDF and the bundle of its verdict.
    private func judged(
        _ validator: SignatureValidator? = nil, trustBundles: [TrustBundle] = []
    ) async throws -> (file: [UInt8], bundle: EvidenceBundle) {
        let file = try await bench.signedPDF("birth-certificate.pdf", by: "official")
        let opened = try OpenedFile(path: "giấy khai sinh.pdf", source: MemorySource(file))
        let bundle = try EvidenceBundle(
            judging: [opened], by: validator ?? bench.validator, at: Bench.now, trustBundles: trustBundles)
        return (file, bundle)
    }

    /// An archive of other members; `nil` bytes take one away.
    private func rewritten(_ bytes: [UInt8], _ change: (String, [UInt8]) -> [UInt8]?) throws -> [UInt8] {
        let archive = try ZIPArchive(reading: MemorySource(bytes))
        let output = Output()
        var writer = ZIPWriter { output.bytes += $0 }
        for entry in archive.entries {
            guard let content = change(entry.name, try archive.bytes(of: entry, limit: 1 << 30)) else { continue }
            try writer.add(entry.name, MemorySource(content))
        }
        try writer.finish()
        return output.bytes
    }

    private final class Output {
        var bytes: [UInt8] = []
    }

    @Test func `the same files and the bundle give the same report, whatever has become of the world`() async throws {
        let (file, bundle) = try await judged()
        let expected = try VerificationReport(
            policy: .vietnam2026, validationTime: Bench.now,
            files: [
                FileReport(
                    path: "giấy khai sinh.pdf", source: MemorySource(file), validator: bench.validator, at: Bench.now)
            ]
        ).json()
        #expect(bundle.report == expected)
        let bytes = try bundle.bytes()
        let read = try EvidenceBundle(parsing: MemorySource(bytes))
        #expect(read.files.map(\.sha256) == [Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: file))])
        #expect(try read.judged(over: shown(file)).json() == expected)
        #expect(try read.bytes() == bytes, "read and written again it is the same")
        #expect(try await judged().bundle.memberNames == bundle.memberNames)
        // Python's zipfile reads it, and every digest holds there too.
        for name in ["policy/policy.json", "policy/algorithms.json", "report.json"] {
            #expect(read.member(named: name) != nil)
        }
        #expect(!bytes.contains(subsequence: Array(file[100..<200])), "the file itself is not in it")
    }

    @Test func `what the caller vouched for and asked comes back`() async throws {
        let file = try await bench.signedPDF("birth-certificate.pdf", by: "citizen")
        let opened = try OpenedFile(path: "a", source: MemorySource(file))
        let proof = ExistenceProof(
            digest: try DigestAlgorithm.sha256.digest(of: file), time: Bench.now.adding(seconds: -60),
            source: "biên nhận")
        let other = ExpectedSigner(kind: .citizenID, value: "000000000000")
        let bundle = try EvidenceBundle(
            judging: [opened], by: bench.validator, at: Bench.now, existence: [proof], expecting: other)
        let text = String(decoding: bundle.report, as: UTF8.self)
        #expect(text.contains("\"mismatch\"") && text.contains("biên nhận"))
        let read = try EvidenceBundle(parsing: MemorySource(bundle.bytes()))
        #expect(try read.judged(over: shown(file)).json() == bundle.report)
    }

    @Test func `what the clock said is kept where something was dated later, and only there`() async throws {
        let later = try bench.infrastructure.material(at: Bench.now.adding(seconds: 2 * 86_400))
        for (material, clock, indication) in [
            (later, Bench.now, Indication.indeterminate), (later, nil, .totalPassed),
            (bench.material, Bench.now, .totalPassed),
        ] {
            let validator = SignatureValidator(
                trusting: bench.infrastructure.trust, policy: .vietnam2026, material: material, clock: clock)
            let (file, bundle) = try await judged(validator)
            let read = try EvidenceBundle(parsing: MemorySource(bundle.bytes()))
            let again = try read.judged(over: shown(file))
            #expect(again.files.first?.report?.indication == indication)
            #expect(try again.json() == bundle.report)
            let archive = try ZIPArchive(reading: MemorySource(bundle.bytes()))
            let entry = try #require(archive.entry(named: "evidence.json"))
            let manifest = String(decoding: try archive.bytes(of: entry, limit: 1 << 20), as: UTF8.self)
            #expect(manifest.contains("\"now\"") == (indication == .indeterminate))
        }
    }

    @Test func `a policy of one's own, a dated trust bundle and every verdict are kept`() async throws {
        var text = String(decoding: ValidationPolicy.vietnam2026.bytes, as: UTF8.self)
        text = text.replacing("\"vietnam-2026\"", with: "\"own\"", maxReplacements: 2)
        text = text.replacing("\"algorithms\" : \"own\"", with: "\"algorithms\" : \"vietnam-2026\"")
        let own = try ValidationPolicy(parsing: Array(text.utf8))
        #expect(own.namesake == nil && ValidationPolicy.vietnam2026.namesake == nil)
        let bent = String(decoding: ValidationPolicy.vietnam2026.bytes, as: UTF8.self).replacing("fail", with: "ignore")
        #expect(try ValidationPolicy(parsing: Array(bent.utf8)).namesake == .vietnam2026)
        let entries = try bench.infrastructure.trust.flatMap { domain in
            try domain.anchors.map {
                try TrustBundle.Entry(
                    $0, domain: domain.name, role: .anchor, trustedUntil: Bench.now.adding(seconds: 9))
            }
        }
        let trust = try TrustBundle(
            id: "test", issued: Bench.now.adding(seconds: -9), nextUpdate: Bench.now.adding(seconds: 9),
            entries: entries)
        for (domains, material) in [
            (trust.domains(beginningBy: Bench.now), bench.material), ([], bench.material),
            (trust.domains(beginningBy: Bench.now), try bench.material(revoking: "official")),
        ] {
            let validator = SignatureValidator(trusting: domains, policy: own, material: material)
            let (file, bundle) = try await judged(validator, trustBundles: [trust])
            let read = try EvidenceBundle(parsing: MemorySource(bundle.bytes()))
            #expect(read.trustBundles == ["test"])
            #expect(read.member(named: "trust/0-test.json") == trust.bytes)
            let again = try read.judged(over: shown(file))
            #expect(again.policy.id == own.id && again.policy == own)
            #expect(try again.json() == bundle.report)
        }
    }

    @Test func `a detached signature needs its content again, named from either side`() async throws {
        let content = Array("nội dung".utf8)
        let signature = try await CAdESSignature.detached(
            over: MemorySource(content), by: bench.signer("citizen"), claiming: Bench.now)
        let opened = [
            try OpenedFile(path: "x.p7s", source: MemorySource(signature), content: MemorySource(content)),
            try OpenedFile(path: "x", content: MemorySource(content), signedBy: MemorySource(signature)),
        ]
        let bundle = try EvidenceBundle(judging: opened, by: bench.validator, at: Bench.now)
        let read = try EvidenceBundle(parsing: MemorySource(bundle.bytes()))
        #expect(try read.judged(over: shown(signature), beside: shown(content, [1])).json() == bundle.report)
        #expect(try read.judged(over: shown(content, signature)).json() == bundle.report)
        for files in [shown(signature), shown(content), []] {
            #expect(throws: EvidenceError(.missingFile, "")) { try read.judged(over: files) }
        }
        #expect(throws: EvidenceError(.otherFile, "")) { try read.judged(over: shown(content, signature, [1])) }
    }

    @Test func `a changed file, member or archive is refused, and the genuine one is not`() async throws {
        let (file, bundle) = try await judged()
        let bytes = try bundle.bytes()
        let read = try EvidenceBundle(parsing: MemorySource(bytes))
        #expect(throws: EvidenceError(.otherFile, "")) { try read.judged(over: shown(file.flipped(at: 200))) }
        #expect(throws: EvidenceError(.missingFile, "")) { try read.judged(over: []) }
        #expect(try EvidenceBundle(parsing: MemorySource(rewritten(bytes) { $1 })).bytes() == bytes)
        for name in read.memberNames {
            let changed = try rewritten(bytes) { $0 == name ? $1 + [0x20] : $1 }
            #expect(throws: EvidenceError(.changedMember, "")) { try EvidenceBundle(parsing: MemorySource(changed)) }
            let without = try rewritten(bytes) { $0 == name ? nil : $1 }
            #expect(throws: EvidenceError(.incomplete, "")) { try EvidenceBundle(parsing: MemorySource(without)) }
        }
        #expect(throws: EvidenceError(.notEvidence, "")) {
            try EvidenceBundle(parsing: MemorySource(rewritten(bytes) { $0 == "evidence.json" ? nil : $1 }))
        }
        func manifest(_ old: String, _ new: String) throws -> [UInt8] {
            try rewritten(bytes) { name, content in
                guard name == "evidence.json" else { return content }
                let text = String(decoding: content, as: UTF8.self)
                #expect(text.contains(old))
                return Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
            }
        }
        let faults: [(String, String, EvidenceError.Code)] = [
            ("\"version\":1", "\"version\":2", .newerFormat), ("\"version\":1", "\"version\":0", .invalidManifest),
            ("\"version\":1", "\"version\":1,\"x\":1", .invalidManifest),
            ("\"files\":[", "\"files\": [", .invalidManifest),
            ("\"name\":\"report.json\"", "\"name\":\"other.json\"", .unknownMember),
        ]
        for (old, new, code) in faults {
            let changed = try manifest(old, new)
            #expect(throws: EvidenceError(code, ""), "\(new)") { try EvidenceBundle(parsing: MemorySource(changed)) }
        }
        // Archives that two readers could take for different ones: the rules of ZIPSyntax hold.
        for broken in [bytes + [0], [0] + bytes, Array(bytes.dropLast()), [UInt8]()] {
            #expect(throws: ZIPSyntaxError.self) { try EvidenceBundle(parsing: MemorySource(broken)) }
        }
    }

    @Test func `a flipped byte anywhere is refused or changes nothing`() async throws {
        let (file, bundle) = try await judged()
        let bytes = try bundle.bytes()
        var judgedAgain = 0
        for offset in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 400)) {
            guard let read = try? EvidenceBundle(parsing: MemorySource(bytes.flipped(at: offset))),
                let report = try? read.judged(over: shown(file))
            else { continue }
            judgedAgain += 1
            #expect(try report.json() == bundle.report, "\(offset)")
        }
        // Some fields of a ZIP header say nothing about the content.
        #expect(judgedAgain < 40)
    }

    @Test func `a report that does not follow from the evidence is refused although every digest fits`() async throws {
        let strangers = bench.validator(trusting: [])
        let (file, bundle) = try await judged(strangers)
        let (_, passed) = try await judged()
        #expect(bundle.report != passed.report)
        // The verdict of another trust is put into the bundle, and the digests made to fit.
        let forged = String(decoding: bundle.report, as: UTF8.self).replacing("INDETERMINATE", with: "TOTAL-PASSED")
        let digest = { (bytes: [UInt8]) in Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: bytes)) }
        let (old, new) = (try digest(bundle.report), try digest(Array(forged.utf8)))
        let bytes = try rewritten(bundle.bytes()) { name, content in
            if name == "report.json" { return Array(forged.utf8) }
            guard name == "evidence.json" else { return content }
            var text = String(decoding: content, as: UTF8.self).replacing(old, with: new)
            text = text.replacing("\"size\":\(bundle.report.count)}", with: "\"size\":\(forged.utf8.count)}")
            return Array(
                text.replacing("\"size\":\(bundle.report.count),", with: "\"size\":\(forged.utf8.count),").utf8)
        }
        let read = try EvidenceBundle(parsing: MemorySource(bytes))
        #expect(throws: EvidenceError(.notReproduced, "")) { try read.judged(over: shown(file)) }
    }
}

extension [UInt8] {
    fileprivate func contains(subsequence other: [UInt8]) -> Bool { Data(self).range(of: Data(other)) != nil }
}
