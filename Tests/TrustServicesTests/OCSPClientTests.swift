// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX
import TestPKI
import TestSupport
import Testing
import TrustServices

@Suite("Asking OCSP responders — RFC 6960, answers by openssl ocsp", .timeLimit(.minutes(20)))
struct OCSPClientTests {
    private let place: ServicePlace
    private let citizen: Certificate
    private let issuer: Certificate

    init() throws {
        place = try ServicePlace()
        citizen = try #require(place.infrastructure.subscriber("citizen")).certificate
        issuer = place.infrastructure.publicDomain.issuing.certificate
    }

    private func ask(_ client: OCSPClient, after seconds: Int64 = 600) async throws -> OCSPResponse? {
        try await client.response(about: citizen, issuedBy: issuer, at: place.now.adding(seconds: seconds))
    }

    private func status(_ response: OCSPResponse?) -> OCSPSingleResponse.Status? {
        response?.basic?.responses.first?.status
    }

    @Test func `a certificate is good, then revoked, as the responder says`() async throws {
        #expect(status(try await ask(OCSPClient(try place.access()))) == .good)
        try place.revoke("200101000000Z")
        let answer = try await ask(OCSPClient(try place.access(), nonces: SystemRandom()))
        guard case .revoked(let since, _) = status(answer) else {
            Issue.record("not revoked: \(String(describing: status(answer)))")
            return
        }
        #expect(since == Instant("2020-01-01T00:00:00Z"))
        #expect(answer?.basic?.nonce != nil)
    }

    @Test func `a response serves until its own end`() async throws {
        let client = OCSPClient(try place.access())
        let first = try await ask(client)
        try place.revoke("200101000000Z")
        #expect(try await ask(client, after: 80_000) == first)
        let later = try await ask(client, after: 90_000)
        #expect(later != first)
    }

    @Test func `a response of later than it was asked for serves that time again, and earlier ones`() async throws {
        let client = OCSPClient(try place.access())
        let first = try await ask(client, after: -600)
        try place.revoke("200101000000Z")
        #expect(try await ask(client, after: -600) == first)
        // Signatures of a batch that began earlier ask later; the responder would answer for the present again.
        #expect(try await ask(client, after: -601) == first)
    }

    @Test func `a response that the issuer does not stand behind is not kept`() async throws {
        // Signed by a key that the issuer certified, but not as a responder.
        let key = try place.server.files.read("citizen.key")
        let certificate = try place.server.files.read("citizen.pem")
        let rightKey = try place.server.files.read("responder.key")
        let rightCertificate = try place.server.files.read("responder.pem")
        try place.server.files.write(key, as: "responder.key")
        try place.server.files.write(certificate, as: "responder.pem")
        let client = OCSPClient(try place.access())
        let first = try await ask(client)
        #expect(status(first) == .good)
        try place.server.files.write(rightKey, as: "responder.key")
        try place.server.files.write(rightCertificate, as: "responder.pem")
        try place.revoke("200101000000Z")
        #expect(try await ask(client) != first)
    }

    @Test(arguments: [
        ("/later", TrustServicesError.Code.serviceBusy), ("/unauthorized", .serviceRefused),
        ("/echo", .unexpectedContent),
        ("/status?404", .unexpectedStatus),
    ])
    func `a responder that does not answer is an error, never good`(
        path: String, code: TrustServicesError.Code
    ) async throws {
        await #expect(throws: TrustServicesError(code, "")) { try await ask(OCSPClient(try place.access(ocsp: path))) }
    }

    @Test func `an answer about another certificate is refused`() async throws {
        // The responder's answer to a question about the company's certificate, given for every question.
        let company = try #require(place.infrastructure.subscriber("company")).certificate
        let other = try #require(
            try await OCSPClient(try place.access()).response(about: company, issuedBy: issuer, at: place.now))
        struct Fixed: HTTPFetching {
            let body: [UInt8]
            func response(to request: HTTPRequest) async throws(TrustServicesError) -> HTTPResponse {
                HTTPResponse(status: 200, body: body)
            }
        }
        await #expect(throws: TrustServicesError(.wrongAnswer, "")) {
            try await ask(OCSPClient(ServiceAccess(Fixed(body: other.bytes))))
        }
        let own = try #require(try await ask(OCSPClient(try place.access())))
        #expect(try await ask(OCSPClient(ServiceAccess(Fixed(body: own.bytes)))) == own)
    }

    @Test func `a certificate without a responder gives no answer`() async throws {
        let root = place.infrastructure.publicDomain.root.certificate
        #expect(
            try await OCSPClient(try place.access()).response(about: root, issuedBy: root, at: place.now) == nil)
    }
}
