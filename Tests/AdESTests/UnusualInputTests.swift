// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DERSyntax
import DossierCore
import Foundation
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import TestSupport
import Testing

@Suite struct `Unusual input to a CAdES signature (RFC 7468, EN 319 122-1 §5.2.9, RFC 6960 §4.2.2.1)` {
    private let fixture: SignatureFixture

    init() throws { fixture = try SignatureFixture.shared.get() }

    @Test func `base64 alone is judged like DER, and other base64 is no signature`() async throws {
        let signature = try await fixture.detached(fixture.citizen)
        let text = Data(signature).base64EncodedString()
        let wrapped = text.indices.enumerated().map {
            $0.offset % 64 == 63 ? "\(text[$0.element])\r\n" : "\(text[$0.element])"
        }
        .joined()
        for form in [text, text + "\n", wrapped] {
            #expect(CAdESDocument.isTextual(Array(form.utf8)))
            #expect(try fixture.judge(Array(form.utf8)) == .passed)
            #expect(try fixture.judge(Array(form.utf8), content: [1]) == .failed(.hashFailure))
            #expect(try CAdESExtension(of: Array(form.utf8), trusting: []).bytes == signature)
        }
        for other in [text + "!", "x" + text, Data(fixture.citizen.certificate.bytes).base64EncodedString(), "MIIB"] {
            #expect(!CAdESDocument.isTextual(Array(other.utf8)))
        }
    }

    @Test func `text around a block of PEM is said not to be signed`() async throws {
        let block = PEM.encode(try await fixture.detached(fixture.citizen), label: "PKCS7")
        func codes(_ text: String) throws -> [String] {
            let document = try CAdESDocument(
                parsing: Array(text.utf8), content: MemorySource(SignatureFixture.content))
            let report = try fixture.validator().validate(document, at: SignatureFixture.now)
            #expect(report.indication == .totalPassed)
            return report.signatures.flatMap { $0.findings.map(\.code) }
        }
        #expect(try codes(block) == [] && codes("\n \r\n" + block + "\n\n") == [])
        for text in ["Tôi đồng ý.\n" + block, block + "also this\n", "subject=a\nissuer=b\n\n" + block] {
            #expect(CAdESDocument.isTextual(Array(text.utf8)))
            #expect(try codes(text) == ["text-outside-signature"])
        }
        // The text would be taken for what is signed.
        let enclosed = PEM.encode(
            try await CAdESSignature.enveloping(
                MemorySource(SignatureFixture.content), by: fixture.citizen, claiming: SignatureFixture.now),
            label: "CMS")
        #expect(try fixture.judge(Array(enclosed.utf8), content: nil) == .passed)
        for text in ["Tôi đồng ý.\n" + enclosed, enclosed + "also this\n"] {
            #expect(throws: DERSyntaxError(.trailingBytes, at: 0, "")) {
                try CAdESDocument(parsing: Array(text.utf8))
            }
        }
        // In the middle of a line no block begins.
        #expect(!CAdESDocument.isTextual(Array("text ".utf8) + Array(block.utf8)))
    }

    @Test func `zeros and white space behind a signature are passed over, anything else is refused`() async throws {
        let detached = try await fixture.detached(fixture.citizen)
        let enclosed = try await CAdESSignature.enveloping(
            MemorySource(SignatureFixture.content), by: fixture.citizen, claiming: SignatureFixture.now)
        let pieces = try await CMSBuilder(fixture.citizen).with { $0.pieces = [SignatureFixture.content] }.made()
        for (signature, content) in [(detached, SignatureFixture.content), (enclosed, nil), (pieces, nil)] {
            #expect(try !fixture.judge(signature, content: content).codes.contains("signature-padded"))
            for padding: [UInt8] in [[0x0a], [0x0d, 0x0a], [0x20, 0x09], [UInt8](repeating: 0, count: 16_000)] {
                let verdict = try fixture.judge(signature + padding, content: content)
                #expect(
                    verdict == .passed && verdict.codes.contains("signature-padded"), "\(padding.count): \(verdict)")
            }
            for more: [UInt8] in [[0x41], [0x0a, 0x41, 0x0a], signature, [0] + signature, [0x30, 0x00]] {
                #expect(throws: DERSyntaxError(.trailingBytes, at: 0, "")) {
                    try CAdESDocument(parsing: signature + more)
                }
            }
            #expect(throws: DERSyntaxError.self) { try CAdESDocument(parsing: signature.dropLast() + []) }
        }
    }

    @Test func `of two signature policies none applies`() async throws {
        let policy = DERWriter.bytes { writer in writer.sequence { $0.objectIdentifier("1.3.6.1.4.1.55555.9") } }
        let implied: [UInt8] = [5, 0]
        let builder = try CMSBuilder(fixture.citizen)
        #expect(try await fixture.judge(builder.replacing(.signaturePolicy, [implied]).made()) == .passed)
        let both = try await builder.replacing(.signaturePolicy, [implied, policy]).made()
        #expect(try fixture.judge(both) == Verdict(.indeterminate, .policyProcessingError))
    }

    @Test func `lists that are dated later than the clock say good of nothing`() async throws {
        let now = SignatureFixture.now
        let signature = try await fixture.detached(fixture.citizen)
        let later = try fixture.infrastructure.material(at: now.adding(seconds: 2 * 86_400))
        func report(_ material: ValidationMaterial, clock: Instant?) throws -> SignatureReport {
            let validator = SignatureValidator(
                trusting: fixture.infrastructure.trust, policy: .vietnam2026, material: material, clock: clock)
            let document = try CAdESDocument(parsing: signature, content: MemorySource(SignatureFixture.content))
            return try #require(validator.validate(document, at: now).signatures.first)
        }
        let ahead = try report(later, clock: now)
        #expect(ahead.subIndication == .certificateChainGeneralFailure)
        #expect(ahead.findings.map(\.code).contains("revocation-information-ahead"))
        // Judged as of an instant that has passed, what came since is used.
        for clock in [nil, now.adding(seconds: 2 * 86_400)] {
            let looking = try report(later, clock: clock)
            #expect(looking.indication == .totalPassed)
            #expect(!looking.findings.map(\.code).contains("revocation-information-ahead"))
        }
        #expect(try report(fixture.material, clock: now).indication == .totalPassed)
        let check = SignerCheck(
            trusting: fixture.infrastructure.trust, material: later, policy: .vietnam2026, clock: now)
        #expect(throws: AdESError(.signerIndeterminate, "")) { try check.check(fixture.citizen, at: now) }
        #expect(throws: Never.self) {
            try SignerCheck(trusting: fixture.infrastructure.trust, material: later, policy: .vietnam2026)
                .check(fixture.citizen, at: now)
        }
    }
}
