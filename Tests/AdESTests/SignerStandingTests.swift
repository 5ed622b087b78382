// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import PKIX
import SignatureValidation
import SoftwareKeys
import Synchronization
import TestPKI
import Testing

/// A key that counts its calls.
private final class SpyKey: Signer {
    private let inner: SoftwareSigner
    private let count = Mutex(0)

    init(_ inner: SoftwareSigner) { self.inner = inner }

    var certificate: Certificate { inner.certificate }
    var chain: [Certificate] { inner.chain }
    var scheme: SignatureScheme { inner.scheme }
    var calls: Int { count.withLock { $0 } }

    func signature(over dataToBeSigned: [UInt8]) async throws -> [UInt8] {
        count.withLock { $0 += 1 }
        return try await inner.signature(over: dataToBeSigned)
    }
}

/// A clock that is set by hand.
private final class Clock: Sendable {
    private let time: Mutex<Instant>
    init(_ time: Instant) { self.time = Mutex(time) }
    var now: Instant { time.withLock { $0 } }
    func set(_ new: Instant) { time.withLock { $0 = new } }
}

@Suite("Standing of a signer (Circular 15/2025, Article 5; EN 319 102-1 §5.2)")
struct SignerStandingTests {
    private let fixture: SignatureFixture
    private let now = SignatureFixture.now

    init() throws { fixture = try SignatureFixture.shared.get() }

    private func check(_ material: ValidationMaterial? = nil, trust: [TrustDomain]? = nil) -> SignerCheck {
        SignerCheck(
            trusting: trust ?? fixture.infrastructure.trust, material: material ?? fixture.material,
            policy: .vietnam2026)
    }

    private func code(_ body: () async throws -> Void) async throws -> AdESError.Code? {
        do {
            try await body()
            return nil
        } catch let error as AdESError {
            return error.code
        }
    }

    @Test func `one check serves every signature of its window, and none after it`() async throws {
        let spy = SpyKey(fixture.citizen)
        let clock = Clock(now)
        let standing = check().standing(of: spy, at: now, freshFor: 60)
        #expect(standing.verdict == .valid)
        #expect(standing.freshUntil == now.adding(seconds: 60))
        let signer = CheckedSigner(spy, standing: standing) { clock.now }
        for second in [0, 30, 60] as [Int64] {
            clock.set(now.adding(seconds: second))
            #expect(try fixture.judge(await fixture.detached(signer)) == .passed)
        }
        #expect(spy.calls == 3)
        for second in [61, -1, 86_400] as [Int64] {
            clock.set(now.adding(seconds: second))
            #expect(try await code { _ = try await fixture.detached(signer) } == .signerIndeterminate)
        }
        #expect(spy.calls == 3)
    }

    @Test func `past its window a signer is judged again where that is possible`() async throws {
        let spy = SpyKey(fixture.citizen)
        let clock = Clock(now)
        let asked = Mutex(0)
        let (check, issuing) = (check(), fixture.infrastructure.publicDomain.issuing)
        let revoked = try issuing.revocationList(
            [.init(serialNumber: spy.certificate.serialNumber, revocationDate: now.adding(seconds: 90))],
            thisUpdate: now.adding(seconds: 100), nextUpdate: now.adding(seconds: 86_400))
        let later = self.check(
            ValidationMaterial(revocationLists: [revoked] + fixture.material.revocationLists))
        let signer = CheckedSigner(
            spy, standing: check.standing(of: spy, at: now, freshFor: 60), now: { clock.now }
        ) {
            asked.withLock { $0 += 1 }
            return (clock.now < self.now.adding(seconds: 100) ? check : later).standing(
                of: spy, at: clock.now, freshFor: 60)
        }
        _ = try await fixture.detached(signer)
        #expect(asked.withLock { $0 } == 0)
        clock.set(now.adding(seconds: 61))
        _ = try await fixture.detached(signer)
        #expect(asked.withLock { $0 } == 1)
        #expect(signer.standing.checkedAt == clock.now)
        clock.set(now.adding(seconds: 200))
        #expect(try await code { _ = try await fixture.detached(signer) } == .signerNotValid)
        #expect(spy.calls == 2)
    }

    @Test func `what is found out ends with the information that it rests on`() throws {
        let (issuing, root) = (fixture.infrastructure.publicDomain.issuing, fixture.infrastructure.publicDomain.root)
        let lists = [
            try issuing.revocationList(thisUpdate: now, nextUpdate: now.adding(seconds: 100)),
            try root.revocationList(thisUpdate: now, nextUpdate: now.adding(seconds: 1_000)),
        ]
        let brief = check(ValidationMaterial(revocationLists: lists)).standing(of: fixture.citizen, at: now)
        #expect(brief.verdict == .valid)
        #expect(brief.freshUntil == now.adding(seconds: 100))
        let end = fixture.citizen.certificate.notAfter
        let service = try fixture.infrastructure.material(at: end.adding(seconds: -10))
        let last = check(service).standing(of: fixture.citizen, at: end.adding(seconds: -10))
        #expect(last.verdict == .valid)
        #expect(last.freshUntil == end)
        #expect(check().standing(of: fixture.citizen, at: now).freshUntil == now.adding(seconds: SignerCheck.window))
    }

    @Test func `only what is open can be overridden, and the reason is kept`() async throws {
        let spy = SpyKey(fixture.citizen)
        let now = now
        func sign(_ check: SignerCheck, _ reason: String?, _ key: SpyKey, at time: Instant) async throws
            -> SignerStanding
        {
            let standing = check.standing(of: key, at: time, overriding: reason)
            _ = try await fixture.detached(CheckedSigner(key, standing: standing) { time })
            return standing
        }
        let open = check(ValidationMaterial())
        for reason in [nil, "", "  \n"] {
            #expect(try await code { _ = try await sign(open, reason, spy, at: now) } == .signerIndeterminate)
        }
        #expect(spy.calls == 0)
        let taken = try await sign(open, "OCSP không trả lời, biên bản 12", spy, at: now)
        guard case .overridden(let error, let reason) = taken.verdict else {
            Issue.record("\(taken.verdict)")
            return
        }
        #expect(error.code == .signerIndeterminate && reason == "OCSP không trả lời, biên bản 12")
        #expect(taken.word == "overridden")
        #expect(spy.calls == 1)
        let needless = try await sign(check(), "for nothing", spy, at: now)
        #expect(needless.verdict == .valid)
        // What is certain stays refused.
        let revoked = try fixture.infrastructure.publicDomain.issuing.revocationList(
            [.init(serialNumber: spy.certificate.serialNumber, revocationDate: now)], thisUpdate: now,
            nextUpdate: now.adding(seconds: 60))
        let root = try fixture.infrastructure.publicDomain.root.revocationList(
            thisUpdate: now, nextUpdate: now.adding(seconds: 60))
        let lists = ValidationMaterial(revocationLists: [revoked, root])
        #expect(try await code { _ = try await sign(check(lists), "still", spy, at: now) } == .signerNotValid)
        let late = fixture.citizen.certificate.notAfter.adding(seconds: 1)
        #expect(try await code { _ = try await sign(check(), "still", spy, at: late) } == .signerNotValid)
        let weak = SpyKey(try fixture.signer(.elliptic(.p256), .ecdsa(.sha1)))
        #expect(
            try await code { _ = try await sign(check(ValidationMaterial()), "still", weak, at: now) }
                == .algorithmNotAllowed)
        #expect(spy.calls == 2 && weak.calls == 0)
    }

    @Test func `the algorithms of the issuer's signatures count like the signer's own`() throws {
        let issuing = fixture.infrastructure.publicDomain.issuing
        let key = try SoftwareKey.generate(.elliptic(.p256))
        let template = CertificateTemplate(
            subject: .vietnam(commonName: "Trần Thị Thử (TEST)", identifiers: ["CCCD:001099000002"]),
            notBefore: now.adding(seconds: -60), notAfter: now.adding(seconds: 86_400),
            keyUsage: [.digitalSignature, .nonRepudiation])
        let cases: [(SignatureScheme?, AdESError.Code?)] = [(nil, nil), (.ecdsa(.sha1), .algorithmNotAllowed)]
        for (scheme, code) in cases {
            let authority = try CertificateAuthority(
                key: issuing.key, certificate: issuing.certificate, scheme: scheme)
            let signer = try SoftwareSigner(
                key: key, certificate: authority.issue(template, for: key.subjectPublicKeyInfo),
                chain: [issuing.certificate])
            switch check().standing(of: signer, at: now).verdict {
            case .valid: #expect(code == nil)
            case .refused(let error): #expect(error.code == code)
            case .overridden: Issue.record("nothing was overridden")
            }
        }
    }

    @Test func `a standing is of one signer and one scheme`() throws {
        let standing = check().standing(of: fixture.citizen, at: now)
        try standing.require(fixture.citizen, at: now)
        #expect(throws: AdESError(.signerIndeterminate, "")) { try standing.require(fixture.company, at: now) }
        let other = try SoftwareSigner(
            key: fixture.infrastructure.require("citizen").key, certificate: fixture.citizen.certificate, chain: [],
            scheme: .ecdsa(.sha512))
        #expect(throws: AdESError(.signerIndeterminate, "")) { try standing.require(other, at: now) }
    }
}
