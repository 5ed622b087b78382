// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore
import PKIX
import TestPKI
import TestSupport
import Testing

@Suite struct `OCSP syntax (RFC 6960 4)` {
    private let fixture: ServicesFixture
    init() throws { fixture = try ServicesFixture.shared.get() }

    @Test(arguments: [
        OCSPResponse.Status.malformedRequest, .internalError, .tryLater, .signatureRequired, .unauthorized,
    ])
    func `a refusal has a status and no answer`(_ status: OCSPResponse.Status) throws {
        let response = try OCSPResponse(parsing: OCSPResponse.encode(refusal: status))
        #expect(response.status == status && response.basic == nil)
    }

    @Test func `a status that does not exist, and one that contradicts the content, are refused`() throws {
        #expect(throws: DERSyntaxError.self) { try OCSPResponse(parsing: [0x30, 0x03, 0x0a, 0x01, 0x04]) }
        #expect(throws: DERSyntaxError.self) { try OCSPResponse(parsing: [0x30, 0x03, 0x0a, 0x01, 0x00]) }
        let whole = try fixture.response().bytes
        _ = try OCSPResponse(parsing: whole)
        // The status of a successful response stands right after the outer header.
        let refusal = try whole.replacing([0x0a, 0x01, 0x00], with: [0x0a, 0x01, 0x03])
        #expect(throws: DERSyntaxError.self) { try OCSPResponse(parsing: refusal) }
    }

    @Test func `a request that cannot be read or is about another authority is refused by status`() throws {
        func status(_ request: [UInt8]) throws -> OCSPResponse.Status {
            try OCSPResponse(parsing: fixture.responder.response(to: request, at: ServicesFixture.now)).status
        }
        #expect(try status([0x30, 0x00]) == .malformedRequest)
        let foreign = try OCSPCertificateID(of: fixture.citizen.certificate, issuer: fixture.root)
        #expect(try status(OCSPRequest([foreign]).bytes) == .unauthorized)
        let own = try OCSPCertificateID(of: fixture.citizen.certificate, issuer: fixture.issuing.certificate)
        #expect(try status(OCSPRequest([own]).bytes) == .successful)
    }

    @Test func `the fraction of a second is kept, and a time beyond the form is refused`() throws {
        var responder = fixture.responder
        responder.writesFraction = true
        let time = Instant(seconds: ServicesFixture.now.seconds, nanoseconds: 123_000_000)
        let response = try responder.response(about: fixture.citizen.certificate, at: time)
        #expect(response.basic?.producedAt == time)
        #expect(try fixture.judge([response]).outcome == .passed)
    }

    @Test func `the received bytes are kept`() throws {
        let response = try fixture.response()
        let basic = try #require(response.basic)
        #expect(OCSPResponse.encode(basic: basic.bytes) == response.bytes)
        #expect(try OCSPResponse(parsingBasic: basic.bytes) == response)
        let request = OCSPRequest(
            [try OCSPCertificateID(of: fixture.citizen.certificate, issuer: fixture.issuing.certificate)], nonce: [7])
        let read = try OCSPRequest(parsing: request.bytes)
        #expect(read == request && read.nonce == [7] && read.certificateIDs == request.certificateIDs)
    }
}
