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

@Suite struct `OCSP as evidence of revocation (RFC 6960, EN 319 102-1 5.2.5)` {
    private let fixture: ServicesFixture
    private var now: Instant { ServicesFixture.now }
    private let day = ServicesFixture.day

    init() throws { fixture = try ServicesFixture.shared.get() }

    private func revoked(
        _ days: Int64, _ reason: RevocationReason? = .keyCompromise
    ) -> (inout OCSPResponder) -> Void {
        { [now, day, fixture] in
            $0.statuses[fixture.citizen.certificate.serialNumber] = .revoked(
                since: now.adding(seconds: days * day), reason: reason)
        }
    }

    private func status(_ result: PathResult) -> RevocationStatus { result.chain[0].revocation }

    @Test func `a good answer passes and is named in the result`() throws {
        let response = try fixture.response()
        let result = try fixture.judge([response])
        #expect(result.outcome == .passed)
        #expect(status(result) == .good(thisUpdate: now))
        #expect(result.chain[0].ocspResponse == response)
        #expect(result.chain[0].revocationList == nil)
        #expect(try fixture.judge([]).outcome == .indeterminate)
    }

    @Test func `by name and by key, from the delegate and from the authority itself`() throws {
        for identification in [OCSPResponder.Identification.name, .keyHash] {
            #expect(try fixture.judge([fixture.response { $0.identification = identification }]).outcome == .passed)
            let direct = try fixture.response {
                $0.identification = identification
                ($0.key, $0.certificate) = (fixture.issuing.key, fixture.issuing.certificate)
            }
            #expect(try fixture.judge([direct]).outcome == .passed)
        }
    }

    @Test func `a request by SHA-256 is answered by SHA-256 and counts`() throws {
        let identifier = try OCSPCertificateID(
            of: fixture.citizen.certificate, issuer: fixture.issuing.certificate, digest: .sha256)
        let request = OCSPRequest([identifier], nonce: [1, 2, 3, 4])
        let response = try OCSPResponse(parsing: fixture.responder.response(to: request.bytes, at: now))
        #expect(response.answers(request, requiresNonce: true))
        #expect(response.basic?.responses.first?.certificateID.digest == .sha256)
        #expect(try fixture.judge([response]).outcome == .passed)
        let other = OCSPRequest([identifier], nonce: [1, 2, 3, 5])
        #expect(!response.answers(other))
    }

    @Test func `revoked before the instant is revoked, after it is not`() throws {
        let before = try fixture.judge([fixture.response(revoked(-1))])
        #expect(before.outcome == .failed)
        #expect(before.faults.first?.rule == .revoked && before.faults.first?.certificateIndex == 0)
        // Asked about five days ago, answered now: revoked two days ago is later than the question.
        let response = try fixture.response(revoked(-2))
        #expect(try fixture.judge([response], at: -5).outcome == .passed)
        #expect(try fixture.judge([response], at: 0).outcome == .failed)
        #expect(try fixture.judge([fixture.response(revoked(0))]).outcome == .failed)
    }

    @Test func `unknown is not good, and does not hide a list`() throws {
        let unknown = try fixture.response { $0.otherStatus = .unknown }
        #expect(try fixture.judge([unknown]).faults.first?.rule == .revocationUnknown)
        #expect(try fixture.judge([unknown], lists: [fixture.list()]).outcome == .passed)
    }

    @Test func `a stale answer is stale, whoever asks for less gets told`() throws {
        let old = try fixture.response(daysAgo: 3)
        let result = try fixture.judge([old])
        #expect(result.faults.map(\.rule) == [.revocationStale])
        #expect(status(result) == .stale(nextUpdate: now.adding(seconds: -2 * day)))
        #expect(try fixture.judge([old], mode: .ifAvailable).hasUncheckedRevocation)
        #expect(try fixture.judge([old], at: -2).outcome == .passed)
    }

    @Test func `without a next update an answer is fresh only for what was before it`() throws {
        let open = try fixture.response { $0.validity = nil }
        #expect(open.basic?.responses.first?.nextUpdate == nil)
        #expect(try fixture.judge([open]).outcome == .passed)
        #expect(try fixture.judge([open], at: -1).outcome == .passed)
        #expect(try fixture.judge([open], at: 1).faults.map(\.rule) == [.revocationStale])
    }

    @Test func `an answer about an expired certificate needs a cut-off or the certificate's hash`() throws {
        // Expired ten days ago; the question is about twenty days ago, the answer is of today.
        let ended = try fixture.infrastructure.certificate(until: now.adding(seconds: -10 * day))
        func ask(_ change: (inout OCSPResponder) -> Void) throws -> PathResult {
            var responder = fixture.responder
            change(&responder)
            return try fixture.judge([responder.response(about: ended, at: now)], of: ended, at: -20)
        }
        #expect(try ask { _ in }.faults.first?.rule == .revocationUnknown)
        #expect(try ask { $0.archiveCutoff = now.adding(seconds: -11 * day) }.outcome == .passed)
        #expect(try ask { $0.archiveCutoff = now.adding(seconds: -9 * day) }.faults.first?.rule == .revocationUnknown)
        #expect(try ask { $0.hashedCertificates[ended.serialNumber] = ended }.outcome == .passed)
    }

    @Test func `a hash of another certificate of the same number makes the answer foreign`() throws {
        let serial = fixture.citizen.certificate.serialNumber
        let right = try fixture.response { $0.hashedCertificates[serial] = fixture.citizen.certificate }
        #expect(right.basic?.responses.first?.certificateHash != nil)
        #expect(try fixture.judge([right]).outcome == .passed)
        let other = try fixture.response {
            $0.hashedCertificates[serial] = fixture.citizen.certificate
            $0.hashDigest = .sha384
        }
        #expect(try fixture.judge([other]).outcome == .passed)
        let foreign = try fixture.response { $0.hashedCertificates[serial] = fixture.root }
        #expect(try fixture.judge([foreign]).outcome == .indeterminate)
    }

    @Test func `an answer older than the certificate says nothing`() throws {
        let early = try fixture.responder.response(
            about: fixture.citizen.certificate, at: now.adding(seconds: -101 * day))
        let open = try fixture.judge([early], at: -100)
        #expect(open.faults.first?.rule == .revocationUnknown)
    }

    @Test func `a final revocation stays, a hold ends with a newer answer`() throws {
        let good = try fixture.response()
        let revokedBefore = try fixture.response(daysAgo: 1, revoked(-5))
        #expect(try fixture.judge([good, revokedBefore]).outcome == .failed)
        let held = try fixture.response(daysAgo: 1, revoked(-5, .certificateHold))
        #expect(try fixture.judge([held]).faults.first?.rule == .onHold)
        #expect(try fixture.judge([good, held]).outcome == .passed)
        // While the hold lasted it holds, whatever came later.
        #expect(try fixture.judge([good, held], at: -1).faults.first?.rule == .onHold)
    }

    @Test func `lists and answers are weighed together`() throws {
        let revokedList = try fixture.list([fixture.entry(fixture.citizen.certificate, days: -2, .keyCompromise)])
        #expect(try fixture.judge([fixture.response()], lists: [revokedList]).outcome == .failed)
        #expect(try fixture.judge([fixture.response(revoked(-2))], lists: [fixture.list()]).outcome == .failed)
        let newer = try fixture.judge([fixture.response()], lists: [fixture.list(daysAgo: 2)])
        #expect(newer.chain[0].ocspResponse != nil && newer.chain[0].revocationList == nil)
        let older = try fixture.judge(
            [fixture.response(daysAgo: 1) { $0.validity = 5 * 86_400 }], lists: [fixture.list()])
        #expect(older.chain[0].ocspResponse == nil && older.chain[0].revocationList != nil)
    }

    @Test func `a changed byte anywhere in the answer makes it worthless`() throws {
        let bytes = try fixture.response().bytes
        var generator = SeededGenerator(seed: 6960)
        var (unread, worthless) = (0, 0)
        for _ in 0..<400 {
            guard let changed = try? OCSPResponse(parsing: bytes.changingOneByte(&generator)) else {
                unread += 1
                continue
            }
            // The enclosed certificate's own bytes are covered by its issuer's signature.
            let result = try fixture.judge([changed])
            #expect(result.outcome == .indeterminate)
            worthless += 1
        }
        print("changed OCSP response: \(unread) refused when read, \(worthless) worthless")
    }

    @Test func `a certificate that promises no information passes without it, and a revocation still counts`() throws {
        func leaf(_ change: (inout CertificateTemplate) -> Void = { _ in }) throws -> Certificate {
            var template = Fixture.subscriber()
            template.furtherExtensions = [("2.5.29.56", false, [0x05, 0x00])]
            change(&template)
            return try fixture.issuing.issue(template, for: fixture.citizen.key.subjectPublicKeyInfo)
        }
        let promised = try leaf()
        let result = try fixture.judge([], of: promised)
        #expect(result.outcome == .passed && result.hasUncheckedRevocation)
        #expect(status(result) == .notAsked)
        let entries = [fixture.entry(promised, days: -1, .keyCompromise)]
        #expect(try fixture.judge([], lists: [fixture.list(entries)], of: promised).outcome == .failed)
        // Against RFC 9608 §3 the promise stands beside an address: it means nothing.
        let contradicting = try leaf { $0.responderURLs = ["http://pki.dossier.test/ocsp/public"] }
        #expect(try fixture.judge([], of: contradicting).outcome == .indeterminate)
    }
}

extension [UInt8] {
    /// A copy with the first occurrence of a run of bytes replaced by another of the same length.
    func replacing(_ old: [UInt8], with new: [UInt8]) throws -> [UInt8] {
        let start = try #require(indices.first { self[$0...].starts(with: old) })
        var copy = self
        copy.replaceSubrange(start..<start + old.count, with: new)
        return copy
    }
}
