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
import Testing

@Suite struct `Material inside responses, tokens and otherRevVals` {
    private let fixture: SignatureFixture
    private static let stamped = SignatureFixture.now.adding(seconds: 60)
    private static let later = SignatureFixture.now.adding(seconds: 3_600)

    init() throws { fixture = try SignatureFixture.shared.get() }

    private var domain: TestInfrastructure.Domain { fixture.infrastructure.publicDomain }

    private func response() throws -> OCSPResponse {
        try fixture.infrastructure.ocspResponder(for: domain).response(
            about: fixture.citizen.certificate, at: Self.later)
    }

    private func signed(_ level: BaselineLevel, _ responses: [OCSPResponse]) async throws -> [UInt8] {
        var material = try fixture.infrastructure.material(at: Self.later)
        material.ocspResponses = responses
        if !responses.isEmpty {
            // Of the issuing authority there are responses only.
            material.revocationLists.removeAll { $0.issuer == domain.issuing.certificate.subject }
        }
        let authority = try fixture.infrastructure.timeStampAuthority().stamping(at: Self.stamped)
        let resources = ExtensionResources(
            timeStamps: authority, trusting: fixture.infrastructure.trust, material: material)
        return try await CAdESSignature.enveloping(
            MemorySource(SignatureFixture.content), by: fixture.citizen, claiming: SignatureFixture.now,
            level: level == .t ? .t(authority) : .lta(resources))
    }

    private func facts(_ signature: [UInt8]) throws -> SignatureFacts {
        try #require(try CAdESDocument(parsing: signature).signatureFacts(with: ValidationMaterial()).first)
    }

    // EN 319 102-1 §5.6.2.3: a proof for everything in the covered octets.
    @Test func `a time-stamp over a response proves the certificates inside it`() async throws {
        let response = try response()
        let responder = try #require(response.basic?.certificates.first)
        let stamper = try fixture.infrastructure.timeStampAuthority().certificate
        let aboutStamper = try fixture.infrastructure.ocspResponder(for: domain).response(
            about: stamper, at: Self.later)
        let archived = try facts(try await signed(.lta, [response, aboutStamper]))
        let archive = try #require(archived.timeStamps.last)
        #expect(archive.kind == .archive && archive.holds)
        #expect(!archived.material.certificates.contains(responder))
        #expect(archive.covers.contains(ValidationObject(response)))
        #expect(archive.covers.contains(ValidationObject(responder)))
        // The twin has lists in place of the response, and nothing of the responder.
        let without = try facts(try await signed(.lta, []))
        let other = try #require(without.timeStamps.last)
        #expect(other.kind == .archive && other.holds && !other.covers.contains(ValidationObject(responder)))
        #expect(other.covers.contains(ValidationObject(fixture.citizen.certificate)))
    }

    /// revocation-values with an OCSPResponse in otherRevVals (EN 319 122-1 A.1.2.2).
    private func otherRevocationValues(_ type: ObjectIdentifier, _ value: [UInt8]) -> [UInt8] {
        CMSAttribute.encode(
            .revocationValues,
            value: DERWriter.bytes { writer in
                writer.sequence { values in
                    values.explicit(2) { other in
                        other.sequence {
                            $0.objectIdentifier(type)
                            $0.raw(value)
                        }
                    }
                }
            })
    }

    @Test func `an OCSPResponse in otherRevVals is used, under another type it is not`() async throws {
        let response = try response()
        let listed = DERWriter.bytes { $0.sequence { $0.raw(response.bytes) } }
        let stamped = try await signed(.t, [])
        // id-ri-ocsp-response of RFC 5940 §2, and a number of the same arc that names something else.
        let (known, other): (ObjectIdentifier, ObjectIdentifier) = ("1.3.6.1.5.5.7.16.2", "1.3.6.1.5.5.7.16.4")
        for (type, value, isUsed) in [
            (known, response.bytes, true), (known, listed, true), (other, response.bytes, false),
            (other, listed, false),
            (known, DERWriter.bytes { $0.octetString([1]) }, false),
        ] {
            var parts = Parts(stamped)
            parts.addUnsigned(otherRevocationValues(type, value))
            let read = try facts(parts.bytes)
            #expect(read.value == .valid && read.timeStamps.allSatisfy(\.holds))
            #expect(read.material.ocspResponses == (isUsed ? [response] : []))
        }
    }

    // EN 319 122-1 A.1.1.2 and A.1.2.2: what an authority's path needs is added to the SignedData of its token.
    @Test func `values among the unsigned attributes of a token are its material`() async throws {
        let lists = try fixture.infrastructure.material(at: Self.later).revocationLists
        let list = try #require(lists.first { $0.issuer == domain.root.certificate.subject })
        let authority = try fixture.infrastructure.timeStampAuthority().stamping(at: Self.stamped)
        let token = try await authority.token(for: MessageImprint(of: [1, 2, 3]))
        let root = domain.root.certificate
        #expect(!token.material.certificates.contains(root) && token.material.revocationLists.isEmpty)
        var parts = Parts(token.bytes)
        parts.addUnsigned(
            CMSAttribute.encode(
                .certificateValues, value: DERWriter.bytes { $0.sequence { $0.raw(root.bytes) } }))
        parts.addUnsigned(
            CMSAttribute.encode(
                .revocationValues,
                value: DERWriter.bytes { writer in
                    writer.sequence { values in values.explicit(0) { $0.sequence { $0.raw(list.bytes) } } }
                }))
        let extended = try TimeStampToken(parsing: parts.bytes)
        #expect(extended.material.certificates == token.material.certificates + [root])
        #expect(extended.material.revocationLists == [list])
        // Under another attribute they are nothing.
        var other = Parts(token.bytes)
        other.addUnsigned(
            CMSAttribute.encode(
                .certificateReferences, value: DERWriter.bytes { $0.sequence { $0.raw(root.bytes) } }))
        #expect(try TimeStampToken(parsing: other.bytes).material.certificates == token.material.certificates)
    }
}
