// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore
import PKIX
import TestPKI
import Testing

@Suite struct `The catalogue of faults` {
    private static let infrastructure = Result { try TestInfrastructure(at: now.adding(seconds: -100 * 86_400)) }
    /// 2026-11-21T00:00:00Z.
    private static let now = Instant(seconds: 1_795_219_200)

    private func judge(_ scenario: FaultScenario, trusting domains: [TrustDomain]) -> PathResult {
        CertificateGraph(of: scenario.subscriber.certificate, trusting: domains, material: scenario.material)
            .evaluate(at: scenario.time, purpose: .signing, revocation: .required)
    }

    @Test(arguments: TestFault.allCases) func `each has the verdict that it announces`(_ fault: TestFault) throws {
        let infrastructure = try Self.infrastructure.get()
        let scenario = try infrastructure.scenario(fault, at: Self.now)
        let result = judge(scenario, trusting: infrastructure.trust)
        #expect(result.outcome == scenario.outcome)
        #expect(result.faults.first?.rule == scenario.rule)
    }

    @Test func `without a fault the same subscriber passes`() throws {
        let infrastructure = try Self.infrastructure.get()
        var scenario = try infrastructure.scenario(.signingTimeAhead, at: Self.now)
        scenario.material = try infrastructure.material(at: Self.now)
        #expect(judge(scenario, trusting: infrastructure.trust).outcome == .passed)
        #expect(scenario.claimedSigningTime == Self.now.adding(seconds: 25_200))
    }

    @Test func `the weak certificate is signed over SHA-1 and no other is`() throws {
        let infrastructure = try Self.infrastructure.get()
        for fault in TestFault.allCases {
            let certificate = try infrastructure.scenario(fault, at: Self.now).subscriber.certificate
            // ecdsa-with-SHA1
            #expect((certificate.signatureAlgorithm.algorithm.description == "1.2.840.10045.4.1") == (fault == .sha1))
        }
    }

    @Test func `a policy of algorithms refuses the weak certificate, at its place, and RFC 5280 alone does not`() throws
    {
        let infrastructure = try Self.infrastructure.get()
        for (fault, isWeak) in [(TestFault.sha1, true), (.renewedSameKey, false)] {
            let result = judge(try infrastructure.scenario(fault, at: Self.now), trusting: infrastructure.trust)
            #expect(result.outcome == .passed && result.algorithmFaults(under: .rfc5280, at: Self.now).isEmpty)
            let faults = result.algorithmFaults(under: .etsi2026, at: Self.now)
            #expect(faults.map(\.certificateIndex) == (isWeak ? [0] : []))
            #expect(faults.map(\.place) == (isWeak ? [.certificate] : []))
        }
    }

    @Test func `a slow authority takes longer than the limit, a dead one never answers`() throws {
        let infrastructure = try Self.infrastructure.get()
        let request = TimeStampRequest(try MessageImprint(of: [1, 2, 3])).bytes
        func reply(_ fault: TestFault) throws -> TimeStampAuthority.Reply {
            try infrastructure.scenario(fault, at: Self.now).timeStampAuthority.reply(to: request, at: Self.now)
        }
        #expect(try reply(.slowTimeStamps).delay > 180 && reply(.slowTimeStamps).bytes != nil)
        #expect(try reply(.deadTimeStamps).bytes == nil)
        #expect(try reply(.expired).delay == 0 && reply(.expired).bytes != nil)
    }

    @Test func `the authority with a new key has another key and the same name, the renewed one the same of both`()
        throws
    {
        let infrastructure = try Self.infrastructure.get()
        let usual = infrastructure.publicDomain.issuing.certificate
        let renewed = try #require(
            infrastructure.scenario(.renewedSameKey, at: Self.now).material.certificates.first)
        #expect(renewed != usual && renewed.subject == usual.subject)
        #expect(renewed.subjectPublicKeyInfo == usual.subjectPublicKeyInfo)
        let rekeyed = try #require(
            infrastructure.scenario(.rekeyedSameName, at: Self.now).material.certificates.last)
        #expect(rekeyed.subject == usual.subject && rekeyed.subjectPublicKeyInfo != usual.subjectPublicKeyInfo)
    }

    @Test func `lists show an entry from its date on`() throws {
        let infrastructure = try Self.infrastructure.get()
        let serial = infrastructure.subscribers[0].certificate.serialNumber
        let service = RevocationListService(
            infrastructure.publicDomain.issuing,
            entries: [
                CertificateRevocationList.Entry(
                    serialNumber: serial, revocationDate: Self.now, reason: .superseded, invalidityDate: nil)
            ])
        #expect(try service.list(at: Self.now.adding(seconds: -1)).entry(for: serial) == nil)
        #expect(try service.list(at: Self.now).entry(for: serial)?.reason == .superseded)
    }
}
