// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import Testing

@testable import AdES

@Suite struct `What all signers of a file may cost together` {
    private let fixture: SignatureFixture
    private static let later = SignatureFixture.now.adding(seconds: 3_600)

    init() throws { fixture = try SignatureFixture.shared.get() }

    private func read(_ signature: [UInt8], _ content: StampedContent) throws -> SignatureFacts {
        let signed = try SignedData(parsing: signature)
        let signer = try #require(signed.signers.first)
        let read = try CMSSignatureFacts(
            signer, of: signed, candidates: fixture.material.certificates + [fixture.company.certificate],
            content: content)
        var facts = SignatureFacts(
            id: "S-1", format: .cades, level: .b, packaging: .enveloping, reference: read.reference, value: read.value,
            coverage: .entireFile, material: signed.material)
        var numbering = TimeStampNumbering()
        read.add(to: &facts, source: nil, ranges: nil, numbering: &numbering)
        return facts
    }

    @Test func `octets for older time-stamps are counted for the file, more of them for a large one`() {
        let content = StampedContent(nil)
        #expect(content.mayDigest(1 << 29, ofStructure: 1_000))
        #expect(!content.mayDigest(1, ofStructure: 1_000))
        #expect(content.mayDigest(1 << 29, ofStructure: 1 << 24))
        #expect(!content.mayDigest(1, ofStructure: 1 << 24))
    }

    @Test func `an older archive time-stamp beyond the allowance does not hold, within it it does`() async throws {
        var material = try fixture.infrastructure.material(at: Self.later)
        material.ocspResponses = []
        let authority = try fixture.infrastructure.timeStampAuthority().stamping(at: Self.later)
        let resources = ExtensionResources(
            timeStamps: authority, trusting: fixture.infrastructure.trust, material: material)
        let complete = try await CAdESSignature.enveloping(
            MemorySource(SignatureFixture.content), by: fixture.citizen, claiming: SignatureFixture.now,
            level: .lt(resources))
        // RFC 5126 §6.4.1: encapContentInfo, certificates, crls, and every field of the SignerInfo with tag and length.
        func children(_ bytes: [UInt8]) throws -> [[UInt8]] { try DERElement(parsing: bytes).elements().map(\.bytes) }
        let data = try children(children(children(complete)[1])[0])
        let covered = try (data[2..<data.count - 1] + children(children(data[data.count - 1])[0])).flatMap(\.self)
        let token = try await authority.token(for: MessageImprint(of: covered)).bytes
        var parts = Parts(complete)
        // The second is found with what was kept of the first.
        for _ in 0..<2 { parts.addUnsigned(CMSAttribute.encode(.archiveTimeStampV2, value: token)) }
        let source = MemorySource(SignatureFixture.content)
        let good = try read(parts.bytes, StampedContent(source))
        #expect(good.timeStamps.map(\.kind) == [.signature, .archive, .archive])
        #expect(!good.timeStamps.contains { !$0.holds })
        let spent = StampedContent(source)
        #expect(spent.mayDigest(1 << 29, ofStructure: 0))
        let over = try read(parts.bytes, spent)
        #expect(over.value == .valid && over.timeStamps.map(\.holds) == [true, false, false])
    }

    @Test func `a counter-signature beyond the allowance is not valid, within it it is`() async throws {
        let signature = try await fixture.detached(fixture.citizen)
        let value = try SignedData(parsing: signature).signers[0].signature
        let digest = try DigestAlgorithm.sha256.digest(of: value)
        let attributes = CMSAttribute.encode(.messageDigest, value: DERWriter.bytes { $0.octetString(digest) })
        let made = try await fixture.company.signature(over: DERWriter.bytes { $0.setOf([attributes]) })
        let scheme = try #require(fixture.company.scheme.identifier)
        let counter = DERWriter.bytes { writer in
            writer.sequence { info in
                info.integer(1)
                info.raw(CMSBuilder.identifier(of: fixture.company.certificate))
                info.raw(AlgorithmIdentifier(DigestAlgorithm.sha256.objectIdentifier).bytes)
                info.element(.context(0), attributes)
                info.raw(scheme.bytes)
                info.octetString(made)
            }
        }
        var parts = Parts(signature)
        parts.addUnsigned(CMSAttribute.encode(.counterSignature, value: counter))
        let source = MemorySource(SignatureFixture.content)
        #expect(try read(parts.bytes, StampedContent(source)).counterSignatures.map(\.value) == [.valid])
        let spent = StampedContent(source)
        let key = try fixture.company.certificate.publicKey()
        while spent.counterSignatures.covers(key) {}
        let facts = try read(parts.bytes, spent)
        #expect(facts.counterSignatures.map(\.value) == [.unknown] && facts.value == .valid)
    }
}
