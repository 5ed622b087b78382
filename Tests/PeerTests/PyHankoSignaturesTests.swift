// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import PAdES
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import TestSupport
import Testing

@Suite struct `PDFs that pyHanko signed, judged and extended here` {
    private let peer: PeerSigner

    init() throws { peer = try PeerSigner() }

    private func report(
        _ bytes: [UInt8], _ material: ValidationMaterial = ValidationMaterial(),
        by policy: ValidationPolicy = .vietnam2026
    ) throws -> SignatureReport {
        let document = try PDFDocument(parsing: MemorySource(bytes))
        let validator = SignatureValidator(trusting: peer.infrastructure.trust, policy: policy, material: material)
        return try #require(try validator.validate(document, at: PeerSigner.judged).signatures.first)
    }

    private static let keys: [(name: String, job: PeerSigner.Job)] = [
        ("RSA PKCS#1", PeerSigner.Job(kind: "", signer: .rsa(bits: 2048))),
        ("RSA-PSS", PeerSigner.Job(kind: "", signer: .rsa(bits: 2048), usesPSS: true)),
        ("P-256", PeerSigner.Job(kind: "", signer: .elliptic(.p256), usesResponses: true)),
        ("P-384", PeerSigner.Job(kind: "", signer: .elliptic(.p384), digest: "sha384")),
        ("Ed25519", PeerSigner.Job(kind: "", signer: .ed25519, digest: "sha512", usesResponses: true)),
    ]

    @Test func `every key and level holds here, is raised to B-LTA, and pyHanko accepts the result`() async throws {
        let jobs = Self.keys.flatMap { key in
            BaselineLevel.allCases.map { level in
                var job = key.job
                job.kind = level.rawValue
                job.isStamped = level != .b
                return job
            }
        }
        guard let result = try peer.sign(jobs) else { return }
        #expect(result.errors.allSatisfy { $0 == nil }, "\(result.errors.compactMap(\.self))")
        var (passed, refused, extended) = (0, 0, 0)
        var questions: [AdESPeer.Question] = []
        for made in result.made {
            let name = "\(made.job.kind) \(made.job.signer)"
            let known = try peer.material(about: made.signer, isRevoked: false, usesResponses: true)
            let level = try #require(BaselineLevel(rawValue: made.job.kind))
            let judged = try report(made.bytes, level < .lt ? known : ValidationMaterial())
            #expect(judged.indication == .totalPassed, "\(name): \(judged.findings.map(\.code))")
            #expect(judged.facts.level == level, "\(name): \(judged.findings.map(\.phrase.en))")
            passed += 1
            var changed = made.bytes
            changed[12] ^= 1
            #expect(try report(changed, known).subIndication == .hashFailure, "\(name)")
            refused += 1
            var value = try PDFExtension(of: MemorySource(made.bytes), trusting: peer.infrastructure.trust)
            try await value.extend(
                to: .lta, with: peer.resources(for: made.signer), at: PeerSigner.signing.adding(seconds: 3_600))
            let bytes = try value.bytes()
            #expect(bytes.starts(with: made.bytes) && bytes.count > made.bytes.count)
            let raised = try report(bytes)
            #expect(raised.indication == .totalPassed && raised.facts.level == .lta, "\(name): \(raised.findings)")
            #expect(!raised.facts.changesAfterSigning.contains { !$0.allowed }, "\(name)")
            extended += 1
            // Its processes beyond the basic one ask for a signature-time-stamp; a document time-stamp does not do for it.
            for file in [made.bytes, bytes] {
                var question = AdESPeer.Question(file, level == .b ? .basic : .lta)
                question.readsEmbedded = level == .b
                if file == made.bytes, level < .lta {
                    question.process = level == .b ? .basic : .time
                    question.readsEmbedded = level == .lt
                    question.certificates = known.certificates.map(\.bytes)
                    question.lists = level == .lt ? [] : known.revocationLists.map(\.bytes)
                }
                questions.append(question)
            }
        }
        let root = peer.infrastructure.publicDomain.root.certificate.bytes
        let judge = try AdESPeer(trusting: [root], at: PeerSigner.judged.seconds)
        let answers = try judge.judge(questions, cases: "\(questions.count) PDFs by pyHanko") ?? []
        for (index, answer) in answers.enumerated() {
            let job = result.made[index / 2].job
            #expect(answer.status == "OK", "\(job.kind) \(job.signer) \(index % 2 == 1 ? "extended" : ""): \(answer)")
        }
        print(
            "PDFs signed by pyHanko: \(passed) pass here at their level (\(Self.keys.count) keys × 4 levels), \(refused) with a changed byte "
                + "refused, \(extended) extended to B-LTA; pyHanko accepts \(answers.count { $0.status == "OK" }) of \(answers.count)"
        )
    }

    @Test func `adbe pkcs7 detached without a reference is no baseline, and its archival material is used`()
        async throws
    {
        let jobs = [true, false].flatMap { bindsCertificate in
            ["archival", "adbe"].map { kind in
                PeerSigner.Job(
                    kind: kind, signer: .rsa(bits: 2048), bindsCertificate: bindsCertificate,
                    usesResponses: kind == "archival" && bindsCertificate)
            }
        }
        guard let result = try peer.sign(jobs) else { return }
        #expect(result.errors.allSatisfy { $0 == nil }, "\(result.errors.compactMap(\.self))")
        var counts: [String: Int] = [:]
        for made in result.made {
            let name = "\(made.job.kind), \(made.job.bindsCertificate ? "bound" : "not bound")"
            // Nothing from elsewhere: revocation stands in the signed attribute, or nowhere.
            let judged = try report(made.bytes)
            let facts = judged.facts
            #expect(facts.format == .pdf && facts.level == nil, "\(name)")
            #expect(
                facts.bindsSigningCertificate == made.job.bindsCertificate && facts.signingCertificate == made.signer)
            #expect(
                judged.findings.contains { $0.code == "no-certificate-reference" } != made.job.bindsCertificate,
                "\(name): \(judged.findings.map(\.code))")
            #expect(facts.timeStamps.map(\.kind) == [.signature] && facts.timeStamps.allSatisfy(\.holds))
            if !made.job.bindsCertificate {
                // By the letter of EN 319 102-1 §5.2.3 a certificate that nothing binds identifies nobody.
                #expect(try report(made.bytes, by: .etsi2026).subIndication == .noSigningCertificateFound, "\(name)")
            }
            if made.job.kind == "archival" {
                #expect(judged.bestSignatureTime == PeerSigner.stamped, "\(name)")
                #expect(judged.indication == .totalPassed, "\(name): \(judged.findings.map(\.phrase.en))")
                #expect(facts.material.revocationLists.count == 2, "\(name)")
                #expect(facts.material.ocspResponses.count == (made.job.usesResponses ? 2 : 0), "\(name)")
            } else {
                #expect(judged.indication == .indeterminate, "\(name)")
                #expect(facts.material.revocationLists.isEmpty && facts.material.ocspResponses.isEmpty)
                let known = try peer.material(about: made.signer, isRevoked: false, usesResponses: false)
                let helped = try report(made.bytes, known)
                #expect(helped.indication == .totalPassed && helped.bestSignatureTime == PeerSigner.stamped, "\(name)")
            }
            counts["\(made.job.kind) \(judged.indication.rawValue)", default: 0] += 1
            var changed = made.bytes
            changed[12] ^= 1
            #expect(try report(changed).subIndication == .hashFailure, "\(name)")
            // The attribute is signed: a byte of its list breaks the value.
            if let list = facts.material.revocationLists.first, let place = Self.place(of: list.bytes, in: made.bytes) {
                var forged = made.bytes
                forged[place] = forged[place] == 0x30 ? 0x31 : 0x30
                #expect(try report(forged).indication != .totalPassed, "\(name)")
                counts["changed byte in the archival list refused", default: 0] += 1
            }
        }
        print("adbe.pkcs7.detached by pyHanko: \(counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })")
    }

    /// Where the last byte of an object stands as two digits inside the contents.
    private static func place(of object: [UInt8], in file: [UInt8]) -> Int? {
        let digits = Array(Hexadecimal.encode(object.suffix(40)).utf8)
        guard let start = file.indices.first(where: { file[$0...].starts(with: digits) }) else { return nil }
        return start + digits.count - 1
    }

    @Test func `a signer whom the archival list names revoked is not accepted`() throws {
        let jobs = [false, true].map {
            PeerSigner.Job(kind: "archival", signer: .rsa(bits: 2048), bindsCertificate: false, isRevoked: $0)
        }
        guard let result = try peer.sign(jobs) else { return }
        try #require(result.made.count == 2, "\(result.errors)")
        let reports = try result.made.map { try report($0.bytes) }
        #expect(reports[0].indication == .totalPassed)
        #expect(reports[1].indication != .totalPassed)
        #expect([.revoked, .revokedNoPOE].contains(reports[1].subIndication))
        #expect(reports.allSatisfy { $0.facts.value == .valid && $0.facts.reference == .intact })
        print(
            "adbe archival list that revokes: \(reports[1].indication.rawValue)/\(reports[1].subIndication?.rawValue ?? "-")"
        )
    }

    @Test func `adbe pkcs7 sha1 and adbe x509 rsa sha1 are read, name their signer and never pass`() async throws {
        let jobs = ["sha1", "raw"].map {
            PeerSigner.Job(kind: $0, signer: .rsa(bits: 2048), digest: "sha1", isStamped: false)
        }
        guard let result = try peer.sign(jobs) else { return }
        #expect(result.errors.allSatisfy { $0 == nil }, "\(result.errors.compactMap(\.self))")
        for made in result.made {
            let known = try peer.material(about: made.signer, isRevoked: false, usesResponses: false)
            for policy in [ValidationPolicy.etsi2026, .vietnam2026, .rfc5280] {
                let validator = SignatureValidator(
                    trusting: peer.infrastructure.trust, policy: policy, material: known)
                func judge(_ bytes: [UInt8]) throws -> SignatureReport {
                    try #require(
                        try validator.validate(PDFDocument(parsing: MemorySource(bytes)), at: PeerSigner.judged)
                            .signatures.first)
                }
                let judged = try judge(made.bytes)
                #expect(judged.indication == .indeterminate, "\(made.job.kind), \(policy.id)")
                #expect(judged.findings.contains { $0.code == "subfilter-obsolete" })
                #expect(judged.facts.signingCertificate == made.signer && judged.facts.level == nil)
                #expect(judged.facts.reference == .intact && judged.facts.value == .valid)
                var changed = made.bytes
                changed[12] ^= 1
                #expect(try judge(changed).subIndication == .hashFailure, "\(made.job.kind), \(policy.id)")
                print(
                    "\(made.job.kind) by \(policy.id): INDETERMINATE/\(judged.subIndication?.rawValue ?? "-"), changed byte HASH_FAILURE"
                )
            }
        }
    }

    @Test func `contents in BER with zeros behind them are read, other octets behind them are not`() throws {
        let jobs = ["ber", "behind"].map { PeerSigner.Job(kind: $0, signer: .elliptic(.p256), isStamped: false) }
        guard let result = try peer.sign(jobs) else { return }
        try #require(result.made.count == 2, "\(result.errors)")
        let known = try peer.material(about: result.made[0].signer, isRevoked: false, usesResponses: false)
        let good = try report(result.made[0].bytes, known)
        #expect(good.indication == .totalPassed && good.facts.level == .b, "\(good.findings.map(\.phrase.en))")
        #expect(good.findings.contains { $0.code == "signature-not-der" })
        let refused = try report(result.made[1].bytes, known)
        #expect(refused.subIndication == .formatFailure && refused.findings.contains { $0.code == "contents-not-cms" })
        var changed = result.made[0].bytes
        changed[12] ^= 1
        #expect(try report(changed, known).subIndication == .hashFailure)
    }
}
