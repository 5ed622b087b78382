// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import DossierCore
import DossierKit
import Foundation
import OnceOnly
import PAdES
import PKIX
import SignatureValidation
import TestPKI
import TestSupport
import Testing
import VaultTesting

@Suite struct `Verdicts on documents of a vault` {
    private let bench: Bench

    init() throws { bench = try Bench.shared.get() }

    @Test func `only a signature that holds raises a document's assurance`() async throws {
        let signed = try await bench.signedPDF("birth-certificate.pdf", by: "official")
        let good = try Provenance.verified(bench.report(signed), source: .agencyResult)
        #expect(good.assurance == .signatureVerified)
        #expect(good.verification?.signer == "Lê Thị Kiểm (TEST)")
        #expect(good.verification?.trustDomain == "public-duty")

        let plain = try Bench.sample("birth-certificate.pdf").allBytes(limit: 1 << 24)
        let revoked = bench.validator(
            trusting: bench.infrastructure.trust, material: try bench.material(revoking: "official"))
        let countersigned = try await { () async throws -> [UInt8] in
            // A second signature of an authority that is not trusted: one good signature is not enough.
            let stranger = try TestInfrastructure(at: Bench.now)
            let signer = try #require(stranger.subscriber("citizen")).signer()
            return try await PDFDocument(parsing: MemorySource(signed)).signed(by: signer, claiming: Bench.now)
        }()
        let reports: [(String, FileReport)] = [
            ("no signature", try bench.report(plain)), ("no format", try bench.report([1, 2, 3])),
            ("empty", try bench.report([])), ("failed", try bench.report(signed.flipped(at: signed.insideStream))),
            ("unknown issuer", try bench.report(signed, bench.validator(trusting: []))),
            (
                "other domain",
                try bench.report(signed, bench.validator(trusting: [bench.infrastructure.publicDomain.trust]))
            ),
            ("revoked", try bench.report(signed, revoked)),
            ("expired", try bench.report(signed, at: Bench.now.adding(seconds: 4 * 365 * 86_400))),
            ("one of two", try bench.report(countersigned)),
            (
                "unreadable",
                try FileReport(unreadable: "x", source: MemorySource(signed), because: Phrase(vi: "lỗi", en: "fault"))
            ),
        ]
        for (name, report) in reports {
            for source in Provenance.Source.allCases {
                let provenance = try Provenance.verified(report, source: source)
                #expect(provenance.assurance == .selfDeclared, "\(name)")
                #expect(provenance.verification == nil, "\(name)")
                #expect(provenance.source == source)
            }
        }
        let noDigest = FileReport(path: "x", format: nil, sha256: nil, report: nil)
        #expect(throws: DossierError(.invalidAttachment, "")) {
            try Provenance.verified(noDigest, source: .selfUpload)
        }
    }

    private func vault(_ documents: [[UInt8]]) async throws -> Vault {
        let vault = try await Vault.create(
            name: "Kho", in: InMemoryVaultStore(), unlocking: [.passphrase(Passphrase("mật khẩu"))], at: Bench.now)
        for bytes in documents {
            var metadata = DocumentMetadata(
                type: "birth-certificate", name: "giay-khai-sinh.pdf", mediaType: "application/pdf")
            metadata.number = "0000015/1999"
            metadata.subjects = ["001099000001"]
            _ = try await vault.store(
                MemorySource(bytes), metadata: metadata,
                provenance: .verified(bench.report(bytes), source: .selfUpload),
                fields: [DocumentField(name: "subject.fullName", value: "Nguyễn Văn Thử", origin: .declared)],
                at: Bench.now)
        }
        return vault
    }

    @Test func `evidence carries what the vault knows`() async throws {
        let signed = try await bench.signedPDF("birth-certificate.pdf", by: "official")
        let plain = try Bench.sample("birth-certificate.pdf").allBytes(limit: 1 << 24)
        let evidence = try await vault([signed, plain]).evidence(judgedBy: nil, at: Bench.now)
        #expect(evidence.map(\.assurance) == [.signatureVerified, .selfDeclared])
        #expect(evidence.map(\.signature.verdict) == [.passed, .none])
        #expect(evidence.map(\.form) == [.original, .scan])
        #expect(evidence[0].signature.trustDomain == "public-duty")
        #expect(evidence[0].number == "0000015/1999" && evidence[0].subjects == ["001099000001"])
        #expect(evidence[0].fields.map(\.value) == ["Nguyễn Văn Thử"])
        #expect(evidence.allSatisfy { $0.status == .active && $0.version == 1 })
    }

    @Test func `judged anew, a document counts for what its signature is worth now`() async throws {
        let signed = try await bench.signedPDF("birth-certificate.pdf", by: "official")
        let vault = try await vault([signed, signed.flipped(at: signed.insideStream)])
        func verdicts(_ validator: SignatureValidator?) async throws -> [EvidenceSignature.Verdict] {
            try await vault.evidence(judgedBy: validator, at: Bench.now).map(\.signature.verdict)
        }
        #expect(try await verdicts(nil) == [.passed, .none])
        #expect(try await verdicts(bench.validator) == [.passed, .failed])
        #expect(try await verdicts(bench.validator(trusting: [])) == [.indeterminate, .failed])
        let revoked = bench.validator(
            trusting: bench.infrastructure.trust, material: try bench.material(revoking: "official"))
        #expect(try await verdicts(revoked) == [.indeterminate, .failed])
    }

    @Test func `descriptions of documents are read, and refused when malformed`() throws {
        let good =
            #"{"type":"birth-certificate","number":"1","issuedOn":"2026-11-02","subjects":[{"fullName":"A"}],"fields":{"x":"y"}}"#
        let read = try DocumentDescription.read(Array(good.utf8), for: "a.pdf")
        #expect(read.type == "birth-certificate" && read.subjects?.map(\.id) == ["name:A"])
        #expect(read.vaultFields().map(\.name) == ["x"])
        let list = #"{"documents":[{"file":"pdfs/a.pdf","type":"other"},{"file":"b.pdf","type":"other"}]}"#
        #expect(try DocumentDescription.read(Array(list.utf8), for: "a.pdf").file == "pdfs/a.pdf")
        // A file of the same name in another folder is another file.
        let two =
            #"{"documents":[{"file":"an/a.pdf","type":"x"},{"file":"binh/a.pdf","type":"y"},{"file":"b.pdf","type":"z"}]}"#
        for (path, type) in [
            ("an/a.pdf", "x"), ("/scans/binh/a.pdf", "y"), ("./an/a.pdf", "x"), ("b.pdf", "z"), ("x/b.pdf", "z"),
            ("a.pdf", nil), ("chi/a.pdf", nil), ("an/b.pdf/a.pdf", nil), ("c.pdf", nil),
        ] {
            #expect((try? DocumentDescription.read(Array(two.utf8), for: path))?.type == type, "\(path)")
        }
        let alone = #"{"file":"an/a.pdf","type":"x"}"#
        #expect(try DocumentDescription.read(Array(alone.utf8), for: "/scans/an/a.pdf").type == "x")
        #expect(try DocumentDescription.read(Array(alone.utf8), for: "signed/a.pdf").type == "x")
        for (path, byPath) in [("b.pdf", false), ("binh/a.pdf", true)] {
            #expect(throws: DossierError(.invalidAttachment, "")) {
                try DocumentDescription.read(Array(alone.utf8), for: path, byPath: byPath)
            }
        }
        for text in [
            "", "[]", "{}", #"{"type":1}"#, #"{"type":"x","issuedOn":"yesterday"}"#, #"{"documents":[]}"#, list,
        ] {
            #expect(throws: DossierError(.invalidAttachment, "")) {
                try DocumentDescription.read(Array(text.utf8), for: "c.pdf")
            }
        }
    }
}
