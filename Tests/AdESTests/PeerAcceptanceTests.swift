// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import Foundation
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import TestSupport
import Testing

/// A kind of key with the scheme it signs with.
struct SignerKind: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let kind: SoftwareKey.Kind
    let scheme: SignatureScheme

    static let all = [
        SignerKind(testDescription: "RSA-PSS SHA-256", kind: .rsa(bits: 2048), scheme: .rsaPSS(.sha256)),
        SignerKind(testDescription: "RSA-PSS SHA-512", kind: .rsa(bits: 2048), scheme: .rsaPSS(.sha512)),
        SignerKind(testDescription: "RSA PKCS#1 SHA-256", kind: .rsa(bits: 2048), scheme: .rsaPKCS1(.sha256)),
        SignerKind(testDescription: "P-256", kind: .elliptic(.p256), scheme: .ecdsa(.sha256)),
        SignerKind(testDescription: "P-384", kind: .elliptic(.p384), scheme: .ecdsa(.sha384)),
        SignerKind(testDescription: "P-521", kind: .elliptic(.p521), scheme: .ecdsa(.sha512)),
        SignerKind(testDescription: "Ed25519", kind: .ed25519, scheme: .ed25519),
    ]

    /// With SHAKE256, which is in neither list of algorithms.
    static let ed448 = SignerKind(testDescription: "Ed448", kind: .ed448, scheme: .ed448)
}

@Suite struct `CAdES B-B between us and peers (EN 319 122-1)` {
    @Test(arguments: SignerKind.all) func `openssl cms -verify accepts what we sign`(_ kind: SignerKind) async throws {
        let fixture = try SignatureFixture.shared.get()
        let signer = try fixture.signer(kind.kind, kind.scheme)
        let detached = try await fixture.detached(signer)
        let enveloping = try await CAdESSignature.enveloping(
            MemorySource(SignatureFixture.content), by: signer, claiming: SignatureFixture.now)
        #expect(try fixture.judge(detached) == .passed)
        #expect(try fixture.judge(enveloping, content: nil) == .passed)
        guard kind.scheme != .ed25519 else {
            print("not asked of openssl cms: Ed25519, which OpenSSL 3.0 cannot judge in CMS; pyHanko is asked")
            return
        }
        let folder = try TemporaryFolder()
        try folder.write(detached, as: "detached")
        try folder.write(enveloping, as: "enveloping")
        try folder.write(SignatureFixture.content, as: "content")
        try folder.write(SignatureFixture.content + [0], as: "other")
        let root = fixture.infrastructure.publicDomain.root.certificate
        try folder.write(PEM.encode(root.bytes, label: "CERTIFICATE"), as: "root")
        let verify = [
            "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-CAfile", "root", "-purpose", "any", "-attime",
            "\(SignatureFixture.now.seconds)",
        ]
        func ask(_ arguments: [String]) throws -> OpenSSLPeer.Outcome? {
            try OpenSSLPeer.run(verify + arguments, in: folder, cases: "CAdES of \(kind.testDescription)")
        }
        guard let outcome = try ask(["-in", "detached", "-content", "content"]) else { return }
        #expect(outcome.status == 0, "\(outcome.errors)")
        let enclosed = try ask(["-in", "enveloping"])
        #expect(enclosed?.status == 0, "\(enclosed?.errors ?? "")")
        #expect(enclosed?.output == SignatureFixture.content)
        #expect(try ask(["-in", "detached", "-content", "other"])?.status != 0)
    }

    @Test func `pyHanko accepts what we sign`() async throws {
        let fixture = try SignatureFixture.shared.get()
        var requests: [[String: Any]] = []
        var names: [(String, Bool)] = []
        for kind in SignerKind.all + [.ed448] {
            let signer = try fixture.signer(kind.kind, kind.scheme)
            let enveloping = try await CAdESSignature.enveloping(
                MemorySource(SignatureFixture.content), by: signer, claiming: SignatureFixture.now)
            let detached = try await fixture.detached(signer)
            for (signature, content, isRight) in [
                (detached, SignatureFixture.content, true), (enveloping, nil, true),
                (detached, SignatureFixture.content + [0], false),
            ] {
                names.append((kind.testDescription, isRight))
                requests.append([
                    "signature": Hexadecimal.encode(signature),
                    "content": content.map { Hexadecimal.encode($0) } as Any? ?? NSNull(),
                    "root": Hexadecimal.encode(fixture.infrastructure.publicDomain.root.certificate.bytes),
                    "others": fixture.material.certificates.map { Hexadecimal.encode($0.bytes) },
                    "lists": fixture.material.revocationLists.map { Hexadecimal.encode($0.bytes) },
                    "time": SignatureFixture.now.seconds,
                ])
            }
        }
        guard
            let outcome = try PythonPeer.run(
                "Tests/Python/cms_peer.py", input: JSONSerialization.data(withJSONObject: requests),
                cases: "\(requests.count) CAdES signatures against pyHanko")
        else { return }
        try #require(outcome.status == 0, "\(outcome.errors)")
        struct Answer: Decodable {
            let intact: Bool
            let valid: Bool
            let trusted: Bool
            let error: String?
        }
        let answers = try JSONDecoder().decode([Answer].self, from: outcome.output)
        #expect(answers.count == requests.count)
        for ((name, isRight), answer) in zip(names, answers) {
            #expect((answer.intact && answer.valid && answer.trusted) == isRight, "\(name): \(answer)")
        }
        print("CAdES against pyHanko: \(answers.count) signatures, \(names.filter(\.1).count) of them right")
    }

    @Test func `Ed448 is signed with SHAKE256 of 512 bits (RFC 8419 §3.1), and judged by the list of algorithms`()
        async throws
    {
        let fixture = try SignatureFixture.shared.get()
        let signer = try fixture.signer(SignerKind.ed448.kind, SignerKind.ed448.scheme)
        let signature = try await fixture.detached(signer)
        let info = try #require(try SignedData(parsing: signature).signers.first)
        #expect(Hexadecimal.encode(info.digestAlgorithm.bytes) == "300f060960864801650304021202020200")
        let lenient = SignatureValidator(
            trusting: fixture.validator().domains, policy: .rfc5280, material: fixture.material, revocation: .off)
        #expect(try fixture.judge(signature, with: lenient) == .passed)
        #expect(try fixture.judge(signature, content: [1], with: lenient).subIndication == .hashFailure)
        #expect(try fixture.judge(signature).subIndication == .cryptoConstraintsFailureNoPOE)
    }

    @Test(arguments: SignerKind.all) func `what openssl cms -sign -cades makes passes here`(_ kind: SignerKind) throws {
        guard kind.scheme != .ed25519 else {
            print("not made by openssl cms: Ed25519, which OpenSSL 3.0 cannot sign in CMS")
            return
        }
        let fixture = try SignatureFixture.shared.get()
        let folder = try TemporaryFolder()
        let key = try SoftwareKey.generate(kind.kind)
        let issuing = fixture.infrastructure.publicDomain.issuing
        let certificate = try issuing.issue(
            CertificateTemplate(
                subject: .vietnam(commonName: "TEST peer"), notBefore: SignatureFixture.now.adding(seconds: -60),
                notAfter: SignatureFixture.now.adding(seconds: 86_400), keyUsage: [.digitalSignature]),
            for: key.subjectPublicKeyInfo)
        try folder.write(key.dangerouslyUnprotectedPEM(), as: "key")
        try folder.write(PEM.encode(certificate.bytes, label: "CERTIFICATE"), as: "certificate")
        try folder.write(SignatureFixture.content, as: "content")
        var options = [
            "cms", "-sign", "-cades", "-binary", "-outform", "DER", "-in", "content", "-signer", "certificate",
        ]
        options += ["-inkey", "key", "-md", kind.scheme.digest?.rawValue ?? "sha256"]
        if case .rsaPSS = kind.scheme {
            options += ["-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:-1"]
        }
        guard let detached = try OpenSSLPeer.run(options, in: folder, cases: "CAdES by openssl") else { return }
        try #require(detached.status == 0, "\(detached.errors)")
        let enveloping = try OpenSSLPeer.run(options + ["-nodetach"], in: folder, cases: "CAdES by openssl")
        #expect(try fixture.judge(detached.output) == .passed)
        #expect(try fixture.judge(enveloping?.output ?? [], content: nil) == .passed)
        #expect(try fixture.judge(detached.output, content: SignatureFixture.content + [0]) == .failed(.hashFailure))
        // Without signed attributes the value may be that of another signature, whose attributes are shown as content.
        let bare = try OpenSSLPeer.run(
            options.filter { $0 != "-cades" } + ["-noattr"], in: folder, cases: "CMS by openssl")
        #expect(try fixture.judge(bare?.output ?? []) == .open(.sigConstraintsFailure))
        let other = fixture.validator(policy: .etsi2026)
        #expect(try fixture.judge(bare?.output ?? [], with: other) == .open(.sigConstraintsFailure))
        let broken = try fixture.judge(bare?.output ?? [], content: SignatureFixture.content + [0])
        #expect(broken == .failed(.hashFailure))
    }
}
