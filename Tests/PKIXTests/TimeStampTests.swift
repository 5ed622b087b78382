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

@Suite struct `Time-stamps (RFC 3161, RFC 5816)` {
    private let fixture: ServicesFixture
    private var now: Instant { ServicesFixture.now }
    private let day = ServicesFixture.day
    private let content = Array("nội dung hồ sơ thử nghiệm".utf8)

    init() throws { fixture = try ServicesFixture.shared.get() }

    private func token(
        nonce: [UInt8]? = [0x80, 1], _ change: (inout TimeStampAuthority) throws -> Void = { _ in }
    ) throws -> TimeStampToken {
        var authority = fixture.authority
        try change(&authority)
        let request = TimeStampRequest(try MessageImprint(of: content), nonce: nonce)
        let response = try TimeStampResponse(parsing: authority.response(to: request.bytes, at: now))
        let token = try #require(response.token)
        #expect(token.faults(answering: request) == [])
        return token
    }

    /// An authority whose certificate differs from the usual one.
    private func authority(
        kind: SoftwareKey.Kind = .elliptic(.p256), _ change: (inout CertificateTemplate) -> Void
    ) throws -> TimeStampAuthority {
        var template = CertificateTemplate(
            subject: .vietnam(commonName: "DOSSIERKIT TEST Other Time-Stamp Authority"),
            notBefore: now.adding(seconds: -90 * day), notAfter: now.adding(seconds: 300 * day),
            keyUsage: [.digitalSignature], extendedKeyUsage: ["1.3.6.1.5.5.7.3.8"])
        template.extendedKeyUsageIsCritical = true
        change(&template)
        let key = try SoftwareKey.generate(kind)
        return TimeStampAuthority(
            key: key, certificate: try fixture.issuing.issue(template, for: key.subjectPublicKeyInfo))
    }

    private func judge(
        _ token: TimeStampToken, at days: Int64 = 0, trusting: [TrustDomain]? = nil,
        lists: [CertificateRevocationList]? = nil
    ) throws -> TimeStampValidation.Result {
        let time = now.adding(seconds: days * day)
        var material = try fixture.infrastructure.material(at: time)
        if let lists { material.revocationLists = lists }
        return TimeStampValidation(
            token, facts: token.verify(stamping: content), trusting: trusting ?? fixture.infrastructure.trust,
            material: material
        ).evaluate(at: time, revocation: .required)
    }

    @Test func `a token passes and states its time`() throws {
        let result = try judge(token())
        #expect(result.outcome == .passed && result.faults == [])
        #expect(result.time == now)
        #expect(result.path?.trustDomain == "public")
    }

    @Test(arguments: [SoftwareKey.Kind.rsa(bits: 2048), .elliptic(.p384), .elliptic(.p521), .ed25519])
    func `authorities with other keys pass`(_ kind: SoftwareKey.Kind) throws {
        let other = try authority(kind: kind) { _ in }
        #expect(try judge(token { $0 = other }).outcome == .passed)
    }

    @Test func `the old reference by SHA-1 binds the certificate too`() throws {
        let token = try token { $0.usesOldReference = true }
        #expect(token.signer.signedValue(.signingCertificateV2) == nil)
        #expect(try judge(token).outcome == .passed)
    }

    @Test func `other bytes than the stamped ones are refused`() throws {
        let token = try token()
        #expect(token.verify(stamping: content).faults == [])
        #expect(token.verify(stamping: content + [0]).faults == [.imprintMismatch])
        #expect(token.verify(imprint: { _ in nil }).faults == [.imprintUnknown])
    }

    @Test func `nonce, policy, imprint and enclosed certificate are held against the request`() throws {
        let imprint = try MessageImprint(of: content)
        let request = TimeStampRequest(imprint, nonce: [9], policy: fixture.authority.policy)
        let token = try TimeStampToken(parsing: fixture.authority.token(for: request, at: now))
        #expect(token.faults(answering: request) == [])
        #expect(token.faults(answering: TimeStampRequest(imprint, nonce: [8])) == [.nonceMismatch])
        #expect(token.faults(answering: TimeStampRequest(imprint, nonce: [9], policy: "1.2.3")) == [.policyMismatch])
        let other = TimeStampRequest(try MessageImprint(of: [1]), nonce: [9])
        #expect(token.faults(answering: other) == [.imprintMismatch])
        let bare = TimeStampRequest(imprint, wantsCertificate: false)
        let without = try TimeStampToken(parsing: fixture.authority.token(for: bare, at: now))
        #expect(without.faults(answering: bare) == [])
        #expect(without.faults(answering: TimeStampRequest(imprint)) == [.certificateMissing])
        #expect(without.verify(stamping: content).faults == [.certificateMissing])
        let candidates = [fixture.authority.certificate]
        #expect(without.verify(stamping: content, candidates: candidates).faults == [])
    }

    @Test func `the purpose must be time-stamping, alone and critical`() throws {
        for (change, isRefused) in [
            ({ _ in }, false), ({ $0.extendedKeyUsageIsCritical = false }, true),
            ({ $0.extendedKeyUsage.append("1.3.6.1.5.5.7.3.9") }, true), ({ $0.extendedKeyUsage = [] }, true),
        ] as [((inout CertificateTemplate) -> Void, Bool)] {
            let other = try authority(change)
            let result = try judge(token { $0 = other })
            #expect(result.outcome == (isRefused ? .failed : .passed))
            #expect(result.faults == (isRefused ? [.extendedKeyUsage] : []))
        }
    }

    @Test func `a key usage that is not for signing is no authority's`() throws {
        for (usage, holds) in [
            ([.digitalSignature], true), ([.nonRepudiation], true), (KeyUsage(rawValue: 1 << 2), false),
            (KeyUsage(rawValue: 1 << 4), false),
        ] as [(KeyUsage, Bool)] {
            let other = try authority { $0.keyUsage = usage }
            let result = try judge(token { $0 = other })
            #expect(result.outcome == (holds ? .passed : .failed), "\(usage)")
            #expect(result.path?.faults.map(\.rule) == (holds ? [] : [.keyUsage]))
        }
    }

    @Test func `a token in BER is read, and what follows it is not`() throws {
        let der = try token().bytes
        // The outermost length of a token is two octets long.
        #expect(der[1] == 0x82)
        let ber = [0x30, 0x80] + der.dropFirst(4) + [0, 0]
        let read = try TimeStampToken(parsing: ber)
        #expect(read.bytes == der)
        #expect(try judge(read).outcome == .passed)
        #expect(throws: (any Error).self) { try TimeStampToken(parsing: ber + [1]) }
        var broken = ber
        broken[broken.count - 3] ^= 1
        #expect((try? judge(TimeStampToken(parsing: broken)))?.outcome != .passed)
    }

    @Test func `the certificate must be valid at the stated time and at the instant`() throws {
        let ended = try authority { $0.notAfter = now.adding(seconds: -day) }
        #expect(try judge(token { $0 = ended }, at: -2).faults == [.outsideValidity])
        let ending = try authority { $0.notAfter = now.adding(seconds: day) }
        let token = try token { $0 = ending }
        #expect(try judge(token).outcome == .passed)
        let later = try judge(token, at: 2)
        #expect(later.outcome == .failed && later.path?.faults.first?.rule == .expired)
    }

    @Test func `a certificate other than the one that is bound does not count`() throws {
        // A second certificate for the same key: its signature would verify.
        let usual = fixture.authority
        var template = CertificateTemplate(
            subject: .vietnam(commonName: "DOSSIERKIT TEST Twin"), notBefore: now.adding(seconds: -day),
            notAfter: now.adding(seconds: day), keyUsage: [.digitalSignature], extendedKeyUsage: ["1.3.6.1.5.5.7.3.8"])
        template.extendedKeyUsageIsCritical = true
        let twin = try fixture.issuing.issue(template, for: usual.key.subjectPublicKeyInfo)
        let token = try token()
        let bare = TimeStampRequest(try MessageImprint(of: content), wantsCertificate: false)
        let without = try TimeStampToken(parsing: usual.token(for: bare, at: now))
        #expect(without.verify(stamping: content, candidates: [twin]).signingCertificate == nil)
        #expect(token.verify(stamping: content, candidates: [twin]).signingCertificate == usual.certificate)
    }

    @Test func `a name that the certificate does not bear is refused`() throws {
        let request = TimeStampRequest(try MessageImprint(of: content))
        func faults(_ name: DistinguishedName?) throws -> [TimeStampFault] {
            let information = TimeStampInformation.encode(
                policy: fixture.authority.policy, imprint: request.imprint, serialNumber: [1], time: now,
                authority: name)
            let bytes = try fixture.authority.sign(
                information, enclosing: [fixture.authority.certificate], at: now)
            return try TimeStampToken(parsing: bytes).verify(stamping: content).faults
        }
        #expect(try faults(fixture.authority.certificate.subject) == [])
        #expect(try faults(nil) == [])
        #expect(try faults(fixture.root.subject) == [.authorityMismatch])
    }

    @Test func `accuracy and fractions give bounds`() throws {
        var authority = fixture.authority
        authority.accuracy = TimeStampInformation.Accuracy(seconds: 2, milliseconds: 600, microseconds: 1)
        let time = Instant(seconds: now.seconds, nanoseconds: 500_000_000)
        let request = TimeStampRequest(try MessageImprint(of: content))
        let token = try TimeStampToken(parsing: authority.token(for: request, at: time))
        #expect(token.information.time == time)
        let bounds = token.information.bounds
        #expect(bounds.lowerBound == Instant(seconds: now.seconds - 3, nanoseconds: 899_999_000))
        #expect(bounds.upperBound == Instant(seconds: now.seconds + 3, nanoseconds: 100_001_000))
    }

    @Test func `an untrusted or revoked authority does not pass`() throws {
        #expect(try judge(token(), trusting: [fixture.infrastructure.publicDutyDomain.trust]).outcome == .indeterminate)
        let entries = [fixture.entry(fixture.authority.certificate, days: -1, .keyCompromise)]
        let lists = [
            try RevocationListService(fixture.infrastructure.publicDomain.root).list(at: now),
            try fixture.list(entries),
        ]
        #expect(try judge(token(), lists: lists).outcome == .failed)
    }

    @Test func `an authority refuses what it cannot stamp, with the reason`() throws {
        func refusal(_ request: [UInt8]) throws -> TimeStampResponse.FailureInformation {
            let response = try TimeStampResponse(parsing: fixture.authority.response(to: request, at: now))
            #expect(response.status == .rejection && response.token == nil)
            return response.failure
        }
        #expect(try refusal([0x30, 0x00]) == .badDataFormat)
        #expect(try refusal(TimeStampRequest(MessageImprint(of: content, .sha1)).bytes) == .badAlgorithm)
        let policy = TimeStampRequest(try MessageImprint(of: content), policy: "1.2.3")
        #expect(try refusal(policy.bytes) == .unacceptedPolicy)
    }

    @Test func `a changed byte anywhere in a token never passes`() throws {
        let bytes = try token().bytes
        let information = try TimeStampToken(parsing: bytes).information.bytes
        var generator = SeededGenerator(seed: 3161)
        var (unread, refused, harmless) = (0, 0, 0)
        for _ in 0..<500 {
            guard let changed = try? TimeStampToken(parsing: bytes.changingOneByte(&generator)) else {
                unread += 1
                continue
            }
            if try judge(changed).outcome != .passed {
                refused += 1
                continue
            }
            // What may change without harm is outside the signature: enclosed certificates that are not needed, the list
            // of digests, versions. What the token states is not.
            #expect(changed.information.bytes == information)
            harmless += 1
        }
        print("changed token: \(unread) refused when read, \(refused) when judged, \(harmless) outside the signature")
    }
}
