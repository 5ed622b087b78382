// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore
import PKIX
import SoftwareKeys
import TestPKI
import TestSupport
import Testing

@Suite struct `Who may answer by OCSP (RFC 6960 4.2.2.2)` {
    private let fixture: ServicesFixture
    private var now: Instant { ServicesFixture.now }
    private let day = ServicesFixture.day

    init() throws { fixture = try ServicesFixture.shared.get() }

    /// The outcome when the citizen's only information comes from a responder.
    private func judge(
        _ responder: TestSubscriber, lists: [CertificateRevocationList] = [], trusting: [Certificate] = [],
        further: [Certificate] = [], _ change: (inout OCSPResponder) -> Void = { _ in }
    ) throws -> PathResult.Outcome {
        let response = try fixture.response {
            $0 = $0.signing(as: responder)
            change(&$0)
        }
        return try fixture.judge([response], lists: lists, responders: trusting, further: further).outcome
    }

    @Test func `a delegate of the same authority may`() throws {
        #expect(try judge(fixture.otherResponder()) == .passed)
    }

    @Test func `without the purpose of OCSP signing it may not`() throws {
        #expect(try judge(fixture.otherResponder { $0.extendedKeyUsage = [] }) == .indeterminate)
        #expect(try judge(fixture.otherResponder { $0.extendedKeyUsage = ["1.3.6.1.5.5.7.3.8"] }) == .indeterminate)
    }

    @Test func `a delegate of the root or of another authority may not, unless it is trusted by name`() throws {
        let ofRoot = try fixture.otherResponder(by: fixture.infrastructure.publicDomain.root)
        #expect(try judge(ofRoot) == .indeterminate)
        #expect(try judge(ofRoot, trusting: [ofRoot.certificate]) == .passed)
        let foreign = try fixture.otherResponder(by: fixture.infrastructure.publicDutyDomain.issuing)
        #expect(try judge(foreign) == .indeterminate)
        #expect(try judge(foreign, trusting: [foreign.certificate]) == .passed)
    }

    @Test func `the citizen cannot answer for himself`() throws {
        #expect(try judge(fixture.citizen) == .indeterminate)
        // Not even with the purpose of OCSP signing.
        let own = try fixture.otherResponder()
        let response = try fixture.responder.signing(as: own).response(about: own.certificate, at: now)
        #expect(try fixture.judge([response], of: own.certificate, purpose: .any).outcome == .indeterminate)
        let others = try fixture.responder.response(about: own.certificate, at: now)
        #expect(try fixture.judge([others], of: own.certificate, purpose: .any).outcome == .passed)
    }

    @Test func `a responder that was not valid when it signed may not`() throws {
        #expect(try judge(fixture.otherResponder { $0.notAfter = now.adding(seconds: -day) }) == .indeterminate)
        #expect(try judge(fixture.otherResponder { $0.notBefore = now.adding(seconds: day) }) == .indeterminate)
    }

    @Test func `a responder whose key may not sign, or with an unknown critical extension, may not`() throws {
        #expect(try judge(fixture.otherResponder { $0.keyUsage = [.crlSign] }) == .indeterminate)
        let odd = try fixture.otherResponder {
            $0.furtherExtensions = [("1.3.6.1.4.1.55555.1", true, [0x05, 0x00])]
        }
        #expect(try judge(odd) == .indeterminate)
    }

    @Test func `a responder that can be asked about must be good`() throws {
        let plain = try fixture.otherResponder { $0.needsNoRevocationCheck = false }
        // No source is named: the authority leaves the choice to the verifier.
        #expect(try judge(plain) == .passed)
        // What is known of it counts all the same.
        let unasked = try fixture.response { $0 = $0.signing(as: plain) }
        for (date, outcome) in [(-day, PathResult.Outcome.indeterminate), (day, .passed)] {
            var other = fixture.responder
            other.statuses[plain.certificate.serialNumber] = .revoked(
                since: now.adding(seconds: date), reason: .keyCompromise)
            let answer = try other.response(about: plain.certificate, at: now)
            #expect(try fixture.judge([unasked, answer]).outcome == outcome)
        }
        let named = try fixture.otherResponder {
            $0.needsNoRevocationCheck = false
            $0.responderURLs = ["http://pki.dossier.test/ocsp/public"]
        }
        #expect(try judge(named) == .indeterminate)
        let response = try fixture.response { $0 = $0.signing(as: named) }
        let aboutIt = try fixture.responder.response(about: named.certificate, at: now)
        #expect(try fixture.judge([response, aboutIt]).outcome == .passed)
        var bad = fixture.responder
        bad.statuses[named.certificate.serialNumber] = .revoked(
            since: now.adding(seconds: -day), reason: .keyCompromise)
        let revoked = try bad.response(about: named.certificate, at: now)
        #expect(try fixture.judge([response, revoked]).outcome == .indeterminate)
        // Two responders that vouch for each other vouch for nobody.
        let second = try fixture.otherResponder {
            $0.needsNoRevocationCheck = false
            $0.responderURLs = ["http://pki.dossier.test/ocsp/public"]
        }
        let circle = [
            response, try fixture.responder.signing(as: second).response(about: named.certificate, at: now),
            try fixture.responder.signing(as: named).response(about: second.certificate, at: now),
        ]
        #expect(try fixture.judge(circle).outcome == .indeterminate)
    }

    @Test func `a revocation counts from a responder nobody vouches for`() throws {
        let named = try fixture.otherResponder {
            $0.needsNoRevocationCheck = false
            $0.responderURLs = ["http://pki.dossier.test/ocsp/public"]
        }
        let outcome = try judge(named) {
            $0.statuses[fixture.citizen.certificate.serialNumber] = .revoked(
                since: now.adding(seconds: -day), reason: nil)
        }
        #expect(outcome == .failed)
    }

    @Test func `the responder's certificate may come from elsewhere`() throws {
        let other = try fixture.otherResponder()
        #expect(try judge(other) { $0.enclosesCertificate = false } == .indeterminate)
        #expect(try judge(other, further: [other.certificate]) { $0.enclosesCertificate = false } == .passed)
    }

    @Test func `ocsp-nocheck means something for a responder only`() throws {
        let signer = try fixture.otherResponder { $0.extendedKeyUsage = [] }
        #expect(try fixture.judge([], of: signer.certificate).outcome == .indeterminate)
        let responder = try fixture.otherResponder()
        #expect(try fixture.judge([], of: responder.certificate, purpose: .ocspSigning).outcome == .passed)
        #expect(try fixture.judge([], of: responder.certificate, purpose: .any).outcome == .indeterminate)
    }
}
