// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Testing

@testable import PKIX

@Suite struct `Joining of revocation statements (RFC 5280 6.3.3, EN 319 102-1 5.2.5)` {
    private let certificate: Certificate

    init() throws { certificate = try Fixture.shared.get().leaf }

    private func day(_ days: Int64) -> Instant { Fixture.now.adding(seconds: days * Fixture.day) }

    /// A statement issued on a day, fresh until another; the certificate is valid from day -100 to day 1000.
    private func statement(
        from: Int64, until: Int64? = 2000, revoked: Int64? = nil, _ reason: RevocationReason? = .keyCompromise,
        invalid: Int64? = nil, answers: Bool = true, reasons: RevocationReasons = .all, keepsExpired: Int64? = nil
    ) -> RevocationStatement {
        RevocationStatement(
            thisUpdate: day(from), nextUpdate: until.map(day),
            revocation: revoked.map { .init(date: day($0), reason: reason, invalidityDate: invalid.map(day)) },
            answers: answers, reasons: reasons, keepsExpiredSince: keepsExpired.map(day))
    }

    private func status(_ statements: [RevocationStatement], at days: Int64 = 0) -> RevocationStatus {
        RevocationEvaluation.finding(for: certificate, by: statements, at: day(days)).status
    }

    @Test func `a revocation counts from its date, also in information issued later`() {
        let later = [statement(from: 20, revoked: 10)]
        #expect(status(later, at: 9) == .good(thisUpdate: day(20)))
        #expect(status(later, at: 10) == .revoked(since: day(10), reason: .keyCompromise))
        #expect(status(later, at: 30) == .revoked(since: day(10), reason: .keyCompromise))
    }

    @Test func `an invalidity date moves a revocation earlier and never later`() {
        let earlier = [statement(from: 20, revoked: 10, invalid: 5)]
        #expect(status(earlier, at: 4) == .good(thisUpdate: day(20)))
        #expect(status(earlier, at: 5) == .revoked(since: day(5), reason: .keyCompromise))
        let later = [statement(from: 20, revoked: 10, invalid: 15)]
        #expect(status(later, at: 12) == .revoked(since: day(10), reason: .keyCompromise))
    }

    @Test func `parts answer together when they cover every reason`() {
        let some = RevocationReasons(rawValue: 0x06)
        let rest = RevocationReasons.all.subtracting(some)
        #expect(status([statement(from: -1, reasons: some)]) == .unknown)
        #expect(
            status([statement(from: -1, reasons: some), statement(from: -2, reasons: rest)])
                == .good(thisUpdate: day(-1)))
        #expect(
            status([statement(from: -1, reasons: some), statement(from: -2, until: -1, reasons: rest)])
                == .stale(nextUpdate: day(-1)))
        #expect(
            status([statement(from: -1, reasons: some), statement(from: -2, revoked: -3, reasons: rest)])
                == .revoked(since: day(-3), reason: .keyCompromise))
    }

    @Test func `a hold ends with newer information that was known at the instant`() {
        let held = statement(from: -5, revoked: -6, .certificateHold)
        #expect(status([held]) == .revoked(since: day(-6), reason: .certificateHold))
        #expect(status([held, statement(from: -1)]) == .good(thisUpdate: day(-1)))
        #expect(status([held, statement(from: 1)]) == .revoked(since: day(-6), reason: .certificateHold))
        let some = statement(from: -1, reasons: RevocationReasons(rawValue: 0x06))
        #expect(status([held, some]) == .revoked(since: day(-6), reason: .certificateHold))
        let revoked = statement(from: -5, revoked: -6)
        #expect(status([revoked, statement(from: -1)]) == .revoked(since: day(-6), reason: .keyCompromise))
    }

    @Test func `information from after the certificate's end answers only when it keeps expired certificates`() {
        #expect(status([statement(from: 1001)], at: 900) == .unknown)
        #expect(status([statement(from: 1001, keepsExpired: 1000)], at: 900) == .good(thisUpdate: day(1001)))
        #expect(status([statement(from: 1001, keepsExpired: 1001)], at: 900) == .unknown)
        #expect(
            status([statement(from: 1001, revoked: 800)], at: 900)
                == .revoked(since: day(800), reason: .keyCompromise))
    }

    @Test func `a revocation stated after the certificate's end also says that it was good before`() {
        let stated = [statement(from: 1100, revoked: 10)]
        #expect(status(stated, at: 9) == .good(thisUpdate: day(1100)))
        #expect(status(stated, at: 10) == .revoked(since: day(10), reason: .keyCompromise))
        #expect(status([statement(from: 1100)], at: 9) == .unknown)
    }

    @Test func `information from before the certificate answers only within a quarter of an hour`() {
        func early(by seconds: Int64) -> RevocationStatement {
            RevocationStatement(
                thisUpdate: certificate.notBefore.adding(seconds: -seconds), nextUpdate: day(9), revocation: nil,
                answers: true)
        }
        #expect(status([early(by: 901)]) == .unknown)
        #expect(status([early(by: 900)]) == .good(thisUpdate: certificate.notBefore.adding(seconds: -900)))
    }

    @Test func `a statement that may not answer can revoke, but is good for nothing`() {
        #expect(status([statement(from: -1, answers: false)]) == .unknown)
        #expect(
            status([statement(from: -1, revoked: -2, answers: false), statement(from: -1)])
                == .revoked(since: day(-2), reason: .keyCompromise))
    }
}
