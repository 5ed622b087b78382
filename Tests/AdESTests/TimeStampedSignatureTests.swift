// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import TestSupport
import Testing

/// An authority that answers something else than it was asked.
struct OtherTimeStamps: TimeStamping {
    let answer: @Sendable (MessageImprint) throws -> TimeStampToken
    func token(for imprint: MessageImprint) async throws -> TimeStampToken { try answer(imprint) }
}

struct NoAnswer: Error, Equatable {}

@Suite struct `CAdES B-T (EN 319 122-1 §5.3)` {
    private let fixture: SignatureFixture
    private let authority: StoppedTimeStampAuthority
    private static let later = SignatureFixture.now.adding(seconds: 60)

    init() throws {
        fixture = try SignatureFixture.shared.get()
        authority = try fixture.infrastructure.timeStampAuthority().stamping(at: Self.later)
    }

    private func signed(_ signer: some Signer, _ authority: some TimeStamping) async throws -> [UInt8] {
        try await CAdESSignature.detached(
            over: MemorySource(SignatureFixture.content), by: signer, claiming: SignatureFixture.now,
            level: .t(authority))
    }

    private func facts(_ signature: [UInt8]) throws -> SignatureFacts {
        let document = try CAdESDocument(parsing: signature, content: MemorySource(SignatureFixture.content))
        return try #require(try document.signatureFacts(with: fixture.material).first)
    }

    @Test func `a signer who is an anchor signs while the certificate is valid, or a time-stamp proves that`()
        async throws
    {
        let day: Int64 = 86_400
        let signer = try fixture.signer(.elliptic(.p256)) { $0.notAfter = SignatureFixture.now.adding(seconds: day) }
        let validator = fixture.validator(
            trust: fixture.infrastructure.trust + [TrustDomain(name: "pinned", anchors: [signer.certificate])],
            policy: .etsi2026)
        let after = SignatureFixture.now.adding(seconds: 2 * day)
        let plain = try await fixture.detached(signer)
        #expect(try fixture.judge(plain, at: Self.later, with: validator) == .passed)
        #expect(try fixture.judge(plain, at: after, with: validator) == .open(.outOfBoundsNotRevoked))
        let stamped = try await signed(signer, authority)
        #expect(try fixture.judge(stamped, at: after, with: validator) == .passed)
    }

    @Test(arguments: SignerKind.all) func `openssl and pyHanko accept it, and its token`(_ kind: SignerKind)
        async throws
    {
        let signer = try fixture.signer(kind.kind, kind.scheme)
        let signature = try await signed(signer, authority)
        #expect(try fixture.judge(signature, at: Self.later) == .passed)
        let facts = try facts(signature)
        #expect(facts.level == .t)
        let stamp = try #require(facts.timeStamps.first)
        #expect(stamp.id == "T-1" && stamp.kind == .signature && stamp.holds)
        #expect(stamp.facts?.time == Self.later)
        #expect(stamp.covers == facts.signatureObject.map { [$0] })
        let token = try #require(stamp.token)
        let value = try SignedData(parsing: signature).signers[0].signature

        let folder = try TemporaryFolder()
        try folder.write(token.bytes, as: "token")
        try folder.write(value, as: "value")
        try folder.write(signature, as: "signature")
        try folder.write(SignatureFixture.content, as: "content")
        let domain = fixture.infrastructure.publicDomain
        try folder.write(PEM.encode(domain.root.certificate.bytes, label: "CERTIFICATE"), as: "root")
        try folder.write(PEM.encode(domain.issuing.certificate.bytes, label: "CERTIFICATE"), as: "issuing")
        let time = "\(Self.later.seconds)"
        let asked = try OpenSSLPeer.run(
            [
                "ts", "-verify", "-token_in", "-in", "token", "-data", "value", "-CAfile", "root", "-untrusted",
                "issuing", "-attime", time,
            ], in: folder, cases: "signature-time-stamp of \(kind.testDescription)")
        guard let asked else { return }
        #expect(asked.status == 0, "\(asked.text) \(asked.errors)")
        if kind.scheme != .ed25519 {
            let cms = try OpenSSLPeer.run(
                [
                    "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "signature", "-content", "content",
                    "-CAfile", "root", "-purpose", "any", "-attime", time,
                ], in: folder, cases: "CAdES B-T of \(kind.testDescription)")
            #expect(cms?.status == 0, "\(cms?.errors ?? "")")
        }
        let peer = try AdESPeer(
            trusting: [domain.root.certificate.bytes], certificates: fixture.material.certificates.map(\.bytes),
            lists: fixture.material.revocationLists.map(\.bytes), at: Self.later.seconds)
        let answers = try peer.judge(
            [(signature, SignatureFixture.content), (signature, [1])], cases: "CAdES B-T of \(kind.testDescription)")
        if let answers {
            #expect(answers[0].status == "OK" && answers[0].bestSignatureTime == Self.later.seconds, "\(answers[0])")
            #expect(answers[1].status == "HASH_FAILURE", "\(answers[1])")
        }
    }

    @Test func `the enveloping form has the same level`() async throws {
        let signature = try await CAdESSignature.enveloping(
            MemorySource(SignatureFixture.content), by: fixture.company, claiming: SignatureFixture.now,
            level: .t(authority))
        let facts = try CAdESDocument(parsing: signature).signatureFacts(with: fixture.material)
        #expect(facts.map(\.level) == [.t])
        #expect(try fixture.judge(signature, content: nil, at: Self.later) == .passed)
    }

    @Test func `without a token there is no signature`() async throws {
        let silent = OtherTimeStamps { _ in throw NoAnswer() }
        await #expect(throws: NoAnswer()) { try await signed(fixture.citizen, silent) }
    }

    @Test func `a token over another value is refused, also beside the right one later`() async throws {
        let authority = authority
        let other = try await authority.token(for: MessageImprint(of: [1, 2, 3]))
        let wrong = OtherTimeStamps { _ in other }
        await #expect(throws: AdESError(.timeStampNotAccepted, "")) { try await signed(fixture.citizen, wrong) }
        // Somebody can still put it there: it proves nothing then.
        var parts = try await Parts(signed(fixture.citizen, authority))
        parts.addUnsigned(CMSAttribute.encode(.signatureTimeStamp, value: other.bytes))
        let facts = try facts(parts.bytes)
        #expect(facts.timeStamps.map(\.holds).sorted { $0 && !$1 } == [true, false])
        #expect(facts.timeStamps.first { !$0.holds }?.facts?.faults == [.imprintMismatch])
        #expect(Set(facts.timeStamps.map(\.id)) == ["T-1", "T-2"])
    }

    @Test func `a token from before or after the certificate's validity is refused`() async throws {
        let early = fixture.citizen.certificate.notBefore
        for (time, isGood) in [
            (early.adding(seconds: -1), false), (early, true), (fixture.citizen.certificate.notAfter, true),
            (fixture.citizen.certificate.notAfter.adding(seconds: 1), false),
        ] {
            // The authority of a test infrastructure was certified when that was made; this one is older.
            let key = try SoftwareKey.generate(.elliptic(.p256))
            var template = CertificateTemplate(
                subject: .vietnam(commonName: "TEST old TSA"), notBefore: early.adding(seconds: -86_400),
                notAfter: early.adding(seconds: 10 * 365 * 86_400), keyUsage: [.digitalSignature],
                extendedKeyUsage: ["1.3.6.1.5.5.7.3.8"])
            template.extendedKeyUsageIsCritical = true
            let certificate = try fixture.infrastructure.publicDomain.issuing.issue(
                template, for: key.subjectPublicKeyInfo)
            let old = TimeStampAuthority(key: key, certificate: certificate).stamping(at: time)
            if isGood {
                #expect(try await facts(signed(fixture.citizen, old)).level == .t)
            } else {
                await #expect(throws: AdESError(.timeStampNotAccepted, "")) { try await signed(fixture.citizen, old) }
            }
        }
    }

    @Test func `a token whose value is broken, or without its certificate, is refused`() async throws {
        let authority = authority
        let broken = OtherTimeStamps { imprint in
            var bytes = try authority.authority.token(for: TimeStampRequest(imprint), at: Self.later)
            bytes[bytes.count - 1] ^= 1
            return try TimeStampToken(parsing: bytes)
        }
        await #expect(throws: AdESError(.timeStampNotAccepted, "")) { try await signed(fixture.citizen, broken) }
        let bare = OtherTimeStamps { imprint in
            try TimeStampToken(
                parsing: authority.authority.token(
                    for: TimeStampRequest(imprint, wantsCertificate: false), at: Self.later))
        }
        await #expect(throws: AdESError(.timeStampNotAccepted, "")) { try await signed(fixture.citizen, bare) }
    }

    @Test func `a wrong value is refused before the authority is asked`() async throws {
        let other = try fixture.signer(.elliptic(.p256))
        let liar = Liar(certificate: fixture.citizen.certificate, chain: [], scheme: .ecdsa(.sha256), signer: other)
        let silent = OtherTimeStamps { _ in throw NoAnswer() }
        await #expect(throws: AdESError(.signatureValueMismatch, "")) { try await signed(liar, silent) }
    }

    @Test func `a value that its key verified is taken for the certificate of that key alone`() async throws {
        let (own, other) = (fixture.citizen, try fixture.signer(.elliptic(.p256)))
        let forwarding = Forwarding(certificate: own.certificate, chain: [], scheme: own.scheme, signer: own)
        #expect(try await !signed(forwarding, authority).isEmpty)
        let liar = Forwarding(certificate: own.certificate, chain: [], scheme: own.scheme, signer: other)
        await #expect(throws: AdESError(.signatureValueMismatch, "")) { try await signed(liar, authority) }
        await #expect(throws: AdESError(.signatureValueMismatch, "")) {
            try await CAdESSignature.detached(over: MemorySource([1]), by: liar, claiming: Self.later)
        }
    }

    @Test func `an unreadable time-stamp is a fault of it, not of the signature`() async throws {
        var parts = try await Parts(fixture.detached(fixture.citizen))
        parts.addUnsigned(CMSAttribute.encode(.signatureTimeStamp, value: [0x04, 0x01, 0x00]))
        let facts = try facts(parts.bytes)
        #expect(facts.level == .b && facts.formatFaults.isEmpty)
        #expect(facts.timeStamps.first?.formatFaults.map(\.code) == ["time-stamp-unreadable"])
        #expect(try fixture.judge(parts.bytes) == .passed)
    }
}

/// A signer that signs with another key than its certificate's.
private struct Liar: Signer {
    let certificate: Certificate
    let chain: [Certificate]
    let scheme: SignatureScheme
    let signer: SoftwareSigner
    func signature(over bytes: [UInt8]) async throws -> [UInt8] { try await signer.signature(over: bytes) }
}

/// A signer that hands on what another key verified.
private struct Forwarding: SelfVerifyingSigner {
    let certificate: Certificate
    let chain: [Certificate]
    let scheme: SignatureScheme
    let signer: SoftwareSigner
    func signature(over bytes: [UInt8]) async throws -> [UInt8] { try await signer.signature(over: bytes) }
    func signatureValue(over bytes: [UInt8]) async throws -> SignatureValue {
        try await signer.signatureValue(over: bytes)
    }
}

/// Puts things into a signature that its maker did not, without checking anything.
struct Parts {
    private(set) var bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Adds an unsigned attribute to the only signer.
    mutating func addUnsigned(_ attribute: [UInt8]) {
        edit { signer in
            if signer.last?.first == 0xa1, let last = signer.popLast(), let set = try? DERElement(parsing: last) {
                signer.append(DERWriter.bytes { $0.element(.context(1), set.contentBytes + attribute) })
            } else {
                signer.append(DERWriter.bytes { $0.element(.context(1), attribute) })
            }
        }
    }

    /// Changes the fields of the only signer.
    mutating func edit(_ change: (inout [[UInt8]]) -> Void) {
        editData { data in
            var signers = Self.children(data[data.count - 1])
            var signer = Self.children(signers[0])
            change(&signer)
            signers[0] = Self.joined(.sequence, signer)
            data[data.count - 1] = Self.joined(.set, signers)
        }
    }

    /// Changes the fields of the SignedData.
    mutating func editData(_ change: (inout [[UInt8]]) -> Void) {
        var information = Self.children(bytes)
        var data = Self.children(Self.children(information[1])[0])
        change(&data)
        information[1] = Self.joined(.context(0), [Self.joined(.sequence, data)])
        bytes = Self.joined(.sequence, information)
    }

    private static func children(_ bytes: [UInt8]) -> [[UInt8]] {
        ((try? DERElement(parsing: bytes).elements()) ?? []).map(\.bytes)
    }

    private static func joined(_ tag: DERTag, _ parts: [[UInt8]]) -> [UInt8] {
        DERWriter.bytes { $0.element(tag, parts.flatMap(\.self)) }
    }
}
