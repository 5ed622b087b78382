// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import DossierCore
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import Testing

@Suite struct `CAdES without the signer's certificate (EN 319 122-1 §6.3)` {
    private let fixture: SignatureFixture
    private let infrastructure: TestInfrastructure
    private static let stamped = SignatureFixture.now.adding(seconds: 60)

    init() throws {
        fixture = try SignatureFixture.shared.get()
        infrastructure = fixture.infrastructure
    }

    /// Authorities, lists and OCSP response about the citizen as of the time-stamps.
    private func material() throws -> ValidationMaterial {
        var material = try infrastructure.material(at: Self.stamped)
        let responder = try infrastructure.ocspResponder(for: infrastructure.publicDomain)
        material.ocspResponses = [try responder.response(about: fixture.citizen.certificate, at: Self.stamped)]
        return material
    }

    private func facts(_ signature: [UInt8]) throws -> SignatureFacts {
        let document = try CAdESDocument(parsing: signature, content: MemorySource(SignatureFixture.content))
        return try #require(try document.signatureFacts(with: ValidationMaterial()).first)
    }

    private func level(_ signature: [UInt8]) throws -> BaselineLevel? {
        try facts(signature).reachedLevel(trusting: infrastructure.trust, at: Self.stamped).level
    }

    private func begin(_ signature: [UInt8]) throws -> CAdESExtension {
        try CAdESExtension(
            of: signature, content: MemorySource(SignatureFixture.content), trusting: infrastructure.trust)
    }

    private func extend(
        _ value: inout CAdESExtension, to level: BaselineLevel, _ material: ValidationMaterial
    ) async throws {
        let authority = try infrastructure.timeStampAuthority().stamping(at: Self.stamped)
        try await value.extend(
            to: level,
            with: ExtensionResources(timeStamps: authority, trusting: infrastructure.trust, material: material),
            at: Self.stamped)
    }

    @Test func `it comes from the material, or is asked for`() async throws {
        var parts = Parts(try await fixture.detached(fixture.citizen))
        parts.editData { data in _ = data.remove(at: 3) }
        let bare = parts.bytes
        #expect(try facts(bare).value == .unknown)
        var known = try material()
        // Nobody's certificate, another's, and the signer's.
        for (certificate, isSigner) in [
            (nil, false), (fixture.company.certificate, false), (fixture.citizen.certificate, true),
        ] as [(Certificate?, Bool)] {
            if let certificate { known.certificates.append(certificate) }
            var value = try begin(bare)
            do {
                try await extend(&value, to: .t, known)
                #expect(isSigner)
            } catch let error as AdESError {
                #expect(!isSigner && error.code == .unsuitableSignature && value.bytes == bare)
                #expect(error.phrase?.en.contains("certificate is neither enclosed") == true, "\(error)")
            }
        }
        var value = try begin(bare)
        try await extend(&value, to: .t, known)
        #expect(try level(value.bytes) == .t)
        let enclosed = try facts(value.bytes).material.certificates
        #expect(enclosed.filter { $0 == fixture.citizen.certificate }.count == 1)
        #expect(!enclosed.contains(fixture.company.certificate))
        try await extend(&value, to: .lta, known)
        #expect(try level(value.bytes) == .lta)
        var atOnce = try begin(bare)
        try await extend(&atOnce, to: .lta, known)
        #expect(try level(atOnce.bytes) == .lta)
    }

    @Test func `a value that does not hold is told apart`() async throws {
        var known = try material()
        known.certificates.append(fixture.citizen.certificate)
        var parts = Parts(try await fixture.detached(fixture.citizen))
        parts.editData { data in _ = data.remove(at: 3) }
        parts.edit { signer in
            // The value is the last OCTET STRING; unsigned attributes may follow.
            guard let index = signer.lastIndex(where: { $0.first == 0x04 }), let last = signer[index].last else {
                return
            }
            signer[index] = signer[index].dropLast() + [last ^ 1]
        }
        var value = try begin(parts.bytes)
        do {
            try await extend(&value, to: .t, known)
            Issue.record("a broken value was extended")
        } catch let error as AdESError {
            #expect(error.code == .unsuitableSignature)
            #expect(error.phrase?.en.contains("does not hold") == true, "\(error)")
        }
        #expect(value.bytes == parts.bytes)
    }
}
