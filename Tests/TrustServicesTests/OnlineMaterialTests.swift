// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SoftwareKeys
import Synchronization
import TestPKI
import Testing

@testable import TrustServices

@Suite("What is missing is fetched — RFC 5280 §4.2.1.13, §4.2.2.1, RFC 6960", .timeLimit(.minutes(20)))
struct OnlineMaterialTests {
    /// 2026-11-21T00:00:00Z.
    private static let now = Instant(seconds: 1_795_219_200)
    /// Keys take long to make; all tests share these.
    private static let shared = Result { try TestInfrastructure(at: now.adding(seconds: -86_400)) }
    private let infrastructure: TestInfrastructure
    private let citizen: Certificate
    private let tsa: Certificate
    private var now: Instant { Self.now }

    init() throws {
        infrastructure = try Self.shared.get()
        citizen = try #require(infrastructure.subscriber("citizen")).certificate
        tsa = try #require(infrastructure.subscriber("tsa")).certificate
    }

    private func fetcher(
        dead: [String] = [], _ change: (inout TestServices) -> Void = { _ in }
    ) throws -> ServicesFetcher {
        var services = try infrastructure.services()
        change(&services)
        return ServicesFetcher(services, at: now, dead: dead)
    }

    private func collect(
        _ fetcher: any HTTPFetching, _ certificates: [Certificate], having: ValidationMaterial = ValidationMaterial(),
        limits: OnlineMaterial.Limits = OnlineMaterial.Limits()
    ) async -> (material: ValidationMaterial, notes: [RetrievalNote]) {
        await OnlineMaterial(ServiceAccess(fetcher, retry: .once), nonces: SystemRandom(), limits: limits)
            .material(completing: certificates, trusting: infrastructure.trust, having: having, at: now)
    }

    private func judge(_ certificate: Certificate, _ material: ValidationMaterial) -> PathResult {
        CertificateGraph(of: certificate, trusting: infrastructure.trust, material: material)
            .evaluate(at: now, purpose: .any, revocation: .required)
    }

    @Test func `with nothing at hand a certificate passes after three calls`() async throws {
        let fetcher = try fetcher()
        #expect(judge(citizen, ValidationMaterial()).outcome == .indeterminate)
        let (material, notes) = await collect(fetcher, [citizen])
        #expect(judge(citizen, material).outcome == .passed)
        #expect(notes.isEmpty)
        #expect(fetcher.asked == ["certificates/public-issuing.crt", "ocsp/public", "crl/public-root.crl"])
        #expect(material.ocspResponses.first?.basic?.nonce?.count == 16)
    }

    @Test func `a second certificate of the same authority costs what is its own`() async throws {
        let fetcher = try fetcher()
        let (material, notes) = await collect(fetcher, [citizen, tsa, citizen])
        #expect(judge(citizen, material).outcome == .passed && judge(tsa, material).outcome == .passed)
        #expect(notes.isEmpty)
        #expect(
            fetcher.asked == [
                "certificates/public-issuing.crt", "ocsp/public", "crl/public-root.crl", "crl/public-issuing.crl",
            ])
    }

    @Test func `nothing is asked when nothing is missing, nor of an anchor`() async throws {
        let fetcher = try fetcher()
        let root = infrastructure.publicDomain.root.certificate
        let (material, notes) = await collect(
            fetcher, [citizen, root], having: try infrastructure.material(at: now))
        #expect(fetcher.asked.isEmpty && notes.isEmpty && material.certificates.isEmpty)
    }

    @Test func `a revoked certificate is known after its response, and no further source is asked`() async throws {
        let fetcher = try fetcher {
            $0.responders["public"]?.otherStatus = .revoked(since: now.adding(seconds: -9), reason: .keyCompromise)
        }
        let (material, _) = await collect(fetcher, [citizen])
        #expect(judge(citizen, material).faults.first?.rule == .revoked)
        #expect(!fetcher.asked.contains("crl/public-issuing.crl"))
    }

    @Test func `without a responder the list answers, and a note says where nobody was`() async throws {
        let fetcher = try fetcher(dead: ["ocsp"])
        let (material, notes) = await collect(fetcher, [citizen])
        #expect(judge(citizen, material).outcome == .passed)
        let note = try #require(notes.first)
        #expect(notes.count == 1 && note.kind == .ocspResponse && note.error.code == .notReachable)
        #expect(note.address == "http://pki.dossier.test/ocsp/public" && note.certificate == citizen)
        #expect(
            note.phrase.en
                == "the OCSP response could not be fetched from http://pki.dossier.test/ocsp/public: nobody answers there"
        )
    }

    @Test func `a place where nobody answers is asked once for all certificates`() async throws {
        let fetcher = try fetcher(dead: ["ocsp", "crl/public-issuing"])
        let company = try #require(infrastructure.subscriber("company")).certificate
        let (_, notes) = await collect(fetcher, [citizen, company])
        #expect(fetcher.asked.count { $0 == "ocsp/public" } == 1)
        #expect(fetcher.asked.count { $0 == "crl/public-issuing.crl" } == 1)
        #expect(notes.map(\.certificate) == [citizen, citizen, company, company])
        #expect(Set(notes.map(\.kind)) == [.ocspResponse, .revocationList])
    }

    @Test func `a response by somebody else is noted, and the list answers`() async throws {
        let duty = try infrastructure.ocspResponder(for: infrastructure.publicDutyDomain)
        let fetcher = try fetcher {
            $0.responders["public"]?.key = duty.key
            $0.responders["public"]?.certificate = duty.certificate
        }
        let (material, notes) = await collect(fetcher, [citizen])
        #expect(notes.map(\.error.code) == [.wrongAnswer])
        #expect(judge(citizen, material).outcome == .passed)
        #expect(fetcher.asked.contains("crl/public-issuing.crl"))
    }

    @Test func `a responder that must be checked itself is checked`() async throws {
        let issuing = infrastructure.publicDomain.issuing
        let key = try SoftwareKey.generate(.elliptic(.p256))
        var template = CertificateTemplate(
            subject: .vietnam(commonName: "DOSSIERKIT TEST Checked Responder"), notBefore: infrastructure.madeAt,
            notAfter: now.adding(seconds: 86_400), keyUsage: [.digitalSignature],
            extendedKeyUsage: ["1.3.6.1.5.5.7.3.9"])
        template.revocationListURLs = ["http://pki.dossier.test/crl/public-issuing.crl"]
        let responder = try issuing.issue(template, for: key.subjectPublicKeyInfo)
        let fetcher = try fetcher {
            $0.responders["public"]?.key = key
            $0.responders["public"]?.certificate = responder
        }
        let (material, notes) = await collect(fetcher, [citizen])
        #expect(notes.isEmpty)
        #expect(fetcher.asked.contains("crl/public-issuing.crl"))
        let result = judge(citizen, material)
        #expect(result.outcome == .passed)
        // The responder counts once its own status is known: with the list left out it does not.
        var without = material
        without.revocationLists.removeAll { $0.issuer == issuing.certificate.subject }
        #expect(judge(citizen, without).faults.first?.rule == .revocationUnknown)
    }

    @Test func `a certificate without addresses is noted`() async throws {
        let issuing = infrastructure.publicDomain.issuing
        let key = try SoftwareKey.generate(.elliptic(.p256))
        let silent = try issuing.issue(
            CertificateTemplate(
                subject: .vietnam(commonName: "DOSSIERKIT TEST Silent"), notBefore: infrastructure.madeAt,
                notAfter: now.adding(seconds: 86_400), keyUsage: [.digitalSignature]), for: key.subjectPublicKeyInfo)
        let fetcher = try fetcher()
        let (material, notes) = await collect(fetcher, [silent])
        #expect(material.certificates.isEmpty && fetcher.asked.isEmpty)
        #expect(notes.map(\.error.code) == [.noAddress] && notes.first?.kind == .issuer)
        let authorities = ValidationMaterial(certificates: [issuing.certificate])
        let (_, further) = await collect(fetcher, [silent], having: authorities)
        #expect(further.map(\.error.code) == [.noAddress] && further.first?.kind == .revocationList)
    }

    @Test func `calls and bytes are bounded, and what was found until then is given`() async throws {
        let (material, notes) = await collect(
            try fetcher(), [citizen], limits: OnlineMaterial.Limits(calls: 1))
        #expect(material.certificates == [infrastructure.publicDomain.issuing.certificate])
        #expect(notes.map(\.error.code) == [.overBudget])
        let few = await collect(try fetcher(), [citizen], limits: OnlineMaterial.Limits(bytes: 100))
        #expect(few.notes.map(\.error.code) == [.tooLarge] && few.material.certificates.isEmpty)
    }

    @Test func `time is bounded, although nobody answers`() async throws {
        let collector = OnlineMaterial(ServiceAccess(SilentFetcher()), pause: { _ in })
        let (material, notes) = await collector.material(
            completing: [citizen, tsa], trusting: infrastructure.trust, having: ValidationMaterial(), at: now)
        #expect(material.certificates.isEmpty)
        #expect(notes.map(\.error.code) == [.overBudget])
    }

    @Test func `a cancelled task ends`() async throws {
        let collector = OnlineMaterial(ServiceAccess(SilentFetcher()))
        let (citizen, infrastructure, now) = (citizen, infrastructure, now)
        let task = Task {
            await collector.material(
                completing: [citizen], trusting: infrastructure.trust, having: ValidationMaterial(), at: now)
        }
        task.cancel()
        #expect(await task.value.notes.map(\.error.code) == [.cancelled])
    }

    @Test func `authorities without end cost no more than the budget`() async throws {
        let fetcher = try EndlessFetcher(at: now)
        let first = try fetcher.certificate(0)
        let (material, notes) = await collect(
            fetcher, [first], limits: OnlineMaterial.Limits(calls: 12))
        #expect(fetcher.calls == 12 && material.certificates.count == 12)
        #expect(notes.map(\.error.code) == [.overBudget])
    }
}

/// Answers only by being cancelled.
private struct SilentFetcher: HTTPFetching {
    func response(to request: HTTPRequest) async throws(TrustServicesError) -> HTTPResponse {
        do {
            try await Task.sleep(for: .seconds(60))
        } catch {
            throw TrustServicesError(.cancelled, "")
        }
        throw TrustServicesError(.timeout, "")
    }
}

/// Each issuer names another one.
private final class EndlessFetcher: HTTPFetching {
    private let key: SoftwareKey
    private let time: Instant
    private let count = Mutex(0)

    init(at time: Instant) throws {
        key = try SoftwareKey.generate(.elliptic(.p256))
        self.time = time
    }

    var calls: Int { count.withLock { $0 } }

    func certificate(_ level: Int) throws -> Certificate {
        func template(_ level: Int) -> CertificateTemplate {
            var template = CertificateTemplate(
                subject: .vietnam(commonName: "DOSSIERKIT TEST Level \(level)"), notBefore: time, notAfter: time,
                basicConstraints: BasicConstraints(isAuthority: true), keyUsage: [.keyCertSign])
            template.issuerURLs = ["http://endless.example/\(level + 1)"]
            return template
        }
        return try CertificateAuthority.root(template(level + 1), key: key)
            .issue(template(level), for: key.subjectPublicKeyInfo)
    }

    func response(to request: HTTPRequest) async throws(TrustServicesError) -> HTTPResponse {
        count.withLock { $0 += 1 }
        guard let level = request.address.text.split(separator: "/").last.flatMap({ Int($0) }),
            let certificate = try? certificate(level)
        else { throw TrustServicesError(.internalFailure, "") }
        return HTTPResponse(status: 200, body: certificate.bytes)
    }
}
