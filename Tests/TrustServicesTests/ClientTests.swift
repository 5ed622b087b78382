// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PKIX
import SoftwareKeys
import TestPKI
import TestSupport
import Testing
import TrustServices

@Suite("Lists and issuers from the addresses of certificates — RFC 5280 §4.2.1.13, §4.2.2.1", .timeLimit(.minutes(20)))
struct ClientTests {
    private static let time = Instant(seconds: 1_790_000_000)
    /// Keys take long to make; all tests share these.
    private static let shared = Result { try TestInfrastructure(at: time) }
    private let server: LoopbackServer
    private let infrastructure: TestInfrastructure
    private let citizen: Certificate
    private let issuing: CertificateAuthority
    private let access: ServiceAccess

    init() throws {
        server = try LoopbackServer()
        infrastructure = try Self.shared.get()
        issuing = infrastructure.publicDomain.issuing
        citizen = try #require(infrastructure.subscriber("citizen")).certificate
        var remapping = URLRemapping()
        try remapping.add("http://pki.dossier.test/crl/", server.text("/files/"))
        try remapping.add("http://pki.dossier.test/certificates/", server.text("/files/"))
        access = ServiceAccess(CURLFetcher(proxy: .none), remapping: remapping)
    }

    private func list(_ number: Int64, by authority: CertificateAuthority? = nil) throws -> CertificateRevocationList {
        try (authority ?? issuing).revocationList(
            [], number: number, thisUpdate: Self.time, nextUpdate: Self.time.adding(seconds: 3600))
    }

    private func fetch(_ client: RevocationListClient, after seconds: Int64 = 1) async throws
        -> CertificateRevocationList?
    {
        try await client.revocationList(
            for: citizen, issuedBy: issuing.certificate, at: Self.time.adding(seconds: seconds))
    }

    @Test func `the addresses of a certificate are read`() {
        #expect(citizen.revocationListAddresses == ["http://pki.dossier.test/crl/public-issuing.crl"])
        #expect(citizen.issuerAddresses == ["http://pki.dossier.test/certificates/public-issuing.crt"])
        #expect(citizen.responderAddresses == ["http://pki.dossier.test/ocsp/public"])
        #expect(infrastructure.publicDomain.root.certificate.revocationListAddresses.isEmpty)
    }

    @Test func `a list is fetched once and again when it has ended`() async throws {
        let client = RevocationListClient(access)
        let first = try list(1)
        let second = try list(2)
        try server.files.write(first.bytes, as: "public-issuing.crl")
        #expect(try await fetch(client) == first)
        try server.files.write(second.bytes, as: "public-issuing.crl")
        #expect(try await fetch(client, after: 3599) == first)
        #expect(try await fetch(client, after: 3600) == second)
    }

    @Test func `a list in PEM is read`() async throws {
        let list = try list(1)
        try server.files.write(PEM.encode(list.bytes, label: "X509 CRL"), as: "public-issuing.crl")
        #expect(try await fetch(RevocationListClient(access)) == list)
    }

    @Test func `a list that the issuer did not sign is not kept`() async throws {
        let client = RevocationListClient(access)
        let forged = try list(1, by: infrastructure.publicDutyDomain.issuing)
        try server.files.write(forged.bytes, as: "public-issuing.crl")
        #expect(try await fetch(client) == forged)
        let real = try list(2)
        try server.files.write(real.bytes, as: "public-issuing.crl")
        #expect(try await fetch(client) == real)
    }

    @Test func `bytes that are no list, and a missing list, are errors`() async throws {
        let client = RevocationListClient(access)
        await #expect(throws: TrustServicesError(.unexpectedStatus, "")) { try await fetch(client) }
        try server.files.write("<html>", as: "public-issuing.crl")
        await #expect(throws: TrustServicesError(.unexpectedContent, "")) { try await fetch(client) }
    }

    @Test func `without a rule the guard judges the address of a certificate`() async throws {
        let template = try TestInfrastructure(at: Self.time, baseURL: server.text("/"))
        let certificate = try #require(template.subscriber("citizen")).certificate
        let client = RevocationListClient(ServiceAccess(CURLFetcher(proxy: .none)))
        await #expect(throws: TrustServicesError(.addressNotPublic, "")) {
            try await client.revocationList(
                for: certificate, issuedBy: template.publicDomain.issuing.certificate, at: Self.time)
        }
    }

    @Test func `issuers are fetched in DER and PEM, others of that address are left out`() async throws {
        let client = IssuerClient(access)
        try server.files.write(issuing.certificate.bytes, as: "public-issuing.crt")
        #expect(try await client.issuers(of: citizen) == [issuing.certificate])
        let pem = [infrastructure.publicDomain.root.certificate, issuing.certificate]
            .map { PEM.encode($0.bytes, label: "CERTIFICATE") }.joined()
        try server.files.write(pem, as: "public-issuing.crt")
        #expect(try await client.issuers(of: citizen) == [issuing.certificate])
    }

    @Test func `another authority's certificate is no issuer`() async throws {
        try server.files.write(infrastructure.publicDomain.root.certificate.bytes, as: "public-issuing.crt")
        await #expect(throws: TrustServicesError(.unexpectedContent, "")) {
            try await IssuerClient(access).issuers(of: citizen)
        }
    }
}

@Suite("The cache of answers")
struct MaterialCacheTests {
    private let key = MaterialCache.Key(issuer: [1], .serialNumber([2]))
    private let now = Instant(seconds: 100)

    @Test func `an answer holds to its end`() {
        let cache = MaterialCache()
        cache.keep([7], for: key, until: Instant(seconds: 200))
        #expect(cache.bytes(for: key, at: now) == [7])
        #expect(cache.bytes(for: key, at: Instant(seconds: 199)) == [7])
        #expect(cache.bytes(for: key, at: Instant(seconds: 200)) == nil)
        #expect(cache.bytes(for: key, at: Instant(seconds: 150)) == nil, "it was forgotten")
    }

    @Test func `an answer serves neither another serial number nor another issuer`() {
        let cache = MaterialCache()
        cache.keep([7], for: key, until: Instant(seconds: 200))
        #expect(cache.bytes(for: .init(issuer: [1], .serialNumber([3])), at: now) == nil)
        #expect(cache.bytes(for: .init(issuer: [2], .serialNumber([2])), at: now) == nil)
        #expect(cache.bytes(for: .init(issuer: [1], .list("2")), at: now) == nil)
    }

    @Test func `an answer without an end is not kept, and the size is bounded`() {
        let cache = MaterialCache(limit: 10)
        cache.keep([7], for: key, until: nil)
        #expect(cache.bytes(for: key, at: now) == nil)
        for number in 0..<20 as Range<UInt8> {
            cache.keep(
                [number, number, number], for: .init(issuer: [number], .list("")),
                until: Instant(seconds: 200 + Int64(number)))
        }
        let kept = (0..<20).filter { cache.bytes(for: .init(issuer: [$0], .list("")), at: now) != nil }
        #expect(kept == [17, 18, 19])
        cache.keep([UInt8](repeating: 0, count: 11), for: key, until: Instant(seconds: 900))
        #expect(cache.bytes(for: key, at: now) == nil)
    }
}
