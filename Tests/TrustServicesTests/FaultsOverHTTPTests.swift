// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX
import TestPKI
import Testing
import TrustServices

/// What a verifier finds that has nothing but trust and fetches everything, for each fault of the catalogue.
@Suite("Faults of the test infrastructure as its services show them", .timeLimit(.minutes(20)))
struct FaultsOverHTTPTests {
    /// 2026-11-21T00:00:00Z.
    private static let now = Instant(seconds: 1_795_219_200)
    private static let shared = Result { try TestInfrastructure(at: now.adding(seconds: -100 * 86_400)) }
    private let infrastructure: TestInfrastructure
    private let citizen: Certificate
    private let tsa: Certificate
    private var now: Instant { Self.now }

    init() throws {
        infrastructure = try Self.shared.get()
        citizen = try #require(infrastructure.subscriber("citizen")).certificate
        tsa = try #require(infrastructure.subscriber("tsa")).certificate
    }

    /// - Parameter isListOnly: Whether no responder answers.
    private func material(
        _ fault: TestFault?, _ certificate: Certificate, isListOnly: Bool = false
    ) async throws -> ValidationMaterial {
        let fetcher = ServicesFetcher(
            try infrastructure.services(fault: fault), at: now, dead: isListOnly ? ["ocsp"] : [])
        return await OnlineMaterial(ServiceAccess(fetcher, retry: .once)).material(
            completing: [certificate], trusting: infrastructure.trust, having: ValidationMaterial(), at: now
        ).material
    }

    private func judge(_ certificate: Certificate, _ material: ValidationMaterial, at time: Instant = now) -> PathResult
    {
        CertificateGraph(of: certificate, trusting: infrastructure.trust, material: material)
            .evaluate(at: time, purpose: .any, revocation: .required)
    }

    @Test(
        arguments: [
            (nil, .passed, nil), (.hold, .failed, .onHold), (.revokedBefore, .failed, .revoked),
            (.revokedAfter, .failed, .revoked), (.wrongResponder, .indeterminate, .revocationUnknown),
            (.staleList, .indeterminate, .revocationStale), (.sha1, .passed, nil), (.renewedSameKey, .passed, nil),
            (.rekeyedSameName, .passed, nil),
        ] as [(TestFault?, PathResult.Outcome, PathRule?)], [false, true])
    func `a subscriber's certificate, by OCSP and by lists`(
        _ row: (fault: TestFault?, outcome: PathResult.Outcome, rule: PathRule?), _ isListOnly: Bool
    ) async throws {
        let result = judge(citizen, try await material(row.fault, citizen, isListOnly: isListOnly))
        #expect(result.outcome == row.outcome && result.faults.first?.rule == row.rule, "\(result.faults)")
    }

    @Test(arguments: [TestFault.hold, .revokedBefore, .revokedAfter])
    func `a revocation is of subscribers, not of the services' own certificates`(_ fault: TestFault) async throws {
        #expect(judge(tsa, try await material(fault, tsa)).outcome == .passed)
    }

    @Test(arguments: [false, true])
    func `what was before the revocation holds`(_ isListOnly: Bool) async throws {
        let after = try await material(.revokedAfter, citizen, isListOnly: isListOnly)
        #expect(judge(citizen, after, at: now.adding(seconds: -1)).outcome == .passed)
        let before = try await material(.revokedBefore, citizen, isListOnly: isListOnly)
        #expect(judge(citizen, before, at: now.adding(seconds: -1)).outcome == .failed)
    }

    @Test func `weak answers are signed over SHA-1, usual ones are not`() async throws {
        for (fault, isWeak) in [(TestFault.sha1, true), (nil, false)] {
            let byResponse = try await material(fault, citizen)
            let byList = try await material(fault, citizen, isListOnly: true)
            let scheme = byResponse.ocspResponses.first?.basic?.scheme
            #expect((scheme?.digest == .sha1) == isWeak)
            #expect(byList.revocationLists.allSatisfy { ($0.scheme?.digest == .sha1) == isWeak })
            for (material, place) in [
                (byResponse, PathResult.AlgorithmFault.Place.ocspResponse), (byList, .revocationList),
            ] {
                // The path holds all the same: algorithms are another question.
                let result = judge(citizen, material)
                let faults = result.algorithmFaults(under: .etsi2026, at: now)
                #expect(result.outcome == .passed && faults.contains { $0.place == place } == isWeak)
                #expect(faults.allSatisfy { $0.place != .certificate })
                #expect(result.algorithmFaults(under: .rfc5280, at: now).isEmpty)
            }
        }
    }

    @Test func `a renewed authority has another certificate, a re-keyed one another key that signs its lists`()
        async throws
    {
        let usual = infrastructure.publicDomain.issuing.certificate
        let renewed = try await material(.renewedSameKey, citizen).certificates
        #expect(renewed.count == 1 && renewed[0] != usual && renewed[0].subject == usual.subject)
        #expect(renewed[0].subjectPublicKeyInfo == usual.subjectPublicKeyInfo)
        let rekeyed = try await material(.rekeyedSameName, citizen, isListOnly: true)
        let other = try #require(rekeyed.certificates.first { $0.subjectPublicKeyInfo != usual.subjectPublicKeyInfo })
        #expect(other.subject == usual.subject && rekeyed.certificates.contains(usual))
        let list = try #require(rekeyed.revocationLists.first { $0.issuer == usual.subject })
        #expect(try list.isSigned(by: other.subjectPublicKeyInfo.publicKey()))
        #expect(try !list.isSigned(by: usual.subjectPublicKeyInfo.publicKey()))
    }

    @Test func `an expired authority of time-stamps, and one that is none`() throws {
        func faults(_ fault: TestFault?) throws -> [TimeStampFault] {
            let request = TimeStampRequest(try MessageImprint(of: [1, 2, 3]))
            let reply = try infrastructure.services(fault: fault)
                .reply(method: "POST", path: "/tsa", body: request.bytes, at: now)
            let token = try #require(try TimeStampResponse(parsing: reply.body).token)
            return token.verify(stamping: [1, 2, 3]).faults
        }
        #expect(try faults(nil) == [])
        #expect(try faults(.expired) == [.outsideValidity])
        #expect(try faults(.wrongExtendedKeyUsage) == [.extendedKeyUsage])
    }

    @Test func `every fault but the signer's clock concerns services`() {
        #expect(TestFault.allCases.filter { !$0.concernsServices } == [.signingTimeAhead])
    }
}
