// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DERSyntax
import DossierCore
import Foundation
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import TestSupport
import Testing

@Suite struct `What a signer states, and signers side by side (EN 319 122-1 §5.2)` {
    private let fixture: SignatureFixture
    private let authority: StoppedTimeStampAuthority

    init() throws {
        fixture = try SignatureFixture.shared.get()
        authority = try fixture.infrastructure.timeStampAuthority().stamping(at: SignatureFixture.now)
    }

    private func facts(_ signature: [UInt8], content: [UInt8] = SignatureFixture.content) throws -> [SignatureFacts] {
        try CAdESDocument(parsing: signature, content: MemorySource(content)).signatureFacts(with: fixture.material)
    }

    private func openssl(_ signature: [UInt8], _ cases: String) throws -> OpenSSLPeer.Outcome? {
        let folder = try TemporaryFolder()
        try folder.write(signature, as: "signature")
        try folder.write(SignatureFixture.content, as: "content")
        let domains = [fixture.infrastructure.publicDomain, fixture.infrastructure.publicDutyDomain]
        let authorities = domains.flatMap { [$0.root.certificate, $0.issuing.certificate] }
        try folder.write(
            authorities.map { PEM.encode($0.bytes, label: "CERTIFICATE") }.joined(separator: "\n"), as: "trust")
        return try OpenSSLPeer.run(
            [
                "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "signature", "-content", "content",
                "-CAfile", "trust", "-purpose", "any", "-attime", "\(SignatureFixture.now.seconds)",
            ], in: folder, cases: cases)
    }

    @Test func `commitments, roles and content time-stamps are signed and read again`() async throws {
        let stamp = try await authority.checkedToken(over: SignatureFixture.content)
        let signature = try await CAdESSignature.detached(
            over: MemorySource(SignatureFixture.content), by: fixture.citizen, claiming: SignatureFixture.now,
            properties: SignedProperties(
                commitments: [.proofOfApproval, .proofOfOrigin], roles: ["Chủ tịch (TEST)"], contentTimeStamps: [stamp])
        )
        let facts = try #require(try facts(signature).first)
        #expect(Set(facts.commitments) == ["1.2.840.113549.1.9.16.6.5", "1.2.840.113549.1.9.16.6.1"])
        #expect(facts.signerRoles == ["Chủ tịch (TEST)"])
        #expect(facts.level == .b && facts.profile == nil && facts.signaturePolicy == nil)
        let read = try #require(facts.timeStamps.first)
        #expect(read.kind == .content && read.holds && read.id == "T-1")
        #expect(read.covers == [ValidationObject(.content, bytes: SignatureFixture.content)])
        #expect(try fixture.judge(signature) == .passed)
        let other = try #require(try self.facts(signature, content: [1]).first)
        #expect(other.timeStamps.first?.facts?.faults == [.imprintMismatch])
        if let outcome = try openssl(signature, "CAdES with signed properties") {
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
    }

    @Test func `a second signer is added, and both hold`() async throws {
        let official = try fixture.infrastructure.require("official").signer()
        let first = try await fixture.detached(fixture.citizen)
        let both = try await CAdESSignature.adding(
            to: first, over: MemorySource(SignatureFixture.content), by: official, claiming: SignatureFixture.now,
            level: .t(authority))
        let facts = try facts(both)
        #expect(Set(facts.map(\.level)) == [.b, .t])
        #expect(facts.count == 2 && !facts.contains { $0.value != .valid || $0.reference != .intact })
        #expect(try fixture.judge(both) == .passed)
        // The first SignerInfo stands there octet by octet.
        let before = try SignedData(parsing: first).signers.map(\.bytes)
        #expect(Set(try SignedData(parsing: both).signers.map(\.bytes)).isSuperset(of: before))
        if let outcome = try openssl(both, "two signers") { #expect(outcome.status == 0, "\(outcome.errors)") }
        await #expect(throws: AdESError(.unsuitableSignature, "")) {
            try await CAdESSignature.adding(
                to: first, over: MemorySource([1]), by: official, claiming: SignatureFixture.now)
        }
        await #expect(throws: AdESError(.unsuitableSignature, "")) {
            try await CAdESSignature.adding(to: first, by: official, claiming: SignatureFixture.now)
        }
    }

    @Test func `a signer beside an archived one leaves the archive time-stamp intact`() async throws {
        var known = try fixture.infrastructure.material(at: SignatureFixture.now.adding(seconds: 60))
        known.ocspResponses = []
        let resources = ExtensionResources(
            timeStamps: authority, trusting: fixture.infrastructure.trust, material: known)
        let archived = try await CAdESSignature.enveloping(
            MemorySource(SignatureFixture.content), by: fixture.citizen, claiming: SignatureFixture.now,
            level: .lta(resources))
        let both = try await CAdESSignature.adding(to: archived, by: fixture.company, claiming: SignatureFixture.now)
        let facts = try CAdESDocument(parsing: both).signatureFacts(with: fixture.material)
        #expect(facts.flatMap(\.timeStamps).map(\.kind) == [.signature, .archive])
        #expect(!facts.flatMap(\.timeStamps).contains { !$0.holds })
        #expect(!facts.contains { $0.value != .valid })
    }

    @Test func `a counter-signature is read, checked and does not change the verdict`() async throws {
        let signature = try await fixture.detached(fixture.citizen)
        let value = try SignedData(parsing: signature).signers[0].signature
        for (over, isGood) in [(value, true), ([1, 2, 3], false)] {
            // RFC 5652 §11.4: no content-type, the digest is over the signature value.
            let attributes = DERWriter.bytes {
                $0.setOf([
                    CMSAttribute.encode(
                        .messageDigest,
                        value: DERWriter.bytes { $0.octetString((try? DigestAlgorithm.sha256.digest(of: over)) ?? []) }),
                    CMSAttribute.encode(.signingTime, value: DERWriter.bytes { $0.time(SignatureFixture.now) }),
                ])
            }
            let countersigned = try await fixture.company.signature(over: attributes)
            let scheme = try #require(fixture.company.scheme.identifier)
            let content = try DERElement(parsing: attributes).contentBytes
            let info = DERWriter.bytes { writer in
                writer.sequence { info in
                    info.integer(1)
                    info.raw(CMSBuilder.identifier(of: fixture.company.certificate))
                    info.raw(AlgorithmIdentifier(DigestAlgorithm.sha256.objectIdentifier).bytes)
                    info.element(.context(0), content)
                    info.raw(scheme.bytes)
                    info.octetString(countersigned)
                }
            }
            var parts = Parts(signature)
            parts.addUnsigned(CMSAttribute.encode(.counterSignature, value: info))
            let document = try CAdESDocument(
                parsing: parts.bytes, content: MemorySource(SignatureFixture.content))
            let with = ValidationMaterial(certificates: [fixture.company.certificate])
            let counter = try #require(try document.signatureFacts(with: with).first?.counterSignatures.first)
            #expect(counter.value == .valid && counter.reference == (isGood ? .intact : .broken))
            #expect(counter.signingCertificate == fixture.company.certificate)
            #expect(counter.claimedSigningTime == SignatureFixture.now)
            #expect(try fixture.judge(parts.bytes) == .passed)
        }
    }

    @Test func `places, policies and older forms are named`() async throws {
        func place(_ parts: [(UInt8, [UInt8])]) -> [UInt8] {
            DERWriter.bytes { writer in
                writer.sequence { list in for (number, text) in parts { list.explicit(number) { $0.raw(text) } } }
            }
        }
        func text(_ text: String) -> [UInt8] { DERWriter.bytes { $0.utf8String(text) } }
        let policy = { (hash: [UInt8]) in
            DERWriter.bytes { writer in
                writer.sequence { policy in
                    policy.objectIdentifier("1.3.6.1.4.1.55555.9")
                    policy.sequence { value in
                        value.raw(AlgorithmIdentifier(DigestAlgorithm.sha256.objectIdentifier).bytes)
                        value.octetString(hash)
                    }
                }
            }
        }
        let lines = DERWriter.bytes { writer in writer.sequence { $0.raw(text("Số 1 đường Thử")) } }
        for (hash, status) in [
            ([UInt8](repeating: 7, count: 32), SignaturePolicyReference.Status.notAvailable),
            ([UInt8](repeating: 0, count: 32), .matches),
        ] {
            let signature = try await CMSBuilder(fixture.citizen)
                .replacing(.signerLocation, [place([(0, text("VN")), (1, text("Hà Nội")), (2, lines)])])
                .replacing(.signaturePolicy, [policy(hash)]).made()
            let facts = try #require(try facts(signature).first)
            #expect(facts.productionPlace == "Số 1 đường Thử, Hà Nội, VN")
            #expect(
                facts.signaturePolicy == SignaturePolicyReference(identifier: "1.3.6.1.4.1.55555.9", status: status))
            #expect(facts.profile == "CAdES-EPES")
        }
        let base = try await fixture.detached(fixture.citizen)
        for (types, name) in [
            ([ObjectIdentifier.certificateReferences, .revocationReferences], "CAdES-C"),
            ([.certificateReferences, .revocationReferences, .cadesCTimeStamp], "CAdES-X Type 1"),
            ([.certificateReferences, .revocationReferences, .certificateValues, .revocationValues], "CAdES-X-L"),
            ([.archiveTimeStampV2], "CAdES-A"),
        ] {
            var parts = Parts(base)
            for type in types {
                parts.addUnsigned(CMSAttribute.encode(type, value: DERWriter.bytes { $0.sequence { _ in } }))
            }
            #expect(try facts(parts.bytes).first?.profile == name)
        }
    }

    @Test func `certificates and revocation data in attributes are used`() async throws {
        let bare = try SoftwareSigner(
            key: fixture.infrastructure.require("citizen").key, certificate: fixture.citizen.certificate)
        let signature = try await fixture.detached(bare)
        let known = fixture.material
        let response = try fixture.infrastructure.ocspResponder(for: fixture.infrastructure.publicDomain)
            .response(about: fixture.citizen.certificate, at: SignatureFixture.now)
        let basic = try #require(response.basic).bytes
        let certificates = DERWriter.bytes { writer in
            writer.sequence { list in for certificate in known.certificates { list.raw(certificate.bytes) } }
        }
        let revocation = DERWriter.bytes { writer in
            writer.sequence { values in
                values.explicit(0) { inner in
                    inner.sequence { list in for item in known.revocationLists { list.raw(item.bytes) } }
                }
                values.explicit(1) { inner in inner.sequence { $0.raw(basic) } }
            }
        }
        var parts = Parts(signature)
        parts.addUnsigned(CMSAttribute.encode(.certificateValues, value: certificates))
        parts.addUnsigned(CMSAttribute.encode(.revocationValues, value: revocation))
        let alone = fixture.validator(material: ValidationMaterial())
        #expect(try fixture.judge(parts.bytes, with: alone) == .passed)
        #expect(try fixture.judge(signature, with: alone) == .open(.noCertificateChainFound))
        let facts = try #require(try facts(parts.bytes).first)
        #expect(facts.longTermMaterial.ocspResponses.count == 1)
        #expect(facts.longTermMaterial.revocationLists.count == known.revocationLists.count)
    }

    @Test func `time-stamps of DSS's own files hold`() throws {
        guard let manifest = Corpora.path("manifests/dss.by-file.jsonl", cases: "time-stamps in CAdES files of DSS")
        else { return }
        let corpora = manifest.deletingLastPathComponent().deletingLastPathComponent()
        var counts: [String: Int] = [:]
        for line in try String(contentsOf: manifest, encoding: .utf8).split(separator: "\n") {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            guard object["module"] as? String == "dss-cades", let file = object["file"] as? String,
                let bytes = try? Array(Data(contentsOf: corpora.appending(path: file)))
            else { continue }
            let content = (object["detached"] as? [String])?.first.flatMap {
                try? Data(contentsOf: corpora.appending(path: $0))
            }.map { MemorySource(Array($0)) }
            guard let document = try? CAdESDocument(parsing: bytes, content: content) else { continue }
            for stamp in try document.signatureFacts(with: ValidationMaterial()).flatMap(\.timeStamps) {
                let faults = (stamp.facts?.faults.map(\.rawValue) ?? []) + stamp.formatFaults.map(\.code)
                counts[
                    "\(stamp.kind.rawValue) \(faults.isEmpty ? "holds" : faults.joined(separator: " "))", default: 0] +=
                    1
                if !faults.isEmpty {
                    print("  \(file.split(separator: "/").last ?? ""): \(stamp.kind.rawValue) \(faults)")
                }
            }
        }
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) { print("DSS CAdES time-stamps: \(count) \(name)") }
        #expect(counts["signature holds", default: 0] >= 10)
        #expect(counts["archive holds", default: 0] >= 5)
    }
}
