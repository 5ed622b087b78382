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

/// A signer that counts its calls and may answer wrongly.
private final class SpySigner: Signer {
    let certificate: Certificate
    let chain: [Certificate]
    let scheme: SignatureScheme
    private let inner: SoftwareSigner
    private let answer: (@Sendable ([UInt8]) -> [UInt8])?
    private let count = Mutex(0)

    init(_ inner: SoftwareSigner, answering answer: (@Sendable ([UInt8]) -> [UInt8])? = nil) {
        self.inner = inner
        self.answer = answer
        certificate = inner.certificate
        chain = inner.chain
        scheme = inner.scheme
    }

    var calls: Int { count.withLock { $0 } }

    func signature(over dataToBeSigned: [UInt8]) async throws -> [UInt8] {
        count.withLock { $0 += 1 }
        let value = try await inner.signature(over: dataToBeSigned)
        return answer?(value) ?? value
    }
}

@Suite struct `What must hold before and after a key is called (Circular 15/2025, Article 5)` {
    private let fixture: SignatureFixture

    init() throws { fixture = try SignatureFixture.shared.get() }

    /// Checks, then signs; the way a portal does.
    private func sign(
        _ signer: SpySigner, trust: [TrustDomain]? = nil, material: ValidationMaterial? = nil,
        policy: ValidationPolicy = .vietnam2026, at days: Int64 = 0, revocation: RevocationMode = .required
    ) async throws -> [UInt8] {
        let check = SignerCheck(
            trusting: trust ?? fixture.infrastructure.trust, material: material ?? fixture.material, policy: policy,
            revocation: revocation)
        try check.check(signer, at: SignatureFixture.now.adding(seconds: days * 86_400))
        return try await fixture.detached(signer)
    }

    private func code(_ body: () async throws -> Void) async throws -> AdESError.Code? {
        do {
            try await body()
            return nil
        } catch let error as AdESError {
            return error.code
        }
    }

    @Test func `a valid signer is called once and its signature passes`() async throws {
        let spy = SpySigner(fixture.citizen)
        #expect(try fixture.judge(await sign(spy)) == .passed)
        #expect(spy.calls == 1)
    }

    @Test func `a signer that is not valid is never called`() async throws {
        let issuing = fixture.infrastructure.publicDomain.issuing
        let revoked = try issuing.revocationList(
            [.init(serialNumber: fixture.citizen.certificate.serialNumber, revocationDate: SignatureFixture.now)],
            thisUpdate: SignatureFixture.now, nextUpdate: SignatureFixture.now.adding(seconds: 86_400))
        let root = try fixture.infrastructure.publicDomain.root.revocationList(
            thisUpdate: SignatureFixture.now, nextUpdate: SignatureFixture.now.adding(seconds: 86_400))
        let spy = SpySigner(fixture.citizen)
        #expect(try await code { _ = try await sign(spy, at: 3 * 365 + 1) } == .signerNotValid)
        #expect(try await code { _ = try await sign(spy, at: -1) } == .signerNotValid)
        #expect(
            try await code { _ = try await sign(spy, material: .init(revocationLists: [revoked, root])) }
                == .signerNotValid)
        #expect(try await code { _ = try await sign(spy, trust: []) } == .signerIndeterminate)
        #expect(try await code { _ = try await sign(spy, material: .init()) } == .signerIndeterminate)
        #expect(try await code { _ = try await sign(spy, at: 31) } == .signerIndeterminate)
        #expect(try await code { _ = try await sign(spy, revocation: .off) } == .signerIndeterminate)
        #expect(try await code { _ = try await sign(spy, policy: .etsi2026, revocation: .off) } == nil)
        #expect(spy.calls == 1)
    }

    @Test func `a signer whose key may not sign, or whose algorithm is not accepted, is never called`() async throws {
        let encipher = SpySigner(try fixture.signer(.elliptic(.p256)) { $0.keyUsage = KeyUsage(rawValue: 1 << 2) })
        #expect(try await code { _ = try await sign(encipher) } == .signerNotValid)
        let weakDigest = SpySigner(try fixture.signer(.elliptic(.p256), .ecdsa(.sha1)))
        #expect(try await code { _ = try await sign(weakDigest) } == .algorithmNotAllowed)
        let smallCurve = SpySigner(try fixture.signer(.elliptic(.brainpoolP224r1)))
        #expect(try await code { _ = try await sign(smallCurve) } == .algorithmNotAllowed)
        #expect(encipher.calls + weakDigest.calls + smallCurve.calls == 0)
    }

    @Test func `SHA-1 and MD5 are not prepared`() throws {
        for digest in [DigestAlgorithm.sha1, .md5] {
            #expect(throws: AdESError(.algorithmNotAllowed, "")) {
                try PreparedSignature(
                    contentDigest: [UInt8](repeating: 0, count: digest.byteCount),
                    certificate: fixture.company.certificate, chain: [], scheme: .rsaPKCS1(digest), signingTime: nil)
            }
        }
        #expect(throws: AdESError(.invalidPreparation, "")) {
            try PreparedSignature(
                contentDigest: [1], certificate: fixture.company.certificate, chain: [], scheme: .rsaPSS(.sha256),
                signingTime: nil)
        }
    }

    @Test func `a wrong value is found before it is given out`() async throws {
        let wrong: [@Sendable ([UInt8]) -> [UInt8]] = [
            { value in [value[0] ^ 1] + value.dropFirst() }, { _ in [] }, { $0 + [0] }, { $0.dropLast() },
        ]
        for answer in wrong {
            let spy = SpySigner(fixture.citizen, answering: answer)
            #expect(try await code { _ = try await fixture.detached(spy) } == .signatureValueMismatch)
            #expect(spy.calls == 1)
        }
        let other = try fixture.signer(.elliptic(.p256))
        let prepared = try PreparedSignature(
            contentDigest: DigestAlgorithm.sha256.digest(of: SignatureFixture.content),
            certificate: fixture.citizen.certificate, chain: [], scheme: .ecdsa(.sha256),
            signingTime: SignatureFixture.now)
        let value = try await other.signature(over: prepared.dataToBeSigned)
        #expect(throws: AdESError(.signatureValueMismatch, "")) { try prepared.completed(with: value) }
        let right = try await fixture.citizen.signature(over: prepared.dataToBeSigned)
        #expect(try fixture.judge(prepared.completed(with: right)) == .passed)
    }

    @Test func `errors of the signer come through unchanged`() async throws {
        struct TokenRemoved: Error {}
        struct Absent: Signer {
            let certificate: Certificate
            let chain: [Certificate] = []
            let scheme = SignatureScheme.ecdsa(.sha256)
            func signature(over dataToBeSigned: [UInt8]) async throws -> [UInt8] { throw TokenRemoved() }
        }
        let certificate = fixture.citizen.certificate
        await #expect(throws: TokenRemoved.self) { try await fixture.detached(Absent(certificate: certificate)) }
    }
}
