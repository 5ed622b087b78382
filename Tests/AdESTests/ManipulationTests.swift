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

@Suite struct `Manipulated CAdES signatures (RFC 5652, EN 319 122-1)` {
    private let fixture: SignatureFixture
    private let usual: CMSBuilder

    init() throws {
        fixture = try SignatureFixture.shared.get()
        usual = try CMSBuilder(fixture.citizen)
    }

    private func judge(_ builder: CMSBuilder, policy: ValidationPolicy = .vietnam2026) async throws -> Verdict {
        try fixture.judge(await builder.made(), with: fixture.validator(policy: policy))
    }

    @Test func `the signature that the tests bend passes`() async throws {
        #expect(try await judge(usual) == .passed)
        #expect(try await judge(usual, policy: .etsi2026) == .passed)
    }

    @Test func `changed content breaks the digest, a changed value the signature`() async throws {
        let signature = try await fixture.detached(fixture.company)
        for index in SignatureFixture.content.indices {
            var content = SignatureFixture.content
            content[index] ^= 1
            #expect(try fixture.judge(signature, content: content) == .failed(.hashFailure))
        }
        #expect(try fixture.judge(signature, content: []) == .failed(.hashFailure))
        // RSA: the 256 octets of the value end the file.
        for index in signature.indices.suffix(256) {
            var changed = signature
            changed[index] ^= 1
            #expect(try fixture.judge(changed) == .failed(.sigCryptoFailure))
        }
        #expect(try fixture.judge(signature) == .passed)
    }

    @Test func `the attributes of a signature shown as content of another are not what somebody signed`() async throws {
        let genuine = try await fixture.detached(fixture.company)
        let info = try #require(try SignedData(parsing: genuine).signers.first)
        let stolen = try #require(info.signedAttributesBytes)
        let signer = DERWriter.bytes { writer in
            writer.sequence {
                $0.integer(1)
                $0.raw(CMSBuilder.identifier(of: fixture.company.certificate))
                $0.raw(info.digestAlgorithm.bytes)
                $0.raw(info.signatureAlgorithm.bytes)
                $0.octetString(info.signature)
            }
        }
        let forged = SignedData.encode(
            digestAlgorithms: [info.digestAlgorithm], content: nil, certificates: [fixture.company.certificate],
            signers: [signer])
        // The cryptography holds, which is the point: only the missing attributes tell.
        let facts = try CAdESDocument(parsing: forged, content: MemorySource(stolen)).signatureFacts(with: .init())
        #expect(facts.map(\.value) == [.valid] && facts.map(\.reference) == [.intact])
        #expect(try fixture.judge(forged, content: stolen) == .open(.sigConstraintsFailure))
        #expect(try fixture.judge(genuine) == .passed)
    }

    @Test func `a changed signed attribute breaks the signature`() async throws {
        let signature = try await fixture.detached(fixture.citizen)
        let time = Array("261121000000Z".utf8)
        let start = try #require(signature.indices.first { signature[$0...].starts(with: time) })
        var changed = signature
        changed[start + 5] = UInt8(ascii: "2")
        #expect(try fixture.judge(changed) == .failed(.sigCryptoFailure))
        #expect(try fixture.judge(signature) == .passed)
    }

    @Test func `another certificate of the same key is not the signer's`() async throws {
        let signature = usual
        let issuing = fixture.infrastructure.publicDomain.issuing
        let twin = try issuing.issue(
            CertificateTemplate(
                subject: .vietnam(commonName: "Somebody else (TEST)"),
                notBefore: SignatureFixture.now.adding(seconds: -60),
                notAfter: SignatureFixture.now.adding(seconds: 86_400), keyUsage: [.digitalSignature]),
            for: fixture.citizen.certificate.subjectPublicKeyInfo)
        let swapped = signature.with {
            $0.certificates = [twin.bytes]
            $0.identifier = CMSBuilder.identifier(of: twin)
        }
        #expect(try await judge(swapped) == .open(.noSigningCertificateFound))
        let both = signature.with { $0.certificates.append(twin.bytes) }
        #expect(try await judge(both) == .passed)
        let onlyNamed = both.with { $0.identifier = CMSBuilder.identifier(of: twin) }
        #expect(try await judge(onlyNamed) == .open(.noSigningCertificateFound))
        // Two references that name different certificates bind none.
        let reference = try SigningCertificateReference.encode(twin, digest: .sha256)
        let mixed = both.with { $0.attributes.append(CMSAttribute.encode(.signingCertificate, value: reference)) }
        #expect(try await judge(mixed) == .open(.noSigningCertificateFound))
        let withoutCertificate = signature.with { $0.certificates = [] }
        #expect(try await judge(withoutCertificate) == .open(.noSigningCertificateFound))
    }

    @Test func `a certificate from the material serves as well as an enclosed one`() async throws {
        let signature = try await usual.with { $0.certificates = [] }.made()
        var material = fixture.material
        material.certificates.append(fixture.citizen.certificate)
        #expect(try fixture.judge(signature, with: fixture.validator(material: material)) == .passed)
    }

    @Test func `a signer named by key identifier is found`() async throws {
        let identifier = try #require(fixture.citizen.certificate.subjectKeyIdentifier)
        let named = usual.with { builder in
            builder.identifier = DERWriter.bytes { $0.octetString(identifier, tag: .contextPrimitive(0)) }
        }
        #expect(try await judge(named) == .passed)
        let other = usual.with { builder in
            builder.identifier = DERWriter.bytes { $0.octetString([1, 2, 3], tag: .contextPrimitive(0)) }
        }
        #expect(try await judge(other) == .open(.noSigningCertificateFound))
    }

    @Test func `missing content is not found, content beside enclosed content must be the same`() async throws {
        let detached = try await usual.made()
        #expect(try fixture.judge(detached, content: nil) == .open(.signedDataNotFound))
        #expect(try fixture.judge(detached) == .passed)
        let enclosing = try await usual.with { $0.enclosed = SignatureFixture.content }.made()
        #expect(try fixture.judge(enclosing, content: nil) == .passed)
        #expect(try fixture.judge(enclosing) == .passed)
        #expect(try fixture.judge(enclosing, content: [1]) == .failed(.hashFailure))
        let other = try await usual.with { $0.enclosed = [1] }.made()
        #expect(try fixture.judge(other, content: nil) == .failed(.hashFailure))
        #expect(try fixture.judge(other) == .failed(.hashFailure))
        // A broken value is a failure also where the content is not at hand (EN 319 102-1 5.3.4).
        var changed = detached
        changed[changed.count - 1] ^= 1
        #expect(try fixture.judge(changed, content: nil) == .failed(.sigCryptoFailure))
    }

    @Test func `faults of the signed attributes are faults of the format`() async throws {
        let digest = CMSBuilder.octets(try DigestAlgorithm.sha256.digest(of: SignatureFixture.content))
        let data = DERWriter.bytes { $0.objectIdentifier(.cmsData) }
        let other = DERWriter.bytes { $0.objectIdentifier(.cmsSignedData) }
        let time = DERWriter.bytes { $0.time(SignatureFixture.now) }
        let reference = try SigningCertificateReference.encode(fixture.citizen.certificate, digest: .sha256)
        let rows: [(String, CMSBuilder)] = [
            ("content type missing", usual.replacing(.contentType, nil)),
            ("content type another", usual.replacing(.contentType, [other])),
            ("content type twice", usual.replacing(.contentType, [data, other])),
            ("message digest missing", usual.replacing(.messageDigest, nil)),
            ("message digest twice", usual.replacing(.messageDigest, [digest, CMSBuilder.octets([1])])),
            ("message digest of no value", usual.replacing(.messageDigest, [])),
            ("signing time twice", usual.replacing(.signingTime, [time, other])),
            (
                "an attribute type twice",
                usual.with { $0.attributes.append(CMSAttribute.encode(.contentType, value: data)) }
            ),
            (
                "message digest in two attributes",
                usual.with { $0.attributes.append(CMSAttribute.encode(.messageDigest, value: CMSBuilder.octets([1]))) }
            ),
            ("signing certificate twice", usual.replacing(.signingCertificateV2, [reference, reference])),
            ("content of another type", usual.with { $0.contentType = .cmsSignedData }),
            (
                "algorithm protection twice",
                usual.replacing(.algorithmProtection, [protection(.sha256), protection(.sha512)])
            ),
            ("algorithm protection of another digest", usual.replacing(.algorithmProtection, [protection(.sha512)])),
            ("algorithm protection unreadable", usual.replacing(.algorithmProtection, [[0x05, 0x00]])),
        ]
        for (name, builder) in rows {
            let verdict = try await judge(builder)
            #expect(verdict == .failed(.formatFailure), "\(name): \(verdict)")
        }
        #expect(try await judge(usual.replacing(.algorithmProtection, [protection(.sha256)])) == .passed)
        #expect(try await judge(usual.replacing(.signingTime, nil)) == .passed)
    }

    private func protection(_ digest: DigestAlgorithm) -> [UInt8] {
        DERWriter.bytes { writer in
            writer.sequence { writer in
                writer.raw(AlgorithmIdentifier(digest.objectIdentifier).bytes)
                let algorithm = fixture.citizen.scheme.identifier?.bytes ?? []
                writer.element(.context(1), (try? DERElement(parsing: algorithm).contentBytes) ?? [])
            }
        }
    }

    @Test func `signed attributes out of order are read when DER was signed, and when their order was`() async throws {
        let reversed = usual.with {
            $0.keepsOrder = true
            $0.attributes.sort { $1.lexicographicallyPrecedes($0) }
        }
        let signedAsDER = try await judge(reversed)
        #expect(signedAsDER == .passed && signedAsDER.codes.contains("signed-attributes-not-der"))
        #expect(try await judge(reversed.with { $0.signsSorted = false }) == .passed)
    }

    @Test func `unsigned attributes and further certificates change nothing`() async throws {
        let unsigned = DERWriter.bytes { writer in
            writer.setOf([CMSAttribute.encode("1.3.6.1.4.1.55555.1", value: [0x05, 0x00])], tag: .context(1))
        }
        #expect(try await judge(usual.with { $0.unsigned = unsigned }) == .passed)
        let unreadable = try await judge(usual.with { $0.certificates.append([0x30, 0x00]) })
        #expect(unreadable == .passed && unreadable.codes.contains("material-unreadable"))
    }

    @Test func `algorithms that the policy does not accept are refused`() async throws {
        let signer = try fixture.signer(.elliptic(.p256), .ecdsa(.sha224))
        let mixed = try CMSBuilder(signer)
        let short = CMSBuilder.octets(try DigestAlgorithm.sha224.digest(of: SignatureFixture.content))
        let builder = mixed.replacing(.messageDigest, [short]).with { $0.digest = .sha224 }
        #expect(try await judge(builder) == .open(.cryptoConstraintsFailureNoPOE))
        #expect(try await judge(builder, policy: .etsi2026) == .passed)
        // One digest for the content and for the attributes (RFC 8933 §3).
        #expect(try await judge(mixed, policy: .etsi2026) == .open(.cryptoConstraintsFailureNoPOE))
        let digest = CMSBuilder.octets(try DigestAlgorithm.sha1.digest(of: SignatureFixture.content))
        let weak = usual.replacing(.messageDigest, [digest]).with { $0.digest = .sha1 }
        #expect(try await judge(weak) == .open(.cryptoConstraintsFailureNoPOE))
    }

    @Test func `a scheme that does not fit the key is a verdict, not an error`() async throws {
        // The certificate is that of the company's RSA key, the value an ECDSA one.
        let company = fixture.company.certificate
        let swapped = try usual.with {
            $0.certificates = [company.bytes]
            $0.identifier = CMSBuilder.identifier(of: company)
        }.replacing(.signingCertificateV2, [SigningCertificateReference.encode(company, digest: .sha256)])
        #expect(try await judge(swapped) == .failed(.sigCryptoFailure))
        let bare = swapped.with { $0.attributes = [] }
        #expect(try await judge(bare).indication == .totalFailed)
    }

    @Test func `a certificate reference that cannot be read leaves no signing certificate, a missing one is a remark`()
        async throws
    {
        let unreadable = usual.replacing(.signingCertificateV2, [[0x05, 0x00]])
        #expect(try await judge(unreadable) == .open(.noSigningCertificateFound))
        let without = try usual.with { builder in
            builder.attributes = try builder.attributes.filter { attribute in
                var reader = try DERElement(parsing: attribute).reader(.sequence)
                return try reader.next().objectIdentifier() != .signingCertificateV2
            }
        }
        let remarked = try await judge(without)
        #expect(remarked == .passed && remarked.codes.contains("no-certificate-reference"))
        #expect(try await judge(usual) == .passed)
    }

    @Test func `a file that is no signature is a typed error`() throws {
        for bytes in [[], [0x30], Array("%PDF-1.7".utf8), fixture.citizen.certificate.bytes] as [[UInt8]] {
            #expect(throws: DERSyntaxError.self) { try CAdESDocument(parsing: bytes) }
        }
    }

    @Test func `a signature with several signers is judged by its worst`() async throws {
        let good = try await usual.made()
        var bad = try await usual.made()
        bad[bad.count - 1] ^= 1
        func info(_ bytes: [UInt8]) throws -> [UInt8] {
            try #require(try SignedData(parsing: bytes).signers.first).bytes
        }
        func joined(_ infos: [[UInt8]]) -> [UInt8] {
            SignedData.encode(
                digestAlgorithms: [AlgorithmIdentifier(DigestAlgorithm.sha256.objectIdentifier)], content: nil,
                certificates: [fixture.citizen.certificate], signers: infos)
        }
        #expect(try fixture.judge(joined([info(good), info(bad)])) == .failed(.sigCryptoFailure))
        #expect(try fixture.judge(joined([info(good)])) == .passed)
        #expect(try fixture.judge(joined([])).indication == nil)
    }

    @Test func `content in pieces inside of DER is read, and other pieces break the digest`() async throws {
        let content = SignatureFixture.content
        func made(_ pieces: [[UInt8]]) async throws -> Verdict {
            let signature = try await usual.with { $0.pieces = pieces }.made()
            return try fixture.judge(signature, content: nil)
        }
        #expect(try await made([Array(content.prefix(5)), Array(content.dropFirst(5))]) == .passed)
        #expect(try await made([content]) == .passed)
        #expect(try await made([Array(content.dropFirst(5)), Array(content.prefix(5))]) == .failed(.hashFailure))
        #expect(try await made([content, [0]]) == .failed(.hashFailure))
    }

    @Test func `a certificate reference by a weak digest gets a remark`() async throws {
        for (digest, isWeak) in [(DigestAlgorithm.sha256, false), (.sha512, false), (.sha1, true), (.md5, true)] {
            let reference = try SigningCertificateReference.encode(fixture.citizen.certificate, digest: digest)
            let verdict = try await judge(usual.replacing(.signingCertificateV2, [reference]))
            #expect(verdict == .passed, "\(digest): \(verdict)")
            #expect(verdict.codes.contains("certificate-reference-weak") == isWeak, "\(digest): \(verdict)")
        }
    }

    @Test func `one structure in PEM is judged like in DER, two are not read`() async throws {
        let signature = try await fixture.detached(fixture.citizen)
        for label in ["CMS", "PKCS7"] {
            let text = PEM.encode(signature, label: label)
            #expect(try fixture.judge(Array(text.utf8)) == .passed)
            // Extending writes DER, whatever it was given.
            #expect(try CAdESExtension(of: Array(text.utf8), trusting: []).bytes == signature)
            #expect(try fixture.judge(Array(text.utf8), content: [1]) == .failed(.hashFailure))
            #expect(throws: DERSyntaxError(.unexpectedTag, at: 0, "")) {
                try CAdESDocument(parsing: Array((text + text).utf8))
            }
        }
        #expect(throws: DERSyntaxError(.unexpectedTag, at: 0, "")) {
            try CAdESDocument(parsing: Array(PEM.encode(signature, label: "CERTIFICATE").utf8))
        }
    }
}
