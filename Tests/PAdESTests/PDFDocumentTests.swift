// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PAdES
import PDFSyntax
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import TestSupport
import Testing

@Suite("PAdES B-B — EN 319 142-1 §6.3, signed and judged")
struct PDFDocumentTests {
    private static let time = Instant(seconds: 1_795_228_222)
    private static let infrastructure = try? TestInfrastructure(at: time)
    private static let samples = [
        "birth-certificate", "marriage-certificate", "residence-confirmation", "citizen-card-scan", "lawful-home-proof",
        "host-consent", "design-drawing", "land-use-certificate", "birth-registration-form", "ct01-declaration",
        "notice-of-birth",
    ]

    private let infrastructure: TestInfrastructure
    private let validator: SignatureValidator

    init() throws {
        infrastructure = try #require(Self.infrastructure)
        validator = SignatureValidator(
            trusting: infrastructure.trust, policy: .vietnam2026, material: try infrastructure.material(at: Self.time))
    }

    private func sample(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: Corpora.packageRoot.appending(path: "testvectors/pdfs/\(name).pdf")))
    }

    private func signed(_ bytes: [UInt8], by name: String, at time: Instant = time) async throws -> [UInt8] {
        let signer = try #require(infrastructure.subscriber(name)).signer()
        return try await PDFDocument(parsing: MemorySource(bytes)).signed(by: signer, claiming: time)
    }

    private func judge(_ bytes: [UInt8]) throws -> DocumentReport {
        try validator.validate(PDFDocument(parsing: MemorySource(bytes)), at: Self.time)
    }

    /// Appends a revision that changes one object.
    private func revised(_ bytes: [UInt8], _ change: (PDFFile, inout IncrementalUpdate) throws -> Void) throws
        -> [UInt8]
    {
        let file = try PDFFile(reading: MemorySource(bytes))
        var update = try IncrementalUpdate(of: file)
        try change(file, &update)
        return bytes + (try update.appended(identifier: [UInt8](repeating: 7, count: 16)).bytes)
    }

    @Test(arguments: samples)
    func `a signed document passes and every byte before stays`(name: String) async throws {
        let original = try sample(name)
        let bytes = try await signed(original, by: "citizen")
        #expect(bytes.starts(with: original))
        let report = try judge(bytes)
        #expect(report.indication == .totalPassed, "\(report.signatures.map { $0.explanation(in: .english) })")
        #expect(report.signatures.first?.facts.level == .b)
        #expect(report.signatures.first?.facts.coverage.scope == .entireFile)
        #expect(report.signatures.first?.facts.claimedSigningTime == Self.time)
    }

    @Test func `a second signer leaves the first signature valid`() async throws {
        let once = try await signed(sample("birth-certificate"), by: "official")
        let twice = try await signed(once, by: "commune")
        #expect(twice.starts(with: once))
        let report = try judge(twice)
        #expect(report.signatures.map(\.indication) == [.totalPassed, .totalPassed])
        let first = try #require(report.signatures.first)
        #expect(first.facts.coverage.scope == .entireRevision)
        #expect(first.facts.changesAfterSigning.map(\.kind) == [.signature])
        #expect(first.facts.changesAfterSigning.allSatisfy { $0.allowed })
    }

    @Test func `a revision that changes the page fails, one that adds metadata does not`() async throws {
        let bytes = try await signed(sample("birth-certificate"), by: "commune")
        let changed = try revised(bytes) { file, update in
            let page = try #require(try file.pages().first)
            var dictionary = try #require(try file.resolve(.reference(page)).dictionary)
            dictionary["Contents"] = .reference(update.add(stream: [:], bytes: Array("0 0 m 100 100 l S".utf8)))
            update.set(.dictionary(dictionary), for: page)
        }
        let report = try judge(changed)
        #expect(report.indication == .totalFailed)
        #expect(report.subIndication == .formatFailure)
        #expect(report.signatures.first?.findings.contains { $0.code == "changed-after-signing" } == true)
        let harmless = try revised(bytes) { _, update in
            update.setTrailer(
                "Info", to: .reference(update.add(.dictionary(["Title": .string([65], hexadecimal: false)]))))
        }
        let harmlessReport = try judge(harmless)
        #expect(harmlessReport.indication == .totalPassed)
    }

    @Test func `a signature that was taken out of the document is reported, not forgotten`() async throws {
        let bytes = try await signed(sample("birth-certificate"), by: "commune")
        let before = try judge(bytes)
        #expect(before.signatures.count == 1)
        let removed = try revised(bytes) { file, update in
            let field = try #require(try SignatureField.all(in: file).first)
            var dictionary = try #require(try file.resolve(.reference(field.reference)).dictionary)
            dictionary["V"] = nil
            update.set(.dictionary(dictionary), for: field.reference)
        }
        let report = try judge(removed)
        #expect(report.subIndication == .formatFailure)
        #expect(report.signatures.first?.facts.formatFaults.contains { $0.code == "signature-removed" } == true)
    }

    @Test func `a changed byte is refused unless it stands in parts of the CMS that nothing relies on`() async throws {
        let bytes = try await signed(sample("host-consent"), by: "citizen")
        let start = try sample("host-consent").count
        let file = try PDFFile(reading: MemorySource(bytes))
        let contents = try #require(try SignatureField.all(in: file).first?.signature?.contentsRange)
        let signer = try #require(infrastructure.subscriber("citizen")).certificate
        var refused = 0
        var unprotected = 0
        for offset in Array(stride(from: 0, to: start, by: 997)) + Array(stride(from: start, to: bytes.count, by: 23)) {
            var changed = bytes
            changed[offset] ^= 1
            guard let report = try? judge(changed), report.indication == .totalPassed else {
                refused += 1
                continue
            }
            // RFC 5652 signs neither the SignedData's version and algorithm list nor the certificates that come along;
            // the verifier has the issuing certificate from elsewhere. What was signed and by whom is unchanged.
            unprotected += 1
            #expect(contents.contains(Int64(offset)), "byte \(offset) lies outside the signature's own value")
            #expect(report.signatures.map { $0.facts.signingCertificate } == [signer])
            #expect(report.signatures.map { $0.facts.reference } == [.intact])
        }
        #expect(refused > unprotected * 3)
        print("PAdES bytes changed: \(refused) refused, \(unprotected) in unprotected parts of the CMS")
    }

    @Test func `a file cut at an earlier end of file is valid alone and carries no signature`() async throws {
        let original = try sample("marriage-certificate")
        let bytes = try await signed(original, by: "commune")
        let cut = try judge(Array(bytes.prefix(original.count)))
        let whole = try judge(bytes)
        #expect(cut.signatures.isEmpty)
        #expect(whole.signatures.count == 1)
    }
}
