// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import DossierKit
import Foundation
import PAdES
import PKIX
import SignatureValidation
import SoftwareKeys
import Synchronization
import TestPKI
import TestSupport
import Testing

@Suite struct `Dossiers, signed and examined` {
    private let bench: Bench

    init() throws { bench = try Bench.shared.get() }

    /// A signer that counts how often it is asked.
    private final class CountingSigner: Signer {
        let signer: SoftwareSigner
        private let count = Mutex(0)
        var calls: Int { count.withLock { $0 } }
        init(_ signer: SoftwareSigner) { self.signer = signer }
        var certificate: Certificate { signer.certificate }
        var chain: [Certificate] { signer.chain }
        var scheme: SignatureScheme { signer.scheme }
        func signature(over bytes: [UInt8]) async throws -> [UInt8] {
            count.withLock { $0 += 1 }
            return try await signer.signature(over: bytes)
        }
    }

    private func dossier(_ attachments: [(String, [UInt8])], code: String = "T-1") -> Dossier {
        Dossier(
            code: code, for: .init(code: "1.004222", version: "2026-07-01"),
            attachments: attachments.map { Attachment(name: $0.0, type: "other", source: MemorySource($0.1)) })
    }

    private func sealed() async throws -> SealedDossier {
        try await dossier([
            ("giay-khai-sinh.pdf", bench.signedPDF("birth-certificate.pdf", by: "commune")),
            ("to-khai.pdf", Bench.sample("ct01-declaration.pdf").allBytes(limit: 1 << 24)),
            ("ct01.xml", Bench.sample("ct01.xml").allBytes(limit: 1 << 24)), ("rong.txt", []),
        ]).signed(by: bench.signer("citizen"), checking: bench.check, at: Bench.now)
    }

    @Test func `unsigned PDFs are signed, signed ones and other files stay as they are`() async throws {
        let already = try await bench.signedPDF("birth-certificate.pdf", by: "commune")
        let plain = try Bench.sample("ct01-declaration.pdf").allBytes(limit: 1 << 24)
        let xml = try Bench.sample("ct01.xml").allBytes(limit: 1 << 24)
        let signer = CountingSigner(try bench.signer("citizen"))
        var steps: [String] = []
        let sealed = try await dossier([("a.pdf", already), ("b.pdf", plain), ("c.xml", xml)]).signed(
            by: signer, checking: bench.check, at: Bench.now
        ) { steps.append("\($0.completed)/\($0.total) \($0.name)") }
        let bytes = try sealed.attachments.map { try $0.source.allBytes(limit: 1 << 24) }
        #expect(bytes[0] == already)
        #expect(bytes[1].starts(with: plain) && bytes[1].count > plain.count)
        #expect(bytes[2] == xml)
        #expect(signer.calls == 2, "one PDF and the manifest")
        #expect(steps == ["1/4 a.pdf", "2/4 b.pdf", "3/4 c.xml", "4/4 dossier.json"])
        #expect(
            sealed.manifest.attachments.map(\.mediaType) == ["application/pdf", "application/pdf", "application/xml"])
        let digests = try bytes.map { Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: MemorySource($0))) }
        #expect(sealed.manifest.attachments.map(\.sha256) == digests)
        #expect(try bench.report(bytes[1]).report?.indication == .totalPassed)
    }

    @Test func `what cannot become a dossier is refused before the signer is asked`() async throws {
        let signer = CountingSigner(try bench.signer("citizen"))
        let pdf = try Bench.sample("ct01-declaration.pdf").allBytes(limit: 1 << 24)
        let cases = [
            dossier([]), dossier([("a.pdf", pdf), ("A.PDF", pdf)]),
            dossier([("gia\u{301}.pdf", pdf), ("giá.pdf", pdf)]),
            dossier([("a/b.pdf", pdf), ("a\\b.pdf", pdf)]), dossier([("a.pdf", pdf)], code: "T 1"),
        ]
        for dossier in cases {
            await #expect(throws: DossierError(.invalidManifest, "")) {
                try await dossier.signed(by: signer, checking: bench.check, at: Bench.now)
            }
        }
        await #expect(throws: (any Error).self, "a PDF that cannot be read") {
            try await dossier([("a.pdf", Array("%PDF-1.7".utf8))]).signed(
                by: signer, checking: bench.check, at: Bench.now)
        }
        let strict = SignerCheck(trusting: [], material: bench.material, policy: .vietnam2026)
        await #expect(throws: AdESError(.signerIndeterminate, "")) {
            try await dossier([("a.pdf", pdf)]).signed(by: signer, checking: strict, at: Bench.now)
        }
        #expect(signer.calls == 0)
        _ = try await dossier([("a.pdf", pdf)]).signed(by: signer, checking: bench.check, at: Bench.now)
        #expect(signer.calls == 2)
    }

    private func examine(
        _ sealed: SealedDossier, manifest: [UInt8]? = nil, signature: [UInt8]? = nil,
        validator: SignatureValidator? = nil,
        _ change: (inout [ReceivedAttachment]) throws -> Void = { _ in }
    ) throws -> DossierExamination {
        var received = zip(sealed.manifest.attachments, sealed.attachments).map {
            ReceivedAttachment(ordinal: $0.ordinal, name: $0.name, source: $1.source)
        }
        try change(&received)
        return try DossierExamination(
            manifestBytes: manifest ?? sealed.manifestBytes, signature: signature ?? sealed.signature,
            received: received, validator: validator ?? bench.validator, at: Bench.now)
    }

    private func replaced(_ file: ReceivedAttachment, name: String? = nil, _ bytes: [UInt8]? = nil)
        -> ReceivedAttachment
    {
        ReceivedAttachment(
            ordinal: file.ordinal, name: name ?? file.name, source: bytes.map { MemorySource($0) } ?? file.source)
    }

    @Test func `an untouched dossier passes`() async throws {
        let examination = try examine(try await sealed())
        #expect(examination.indication == .totalPassed)
        #expect(examination.findings.isEmpty)
        #expect(examination.items.map(\.status) == [.intact, .intact, .intact, .intact])
        #expect(examination.items.map { $0.signatures?.signatures.count } == [1, 1, nil, nil])
        // The order in which files arrive does not matter, nor that a file system stores names decomposed.
        #expect(try examine(try await sealed()) { $0.reverse() }.indication == .totalPassed)
    }

    @Test func `each way of tampering has its status`() async throws {
        let sealed = try await sealed()
        let xml = try sealed.attachments[2].source.allBytes(limit: 1 << 24)
        func status(_ change: (inout [ReceivedAttachment]) throws -> Void) throws -> [AttachmentStatus] {
            let examination = try examine(sealed, change)
            #expect(examination.indication == .totalFailed)
            #expect(!examination.findings.isEmpty)
            return examination.items.map(\.status)
        }
        #expect(try status { $0.remove(at: 2) } == [.intact, .intact, .missing, .intact])
        #expect(try status { $0.removeAll() } == [.missing, .missing, .missing, .missing])
        #expect(try status { $0[2] = replaced($0[2], name: "x.xml") }[2] == .renamed("x.xml"))
        #expect(try status { $0[2] = replaced($0[2], xml.dropLast()) }[2] == .truncated(size: Int64(xml.count - 1)))
        #expect(try status { $0[2] = replaced($0[2], xml.flipped(at: 9)) }[2] == .changed)
        #expect(try status { $0[2] = replaced($0[2], xml + [0]) }[2] == .changed)
        #expect(try status { $0[3] = replaced($0[3], [0]) }[3] == .changed, "an empty file that is not empty any more")
        #expect(try status { $0[2] = replaced($0[2], []) }[2] == .swapped(with: 4), "the bytes of the empty attachment")
        let swapped = try status {
            let first = $0[1]
            $0[1] = replaced($0[1], try $0[2].source.allBytes(limit: 1 << 24))
            $0[2] = replaced($0[2], try first.source.allBytes(limit: 1 << 24))
        }
        #expect(swapped[1...2] == [.swapped(with: 3), .swapped(with: 2)])
        let added = try examine(sealed) {
            $0.append(ReceivedAttachment(ordinal: 5, name: "x", source: MemorySource([])))
            $0.append(ReceivedAttachment(ordinal: nil, name: "y", source: MemorySource([])))
            $0.append(ReceivedAttachment(ordinal: 2, name: "to-khai.pdf", source: MemorySource([])))
        }
        #expect(added.indication == .totalFailed)
        #expect(added.added == ["005-x", "y", "002-to-khai.pdf"])
        #expect(added.items.allSatisfy { $0.status == .intact })
        let codes = Set(added.findings.map(\.code))
        #expect(codes == ["attachment-added"])
    }

    @Test func `the manifest's signature decides before anything else`() async throws {
        let sealed = try await sealed()
        let other = try await dossier([("a", [1])], code: "T-2").signed(
            by: bench.signer("citizen"), checking: bench.check, at: Bench.now)
        #expect(try examine(sealed, signature: other.signature).indication == .totalFailed)
        #expect(
            try examine(sealed, signature: sealed.signature.flipped(at: sealed.signature.count - 9)).indication
                == .totalFailed)
        let changed = sealed.manifestBytes.flipped(at: 40)
        #expect(try examine(sealed, manifest: changed).indication == .totalFailed)
        let noTrust = try examine(sealed, validator: bench.validator(trusting: []))
        #expect(noTrust.indication == .indeterminate)
        #expect(noTrust.items.allSatisfy { $0.status == .intact })
        let revoked = bench.validator(
            trusting: bench.infrastructure.trust, material: try bench.material(revoking: "citizen"))
        #expect(try examine(sealed, validator: revoked).indication != .totalPassed)
        #expect(throws: (any Error).self) { try examine(sealed, signature: []) }
        #expect(throws: (any Error).self) { try examine(sealed, signature: Array("none".utf8)) }
        // A signature by nobody: SignedData with a certificate bag and no signer.
        let empty: [UInt8] = [
            0x30, 0x23, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02, 0xa0, 0x16, 0x30, 0x14, 0x02,
            0x01, 0x01, 0x31, 0x00, 0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01, 0x31,
            0x00,
        ]
        let unsigned = try examine(sealed, signature: empty)
        #expect(unsigned.indication == .indeterminate)
        #expect(unsigned.findings.map(\.code) == ["manifest-not-signed"])
        #expect(try examine(sealed).indication == .totalPassed)
    }

    @Test func `a broken signature inside an intact attachment fails the dossier`() async throws {
        let signed = try await bench.signedPDF("birth-certificate.pdf", by: "commune")
        let broken = signed.flipped(at: signed.insideStream)
        let sealed = try await dossier([("a.pdf", broken)]).signed(
            by: bench.signer("citizen"), checking: bench.check, at: Bench.now)
        let examination = try examine(sealed)
        #expect(examination.items.map(\.status) == [.intact])
        #expect(examination.indication == .totalFailed)
        #expect(examination.findings.map(\.code) == ["attachment-signature"])
    }
}
