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

@Suite struct `OCSP between us and openssl (RFC 6960)` {
    private let fixture: ServicesFixture
    private let folder: TemporaryFolder
    private var now: Instant { ServicesFixture.now }

    init() throws {
        fixture = try ServicesFixture.shared.get()
        folder = try TemporaryFolder()
        for (name, certificate) in [
            ("root", fixture.root), ("issuing", fixture.issuing.certificate), ("leaf", fixture.citizen.certificate),
            ("responder", fixture.responder.certificate),
        ] {
            try folder.write(PEM.encode(certificate.bytes, label: "CERTIFICATE"), as: name)
        }
    }

    private func openssl(_ arguments: [String]) throws -> OpenSSLPeer.Outcome? {
        try OpenSSLPeer.run(["ocsp"] + arguments, in: folder, cases: "OCSP with openssl")
    }

    /// What `openssl ocsp` makes of a response about the citizen; `nil` without the program.
    private func openSSLAccepts(_ response: [UInt8], saying word: String) throws -> Bool? {
        try folder.write(response, as: "response")
        // Its clock cannot be set for the times of the response: a tolerance of ten years, certificates at our instant.
        let outcome = try openssl([
            "-respin", "response", "-issuer", "issuing", "-cert", "leaf", "-CAfile", "root", "-verify_other", "issuing",
            "-no_nonce", "-attime", "\(now.seconds)", "-validity_period", "315360000",
        ])
        return outcome.map { $0.errors.contains("Response verify OK") && $0.text.contains("leaf: \(word)") }
    }

    @Test func `openssl accepts our answers, delegated and direct, by name and by key, and no changed one`() throws {
        var generator = SeededGenerator(seed: 1)
        for isDirect in [false, true] {
            for identification in [OCSPResponder.Identification.name, .keyHash] {
                let response = try fixture.response {
                    $0.identification = identification
                    if isDirect { ($0.key, $0.certificate) = (fixture.issuing.key, fixture.issuing.certificate) }
                }
                guard let isAccepted = try openSSLAccepts(response.bytes, saying: "good") else { return }
                #expect(isAccepted)
                #expect(try fixture.judge([response]).outcome == .passed)
                // The twin: one byte of what is signed, refused by both.
                let signed = try #require(response.basic).signedBytes
                let forged = try response.bytes.replacing(signed, with: signed.changingOneByte(&generator))
                #expect(try openSSLAccepts(forged, saying: "good") == false)
                if let read = try? OCSPResponse(parsing: forged) {
                    #expect(try fixture.judge([read]).outcome == .indeterminate)
                }
            }
        }
    }

    @Test func `openssl reads revocation, reason and unknown as we wrote them`() throws {
        let serial = fixture.citizen.certificate.serialNumber
        let revoked = try fixture.response {
            $0.statuses[serial] = .revoked(since: now.adding(seconds: -86_400), reason: .certificateHold)
        }
        guard let isAccepted = try openSSLAccepts(revoked.bytes, saying: "revoked") else { return }
        #expect(isAccepted)
        let text = try #require(try openssl(["-respin", "response", "-noverify", "-resp_text"])).text
        #expect(text.contains("Revocation Time: Nov 20 00:00:00 2026 GMT"))
        #expect(text.contains("Revocation Reason: certificateHold (0x6)"))
        #expect(try openSSLAccepts(fixture.response { $0.otherStatus = .unknown }.bytes, saying: "unknown") == true)
    }

    @Test func `openssl refuses a responder of another authority, as we do`() throws {
        let other = try fixture.otherResponder(by: fixture.infrastructure.publicDutyDomain.issuing)
        let response = try fixture.response { $0 = $0.signing(as: other) }
        guard let isAccepted = try openSSLAccepts(response.bytes, saying: "good") else { return }
        #expect(!isAccepted)
        #expect(try fixture.judge([response]).outcome == .indeterminate)
    }

    @Test(arguments: ["-sha1", "-sha256", "-sha384"]) func `we answer openssl's requests`(_ digest: String) throws {
        guard
            let outcome = try openssl([
                digest, "-issuer", "issuing", "-cert", "leaf", "-nonce", "-reqout", "request",
            ])
        else { return }
        #expect(outcome.status == 0, "\(outcome.errors)")
        let request = try OCSPRequest(parsing: folder.read("request"))
        #expect(request.nonce?.count == 16)
        let identifier = try #require(request.certificateIDs.first)
        #expect(identifier.names(fixture.citizen.certificate, issuer: fixture.issuing.certificate))
        try folder.write(fixture.responder.response(to: request.bytes, at: now), as: "response")
        let verified = try openssl([
            "-reqin", "request", "-respin", "response", "-CAfile", "root", "-verify_other", "issuing", "-attime",
            "\(now.seconds)", "-validity_period", "315360000",
        ])
        #expect(verified?.errors.contains("Response verify OK") == true, "\(verified?.errors ?? "")")
        #expect(verified?.errors.contains("WARNING: no nonce") == false)
    }

    @Test func `openssl reads our requests`() throws {
        let identifiers = [
            try OCSPCertificateID(of: fixture.citizen.certificate, issuer: fixture.issuing.certificate),
            try OCSPCertificateID(
                of: fixture.citizen.certificate, issuer: fixture.issuing.certificate, digest: .sha256),
        ]
        let request = OCSPRequest(identifiers, nonce: Array(1...20))
        try folder.write(request.bytes, as: "ours")
        guard let outcome = try openssl(["-reqin", "ours", "-req_text"]) else { return }
        #expect(outcome.text.contains("Hash Algorithm: sha1") && outcome.text.contains("Hash Algorithm: sha256"))
        let serial = Hexadecimal.encode(fixture.citizen.certificate.serialNumber).uppercased()
        #expect(outcome.text.contains("Serial Number: \(serial)"))
        #expect(outcome.text.contains("0102030405060708090A0B0C0D0E0F1011121314"))
    }

    @Test func `we judge what openssl answers`() throws {
        let serial = Hexadecimal.encode(fixture.citizen.certificate.serialNumber).uppercased()
        try folder.write(fixture.responder.key.dangerouslyUnprotectedPEM(), as: "key")
        try folder.write(
            OCSPRequest([try OCSPCertificateID(of: fixture.citizen.certificate, issuer: fixture.issuing.certificate)])
                .bytes, as: "request")
        func answer(_ line: String) throws -> OCSPResponse? {
            try folder.write(line, as: "index")
            let outcome = try openssl([
                "-index", "index", "-CA", "issuing", "-rsigner", "responder", "-rkey", "key", "-reqin", "request",
                "-respout", "theirs", "-ndays", "1",
            ])
            guard outcome != nil else { return nil }
            return try OCSPResponse(parsing: folder.read("theirs"))
        }
        /// At the instant that openssl's clock showed.
        func judge(_ response: OCSPResponse) throws -> PathResult {
            let time = try #require(response.basic?.responses.first?.thisUpdate)
            return CertificateGraph(
                of: fixture.citizen.certificate, trusting: [TrustDomain(name: "public", anchors: [fixture.root])],
                material: ValidationMaterial(certificates: [fixture.issuing.certificate], ocspResponses: [response])
            ).evaluate(at: time, purpose: .signing, revocation: .required)
        }
        guard let good = try answer("V\t290101000000Z\t\t\(serial)\tunknown\t/CN=TEST\n") else { return }
        let result = try judge(good)
        guard !result.faults.contains(where: { [.expired, .notYetValid].contains($0.rule) }) else {
            print("skipped: responses of openssl: its clock is outside the test certificates' validity")
            return
        }
        guard case .good = result.chain[0].revocation else {
            Issue.record("\(result.chain[0].revocation)")
            return
        }
        let revoked = try #require(
            try answer("R\t290101000000Z\t260901000000Z,keyCompromise\t\(serial)\tunknown\t/CN=TEST\n"))
        #expect(
            try judge(revoked).chain[0].revocation
                == .revoked(since: #require(Instant("2026-09-01T00:00:00Z")), reason: .keyCompromise))
        let unknown = try #require(try answer("V\t290101000000Z\t\t01\tunknown\t/CN=TEST\n"))
        #expect(try judge(unknown).chain[0].revocation == .unknown)
        #expect(unknown.basic?.responses.first?.status == .unknown)
    }
}
