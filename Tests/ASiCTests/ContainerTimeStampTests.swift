// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import Foundation
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import Testing
import ZIPSyntax

@testable import ASiC

@Suite struct `Time-stamps of containers (EN 319 162-1 §4.3.3.3, A.7)` {
    private let fixture: ContainerFixture
    private let authority: TimeStampAuthority

    init() throws {
        fixture = try ContainerFixture.shared.get()
        authority = try fixture.infrastructure.timeStampAuthority()
    }

    private func token(over bytes: [UInt8]) throws -> [UInt8] {
        let request = TimeStampRequest(try MessageImprint(of: bytes))
        let response = authority.response(to: request.bytes, at: ContainerFixture.now)
        return try #require(TimeStampResponse(parsing: response).token).bytes
    }

    private func manifest(
        over entries: [(name: String, content: [UInt8])], for stamp: String, _ algorithm: DigestAlgorithm = .sha256
    ) throws -> [UInt8] {
        ASiCManifest(
            signature: stamp,
            references: try entries.map {
                ASiCManifest.Reference(
                    uri: FileURI.encode($0.name), mediaType: nil, algorithm: algorithm,
                    digest: try algorithm.digest(of: $0.content), isRoot: false)
            }
        ).bytes
    }

    /// A signed container with an archive time-stamp over everything but the media type.
    private func archived(_ algorithm: DigestAlgorithm = .sha256) async throws -> [UInt8] {
        let archive = try fixture.open(await fixture.extended()).archive
        var entries = try archive.entries.map { (name: $0.name, content: try archive.bytes(of: $0, limit: 1 << 20)) }
        let manifest = try manifest(over: Array(entries.dropFirst()), for: "META-INF/timestamp001.tst", algorithm)
        entries.append(("META-INF/ASiCArchiveManifest.xml", manifest))
        entries.append(("META-INF/timestamp001.tst", try token(over: manifest)))
        return try ContainerFixture.archive(entries)
    }

    @Test func `an archive time-stamp is attached to the signature whose file it covers`() async throws {
        let container = try fixture.open(await archived())
        let facts = try #require(container.signatureFacts(with: ValidationMaterial()).first)
        let stamp = try #require(facts.timeStamps.last)
        #expect(stamp.kind == .archive && stamp.id == "T-1" && stamp.formatFaults.isEmpty)
        #expect(stamp.facts?.faults == [])
        #expect(stamp.facts?.information.time == ContainerFixture.now)
        let content = Array("{\"version\":1}".utf8)
        #expect(stamp.covers.contains(ValidationObject(.content, bytes: content)))
        for certificate in facts.material.certificates {
            #expect(stamp.covers.contains(ValidationObject(certificate)))
        }
        #expect(try fixture.validator.validate(container, at: ContainerFixture.now).indication == .totalPassed)
    }

    /// Two files of one MD5 would stand under the same token.
    @Test func `a time-stamp over a manifest of weak digests proves nothing`() async throws {
        for (algorithm, isCounted) in [(DigestAlgorithm.sha256, true), (.sha1, false), (.md5, false)] {
            let container = try fixture.open(await archived(algorithm))
            let facts = try #require(container.signatureFacts(with: ValidationMaterial()).first)
            #expect(facts.timeStamps.last?.referenceDigests == [algorithm])
            let report = try fixture.validator.validate(container, at: ContainerFixture.now)
            #expect(report.indication == .totalPassed)
            let stamp = try #require(report.signatures.first?.timeStamps.last)
            #expect((stamp.indication == .passed) == isCounted, "\(algorithm)")
        }
    }

    @Test func `a file changed under an archive time-stamp is a fault of the time-stamp`() async throws {
        let changed = try fixture.rewriting(await archived()) { $0[$0.index("dossier.json")].content.append(1) }
        let facts = try #require(fixture.open(changed).signatureFacts(with: ValidationMaterial()).first)
        #expect(facts.timeStamps.last?.formatFaults.map(\.code) == ["time-stamp-reference"])
        let spaced = try fixture.rewriting(await archived()) {
            $0[$0.index("META-INF/ASiCArchiveManifest.xml")].content.append(10)
        }
        let other = try #require(fixture.open(spaced).signatureFacts(with: ValidationMaterial()).first)
        #expect(other.timeStamps.last?.facts?.faults.contains(.imprintMismatch) == true)
    }

    /// The test authority as whoever signs meets it.
    private struct Stamping: TimeStamping {
        let authority: TimeStampAuthority
        func token(for imprint: MessageImprint) async throws -> TimeStampToken {
            let response = authority.response(to: TimeStampRequest(imprint).bytes, at: ContainerFixture.now)
            return try #require(TimeStampResponse(parsing: response).token)
        }
    }

    @Test func `archive time-stamps are added, each over the one before`() async throws {
        let bytes = try await fixture.extended()
        let stamping = Stamping(authority: authority)
        let once = try await fixture.open(bytes).addingArchiveTimeStamp(from: stamping)
        let twice = try await fixture.open(once).addingArchiveTimeStamp(from: stamping)
        #expect(
            try fixture.open(twice).archive.entries.map(\.name).suffix(4) == [
                "META-INF/ASiCArchiveManifest001.xml", "META-INF/timestamp001.tst", "META-INF/ASiCArchiveManifest.xml",
                "META-INF/timestamp002.tst",
            ])
        let facts = try #require(fixture.open(twice).signatureFacts(with: ValidationMaterial()).first)
        #expect(facts.timeStamps.map(\.kind) == [.archive, .archive] && facts.timeStamps.map(\.id) == ["T-1", "T-2"])
        #expect(facts.timeStamps.allSatisfy { $0.formatFaults.isEmpty && $0.facts?.faults == [] })
        let first = try #require(facts.timeStamps.first?.token)
        #expect(facts.timeStamps[1].covers.contains(ValidationObject(first)))
        #expect(!facts.timeStamps[0].covers.contains(ValidationObject(first)))
        let verdict = try fixture.verdict(twice)
        #expect(verdict == .passed, "\(verdict)")
        // What is covered is not replaced any more.
        let container = try fixture.open(once)
        #expect(throws: ASiCError(.cannotBeSigned, "")) {
            try container.replacing("META-INF/signature001.p7s", with: [1]) { _ in }
        }
        let prepared = try fixture.open(bytes).preparingArchiveTimeStamp()
        let second = try #require(facts.timeStamps[1].token)
        #expect(throws: ASiCError(.cannotBeSigned, "")) { try prepared.write(second) { _ in } }
        #expect(try Collected.bytes { try prepared.write(first, to: $0) } == once)
        let simple = try await fixture.simple()
        #expect(throws: ASiCError(.cannotBeSigned, "")) { try fixture.open(simple).preparingArchiveTimeStamp() }
    }

    @Test func `a container is signed with a time-stamp, at once and in two steps`() async throws {
        let stamping = Stamping(authority: authority)
        let bytes = try await ASiCContainer.signed(
            .extended, of: ContainerFixture.files, by: fixture.citizen, claiming: ContainerFixture.now,
            level: .t(stamping))
        let report = try fixture.judge(bytes)
        #expect(Verdict(report) == .passed && report.signatures.first?.facts.level == .t, "\(Verdict(report))")
        let prepared = try fixture.open(bytes).preparingSignature(
            for: fixture.company.certificate, chain: fixture.company.chain, scheme: fixture.company.scheme,
            claiming: ContainerFixture.now)
        let value = try await fixture.company.signature(over: prepared.dataToBeSigned)
        let token = try await stamping.checkedToken(over: value)
        let two = try Collected.bytes { try prepared.write(signedWith: value, timeStamp: token, to: $0) }
        let both = try fixture.judge(two)
        #expect(Verdict(both) == .passed)
        #expect(both.signatures.map(\.facts.level) == [.t, .t])
        #expect(both.signatures.flatMap { $0.facts.timeStamps.map(\.id) } == ["T-1", "T-2"])
    }

    @Test func `an ASiC-S with a time-stamp only is read, and signs nothing`() throws {
        let content = Array("nội dung".utf8)
        let entries = [
            (name: "mimetype", content: Array(ContainerType.simple.mediaType.utf8)), (name: "a.txt", content: content),
            (name: "META-INF/timestamp.tst", content: try token(over: content)),
        ]
        let container = try fixture.open(ContainerFixture.archive(entries))
        #expect(container.type == .simple)
        #expect(try container.signatureFacts(with: ValidationMaterial()).isEmpty)
        let stamp = try #require(container.timeStamps().first)
        #expect(stamp.stamp.facts?.faults == [] && stamp.stamp.kind == .content)
        #expect(stamp.covered == ["a.txt"] && stamp.uncovered.isEmpty)
        let changed = try fixture.open(
            fixture.rewriting(ContainerFixture.archive(entries)) { $0[1].content.append(1) })
        #expect(try container.timeStamps().count == 1)
        #expect(try changed.timeStamps().first?.stamp.facts?.faults.contains(.imprintMismatch) == true)
    }

    @Test func `a time-stamp without a signature is judged and is no signature`() throws {
        let content = Array("nội dung".utf8)
        func report(_ stamp: [UInt8]) throws -> DocumentReport {
            let container = try fixture.open(
                ContainerFixture.archive([
                    (name: "mimetype", content: Array(ContainerType.simple.mediaType.utf8)),
                    (name: "a.txt", content: content), (name: "META-INF/timestamp.tst", content: stamp),
                ]))
            return try fixture.validator.validate(container, at: ContainerFixture.now)
        }
        let good = try report(token(over: content))
        #expect(good.indication == nil && good.signatures.isEmpty)
        #expect(good.timeStamps.map(\.indication) == [.passed] && good.timeStamps.first?.time == ContainerFixture.now)
        #expect(good.findings.map(\.code) == ["time-assertion"])
        #expect(good.findings.first?.phrase.en.contains("a.txt existed at 2026-11-21T00:00:00Z") == true)
        let other = try report(token(over: [1]))
        #expect(other.timeStamps.map(\.subIndication) == [.hashFailure] && other.indication == nil)
        #expect(other.findings.map(\.code) == ["time-assertion-not-valid"])
        let garbage = try report([1])
        #expect(garbage.timeStamps.map(\.subIndication) == [.formatFailure])
        // Trust decides as it does for every time-stamp.
        let strangers = SignatureValidator(trusting: [], policy: .vietnam2026)
        let container = try fixture.open(
            ContainerFixture.archive([
                (name: "mimetype", content: Array(ContainerType.simple.mediaType.utf8)),
                (name: "a.txt", content: content), (name: "META-INF/timestamp.tst", content: try token(over: content)),
            ]))
        let unknown = try strangers.validate(container, at: ContainerFixture.now)
        #expect(unknown.timeStamps.map(\.subIndication) == [.noCertificateChainFound])
    }

    @Test func `an evidence record and its manifest are named, with a signature and without`() async throws {
        let names = ["META-INF/ASiCEvidenceRecordManifest001.xml", "META-INF/evidencerecord001.ers"]
        for name in names {
            let added = try fixture.rewriting(await fixture.extended()) { $0.append((name, [1, 2, 3])) }
            #expect(
                try fixture.judge(added).signatures.flatMap { $0.findings.map(\.code) } == ["evidence-record-not-used"])
            let alone = try fixture.open(
                ContainerFixture.archive([
                    (name: "mimetype", content: Array(ContainerType.extended.mediaType.utf8)),
                    (name: "a.txt", content: [1]), (name: name, content: [1, 2, 3]),
                ]))
            let report = try fixture.validator.validate(alone, at: ContainerFixture.now)
            #expect(report.indication == nil && report.findings.map(\.code) == ["evidence-record-not-used"])
        }
    }

    @Test func `an ASiC-E with a time-stamp over a manifest names what it does not cover`() throws {
        let files = [(name: "a.txt", content: [UInt8](repeating: 1, count: 3)), (name: "b.txt", content: [2])]
        let manifest = try manifest(over: [files[0]], for: "META-INF/timestamp.tst")
        let entries =
            files + [
                (name: "META-INF/ASiCManifest.xml", content: manifest),
                (name: "META-INF/timestamp.tst", content: try token(over: manifest)),
            ]
        let container = try fixture.open(ContainerFixture.archive(entries))
        #expect(container.type == .extended)
        let stamp = try #require(container.timeStamps().first)
        #expect(stamp.stamp.facts?.faults == [] && stamp.covered == ["a.txt"] && stamp.uncovered == ["b.txt"])
        let broken = try fixture.open(
            fixture.rewriting(ContainerFixture.archive(entries)) {
                $0[$0.index("META-INF/timestamp.tst")].content = [1]
            })
        #expect(try broken.timeStamps().first?.stamp.formatFaults.map(\.code) == ["time-stamp-unreadable"])
    }

    @Test func `what stands for no signature is named and changes no verdict`() async throws {
        let bytes = try await fixture.extended()
        func codes(_ change: (inout [(name: String, content: [UInt8])]) throws -> Void) throws -> [String] {
            let container = try fixture.open(fixture.rewriting(bytes, change))
            let report = try fixture.validator.validate(container, at: ContainerFixture.now)
            #expect(report.indication == .totalPassed)
            return report.signatures.flatMap { $0.findings.map(\.code) }.filter {
                $0.hasPrefix("container-") || $0 == "manifest-without-signature"
            }
        }
        #expect(try codes { _ in } == [])
        // A time-stamp without a manifest, one over files only, one whose manifest is another, and a manifest alone.
        #expect(
            try codes { $0.append(("META-INF/timestamp.tst", try token(over: [1]))) } == ["container-time-stamp-broken"]
        )
        #expect(try codes { $0.append(("META-INF/timestamp.tst", [1])) } == ["container-time-stamp-broken"])
        func stamped(_ entries: inout [(name: String, content: [UInt8])], over other: [UInt8]? = nil) throws {
            let data = entries.filter { $0.name != "mimetype" && !$0.name.hasPrefix("META-INF/") }
            let manifest = try manifest(over: data, for: "META-INF/timestamp.tst")
            entries.append(("META-INF/ASiCManifest9.xml", manifest))
            entries.append(("META-INF/timestamp.tst", try token(over: other ?? manifest)))
        }
        #expect(try codes { try stamped(&$0) } == ["container-time-stamp-not-used"])
        #expect(try codes { try stamped(&$0, over: [1]) } == ["container-time-stamp-broken"])
        #expect(
            try codes {
                let data = [$0[$0.index("dossier.json")]]
                $0.append(("META-INF/ASiCManifest9.xml", try manifest(over: data, for: "META-INF/signature9.p7s")))
            } == ["manifest-without-signature"])
    }
}
