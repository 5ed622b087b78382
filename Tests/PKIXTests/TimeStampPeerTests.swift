// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SoftwareKeys
import TestPKI
import TestSupport
import Testing

@Suite struct `Time-stamps between us and openssl ts (RFC 3161)` {
    private let fixture: ServicesFixture
    private let folder: TemporaryFolder
    private let content = Array("nội dung hồ sơ thử nghiệm".utf8)
    private var now: Instant { ServicesFixture.now }

    init() throws {
        fixture = try ServicesFixture.shared.get()
        folder = try TemporaryFolder()
        for (name, certificate) in [
            ("root", fixture.root), ("issuing", fixture.issuing.certificate), ("tsa", fixture.authority.certificate),
        ] {
            try folder.write(PEM.encode(certificate.bytes, label: "CERTIFICATE"), as: name)
        }
        try folder.write(content, as: "content")
        try folder.write(content + [0], as: "other")
    }

    private func openssl(_ arguments: [String]) throws -> OpenSSLPeer.Outcome? {
        try OpenSSLPeer.run(["ts"] + arguments, in: folder, cases: "time-stamps with openssl")
    }

    /// Whether `openssl ts -verify` accepts a response for the content.
    private func openSSLAccepts(_ response: [UInt8], for file: String = "content") throws -> Bool? {
        try folder.write(response, as: "response")
        return try openssl([
            "-verify", "-in", "response", "-data", file, "-CAfile", "root", "-untrusted", "issuing", "-attime",
            "\(now.seconds)",
        ]).map { $0.status == 0 && $0.text.contains("Verification: OK") }
    }

    private func judge(_ token: TimeStampToken, of bytes: [UInt8]) throws -> TimeStampValidation.Result {
        let time = max(token.information.time, now)
        return TimeStampValidation(
            token, facts: token.verify(stamping: bytes), trusting: fixture.infrastructure.trust,
            material: try fixture.infrastructure.material(at: time)
        ).evaluate(at: time, revocation: .required)
    }

    @Test func `openssl accepts our tokens, with both references and every part, and no changed one`() throws {
        var generator = SeededGenerator(seed: 2)
        let request = TimeStampRequest(try MessageImprint(of: content), nonce: [0xff, 1, 2])
        let changes: [(inout TimeStampAuthority) -> Void] = [
            { _ in }, { $0.usesOldReference = true },
            { $0.accuracy = TimeStampInformation.Accuracy(seconds: 0, milliseconds: 5, microseconds: 900) },
            { $0.isOrdered = true }, { $0.namesItself = false }, { $0.accuracy = nil },
        ]
        for change in changes {
            var authority = fixture.authority
            change(&authority)
            let time = Instant(seconds: now.seconds, nanoseconds: 250_000_000)
            let response = authority.response(to: request.bytes, at: time)
            guard let isAccepted = try openSSLAccepts(response) else { return }
            #expect(isAccepted)
            let token = try #require(try TimeStampResponse(parsing: response).token)
            #expect(try judge(token, of: content).outcome == .passed)
            #expect(try openSSLAccepts(response, for: "other") == false)
            #expect(try judge(token, of: content + [0]).outcome == .failed)
            // The twin: one byte of the statement.
            let statement = token.information.bytes
            let forged = try response.replacing(statement, with: statement.changingOneByte(&generator))
            #expect(try openSSLAccepts(forged) == false)
            if let read = try? TimeStampResponse(parsing: forged).token {
                #expect(try judge(read, of: content).outcome == .failed)
            }
        }
    }

    @Test func `openssl refuses an authority for more than time-stamps, as we do`() throws {
        let key = fixture.authority.key
        var template = CertificateTemplate(
            subject: .vietnam(commonName: "DOSSIERKIT TEST Broad Authority"), notBefore: now.adding(seconds: -86_400),
            notAfter: now.adding(seconds: 86_400), keyUsage: [.digitalSignature])
        template.extendedKeyUsage = ["1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.3"]
        template.extendedKeyUsageIsCritical = true
        var authority = fixture.authority
        authority.certificate = try fixture.issuing.issue(template, for: key.subjectPublicKeyInfo)
        let response = authority.response(
            to: TimeStampRequest(try MessageImprint(of: content)).bytes, at: now)
        guard let isAccepted = try openSSLAccepts(response) else { return }
        #expect(!isAccepted)
        let token = try #require(try TimeStampResponse(parsing: response).token)
        #expect(try judge(token, of: content).faults == [.extendedKeyUsage])
    }

    @Test(arguments: ["-sha256", "-sha384", "-sha512"]) func `we answer openssl's queries`(_ digest: String) throws {
        guard let outcome = try openssl(["-query", "-data", "content", digest, "-cert", "-out", "query"]) else {
            return
        }
        #expect(outcome.status == 0, "\(outcome.errors)")
        let request = try TimeStampRequest(parsing: folder.read("query"))
        #expect(request.wantsCertificate && request.nonce != nil)
        try folder.write(fixture.authority.response(to: request.bytes, at: now), as: "response")
        let verified = try openssl([
            "-verify", "-in", "response", "-queryfile", "query", "-CAfile", "root", "-untrusted", "issuing", "-attime",
            "\(now.seconds)",
        ])
        #expect(verified?.status == 0, "\(verified?.errors ?? "")")
    }

    @Test func `openssl reads our refusals and our queries`() throws {
        let refusal = TimeStampResponse.encode(refusal: .unacceptedPolicy, text: "không hỗ trợ")
        try folder.write(refusal, as: "response")
        guard let outcome = try openssl(["-reply", "-in", "response", "-text"]) else { return }
        #expect(
            outcome.text.contains("Status: Rejected.")
                && outcome.text.contains("the requested TSA policy is not supported"))
        let request = TimeStampRequest(try MessageImprint(of: content), nonce: [0x80], policy: "1.2.3")
        try folder.write(request.bytes, as: "query")
        let text = try #require(try openssl(["-query", "-in", "query", "-text"])).text
        #expect(text.contains("Hash Algorithm: sha256") && text.contains("Policy OID: 1.2.3"))
        #expect(text.contains("Nonce: 0x80") && text.contains("Certificate required: yes"))
    }

    @Test(arguments: ["sha1", "sha256"]) func `we judge openssl's tokens`(_ reference: String) throws {
        try folder.write(fixture.authority.key.dangerouslyUnprotectedPEM(), as: "key")
        try folder.write("1000\n", as: "serial")
        try folder.write(
            """
            [tsa]
            default_tsa = tsa_test
            [tsa_test]
            serial = serial
            signer_digest = sha256
            default_policy = 1.3.6.1.4.1.55555.1.2
            digests = sha256, sha512
            accuracy = secs:1, millisecs:500, microsecs:100
            clock_precision_digits = 3
            ordering = yes
            tsa_name = yes
            ess_cert_id_chain = no
            ess_cert_id_alg = \(reference)
            """, as: "config")
        let request = TimeStampRequest(try MessageImprint(of: content, .sha512), nonce: [1, 2, 3])
        try folder.write(request.bytes, as: "query")
        guard
            let outcome = try openssl([
                "-reply", "-queryfile", "query", "-config", "config", "-signer", "tsa", "-inkey", "key", "-chain",
                "issuing", "-out", "theirs",
            ])
        else { return }
        #expect(outcome.status == 0, "\(outcome.errors)")
        let response = try TimeStampResponse(parsing: folder.read("theirs"))
        let token = try #require(response.token)
        #expect(token.faults(answering: request) == [])
        let isOld = token.signer.signedValue(.signingCertificate) != nil
        #expect(isOld == (reference == "sha1"))
        let result = try judge(token, of: content)
        #expect(result.faults == [])
        let isInsideValidity = fixture.authority.certificate.isValid(at: token.information.time)
        #expect(result.outcome == .passed || !isInsideValidity, "\(result.path?.faults ?? [])")
        #expect(token.information.isOrdered && token.information.authority == fixture.authority.certificate.subject)
        #expect(
            token.information.accuracy
                == TimeStampInformation.Accuracy(seconds: 1, milliseconds: 500, microseconds: 100))
        #expect(try judge(token, of: content + [0]).faults == [.imprintMismatch])
    }
}
