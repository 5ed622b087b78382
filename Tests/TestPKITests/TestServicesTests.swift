// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PKIX
import TestPKI
import Testing

@Suite struct `Services behind the paths of HTTP (RFC 6960 appendix A, RFC 3161 3.4)` {
    /// 2026-11-21T00:00:00Z.
    private let now = Instant(seconds: 1_795_219_200)
    private let infrastructure: TestInfrastructure
    private let services: TestServices

    init() throws {
        infrastructure = try TestInfrastructure(at: now.adding(seconds: -86_400))
        services = try infrastructure.services()
    }

    private func request() throws -> [UInt8] {
        let citizen = infrastructure.subscribers[0]
        return OCSPRequest([try OCSPCertificateID(of: citizen.certificate, issuer: citizen.issuer)]).bytes
    }

    private func get(_ path: String) -> TestServices.Reply {
        services.reply(method: "GET", path: path, body: [], at: now)
    }

    @Test func `everything that a certificate names is served`() throws {
        for name in ["public-root", "public-issuing", "public-duty-root", "public-duty-issuing"] {
            let list = get("/crl/\(name).crl")
            #expect(list.status == 200 && list.contentType == "application/pkix-crl")
            let certificate = try Certificate(parsing: get("/certificates/\(name).crt").body)
            #expect(try CertificateRevocationList(parsing: list.body).issuer == certificate.subject)
        }
        #expect(get("/crl/nobody.crl").status == 404 && get("/").status == 404 && get("/crl/public-root").status == 404)
    }

    @Test func `OCSP is answered by POST and by GET, whichever way the slashes are written`() throws {
        let request = try request()
        let posted = services.reply(method: "POST", path: "/ocsp/public", body: request, at: now)
        #expect(try OCSPResponse(parsing: posted.body).basic?.responses.first?.status == .good)
        let text = Data(request).base64EncodedString()
        let escaped = try #require(text.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
        for path in ["/ocsp/public/\(text)", "/ocsp/public/\(escaped)"] {
            #expect(try OCSPResponse(parsing: get(path).body).basic?.responses.first?.status == .good)
        }
        #expect(get("/ocsp/public/*").status == 400)
        // The other domain's responder does not know this authority.
        let other = services.reply(method: "POST", path: "/ocsp/public-duty", body: request, at: now)
        #expect(try OCSPResponse(parsing: other.body).status == .unauthorized)
    }

    @Test func `faults change what is answered, and nothing without them`() throws {
        let query = TimeStampRequest(try MessageImprint(of: [1])).bytes
        func stamp(_ fault: TestFault?) throws -> TestServices.Reply {
            try infrastructure.services(fault: fault).reply(method: "POST", path: "/tsa", body: query, at: now)
        }
        #expect(try TimeStampResponse(parsing: stamp(nil).body).token != nil && stamp(nil).delay == 0)
        #expect(try stamp(.slowTimeStamps).delay == 200)
        #expect(try stamp(.deadTimeStamps).status == nil)
        func status(_ fault: TestFault) throws -> OCSPSingleResponse.Status? {
            let reply = try infrastructure.services(fault: fault).reply(
                method: "POST", path: "/ocsp/public", body: request(), at: now)
            return try OCSPResponse(parsing: reply.body).basic?.responses.first?.status
        }
        let since = now.adding(seconds: -86_400)
        #expect(try status(.hold) == .revoked(since: since, reason: .certificateHold))
        #expect(try status(.revokedBefore) == .revoked(since: since, reason: .keyCompromise))
        #expect(try status(.slowTimeStamps) == .good)
    }
}
