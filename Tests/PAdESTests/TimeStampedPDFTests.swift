// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import Foundation
import PAdES
import PDFSyntax
import PKIX
import SignatureValidation
import SoftwareKeys
import Synchronization
import TestPKI
import TestSupport
import Testing

/// Counts how often it is called.
final class CountingSigner: Signer {
    let signer: SoftwareSigner
    let calls = Mutex(0)
    init(_ signer: SoftwareSigner) { self.signer = signer }
    var certificate: Certificate { signer.certificate }
    var chain: [Certificate] { signer.chain }
    var scheme: SignatureScheme { signer.scheme }
    func signature(over bytes: [UInt8]) async throws -> [UInt8] {
        calls.withLock { $0 += 1 }
        return try await signer.signature(over: bytes)
    }
}

/// An authority that promises small tokens.
struct CrampedTimeStamps: TimeStamping {
    let authority: StoppedTimeStampAuthority
    let tokenRoom: Int
    func token(for imprint: MessageImprint) async throws -> TimeStampToken { try await authority.token(for: imprint) }
}

struct Unreachable: TimeStamping, Error, Equatable {
    func token(for imprint: MessageImprint) async throws -> TimeStampToken { throw self }
}

@Suite("PAdES B-T — EN 319 142-1 §6.3")
struct TimeStampedPDFTests {
    private static let time = Instant(seconds: 1_795_228_222)
    private static let later = time.adding(seconds: 60)
    private static let infrastructure = try? TestInfrastructure(at: time)

    private let infrastructure: TestInfrastructure
    private let material: ValidationMaterial
    private let authority: StoppedTimeStampAuthority

    init() throws {
        infrastructure = try #require(Self.infrastructure)
        material = try infrastructure.material(at: Self.time)
        authority = try infrastructure.timeStampAuthority().stamping(at: Self.later)
    }

    private func sample(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: Corpora.packageRoot.appending(path: "testvectors/pdfs/\(name).pdf")))
    }

    private func facts(_ bytes: [UInt8]) throws -> [SignatureFacts] {
        try PDFDocument(parsing: MemorySource(bytes)).signatureFacts(with: material)
    }

    @Test(arguments: ["citizen", "company", "official", "commune"])
    func `pyHanko, pdfsig and this library accept it`(_ name: String) async throws {
        let signer = try #require(infrastructure.subscriber(name)).signer()
        let original = try sample("ct01-declaration")
        let bytes = try await PDFDocument(parsing: MemorySource(original)).signed(
            by: signer, claiming: Self.time, level: .t(authority))
        #expect(bytes.starts(with: original))
        let facts = try #require(try facts(bytes).first)
        #expect(facts.level == .t && facts.formatFaults.isEmpty && facts.coverage.whole)
        let stamp = try #require(facts.timeStamps.first)
        #expect(stamp.holds && stamp.kind == .signature && stamp.facts?.time == Self.later && stamp.id == "T-1")
        #expect(stamp.covers == facts.signatureObject.map { [$0] })
        let validator = SignatureValidator(trusting: infrastructure.trust, policy: .vietnam2026, material: material)
        let report = try validator.validate(PDFDocument(parsing: MemorySource(bytes)), at: Self.later)
        #expect(report.indication == .totalPassed)
        try withTemporaryFile(bytes) { path in
            guard let output = try CommandPeer.run("pdfsig", ["-nocert", path])?.output else { return }
            #expect(output.contains("Signature Validation: Signature is Valid."), "\(output)")
        }
        let peer = try AdESPeer(
            trusting: infrastructure.trust.flatMap(\.anchors).map(\.bytes),
            certificates: material.certificates.map(\.bytes), lists: material.revocationLists.map(\.bytes),
            at: Self.later.seconds)
        var changed = bytes
        changed[original.count / 2] ^= 1
        guard let answers = try peer.judge([bytes, changed], .time, cases: "PAdES B-T by \(name)") else { return }
        #expect(answers[0].status == "OK" && answers[0].bestSignatureTime == Self.later.seconds, "\(answers[0])")
        #expect(answers[1].status != "OK", "\(answers[1])")
    }

    @Test func `a token that does not fit is laid out again, signed again and fits`() async throws {
        let signer = CountingSigner(try #require(infrastructure.subscriber("citizen")).signer())
        let cramped = CrampedTimeStamps(authority: authority, tokenRoom: 16)
        let original = try sample("host-consent")
        let bytes = try await PDFDocument(parsing: MemorySource(original)).signed(
            by: signer, claiming: Self.time, level: .t(cramped))
        #expect(signer.calls.withLock(\.self) == 2)
        let facts = try facts(bytes)
        #expect(facts.map(\.level) == [.t])
        #expect(
            facts.first?.coverage.whole == true && facts.first?.value == .valid && facts.first?.reference == .intact)
        let roomy = CountingSigner(signer.signer)
        _ = try await PDFDocument(parsing: MemorySource(original)).signed(
            by: roomy, claiming: Self.time, level: .t(authority))
        #expect(roomy.calls.withLock(\.self) == 1)
    }

    @Test func `an authority that does not answer leaves no signature`() async throws {
        let signer = try #require(infrastructure.subscriber("citizen")).signer()
        let document = try PDFDocument(parsing: MemorySource(sample("host-consent")))
        await #expect(throws: Unreachable()) {
            try await document.signed(by: signer, claiming: Self.time, level: .t(Unreachable()))
        }
        #expect(try await facts(document.signed(by: signer, claiming: Self.time)).map(\.level) == [.b])
    }

    @Test(arguments: ["citizen", "company", "official", "commune"])
    func `the room for a signature is the computed size and no more than a few bytes beyond`(_ name: String)
        async throws
    {
        let signer = try #require(infrastructure.subscriber(name)).signer()
        let document = try PDFDocument(parsing: MemorySource(sample("host-consent")))
        let prepared = try document.preparingSignature(
            for: signer.certificate, chain: signer.chain, scheme: signer.scheme, claiming: Self.time)
        let value = try await signer.signature(over: prepared.dataToBeSigned)
        let used = try prepared.signature.completed(with: value).count
        #expect((0...64).contains(prepared.revision.reservedBytes - used))
        // Split over two calls, with a token that came from elsewhere: it needs the room it was promised.
        let token = try await authority.token(for: MessageImprint(of: value))
        #expect(throws: PAdESError(.contentsTooLarge, "")) { try prepared.completed(with: value, timeStamp: token) }
        let roomy = try document.preparingSignature(
            for: signer.certificate, chain: signer.chain, scheme: signer.scheme, claiming: Self.time,
            tokenRoom: token.bytes.count)
        let second = try await signer.signature(over: roomy.dataToBeSigned)
        let stamped = try await roomy.completed(
            with: second, timeStamp: authority.token(for: MessageImprint(of: second)))
        #expect(try facts(document.file.source.allBytes(limit: 1 << 24) + stamped).map(\.level) == [.t])
    }

    /// No field is named here, so that a free name is looked for in the form that cannot be read.
    @Test func `a form that cannot be read is an error of the signing, and its twin is signed`() throws {
        let signer = try #require(infrastructure.subscriber("citizen")).signer()
        for (kid, isRead) in [("7 0 R", true), ("6 0 R", false)] {
            let form = PDFFixture.classic(
                catalog: "/AcroForm<</Fields[6 0 R]>>", page: "/Annots[7 0 R]",
                more: [
                    (6, "<</T(group)/Kids[\(kid)]>>"),
                    (7, "<</FT/Tx/T(inner)/Parent 6 0 R/Type/Annot/Subtype/Widget/Rect[1 1 9 9]>>"),
                ])
            let document = try PDFDocument(parsing: MemorySource(form))
            func prepare() throws -> PreparedPDFSignature {
                try document.preparingSignature(
                    for: signer.certificate, chain: signer.chain, scheme: signer.scheme, claiming: Self.time,
                    reason: "a reason that does not fit a short string")
            }
            if isRead {
                #expect(try prepare().revision.reservedBytes > 0)
            } else {
                #expect(throws: PAdESError(.malformedForm, "")) { try prepare() }
            }
        }
    }

    @Test func `a document time-stamp without a signature is judged and is no signature`() async throws {
        var value = try PDFExtension(of: MemorySource(sample("ct01-declaration")), trusting: infrastructure.trust)
        try await value.addArchiveTimeStamps(from: authority)
        let stamped = try value.bytes()
        let validator = SignatureValidator(trusting: infrastructure.trust, policy: .vietnam2026, material: material)
        func report(_ bytes: [UInt8]) throws -> DocumentReport {
            try validator.validate(PDFDocument(parsing: MemorySource(bytes)), at: Self.later)
        }
        let good = try report(stamped)
        #expect(good.indication == nil && good.signatures.isEmpty)
        #expect(good.timeStamps.map(\.indication) == [.passed] && good.timeStamps.first?.time == Self.later)
        #expect(good.findings.map(\.code) == ["time-assertion"])
        var changed = stamped
        changed[900] ^= 1
        #expect(try report(changed).timeStamps.map(\.subIndication) == [.hashFailure])
        // What comes after it is not covered by it: it stands over an earlier revision.
        var later = try PDFExtension(of: MemorySource(stamped), trusting: infrastructure.trust)
        try await later.addArchiveTimeStamps(from: authority)
        let twice = try report(later.bytes())
        #expect(twice.timeStamps.map(\.indication) == [.passed, .passed])
        #expect(twice.findings.first?.phrase.en.contains("revision") == true)
        #expect(try report(sample("ct01-declaration")).findings.isEmpty)
    }
}
