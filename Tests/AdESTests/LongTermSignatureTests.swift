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

@Suite struct `CAdES B-LT and B-LTA (EN 319 122-1 §5.5 and §6.3)` {
    private let fixture: SignatureFixture
    private let infrastructure: TestInfrastructure
    private static let signing = SignatureFixture.now
    private static let stamped = signing.adding(seconds: 60)
    private static let later = signing.adding(seconds: 3_600)

    init() throws {
        fixture = try SignatureFixture.shared.get()
        infrastructure = fixture.infrastructure
    }

    private func authority(at time: Instant = stamped) throws -> StoppedTimeStampAuthority {
        try infrastructure.timeStampAuthority().stamping(at: time)
    }

    /// Chain, lists and OCSP responses about the signers as of an instant.
    private func material(at time: Instant = later, for signers: [SoftwareSigner]) throws -> ValidationMaterial {
        var material = try infrastructure.material(at: time)
        let responder = try infrastructure.ocspResponder(for: infrastructure.publicDomain)
        material.ocspResponses = try signers.map { try responder.response(about: $0.certificate, at: time) }
        return material
    }

    private func resources(
        _ material: ValidationMaterial, at time: Instant = stamped
    ) throws -> ExtensionResources {
        ExtensionResources(timeStamps: try authority(at: time), trusting: infrastructure.trust, material: material)
    }

    private func facts(_ signature: [UInt8], content: [UInt8] = SignatureFixture.content) throws -> SignatureFacts {
        let document = try CAdESDocument(parsing: signature, content: MemorySource(content))
        return try #require(try document.signatureFacts(with: ValidationMaterial()).first)
    }

    private func level(_ signature: [UInt8]) throws -> BaselineLevel? {
        try facts(signature).reachedLevel(trusting: infrastructure.trust, at: Self.later).level
    }

    private func extended(
        _ signature: [UInt8], to level: BaselineLevel, _ material: ValidationMaterial, at time: Instant = later
    ) async throws -> [UInt8] {
        var value = try CAdESExtension(
            of: signature, content: MemorySource(SignatureFixture.content), trusting: infrastructure.trust)
        try await value.extend(to: level, with: resources(material, at: time), at: time)
        return value.bytes
    }

    private func openssl(_ signature: [UInt8], _ cases: String) throws -> OpenSSLPeer.Outcome? {
        let folder = try TemporaryFolder()
        try folder.write(signature, as: "signature")
        try folder.write(SignatureFixture.content, as: "content")
        let domain = infrastructure.publicDomain
        let authorities = [domain.root.certificate, domain.issuing.certificate]
        try folder.write(
            authorities.map { PEM.encode($0.bytes, label: "CERTIFICATE") }.joined(separator: "\n"), as: "root")
        return try OpenSSLPeer.run(
            [
                "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "signature", "-content", "content",
                "-CAfile", "root", "-purpose", "any", "-attime", "\(Self.later.seconds)",
            ], in: folder, cases: cases)
    }

    @Test(arguments: SignerKind.all, [BaselineLevel.lt, .lta])
    func `what is signed at a level has it, for openssl and pyHanko too`(
        _ kind: SignerKind, _ level: BaselineLevel
    ) async throws {
        let signer = try fixture.signer(kind.kind, kind.scheme)
        let resources = try resources(material(for: [signer]))
        let signature = try await CAdESSignature.detached(
            over: MemorySource(SignatureFixture.content), by: signer, claiming: Self.signing,
            level: level == .lt ? .lt(resources) : .lta(resources))
        #expect(try self.level(signature) == level)
        let facts = try facts(signature)
        #expect(facts.formatFaults.isEmpty && facts.value == .valid && facts.reference == .intact)
        #expect(facts.timeStamps.map(\.kind) == (level == .lt ? [.signature] : [.signature, .archive]))
        #expect(!facts.timeStamps.contains { !$0.holds })
        #expect(facts.timeStamps.map(\.id) == ["T-1", "T-2"].prefix(facts.timeStamps.count).map(\.self))
        // Nothing from elsewhere is needed any more.
        let validator = SignatureValidator(
            trusting: infrastructure.trust, policy: .vietnam2026, material: ValidationMaterial())
        let report = try validator.validate(
            CAdESDocument(parsing: signature, content: MemorySource(SignatureFixture.content)), at: Self.later)
        #expect(report.indication == .totalPassed)
        if kind.scheme != .ed25519, let outcome = try openssl(signature, "CAdES \(level.rawValue)") {
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        let peer = try AdESPeer(
            trusting: [infrastructure.publicDomain.root.certificate.bytes],
            lists: facts.material.revocationLists.map(\.bytes), responses: facts.material.ocspResponses.map(\.bytes),
            at: Self.later.seconds)
        let answers = try peer.judge(
            [(signature, SignatureFixture.content)], cases: "CAdES \(level.rawValue) of \(kind.testDescription)")
        if let answers { #expect(answers[0].status == "OK", "\(answers[0])") }
    }

    @Test func `an archive time-stamp covers signature, time-stamp, certificates, revocation data and content`()
        async throws
    {
        let all = try material(for: [fixture.citizen])
        let signature = try await CAdESSignature.detached(
            over: MemorySource(SignatureFixture.content), by: fixture.citizen, claiming: Self.signing,
            level: .lta(resources(all)))
        let facts = try facts(signature)
        let archive = try #require(facts.timeStamps.last)
        let covered = Set(archive.covers)
        let object = try #require(facts.signatureObject)
        let token = try #require(facts.timeStamps.first?.token)
        #expect(covered.isSuperset(of: [object, ValidationObject(token)]))
        #expect(covered.contains(ValidationObject(.content, bytes: SignatureFixture.content)))
        #expect(covered.contains(ValidationObject(fixture.citizen.certificate)))
        #expect(covered.isSuperset(of: facts.material.validationObjects))
        #expect(facts.material.revocationLists.count == 2)
    }

    @Test func `openssl's signature is extended to B-LTA and renewed, nothing of it changes`() async throws {
        let folder = try TemporaryFolder()
        let key = try SoftwareKey.generate(.rsa(bits: 2048))
        let certificate = try infrastructure.publicDomain.issuing.issue(
            CertificateTemplate(
                subject: .vietnam(commonName: "TEST peer"), notBefore: Self.signing.adding(seconds: -60),
                notAfter: Self.signing.adding(seconds: 86_400 * 365), keyUsage: [.digitalSignature]),
            for: key.subjectPublicKeyInfo)
        try folder.write(key.dangerouslyUnprotectedPEM(), as: "key")
        try folder.write(PEM.encode(certificate.bytes, label: "CERTIFICATE"), as: "certificate")
        try folder.write(SignatureFixture.content, as: "content")
        let options = [
            "cms", "-sign", "-cades", "-binary", "-outform", "DER", "-in", "content", "-signer", "certificate",
            "-inkey",
            "key", "-md", "sha256",
        ]
        guard let made = try OpenSSLPeer.run(options, in: folder, cases: "CAdES by openssl, extended") else { return }
        let original = made.output
        #expect(try level(original) == .b)
        var known = try infrastructure.material(at: Self.later)
        let responder = try infrastructure.ocspResponder(for: infrastructure.publicDomain)
        known.ocspResponses = [try responder.response(about: certificate, at: Self.later)]
        let stamped = try await extended(original, to: .t, known, at: Self.stamped)
        #expect(try level(stamped) == .t)
        let complete = try await extended(stamped, to: .lt, known)
        #expect(try level(complete) == .lt)
        let archived = try await extended(complete, to: .lta, known)
        #expect(try level(archived) == .lta)
        let renewed = try await extended(archived, to: .lta, known, at: Self.later.adding(seconds: 600))
        #expect(try facts(renewed).timeStamps.map(\.kind) == [.signature, .archive, .archive])
        #expect(try facts(renewed).timeStamps.allSatisfy(\.holds))
        for signature in [stamped, complete, archived, renewed] {
            if let outcome = try openssl(signature, "extended CAdES") {
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
        }
        // Every certificate, attribute and field of each step stands in the next, octet by octet.
        let steps = [original, stamped, complete, archived, renewed].map(Self.pieces)
        for (before, after) in zip(steps, steps.dropFirst()) { #expect(after.isSuperset(of: before)) }
    }

    /// Signed fields, unsigned attributes, certificates and revocation data of a structure.
    private static func pieces(_ bytes: [UInt8]) -> Set<[UInt8]> {
        func children(_ bytes: [UInt8]) -> [[UInt8]] {
            ((try? DERElement(parsing: bytes).elements()) ?? []).map(\.bytes)
        }
        let data = children(children(children(bytes)[1])[0])
        let signer = children(children(data[data.count - 1])[0])
        let attributes = signer.filter { $0.first == 0xa1 }.flatMap(children)
        let material = data.dropFirst(3).dropLast().flatMap(children)
        return Set(signer.filter { $0.first != 0xa1 } + attributes + material + [data[2]])
    }

    @Test func `missing material is named, and nothing comes back`() async throws {
        let complete = try material(for: [fixture.citizen])
        var noStatus = complete
        noStatus.ocspResponses = []
        noStatus.revocationLists = try [RevocationListService(infrastructure.publicDomain.root).list(at: Self.later)]
        var noIssuer = complete
        noIssuer.certificates = []
        let citizen = try infrastructure.require("citizen")
        let bare = try SoftwareSigner(key: citizen.key, certificate: citizen.certificate)
        for (name, material, signer) in [
            ("status", noStatus, fixture.citizen), ("issuer", noIssuer, bare),
        ] {
            do {
                let stamper = try infrastructure.require("tsa")
                let authority = TimeStampAuthority(key: stamper.key, certificate: stamper.certificate)
                    .stamping(at: Self.stamped)
                let resources = ExtensionResources(
                    timeStamps: authority, trusting: infrastructure.trust, material: material)
                _ = try await CAdESSignature.detached(
                    over: MemorySource(SignatureFixture.content), by: signer, claiming: Self.signing,
                    level: .lt(resources))
                Issue.record("\(name): a signature came back")
            } catch let error as AdESError {
                #expect(error.code == .levelNotReached)
                #expect(error.detail.contains("Nguyễn Văn Thử (TEST)") && error.detail.contains(name), "\(error)")
            }
        }
        // The gaps can be asked for, and filled from wherever.
        let signature = try await CAdESSignature.detached(
            over: MemorySource(SignatureFixture.content), by: fixture.citizen, claiming: Self.signing,
            level: .t(authority()))
        var value = try CAdESExtension(
            of: signature, content: MemorySource(SignatureFixture.content), trusting: infrastructure.trust)
        let gaps = try value.neededMaterial(at: Self.later)
        #expect(gaps.allSatisfy { $0.kind == .status })
        let stamper = try infrastructure.require("tsa").certificate
        #expect(
            Set(gaps.map(\.certificate)) == [
                fixture.citizen.certificate, infrastructure.publicDomain.issuing.certificate, stamper,
            ])
        try value.add(complete)
        #expect(try value.neededMaterial(at: Self.later).isEmpty)
        #expect(try level(value.bytes) == .lt)
    }

    @Test func `a file with some of its material stays B-T, with a finding that names the rest`() async throws {
        let signature = try await CAdESSignature.detached(
            over: MemorySource(SignatureFixture.content), by: fixture.citizen, claiming: Self.signing,
            level: .t(authority()))
        let plain = try facts(signature).reachedLevel(trusting: infrastructure.trust, at: Self.later)
        #expect(plain.level == .t && plain.findings.isEmpty)
        var value = try CAdESExtension(of: signature, trusting: infrastructure.trust)
        var part = try material(for: [fixture.citizen])
        part.revocationLists = [try RevocationListService(infrastructure.publicDomain.root).list(at: Self.later)]
        try value.add(part)
        let reached = try facts(value.bytes).reachedLevel(trusting: infrastructure.trust, at: Self.later)
        #expect(reached.level == .t)
        #expect(reached.findings.map(\.code) == ["lt-material-incomplete"])
        #expect(reached.findings.first?.phrase.en.contains("DOSSIERKIT TEST Time-Stamp Authority") == true)
    }

    @Test func `revocation data newer than the signature is preferred, older is written with a finding`() async throws {
        let old = try material(at: Self.signing, for: [fixture.citizen])
        let new = try material(at: Self.later, for: [fixture.citizen])
        let signature = try await CAdESSignature.detached(
            over: MemorySource(SignatureFixture.content), by: fixture.citizen, claiming: Self.signing,
            level: .t(authority()))
        func extend(_ material: ValidationMaterial) async throws -> (findings: [Finding], facts: SignatureFacts) {
            var value = try CAdESExtension(
                of: signature, content: MemorySource(SignatureFixture.content), trusting: infrastructure.trust)
            let findings = try await value.extend(to: .lt, with: resources(material), at: Self.later)
            return (findings, try facts(value.bytes))
        }
        let before = try await extend(old)
        #expect(before.findings.map(\.code) == ["revocation-before-signature"])
        #expect(
            before.facts.reachedLevel(trusting: infrastructure.trust, at: Self.later).findings.map(\.code)
                == ["revocation-before-signature"])
        let after = try await extend(old.merging(new))
        #expect(after.findings.isEmpty)
        #expect(Set(after.facts.material.revocationLists).isSubset(of: new.revocationLists))
        #expect(Set(after.facts.material.ocspResponses).isSubset(of: new.ocspResponses))
    }

    @Test func `a signer revoked before the signature cannot reach B-LT, one revoked afterwards can`() async throws {
        let signature = try await CAdESSignature.detached(
            over: MemorySource(SignatureFixture.content), by: fixture.citizen, claiming: Self.signing,
            level: .t(authority()))
        for (since, isGood) in [(Self.signing.adding(seconds: -60), false), (Self.stamped.adding(seconds: 60), true)] {
            var responder = try infrastructure.ocspResponder(for: infrastructure.publicDomain)
            responder.otherStatus = .revoked(since: since, reason: .keyCompromise)
            var known = try infrastructure.material(at: Self.later)
            known.ocspResponses = [try responder.response(about: fixture.citizen.certificate, at: Self.later)]
            if isGood {
                #expect(try await level(extended(signature, to: .lt, known)) == .lt)
            } else {
                await #expect(throws: AdESError(.levelNotReached, "")) {
                    try await extended(signature, to: .lt, known)
                }
            }
        }
    }

    @Test func `a signature that does not hold, or without its content, is not extended`() async throws {
        let known = try material(for: [fixture.citizen])
        let signature = try await fixture.detached(fixture.citizen)
        var other = try CAdESExtension(of: signature, content: MemorySource([1]), trusting: infrastructure.trust)
        await #expect(throws: AdESError(.unsuitableSignature, "")) {
            try await other.extend(to: .t, with: resources(known), at: Self.later)
        }
        #expect(other.bytes == signature)
        var alone = try CAdESExtension(of: signature, trusting: infrastructure.trust)
        await #expect(throws: AdESError(.levelNotReached, "")) {
            try await alone.extend(to: .lta, with: resources(known), at: Self.later)
        }
        #expect(alone.bytes == signature)
        try await alone.extend(to: .lt, with: resources(known), at: Self.later)
        #expect(try level(alone.bytes) == .lt)
        let broken = OtherTimeStamps { _ in throw NoAnswer() }
        let silent = ExtensionResources(timeStamps: broken, trusting: infrastructure.trust, material: known)
        var whole = try CAdESExtension(
            of: alone.bytes, content: MemorySource(SignatureFixture.content), trusting: infrastructure.trust)
        await #expect(throws: NoAnswer()) { try await whole.extend(to: .lta, with: silent, at: Self.later) }
    }

    // MARK: Archive time-stamps that do not hold

    private func archived() async throws -> [UInt8] {
        try await CAdESSignature.detached(
            over: MemorySource(SignatureFixture.content), by: fixture.citizen, claiming: Self.signing,
            level: .lta(resources(material(for: [fixture.citizen]))))
    }

    @Test func `what is added after an archive time-stamp does no harm, what is taken away breaks it`() async throws {
        let signature = try await archived()
        var value = try CAdESExtension(
            of: signature, content: MemorySource(SignatureFixture.content), trusting: infrastructure.trust)
        try value.add(ValidationMaterial(certificates: [fixture.company.certificate]))
        #expect(value.bytes != signature)
        #expect(try facts(value.bytes).timeStamps.allSatisfy(\.holds))
        var parts = Parts(signature)
        parts.editData { data in
            // The last certificate that is not the signer's.
            guard let bag = try? DERElement(parsing: data[3]).elements().map(\.bytes) else { return }
            let kept = bag.filter { $0 != infrastructure.publicDomain.issuing.certificate.bytes }
            data[3] = DERWriter.bytes { $0.element(.context(0), kept.flatMap(\.self)) }
        }
        let less = try facts(parts.bytes)
        #expect(less.value == .valid)
        #expect(less.timeStamps.map(\.holds) == [true, false])
        #expect(less.timeStamps.last?.formatFaults.map(\.code) == ["ats-hash-index"])
        #expect(less.timeStamps.last?.covers.isEmpty == true)
    }

    @Test func `an archive time-stamp over other content or with a cut index does not hold`() async throws {
        let signature = try await archived()
        let other = try facts(signature, content: [1])
        #expect(other.reference == .broken)
        #expect(other.timeStamps.last?.facts?.faults == [.imprintMismatch])
        // The index without its last digest of a certificate: nothing it names is missing, but the token is over more.
        for isCut in [true, false] {
            var parts = Parts(signature)
            parts.edit { signer in
                signer[signer.count - 1] = Self.replacingIndex(signer[signer.count - 1]) { index in
                    guard isCut, var lists = try? DERElement(parsing: index).elements().map(\.bytes),
                        let digests = try? DERElement(parsing: lists[1]).elements().map(\.bytes)
                    else { return index }
                    lists[1] = DERWriter.bytes { $0.element(.sequence, digests.dropLast().flatMap(\.self)) }
                    return DERWriter.bytes { $0.element(.sequence, lists.flatMap(\.self)) }
                }
            }
            let archive = try #require(try facts(parts.bytes).timeStamps.last)
            #expect(archive.kind == .archive && archive.holds != isCut)
            if isCut { #expect(archive.facts?.faults == [.imprintMismatch]) }
        }
        var parts = Parts(signature)
        parts.edit { signer in signer[signer.count - 1] = Self.replacingIndex(signer[signer.count - 1]) { _ in nil } }
        let without = try #require(try facts(parts.bytes).timeStamps.last)
        #expect(without.formatFaults.map(\.code) == ["ats-hash-index"])
    }

    /// Replaces the hash index in the archive time-stamp among unsigned attributes; `nil` leaves it out.
    private static func replacingIndex(_ attributes: [UInt8], _ change: ([UInt8]) -> [UInt8]?) -> [UInt8] {
        let all = ((try? DERElement(parsing: attributes).elements()) ?? []).map(\.bytes)
        let type = DERWriter.bytes { $0.objectIdentifier(.archiveTimeStampV3) }
        let changed = all.map { attribute -> [UInt8] in
            guard let parts = try? DERElement(parsing: attribute).elements(), parts[0].bytes == type,
                let token = try? parts[1].elements().first
            else { return attribute }
            var stamp = Parts(token.bytes)
            stamp.edit { signer in
                guard let set = try? DERElement(parsing: signer[signer.count - 1]).elements(), let first = set.first,
                    let fields = try? first.elements(), let index = try? fields[1].elements().first
                else { return }
                if let new = change(index.bytes) {
                    let attribute = CMSAttribute.encode(.archiveHashIndexV3, value: new)
                    signer[signer.count - 1] = DERWriter.bytes { $0.element(.context(1), attribute) }
                } else {
                    signer.removeLast()
                }
            }
            return CMSAttribute.encode(.archiveTimeStampV3, value: stamp.bytes)
        }
        return DERWriter.bytes { $0.element(.context(1), changed.flatMap(\.self)) }
    }
}
