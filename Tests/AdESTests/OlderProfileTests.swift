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

@Suite struct `Older profiles and counter-signatures (TS 101 733 §4.4 and §6, RFC 5126, RFC 5652 §11.4)` {
    private let fixture: SignatureFixture
    private static let stamped = SignatureFixture.now.adding(seconds: 60)
    private static let later = SignatureFixture.now.adding(seconds: 3_600)

    init() throws { fixture = try SignatureFixture.shared.get() }

    private func token(over bytes: [UInt8], at time: Instant = later) async throws -> [UInt8] {
        try await fixture.infrastructure.timeStampAuthority().stamping(at: time)
            .token(for: MessageImprint(of: bytes)).bytes
    }

    private func facts(_ signature: [UInt8], content: [UInt8]? = nil) throws -> SignatureFacts {
        let document = try CAdESDocument(parsing: signature, content: content.map { MemorySource($0) })
        return try #require(try document.signatureFacts(with: fixture.material).first)
    }

    private func enveloping(_ level: BaselineLevel) async throws -> [UInt8] {
        var material = try fixture.infrastructure.material(at: Self.later)
        material.ocspResponses = []
        let authority = try fixture.infrastructure.timeStampAuthority().stamping(at: Self.stamped)
        let resources = ExtensionResources(
            timeStamps: authority, trusting: fixture.infrastructure.trust, material: material)
        return try await CAdESSignature.enveloping(
            MemorySource(SignatureFixture.content), by: fixture.citizen, claiming: SignatureFixture.now,
            level: level == .t ? .t(authority) : .lt(resources))
    }

    /// What an archive-time-stamp-v2 is over, by RFC 5126 §6.4.1: encapContentInfo, certificates, crls, and every field of
    /// the SignerInfo with tag and length.
    private func imprint(_ signature: [UInt8]) throws -> [UInt8] {
        func children(_ bytes: [UInt8]) throws -> [[UInt8]] { try DERElement(parsing: bytes).elements().map(\.bytes) }
        let data = try children(children(children(signature)[1])[0])
        return try (data[2..<data.count - 1] + children(children(data[data.count - 1])[0])).flatMap(\.self)
    }

    @Test
    func `a signature of form A with archive-time-stamp-v2 is read and judged, changed twins lose the time-stamp`()
        async throws
    {
        let complete = try await enveloping(.lt)
        for type in [ObjectIdentifier.archiveTimeStampV2, .archiveTimeStamp] {
            var parts = Parts(complete)
            parts.addUnsigned(CMSAttribute.encode(type, value: try await token(over: imprint(complete))))
            let archived = parts.bytes
            let judged = try facts(archived)
            #expect(judged.profile == "CAdES-A" && judged.value == .valid && judged.reference == .intact)
            #expect(judged.timeStamps.map(\.kind) == [.signature, .archive] && judged.timeStamps.allSatisfy(\.holds))
            #expect(judged.timeStamps.last?.covers.contains(ValidationObject(fixture.citizen.certificate)) == true)
            #expect(judged.reachedLevel(trusting: fixture.infrastructure.trust, at: Self.later).level == .lta)
            let validator = SignatureValidator(trusting: fixture.infrastructure.trust, policy: .etsi2026)
            let report = try validator.validate(CAdESDocument(parsing: archived), at: Self.later.adding(seconds: 60))
            #expect(report.indication == .totalPassed)
            #expect(report.signatures.first?.facts.profile == "CAdES-A")
            // Certificates, an earlier time-stamp and the content cannot be exchanged under it.
            var withoutCertificate = Parts(archived)
            withoutCertificate.editData { data in
                let bag = ((try? DERElement(parsing: data[3]).elements()) ?? []).map(\.bytes).filter {
                    $0 != fixture.infrastructure.publicDomain.issuing.certificate.bytes
                }
                data[3] = DERWriter.bytes { $0.element(.context(0), bag.flatMap(\.self)) }
            }
            var withoutStamp = Parts(archived)
            withoutStamp.edit { signer in
                let all = ((try? DERElement(parsing: signer[signer.count - 1]).elements()) ?? []).map(\.bytes)
                let name = DERWriter.bytes { $0.objectIdentifier(.signatureTimeStamp) }
                let kept = all.filter { (try? DERElement(parsing: $0).elements().first?.bytes) != name }
                signer[signer.count - 1] = DERWriter.bytes { $0.element(.context(1), kept.flatMap(\.self)) }
            }
            for (name, twin) in [("certificate", withoutCertificate), ("time-stamp", withoutStamp)] {
                let less = try facts(twin.bytes)
                #expect(less.value == .valid, "\(name)")
                #expect(less.timeStamps.last?.kind == .archive && less.timeStamps.last?.holds == false, "\(name)")
                #expect(less.reachedLevel(trusting: fixture.infrastructure.trust, at: Self.later).level != .lta)
            }
            var other = archived
            let place = try #require(Self.place(of: SignatureFixture.content, in: archived))
            other[place] ^= 1
            let changed = try facts(other)
            #expect(changed.reference == .broken && changed.timeStamps.last?.holds == false)
        }
    }

    private static func place(of part: [UInt8], in whole: [UInt8]) -> Int? {
        guard let first = part.first else { return nil }
        return whole.indices.first { whole[$0] == first && whole[$0...].starts(with: part) }
    }

    @Test func `a signature of form X-L takes its material from the attributes and is judged by it`() async throws {
        let stamped = try await enveloping(.t)
        let material = try fixture.infrastructure.material(at: Self.later)
        let domain = fixture.infrastructure.publicDomain
        let lists = material.revocationLists.filter {
            $0.issuer == domain.root.certificate.subject || $0.issuer == domain.issuing.certificate.subject
        }
        let empty = DERWriter.bytes { $0.sequence { _ in } }
        func form(_ lists: [CertificateRevocationList]) -> [UInt8] {
            var parts = Parts(stamped)
            parts.addUnsigned(CMSAttribute.encode(.certificateReferences, value: empty))
            parts.addUnsigned(CMSAttribute.encode(.revocationReferences, value: empty))
            parts.addUnsigned(
                CMSAttribute.encode(
                    .certificateValues,
                    value: DERWriter.bytes { $0.sequence { $0.raw(domain.issuing.certificate.bytes) } }))
            parts.addUnsigned(
                CMSAttribute.encode(
                    .revocationValues,
                    value: DERWriter.bytes { writer in
                        writer.sequence { values in
                            values.explicit(0) { $0.sequence { list in for item in lists { list.raw(item.bytes) } } }
                        }
                    }))
            return parts.bytes
        }
        func judge(_ bytes: [UInt8]) throws -> SignatureReport {
            let validator = SignatureValidator(trusting: fixture.infrastructure.trust, policy: .etsi2026)
            return try #require(
                try validator.validate(CAdESDocument(parsing: bytes), at: Self.later.adding(seconds: 60)).signatures
                    .first)
        }
        let good = try judge(form(lists))
        #expect(good.facts.profile == "CAdES-X-L" && good.indication == .totalPassed, "\(good.findings.map(\.code))")
        #expect(good.facts.level == .lt)
        let without = try judge(form([]))
        #expect(without.facts.profile == "CAdES-X-L" && without.indication == .indeterminate)
        let entry = CertificateRevocationList.Entry(
            serialNumber: fixture.citizen.certificate.serialNumber,
            revocationDate: SignatureFixture.now.adding(seconds: -60), reason: .keyCompromise)
        let revoking = try fixture.infrastructure.revocationLists(
            at: Self.later, revoked: [domain.issuing.certificate.fingerprint: [entry]])
        let revoked = try judge(form(revoking))
        #expect([.revoked, .revokedNoPOE].contains(revoked.subIndication), "\(revoked.subIndication as Any)")
        print(
            "CAdES-X-L: complete \(good.indication.rawValue), without lists \(without.subIndication?.rawValue ?? "-"), revoking \(revoked.subIndication?.rawValue ?? "-")"
        )
    }

    @Test func `older files of DSS are read with their profile, and over another value no time-stamp holds`() throws {
        guard let manifest = Corpora.path("manifests/dss.by-file.jsonl", cases: "older CAdES files of DSS") else {
            return
        }
        let corpora = manifest.deletingLastPathComponent().deletingLastPathComponent()
        var profiles: [String: Int] = [:]
        var (twins, counters, stamps) = (0, 0, 0)
        for line in try String(contentsOf: manifest, encoding: .utf8).split(separator: "\n") {
            let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            guard row["module"] as? String == "dss-cades", let file = row["file"] as? String else { continue }
            let bytes = try Array(Data(contentsOf: corpora.appending(path: file)))
            let detached = (row["detached"] as? [String])?.first
            let content = detached.flatMap { try? Data(contentsOf: corpora.appending(path: $0)) }.map { Array($0) }
            guard
                let all = try? CAdESDocument(parsing: bytes, content: content.map { MemorySource($0) })
                    .signatureFacts(with: ValidationMaterial()),
                let signed = try? SignedData(parsing: bytes)
            else { continue }
            for (index, facts) in all.enumerated() {
                guard facts.profile != nil || !facts.counterSignatures.isEmpty else { continue }
                profiles[facts.profile ?? "none", default: 0] += 1
                let holding = facts.timeStamps.filter(\.holds)
                stamps += holding.count
                let good = facts.counterSignatures.filter { $0.value == .valid && $0.reference == .intact }
                counters += good.count
                #expect(good.count == facts.counterSignatures.count, "\(file)")
                let summary = Dictionary(grouping: facts.timeStamps, by: \.kind.rawValue).map {
                    "\($0.key) \($0.value.count { $0.holds })/\($0.value.count)"
                }.sorted().joined(separator: ", ")
                print(
                    "  \(file.split(separator: "/").last ?? "") \(index): \(facts.profile ?? "none"), \(facts.reference) \(facts.value), counter-signatures \(good.count), \(summary)"
                )
                // The twin: one byte of the signature value.
                guard facts.value == .valid, index < signed.signers.count,
                    let place = Self.place(of: signed.signers[index].signature, in: bytes)
                else { continue }
                var changed = bytes
                changed[place + signed.signers[index].signature.count - 1] ^= 1
                let broken = try CAdESDocument(parsing: changed, content: content.map { MemorySource($0) })
                    .signatureFacts(with: ValidationMaterial())
                guard index < broken.count else { continue }
                #expect(broken[index].value == .invalid, "\(file)")
                #expect(!broken[index].timeStamps.contains { $0.kind != .content && $0.holds }, "\(file)")
                #expect(!broken[index].counterSignatures.contains { $0.reference == .intact }, "\(file)")
                twins += 1
            }
        }
        print(
            "older forms in DSS CAdES files: \(profiles.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")); "
                + "\(stamps) time-stamps and \(counters) counter-signatures hold; \(twins) twins with another value lose all of them"
        )
        #expect(profiles.count >= 5 && twins >= 8)
    }

    @Test func `a counter-signature that cannot be read is named`() async throws {
        var parts = Parts(try await fixture.detached(fixture.citizen))
        #expect(try !fixture.judge(parts.bytes).codes.contains("counter-signature-invalid"))
        parts.addUnsigned(CMSAttribute.encode(.counterSignature, value: DERWriter.bytes { $0.octetString([1]) }))
        let verdict = try fixture.judge(parts.bytes)
        #expect(verdict == .passed && verdict.codes.contains("counter-signature-invalid"), "\(verdict)")
    }

    /// A SignerInfo over a signature value.
    private func counterSignature(over value: [UInt8], with nested: [UInt8]? = nil) async throws -> [UInt8] {
        let digest = try DigestAlgorithm.sha256.digest(of: value)
        let attributes = CMSAttribute.encode(.messageDigest, value: DERWriter.bytes { $0.octetString(digest) })
        let made = try await fixture.company.signature(over: DERWriter.bytes { $0.setOf([attributes]) })
        let scheme = try #require(fixture.company.scheme.identifier)
        return DERWriter.bytes { writer in
            writer.sequence { info in
                info.integer(1)
                info.raw(CMSBuilder.identifier(of: fixture.company.certificate))
                info.raw(AlgorithmIdentifier(DigestAlgorithm.sha256.objectIdentifier).bytes)
                info.element(.context(0), attributes)
                info.raw(scheme.bytes)
                info.octetString(made)
                if let nested { info.element(.context(1), CMSAttribute.encode(.counterSignature, value: nested)) }
            }
        }
    }

    @Test func `a counter-signature over a counter-signature is judged as well`() async throws {
        let signature = try await fixture.detached(fixture.citizen)
        let value = try SignedData(parsing: signature).signers[0].signature
        let material = fixture.material.merging(ValidationMaterial(certificates: [fixture.company.certificate]))
        // The value of the outer one is only known once it is made; ECDSA and PSS give another one each time.
        let outer = try await counterSignature(over: value)
        let outerValue = try SignerInfo(countersignature: DERElement(parsing: outer)).signature
        let fields = try DERElement(parsing: outer).elements().map(\.bytes)
        for (over, isGood) in [(outerValue, true), (value, false), ([1, 2, 3], false)] {
            let nested = try await counterSignature(over: over)
            let whole = DERWriter.bytes { writer in
                writer.sequence { info in
                    for field in fields { info.raw(field) }
                    info.element(.context(1), CMSAttribute.encode(.counterSignature, value: nested))
                }
            }
            var parts = Parts(signature)
            parts.addUnsigned(CMSAttribute.encode(.counterSignature, value: whole))
            let document = try CAdESDocument(parsing: parts.bytes, content: MemorySource(SignatureFixture.content))
            let facts = try #require(try document.signatureFacts(with: material).first)
            #expect(facts.counterSignatures.map(\.reference) == [.intact, isGood ? .intact : .broken])
            #expect(facts.counterSignatures.allSatisfy { $0.value == .valid })
            let verdict = try fixture.judge(
                parts.bytes, with: fixture.validator(material: material, policy: .strict))
            #expect(verdict.codes.contains("counter-signature-invalid") != isGood, "\(verdict)")
            if !isGood { #expect(verdict == .open(.sigConstraintsFailure), "\(verdict)") }
        }
        // Nested deeper than anybody asks for: named, and no stack is used up.
        var deep = try await counterSignature(over: value)
        for _ in 0..<20 { deep = try await counterSignature(over: value, with: deep) }
        var parts = Parts(signature)
        parts.addUnsigned(CMSAttribute.encode(.counterSignature, value: deep))
        let facts = try #require(
            try CAdESDocument(parsing: parts.bytes, content: MemorySource(SignatureFixture.content))
                .signatureFacts(with: material).first)
        #expect(facts.counterSignatures.count == 9 && facts.counterSignatures.last?.reference == .broken)
    }

    @Test func `a policy may ask that counter-signatures hold`() async throws {
        let signature = try await fixture.detached(fixture.citizen)
        let value = try SignedData(parsing: signature).signers[0].signature
        for (over, isGood) in [(value, true), ([1, 2, 3], false)] {
            let digest = try DigestAlgorithm.sha256.digest(of: over)
            let attributes = DERWriter.bytes {
                $0.setOf([
                    CMSAttribute.encode(.messageDigest, value: DERWriter.bytes { $0.octetString(digest) }),
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
            let material = fixture.material.merging(ValidationMaterial(certificates: [fixture.company.certificate]))
            for (policy, isAsked) in [(ValidationPolicy.etsi2026, false), (.vietnam2026, false), (.strict, true)] {
                let verdict = try fixture.judge(
                    parts.bytes, with: fixture.validator(material: material, policy: policy))
                #expect(verdict.codes.contains("counter-signature-invalid") != isGood, "\(policy.id)")
                if isAsked, !isGood { #expect(verdict == .open(.sigConstraintsFailure), "\(policy.id): \(verdict)") }
                if !isAsked { #expect(verdict == .passed, "\(policy.id): \(verdict)") }
            }
        }
    }
}
