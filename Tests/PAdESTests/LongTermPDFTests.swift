// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import Foundation
import PAdES
import PDFSyntax
import PKIX
import SignatureValidation
import SoftwareKeys
import Synchronization
import TestPKI
import TestSupport
import Testing

@Suite("PAdES B-LT and B-LTA — EN 319 142-1 §5.4, §5.5 and §6.3")
struct LongTermPDFTests {
    private static let signing = Instant(seconds: 1_795_228_222)
    private static let stamped = signing.adding(seconds: 60)
    private static let later = signing.adding(seconds: 3_600)
    private static let archived = signing.adding(seconds: 3_660)
    private static let judged = signing.adding(seconds: 3_720)
    /// After the signer's certificate has expired, while the authorities' are still valid.
    private static let muchLater = signing.adding(seconds: 4 * 365 * 86_400)
    private static let infrastructure = try? TestInfrastructure(at: signing)

    private let infrastructure: TestInfrastructure

    init() throws { infrastructure = try #require(Self.infrastructure) }

    private func sample(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: Corpora.packageRoot.appending(path: "testvectors/pdfs/\(name).pdf")))
    }

    private func authority(at time: Instant = stamped) throws -> StoppedTimeStampAuthority {
        try infrastructure.timeStampAuthority().stamping(at: time)
    }

    private func material(at time: Instant = later) throws -> ValidationMaterial {
        var material = try infrastructure.material(at: time)
        for domain in [infrastructure.publicDomain, infrastructure.publicDutyDomain] {
            let responder = try infrastructure.ocspResponder(for: domain)
            material.ocspResponses += try infrastructure.subscribers.filter { $0.issuer == domain.issuing.certificate }
                .map { try responder.response(about: $0.certificate, at: time) }
        }
        return material
    }

    /// The first time-stamp at one time, every further one at another.
    private func resources(at time: Instant = stamped, then archive: Instant = archived) throws -> ExtensionResources {
        let clock = Mutex([time])
        let authority = try infrastructure.timeStampAuthority()
        let timeStamps = Ticking { imprint in
            let now = clock.withLock { $0.popLast() } ?? archive
            return try await authority.stamping(at: now).token(for: imprint)
        }
        return ExtensionResources(timeStamps: timeStamps, trusting: infrastructure.trust, material: try material())
    }

    private func facts(_ bytes: [UInt8]) throws -> [SignatureFacts] {
        try PDFDocument(parsing: MemorySource(bytes)).signatureFacts(with: ValidationMaterial())
    }

    private func levels(_ bytes: [UInt8]) throws -> [BaselineLevel?] {
        try facts(bytes).map { $0.reachedLevel(trusting: infrastructure.trust, at: Self.judged).level }
    }

    private func signed(_ name: String, _ level: SigningLevel, _ original: [UInt8]) async throws -> [UInt8] {
        let signer = try #require(infrastructure.subscriber(name)).signer()
        return try await PDFDocument(parsing: MemorySource(original)).signed(
            by: signer, claiming: Self.signing, level: level)
    }

    private func extended(
        _ bytes: [UInt8], to level: BaselineLevel, at time: Instant = later
    ) async throws -> [UInt8] {
        var value = try PDFExtension(of: MemorySource(bytes), trusting: infrastructure.trust)
        try await value.extend(to: level, with: resources(at: time), at: time)
        return try value.bytes()
    }

    /// pyHanko with the roots, and nothing else unless stated.
    private func peer(at time: Instant, with material: ValidationMaterial = ValidationMaterial()) throws -> AdESPeer {
        try AdESPeer(
            trusting: infrastructure.trust.flatMap(\.anchors).map(\.bytes),
            certificates: material.certificates.map(\.bytes), lists: material.revocationLists.map(\.bytes),
            responses: material.ocspResponses.map(\.bytes), at: time.seconds)
    }

    private func expectSound(_ bytes: [UInt8], signatures: Int = 1) throws {
        try withTemporaryFile(bytes) { path in
            if let result = try qpdf(["--check", path]) { #expect(result.status == 0, "\(result.output)") }
            guard let output = try CommandPeer.run("pdfsig", ["-nocert", path])?.output else { return }
            #expect(output.components(separatedBy: "Signature Validation: Signature is Valid.").count > signatures)
            #expect(!output.contains("Signature is Invalid") && !output.contains("Digest Mismatch"), "\(output)")
        }
    }

    /// What others made before can have another form or another trust, and a broken one cannot be mended.
    @Test(arguments: [BaselineLevel.t, .lt, .lta])
    func `beside signatures of others a new one reaches its level, and these are not raised`(
        _ level: BaselineLevel
    ) async throws {
        let stranger = try #require(
            try TestInfrastructure(at: Self.signing).subscriber("citizen")
        ).signer()
        let original = try sample("ct01-declaration")
        let foreign = try await PDFDocument(parsing: MemorySource(original)).signed(
            by: stranger, claiming: Self.signing)
        for (base, isRaisable) in [
            (foreign, false), (try PDFFixture.signed(original, .new(name: "Other")), false),
            (try await signed("company", .b, original), true),
        ] {
            let wanted: SigningLevel =
                switch level {
                case .t: .t(try authority())
                case .lt: .lt(try resources())
                default: .lta(try resources())
                }
            let bytes = try await signed("citizen", wanted, base)
            #expect(bytes.starts(with: base))
            #expect(try levels(bytes).last == level)
            guard level == .lt else { continue }
            if isRaisable {
                // The time-stamp for the first one may cover what there is for both.
                let raised = try levels(await extended(bytes, to: .lt))
                #expect(raised.allSatisfy { $0.map { $0 >= .lt } ?? false }, "\(raised)")
            } else {
                await #expect(throws: AdESError.self) { try await extended(bytes, to: .lt) }
            }
        }
    }

    @Test(arguments: ["citizen", "company", "official", "commune"], [BaselineLevel.lt, .lta])
    func `what is signed at a level has it, for pyHanko and pdfsig too`(
        _ name: String, _ level: BaselineLevel
    ) async throws {
        let original = try sample("ct01-declaration")
        let bytes = try await signed(name, level == .lt ? .lt(resources()) : .lta(resources()), original)
        #expect(bytes.starts(with: original))
        #expect(try levels(bytes) == [level])
        let facts = try #require(try facts(bytes).first)
        #expect(facts.formatFaults.isEmpty && facts.value == .valid && facts.reference == .intact)
        #expect(facts.timeStamps.map(\.kind) == (level == .lt ? [.signature] : [.signature, .document]))
        #expect(!facts.timeStamps.contains { !$0.holds })
        #expect(facts.changesAfterSigning.map(\.kind) == (level == .lt ? [.dss] : [.dss, .timestamp]))
        #expect(!facts.changesAfterSigning.contains { !$0.allowed })
        // Nothing from elsewhere is needed any more.
        let validator = SignatureValidator(
            trusting: infrastructure.trust, policy: .vietnam2026, material: ValidationMaterial())
        let report = try validator.validate(PDFDocument(parsing: MemorySource(bytes)), at: Self.judged)
        #expect(report.indication == .totalPassed)
        #expect(report.signatures.count == 1)
        try expectSound(bytes)
        var changed = bytes
        changed[original.count / 2] ^= 1
        // Without a document time-stamp its archival process sees no proof of existence at all.
        let judge = try level == .lt ? peer(at: Self.judged, with: facts.longTermMaterial) : peer(at: Self.judged)
        let answers = try judge.judge(
            [bytes, changed], level == .lt ? .time : .lta, cases: "PAdES \(level.rawValue) by \(name)")
        if let answers {
            #expect(answers[0].status == "OK" && answers[0].bestSignatureTime == Self.stamped.seconds, "\(answers[0])")
            #expect(answers[1].status != "OK", "\(answers[1])")
        }
        guard level == .lta else { return }
        // Years later, with today's lists for the authority of the document time-stamp.
        let fresh = ValidationMaterial(revocationLists: try infrastructure.revocationLists(at: Self.muchLater))
        let old = try peer(at: Self.muchLater, with: fresh).judge(
            [bytes], .lta, cases: "PAdES B-LTA by \(name), years later")
        if let answer = old?.first {
            #expect(answer.status == "OK" && answer.bestSignatureTime == Self.stamped.seconds, "\(answer)")
        }
    }

    @Test func `the store has VRI entries that name the signature's own material`() async throws {
        let bytes = try await signed("citizen", .lt(resources()), sample("host-consent"))
        let file = try PDFFile(reading: MemorySource(bytes))
        let catalog = try file.catalog().dictionary
        let store = try #require(try file.resolve(catalog["DSS"]).dictionary)
        let information = try #require(try file.resolve(store["VRI"]).dictionary)
        let contents = try #require(try DocumentSignatures(in: file).signatures.first).dictionary.contents
        let name = Hexadecimal.encode(try DigestAlgorithm.sha1.digest(of: contents)).uppercased()
        #expect(information.keys.map(\.text) == [name])
        let entry = try #require(try file.resolve(information[PDFName(name)]).dictionary)
        #expect(Set(entry.keys.map(\.text)) == ["Cert", "CRL"])
        let needed = try DocumentSecurityStore(in: file)
        #expect(try file.resolve(entry["CRL"]).array?.count == needed.revocationLists.count)
        // Without them the same level is reached.
        let signer = try #require(infrastructure.subscriber("citizen")).signer()
        let stamped = try await PDFDocument(parsing: MemorySource(sample("host-consent"))).signed(
            by: signer, claiming: Self.signing, level: .t(authority()))
        var plain = try PDFExtension(of: MemorySource(stamped), trusting: infrastructure.trust)
        plain.namesMaterialPerSignature = false
        try await plain.extend(to: .lt, with: resources(), at: Self.later)
        #expect(try levels(plain.bytes()) == [.lt])
        let other = try PDFFile(reading: MemorySource(plain.bytes()))
        let otherCatalog = try other.catalog().dictionary
        #expect(try other.resolve(otherCatalog["DSS"]).dictionary?["VRI"] == nil)
    }

    @Test func `each level is reached from the one below, and the time-stamp is renewed`() async throws {
        let original = try sample("birth-certificate")
        var steps = [try await signed("commune", .b, original)]
        #expect(try levels(steps[0]) == [.b])
        for (level, time) in [
            (BaselineLevel.t, Self.stamped), (.lt, Self.later), (.lta, Self.archived),
            (.lta, Self.archived.adding(seconds: 86_400)),
        ] {
            let before = steps[steps.count - 1]
            let after = try await extended(before, to: level, at: time)
            #expect(after.starts(with: before) && after.count > before.count)
            #expect(try levels(after) == [level])
            steps.append(after)
        }
        let last = steps[steps.count - 1]
        let facts = try #require(try facts(last).first)
        #expect(facts.timeStamps.map(\.kind) == [.document, .document, .document])
        #expect(facts.timeStamps.map(\.id) == ["T-1", "T-2", "T-3"])
        let covered = facts.timeStamps.map { Set($0.covers) }
        #expect(covered[1].isStrictSuperset(of: covered[0]) && covered[2].isSuperset(of: covered[1]))
        let object = try #require(facts.signatureObject)
        let first = try #require(facts.timeStamps[0].token)
        #expect(covered[0].contains(object) && covered[1].contains(ValidationObject(first)))
        #expect(!covered[0].contains(ValidationObject(first)))
        try expectSound(last)
        // pyHanko's process with time asks for a signature-time-stamp, which this signature does not have.
        let peer = try peer(at: Self.judged, with: facts.longTermMaterial)
        guard let answers = try peer.judge(Array(steps.suffix(2)), .basic, cases: "PAdES raised") else { return }
        #expect(answers.map(\.status) == ["OK", "OK"], "\(answers)")
    }

    @Test(arguments: [nil, 1, 2], [true, false])
    func `pyHanko's signature is extended to B-LTA, which pyHanko accepts`(
        _ certification: Int?, _ isStamped: Bool
    ) async throws {
        let folder = try TemporaryFolder()
        let subscriber = try #require(infrastructure.subscriber("company"))
        try folder.write(sample("marriage-certificate"), as: "in.pdf")
        try folder.write(subscriber.key.dangerouslyUnprotectedPEM(), as: "key")
        try folder.write(subscriber.certificate.bytes, as: "certificate")
        try folder.write(subscriber.issuer.bytes, as: "issuer")
        // pyHanko's own authority for tests signs with RSA only.
        let stamper = try SoftwareKey.generate(.rsa(bits: 2048))
        var template = CertificateTemplate(
            subject: .vietnam(commonName: "TEST pyHanko TSA"), notBefore: Self.signing.adding(seconds: -60),
            notAfter: Self.signing.adding(seconds: 86_400 * 365), keyUsage: [.digitalSignature],
            extendedKeyUsage: infrastructure.subscriber("tsa")?.certificate.extendedKeyUsage ?? [])
        template.extendedKeyUsageIsCritical = true
        let issuing = infrastructure.publicDomain.issuing
        try folder.write(issuing.issue(template, for: stamper.subjectPublicKeyInfo).bytes, as: "tsa")
        try folder.write(stamper.dangerouslyUnprotectedPEM(), as: "tsa-key")
        let request: [String: Any] = [
            "pdf": folder.path("in.pdf"), "output": folder.path("out.pdf"), "key": folder.path("key"),
            "certificate": folder.path("certificate"), "chain": [folder.path("issuer")], "pades": true,
            "certify": certification as Any? ?? NSNull(), "field": "Signature1",
            "stamper": isStamped ? folder.path("tsa") as Any : NSNull(), "stamperKey": folder.path("tsa-key"),
            "stampTime": Self.stamped.seconds,
        ]
        let outcome = try PythonPeer.run(
            "Tests/Python/pdf_signer.py", input: JSONSerialization.data(withJSONObject: request),
            cases: "PDF signed by pyHanko, extended")
        guard let outcome else { return }
        try #require(outcome.status == 0, "\(outcome.errors)")
        let made = try folder.read("out.pdf")
        #expect(try levels(made) == [isStamped ? .t : .b])
        let stamped = isStamped ? made : try await extended(made, to: .t, at: Self.stamped)
        let archived = try await extended(stamped, to: .lta, at: Self.archived)
        #expect(archived.starts(with: made))
        #expect(try levels(archived) == [.lta])
        #expect(try facts(archived).first?.changesAfterSigning.contains { !$0.allowed } == false)
        try expectSound(archived)
        let embedded = try #require(try facts(archived).first).longTermMaterial
        let peer = try isStamped ? peer(at: Self.judged) : peer(at: Self.judged, with: embedded)
        // Its processes beyond the basic one ask for a signature-time-stamp; a document time-stamp does not do for it.
        let process: AdESPeer.Process = isStamped ? .lta : .basic
        let answers = try peer.judge([archived], process, cases: "PDF signed by pyHanko, extended")
        if let answers { #expect(answers[0].status == "OK", "\(answers)") }
    }

    @Test func `two signers and a time-stamp over both`() async throws {
        let once = try await signed("official", .t(authority()), sample("ct01-declaration"))
        let twice = try await signed("commune", .t(authority(at: Self.stamped.adding(seconds: 5))), once)
        let archived = try await extended(twice, to: .lta)
        #expect(try levels(archived) == [.lta, .lta])
        let facts = try facts(archived)
        try #require(facts.count == 2)
        #expect(facts.map { $0.timeStamps.map(\.id) } == [["T-1", "T-3"], ["T-2", "T-3"]])
        #expect(facts.map(\.id) == ["S-1", "S-2"])
        let objects = facts.compactMap(\.signatureObject)
        let covered = Set(facts[0].timeStamps.last?.covers ?? [])
        #expect(covered.isSuperset(of: objects))
        try expectSound(archived, signatures: 2)
    }

    @Test func `missing material is named and nothing is appended`() async throws {
        let stamped = try await signed("citizen", .t(authority()), sample("host-consent"))
        var value = try PDFExtension(of: MemorySource(stamped), trusting: infrastructure.trust)
        var part = try material()
        part.ocspResponses = []
        part.revocationLists = try [RevocationListService(infrastructure.publicDomain.root).list(at: Self.later)]
        let resources = ExtensionResources(
            timeStamps: try authority(), trusting: infrastructure.trust, material: part)
        do {
            try await value.extend(to: .lta, with: resources, at: Self.later)
            Issue.record("the level was reached")
        } catch let error as AdESError {
            #expect(error.code == .levelNotReached)
            #expect(error.detail.contains("Nguyễn Văn Thử (TEST)"))
            #expect(error.detail.contains("DOSSIERKIT TEST Time-Stamp Authority"))
        }
        #expect(value.appendedBytes.isEmpty)
        try await value.extend(to: .lta, with: self.resources(), at: Self.later)
        #expect(try levels(value.bytes()) == [.lta])
    }

    @Test func `a changed document is not extended`() async throws {
        var bytes = try await signed("citizen", .b, sample("host-consent"))
        bytes[2_000] ^= 1
        var value = try PDFExtension(of: MemorySource(bytes), trusting: infrastructure.trust)
        await #expect(throws: AdESError(.unsuitableSignature, "")) {
            try await value.extend(to: .t, with: resources(), at: Self.later)
        }
        let plain = try PDFExtension(of: MemorySource(sample("host-consent")), trusting: infrastructure.trust)
        var unsigned = plain
        await #expect(throws: AdESError(.unsuitableSignature, "")) {
            try await unsigned.extend(to: .t, with: resources(), at: Self.later)
        }
    }

    @Test func `a document time-stamp over other bytes proves nothing`() async throws {
        let bytes = try await extended(signed("citizen", .b, sample("host-consent")), to: .t, at: Self.stamped)
        let file = try PDFFile(reading: MemorySource(bytes))
        let stamp = try #require(try DocumentSignatures(in: file).signatures.last)
        let range = try #require(stamp.dictionary.contentsRange)
        let other = try await authority().token(for: MessageImprint(of: [1, 2, 3]))
        var changed = bytes
        let start = Int(range.lowerBound) + 1
        let room = (range.upperBound - range.lowerBound - 2) / 2
        let padded = other.bytes + [UInt8](repeating: 0, count: Int(room) - other.bytes.count)
        changed.replaceSubrange(start..<start + padded.count * 2, with: Hexadecimal.encode(padded).utf8)
        let facts = try #require(try facts(changed).first)
        #expect(facts.timeStamps.first?.facts?.faults == [.imprintMismatch])
        #expect(try levels(changed) == [.b])
        #expect(try levels(bytes) == [.t])
    }
}

/// An authority whose clock a test moves.
struct Ticking: TimeStamping {
    let answer: @Sendable (MessageImprint) async throws -> TimeStampToken
    func token(for imprint: MessageImprint) async throws -> TimeStampToken { try await answer(imprint) }
}
