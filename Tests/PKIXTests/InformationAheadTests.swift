// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PKIX
import TestPKI
import TestSupport
import Testing

@Suite struct `Revocation information dated later than now (RFC 6960 4.2.2.1)` {
    private let day = Fixture.day

    private func judge(
        _ lists: [CertificateRevocationList], by horizon: Instant?, _ fixture: Fixture
    ) throws -> RevocationStatus {
        CertificateGraph(
            of: fixture.leaf, trusting: [TrustDomain(name: "test", anchors: [fixture.root.certificate])],
            material: ValidationMaterial(
                certificates: [fixture.issuing.certificate],
                revocationLists: lists + [try fixture.list(of: fixture.root)]),
            issuedBy: horizon
        ).evaluate(at: Fixture.now, purpose: .signing, revocation: .required).chain[0].revocation
    }

    @Test func `a list from the future says good of nothing, one from the last moment does`() throws {
        let fixture = try Fixture.shared.get()
        let ahead = [try fixture.list(of: fixture.issuing, from: 1)]
        #expect(try judge(ahead, by: Fixture.now, fixture) == .unknown)
        #expect(try judge(ahead, by: Fixture.now.adding(seconds: day - 1), fixture) == .unknown)
        let good = RevocationStatus.good(thisUpdate: Fixture.now.adding(seconds: day))
        #expect(try judge(ahead, by: Fixture.now.adding(seconds: day), fixture) == good)
        // Whoever looks at the past without a clock uses what is known since.
        #expect(try judge(ahead, by: nil, fixture) == good)
    }

    @Test func `a revocation in a list from the future counts`() throws {
        let fixture = try Fixture.shared.get()
        let entry = fixture.entry(fixture.leaf, days: -2)
        let found = try judge([fixture.list(of: fixture.issuing, [entry], from: 1)], by: Fixture.now, fixture)
        #expect(found == .revoked(since: Fixture.now.adding(seconds: -2 * day), reason: .keyCompromise))
    }

    @Test func `a list of today is used beside one from the future`() throws {
        let fixture = try Fixture.shared.get()
        let lists = [try fixture.list(of: fixture.issuing), try fixture.list(of: fixture.issuing, from: 1)]
        #expect(
            try judge(lists, by: Fixture.now, fixture) == .good(thisUpdate: Fixture.now.adding(seconds: -day)))
    }

    @Test func `a response from the future says good of nothing, and revokes`() throws {
        let services = try ServicesFixture.shared.get()
        func status(
            _ response: OCSPResponse, by horizon: Instant?
        ) throws -> RevocationStatus {
            CertificateGraph(
                of: services.citizen.certificate, trusting: [TrustDomain(name: "public", anchors: [services.root])],
                material: ValidationMaterial(certificates: [services.issuing.certificate], ocspResponses: [response]),
                issuedBy: horizon
            ).evaluate(at: Fixture.now, purpose: .signing, revocation: .required).chain[0].revocation
        }
        let ahead = try services.response(daysAgo: -1)
        #expect(try status(ahead, by: Fixture.now) == .unknown)
        let time = Fixture.now.adding(seconds: day)
        #expect(try status(ahead, by: time) == .good(thisUpdate: time))
        let since = Fixture.now.adding(seconds: -day)
        let revoked = try services.response(daysAgo: -1) {
            $0.statuses[services.citizen.certificate.serialNumber] = .revoked(since: since, reason: nil)
        }
        #expect(try status(revoked, by: Fixture.now) == .revoked(since: since, reason: nil))
    }
}
