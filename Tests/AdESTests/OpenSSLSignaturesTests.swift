// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import TestSupport
import Testing

@Suite struct `CAdES that openssl made, judged and extended here (EN 319 122-1 §6.3)` {
    private let fixture: SignatureFixture
    private static let stamped = SignatureFixture.now.adding(seconds: 60)
    private static let later = SignatureFixture.now.adding(seconds: 3_600)
    private static let kinds = SignerKind.all.filter { $0.scheme != .ed25519 }

    init() throws { fixture = try SignatureFixture.shared.get() }

    private func verify(_ signature: [UInt8], content: [UInt8]?) throws -> OpenSSLPeer.Outcome? {
        let folder = try TemporaryFolder()
        try folder.write(signature, as: "signature")
        let root = fixture.infrastructure.publicDomain.root.certificate
        let issuing = fixture.infrastructure.publicDomain.issuing.certificate
        try folder.write(
            [root, issuing].map { PEM.encode($0.bytes, label: "CERTIFICATE") }.joined(separator: "\n"), as: "root")
        var arguments = [
            "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "signature", "-CAfile", "root", "-purpose",
            "any", "-attime", "\(Self.later.seconds)",
        ]
        if let content {
            try folder.write(content, as: "content")
            arguments += ["-content", "content"]
        }
        return try OpenSSLPeer.run(arguments, in: folder, cases: "CAdES by openssl, extended")
    }

    @Test(arguments: kinds, [true, false])
    func `it is raised from B-B to B-LTA, and openssl verifies every step`(_ kind: SignerKind, _ isDetached: Bool)
        async throws
    {
        let folder = try TemporaryFolder()
        let key = try SoftwareKey.generate(kind.kind)
        let certificate = try fixture.infrastructure.publicDomain.issuing.issue(
            CertificateTemplate(
                subject: .vietnam(commonName: "TEST peer"), notBefore: SignatureFixture.now.adding(seconds: -60),
                notAfter: SignatureFixture.now.adding(seconds: 86_400 * 365), keyUsage: [.digitalSignature]),
            for: key.subjectPublicKeyInfo)
        try folder.write(key.dangerouslyUnprotectedPEM(), as: "key")
        try folder.write(PEM.encode(certificate.bytes, label: "CERTIFICATE"), as: "certificate")
        try folder.write(SignatureFixture.content, as: "content")
        var options = [
            "cms", "-sign", "-cades", "-binary", "-outform", "DER", "-in", "content", "-signer", "certificate",
            "-inkey", "key", "-md", kind.scheme.digest?.rawValue ?? "sha256",
        ]
        if case .rsaPSS = kind.scheme {
            options += ["-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:-1"]
        }
        if !isDetached { options.append("-nodetach") }
        guard let made = try OpenSSLPeer.run(options, in: folder, cases: "CAdES by openssl, extended") else { return }
        try #require(made.status == 0, "\(made.errors)")
        let content = isDetached ? SignatureFixture.content : nil
        let source = content.map { MemorySource($0) }
        var known = try fixture.infrastructure.material(at: Self.later)
        let responder = try fixture.infrastructure.ocspResponder(for: fixture.infrastructure.publicDomain)
        known.ocspResponses = [try responder.response(about: certificate, at: Self.later)]
        var bytes = made.output
        var steps = 0
        for level in BaselineLevel.allCases {
            if level > .b {
                var value = try CAdESExtension(of: bytes, content: source, trusting: fixture.infrastructure.trust)
                let time = level == .t ? Self.stamped : Self.later
                let authority = try fixture.infrastructure.timeStampAuthority().stamping(at: time)
                try await value.extend(
                    to: level,
                    with: ExtensionResources(
                        timeStamps: authority, trusting: fixture.infrastructure.trust, material: known), at: time)
                bytes = value.bytes
            }
            let validator = SignatureValidator(
                trusting: fixture.infrastructure.trust, policy: .etsi2026,
                material: level >= .lt ? ValidationMaterial() : known)
            let report = try validator.validate(CAdESDocument(parsing: bytes, content: source), at: Self.later)
            #expect(report.indication == .totalPassed && report.signatures.first?.facts.level == level)
            guard let outcome = try verify(bytes, content: content) else { continue }
            #expect(outcome.status == 0, "\(level.rawValue): \(outcome.errors)")
            if !isDetached { #expect(outcome.output == SignatureFixture.content) }
            steps += 1
        }
        if isDetached { #expect(try verify(bytes, content: SignatureFixture.content + [0])?.status != 0) }
        print(
            "CAdES by openssl, \(kind.testDescription), \(isDetached ? "detached" : "enveloping"): \(steps) levels verified by openssl"
        )
    }
}
