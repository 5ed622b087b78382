// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import PKIX
import TestPKI
import TestSupport
import Testing
import TrustServices

@Suite("Asking time-stamp authorities — RFC 3161, answers by openssl ts", .timeLimit(.minutes(20)))
struct TimeStampClientTests {
    private let place: ServicePlace
    private let content = Array("a signature value".utf8)

    init() throws { place = try ServicePlace() }

    private func client(_ paths: String...) throws -> TimeStampClient {
        try TimeStampClient(paths.map { try place.server.address($0) }, place.access(), random: SystemRandom())
    }

    private func refused(
        _ code: TrustServicesError.Code, _ client: TimeStampClient, location: SourceLocation = #_sourceLocation
    ) async {
        await #expect(throws: TrustServicesError(code, ""), sourceLocation: location) {
            try await client.stamp(MessageImprint(of: content))
        }
    }

    @Test func `a token stamps what was asked, by the authority that was named`() async throws {
        let stamp = try await client("/tsa").stamp(MessageImprint(of: content))
        #expect(stamp.token.verify(stamping: content).faults.isEmpty && stamp.failures.isEmpty)
        #expect(stamp.token.verify(stamping: content + [0]).faults == [.imprintMismatch])
        #expect(stamp.authority.text == place.server.text("/tsa"))
        let longer = try await client("/tsa").stamp(MessageImprint(of: content, .sha512), policy: "1.2.3.4.2")
        #expect(longer.token.information.policy == "1.2.3.4.2" && longer.token.information.imprint.digest == .sha512)
    }

    @Test func `the next authority is asked when one does not answer, and the result says so`() async throws {
        let stamp = try await client("/status?503", "/status?404", "/refusing", "/plain", "/tsa")
            .stamp(MessageImprint(of: content))
        #expect(stamp.authority.text == place.server.text("/tsa"))
        #expect(
            stamp.failures.map(\.error.code) == [
                .unexpectedStatus, .unexpectedStatus, .serviceRefused, .unexpectedStatus,
            ])
    }

    @Test func `an authority that is down is asked three times, one that refuses once`() async throws {
        await refused(.unexpectedStatus, try client("/status?503"))
        let count = try await CURLFetcher(proxy: .none).response(
            to: HTTPRequest(.get, place.server.address("/count?/status"), from: .user))
        #expect(count.body == Array("3".utf8))
        await refused(.unexpectedStatus, try client("/status?403"))
        let after = try await CURLFetcher(proxy: .none).response(
            to: HTTPRequest(.get, place.server.address("/count?/status"), from: .user))
        #expect(after.body == Array("4".utf8))
    }

    @Test func `an authority that wants a weaker digest is not obeyed`() async throws {
        await refused(.serviceRefused, try client("/tsa?weak.cnf"))
        let stamp = try await client("/tsa?weak.cnf", "/tsa").stamp(MessageImprint(of: content))
        #expect(stamp.token.information.imprint.digest == .sha256)
    }

    @Test func `an answer to another question is refused`() async throws {
        _ = try await client("/same").stamp(MessageImprint(of: content))
        await refused(.wrongAnswer, try client("/same"))
        await refused(.unexpectedContent, try client("/echo"))
    }

    @Test func `a token that the caller does not accept leads to the next authority`() async throws {
        let stamps = try client("/tsa", "/tsa")
        await #expect(throws: TrustServicesError(.wrongAnswer, "")) {
            try await stamps.stamp(MessageImprint(of: content), isAcceptable: { _ in false })
        }
        let issuer = place.infrastructure.publicDomain.issuing.certificate
        let domain = place.infrastructure.publicDomain.trust
        let stamp = try await stamps.stamp(MessageImprint(of: content)) { token in
            guard let signer = token.verify(stamping: content).signingCertificate else { return false }
            return CertificateGraph(
                of: signer, trusting: [domain], material: ValidationMaterial(certificates: [issuer])
            ).evaluate(at: token.information.time, purpose: .timeStamping, revocation: .off).outcome == .passed
        }
        #expect(stamp.failures.isEmpty)
    }

    @Test func `without an authority there is no time-stamp`() async throws {
        await refused(.invalidAddress, try client())
    }

    @Test func `pauses double, and a service that recovers is heard`() async throws {
        actor Pauses {
            var all: [Int64] = []
            func add(_ pause: Int64) { all.append(pause) }
        }
        let pauses = Pauses()
        let access = ServiceAccess(
            CURLFetcher(proxy: .none), retry: RetryPolicy(tries: 3, firstPause: 500) { await pauses.add($0) })
        let body = try await access.body(of: HTTPRequest(.get, place.server.address("/flaky?3"), from: .user))
        #expect(body == Array("at last".utf8))
        #expect(await pauses.all == [500, 1000])
        await #expect(throws: TrustServicesError(.unexpectedStatus, "")) {
            try await access.body(of: HTTPRequest(.get, place.server.address("/status?500"), from: .user))
        }
        #expect(await pauses.all == [500, 1000, 500, 1000])
    }
}
