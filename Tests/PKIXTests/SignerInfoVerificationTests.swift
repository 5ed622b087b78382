// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SoftwareKeys
import TestPKI
import Testing

@Suite struct `A SignerInfo holds together (RFC 5652 5.3–5.6 and 11, RFC 5035, RFC 6211)` {
    private let fixture: Fixture
    private let content = Array("nội dung hồ sơ thử nghiệm".utf8)

    init() throws { fixture = try Fixture.shared.get() }

    /// What a signer is made of; each member can be bent.
    private struct Recipe {
        var contentType = ObjectIdentifier.cmsData
        /// Attributes in the order in which they are written; `nil` for a signature directly over the content.
        var attributes: [[UInt8]]?
        /// Whether the value is made over the attributes in DER order, however they are written.
        var signsSorted = true
        var digest = DigestAlgorithm.sha256
        /// Whether the value is made over the content although attributes are written.
        var isMadeOverContent = false
        var unsigned: [[UInt8]] = []
    }

    private func attributes(_ contentType: ObjectIdentifier = .cmsData, over bytes: [UInt8]? = nil) throws -> [[UInt8]]
    {
        let value = try DigestAlgorithm.sha256.digest(of: bytes ?? content)
        return [
            CMSAttribute.encode(.contentType, value: DERWriter.bytes { $0.objectIdentifier(contentType) }),
            CMSAttribute.encode(.messageDigest, value: DERWriter.bytes { $0.octetString(value) }),
            CMSAttribute.encode(
                .signingCertificateV2, value: try SigningCertificateReference.encode(fixture.leaf, digest: .sha256)),
        ]
    }

    private func protection(_ digest: DigestAlgorithm) throws -> [UInt8] {
        let scheme = try #require(SignatureScheme.ecdsa(.sha256).identifier)
        return CMSAttribute.encode(
            .algorithmProtection,
            value: DERWriter.bytes { writer in
                writer.sequence { protection in
                    protection.raw(AlgorithmIdentifier(digest.objectIdentifier).bytes)
                    protection.element(.context(1), scheme.bytes.dropFirst(2))
                }
            })
    }

    private func verify(
        _ recipe: Recipe, content: [UInt8]? = nil, isDetached: Bool = false, certificates: [Certificate]? = nil
    ) throws -> SignerInfoVerification {
        let signed: [UInt8]
        if let attributes = recipe.attributes, !recipe.isMadeOverContent {
            signed =
                recipe.signsSorted
                ? DERWriter.bytes { $0.setOf(attributes) } : DERWriter.bytes { $0.element(.set, attributes.joined()) }
        } else {
            signed = self.content
        }
        let scheme = SignatureScheme.ecdsa(recipe.digest)
        let value = try fixture.leafKey.signature(over: signed, scheme: scheme)
        let algorithm = try #require(scheme.identifier)
        let digest = AlgorithmIdentifier(DigestAlgorithm.sha256.objectIdentifier)
        let signer = DERWriter.bytes { writer in
            writer.sequence { info in
                info.integer(1)
                info.sequence {
                    $0.raw(fixture.leaf.issuer.bytes)
                    $0.element(.integer, fixture.leaf.serialNumber)
                }
                info.raw(digest.bytes)
                if let attributes = recipe.attributes { info.element(.context(0), attributes.joined()) }
                info.raw(algorithm.bytes)
                info.octetString(value)
                if !recipe.unsigned.isEmpty { info.element(.context(1), recipe.unsigned.joined()) }
            }
        }
        let message = try SignedData(
            parsing: SignedData.encode(
                digestAlgorithms: [digest], content: nil, contentType: recipe.contentType, certificates: [],
                signers: [signer]))
        return SignerInfoVerification(
            try #require(message.signers.first), contentType: recipe.contentType,
            certificates: certificates ?? [fixture.issuing.certificate, fixture.leaf]
        ) { isDetached ? nil : try? $0.digest(of: content ?? self.content) }
    }

    @Test func `with signed attributes digest and value hold, for another content only the value`() throws {
        let recipe = Recipe(attributes: try attributes().sorted { $0.lexicographicallyPrecedes($1) })
        let whole = try verify(recipe)
        #expect(whole.faults == [] && whole.digest == .holds && whole.value == .holds && !whole.needsReordering)
        #expect(whole.bindsCertificate && whole.signingCertificate == fixture.leaf && whole.namesCertificateAtHand)
        let other = try verify(recipe, content: [1])
        #expect(other.faults == [] && other.digest == .broken && other.value == .holds)
        let detached = try verify(recipe, isDetached: true)
        #expect(detached.digest == .notChecked && detached.value == .holds)
    }

    @Test func `without signed attributes the value covers the content`() throws {
        let whole = try verify(Recipe())
        #expect(whole.faults == [] && whole.digest == .holds && whole.value == .holds && !whole.bindsCertificate)
        let other = try verify(Recipe(), content: [1])
        #expect(other.digest == .broken && other.value == .broken)
        let detached = try verify(Recipe(), isDetached: true)
        #expect(detached.digest == .notChecked && detached.value == .notChecked)
        // The digest of the scheme must be the one that is stated.
        #expect(try verify(Recipe(digest: .sha384)).value == .notChecked)
        let other3161 = try verify(Recipe(contentType: .timeStampInformation))
        #expect(other3161.faults == [.signedAttributesMissing])
    }

    @Test func `attributes that are signed over another digest than the one that is named are not checked`() throws {
        let sorted = try attributes().sorted { $0.lexicographicallyPrecedes($1) }
        let mixed = try verify(Recipe(attributes: sorted, digest: .sha384))
        #expect(mixed.digest == .holds && mixed.value == .notChecked)
        #expect(try verify(Recipe(attributes: sorted, digest: .sha256)).value == .holds)
        let broken = try verify(Recipe(attributes: sorted, digest: .sha384, isMadeOverContent: true))
        #expect(broken.value == .broken)
    }

    @Test func `a value over the order of DER holds although another order is written`() throws {
        let unsorted = try attributes().sorted { $1.lexicographicallyPrecedes($0) }
        let reordered = try verify(Recipe(attributes: unsorted))
        #expect(reordered.value == .holds && reordered.needsReordering)
        let asWritten = try verify(Recipe(attributes: unsorted, signsSorted: false))
        #expect(asWritten.value == .holds && !asWritten.needsReordering)
    }

    @Test func `each broken rule about attributes is named`() throws {
        let usual = try attributes()
        func faults(_ attributes: [[UInt8]]) throws -> [SignerInfoVerification.Fault] {
            try verify(Recipe(attributes: attributes.sorted { $0.lexicographicallyPrecedes($1) })).faults
        }
        #expect(try faults(usual + [protection(.sha256)]) == [])
        #expect(try faults(usual + [protection(.sha512)]) == [.algorithmProtectionMismatch])
        #expect(try faults(attributes(.timeStampInformation)) == [.contentTypeMismatch])
        #expect(try faults([usual[0], usual[2]]) == [.messageDigestMissing])
        #expect(
            try faults([
                usual[0], usual[2], CMSAttribute.encode(.messageDigest, value: DERWriter.bytes { $0.integer(1) }),
            ]) == [.messageDigestMissing])
        // Twice the same: which one counts would be the reader's guess.
        #expect(try faults(usual + [usual[0]]) == [.attributeRepeated, .contentTypeMismatch])
    }

    /// OpenSSL refuses them too (`bad_signtime_attr.cms` of its own tests).
    @Test func `attributes among the signed or unsigned ones where they must not be`() throws {
        let usual = try attributes()
        let time = CMSAttribute.encode(.signingTime, value: DERWriter.bytes { $0.time(Fixture.now) })
        let counter = CMSAttribute.encode(.counterSignature, value: DERWriter.bytes { $0.sequence { _ in } })
        func faults(_ attributes: [[UInt8]]?, _ unsigned: [[UInt8]]) throws -> [SignerInfoVerification.Fault] {
            let sorted = attributes?.sorted { $0.lexicographicallyPrecedes($1) }
            return try verify(Recipe(attributes: sorted, unsigned: unsigned)).faults
        }
        #expect(try faults(usual + [time], [counter]).isEmpty)
        #expect(try faults(nil, [counter]).isEmpty)
        for unsigned in [usual[0], usual[1], time] {
            #expect(try faults(usual, [unsigned]) == [.attributeMisplaced])
            #expect(try faults(nil, [unsigned]) == [.attributeMisplaced])
        }
        #expect(try faults(usual + [counter], []) == [.attributeMisplaced])
    }

    @Test func `the reference decides, not the key that verifies`() throws {
        let usual = try attributes()
        // Another certificate with the same key, issuer and even number would verify as well.
        let twin = try fixture.leaf { $0.notAfter = Fixture.now.adding(seconds: Fixture.day) }
        let recipe = Recipe(attributes: usual.sorted { $0.lexicographicallyPrecedes($1) })
        let missing = try verify(recipe, certificates: [twin])
        #expect(missing.signingCertificate == nil && missing.value == .notChecked && !missing.namesCertificateAtHand)
        let other = CMSAttribute.encode(
            .signingCertificateV2, value: try SigningCertificateReference.encode(twin, digest: .sha256))
        let unbound = try verify(
            Recipe(attributes: [usual[0], usual[1], other].sorted { $0.lexicographicallyPrecedes($1) }))
        #expect(unbound.bindsCertificate && unbound.signingCertificate == nil && unbound.namesCertificateAtHand)
        let unreadable = CMSAttribute.encode(.signingCertificateV2, value: [0x05, 0x00])
        let hidden = try verify(
            Recipe(attributes: [usual[0], usual[1], unreadable].sorted { $0.lexicographicallyPrecedes($1) }))
        #expect(hidden.faults == [.referenceUnreadable] && hidden.bindsCertificate && hidden.signingCertificate == nil)
        // Without a reference, whom the identifier names.
        let plain = try verify(
            Recipe(attributes: [usual[0], usual[1]].sorted { $0.lexicographicallyPrecedes($1) }))
        #expect(!plain.bindsCertificate && plain.signingCertificate == fixture.leaf && plain.value == .holds)
    }
}
