// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SignatureValidation
import SoftwareKeys
import Testing

@testable import AdES

@Suite struct `What all signers of a file may cost together` {
    private let fixture: SignatureFixture

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
