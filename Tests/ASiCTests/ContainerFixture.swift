// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import ZIPSyntax

@testable import ASiC

/// The test infrastructure and a dossier's files.
struct ContainerFixture: Sendable {
    static let shared = Result { try ContainerFixture() }
    /// 2026-11-21T00:00:00Z.
    static let now = Instant(seconds: 1_795_219_200)

    let infrastructure: TestInfrastructure
    let citizen: SoftwareSigner
    let company: SoftwareSigner
    let validator: SignatureValidator

    static let files = [
        ContainerFile(
            path: "dossier.json", mediaType: "application/json", source: MemorySource(Array("{\"version\":1}".utf8))),
        ContainerFile(
            path: "attachments/001-tờ khai (1).txt", mediaType: "text/plain",
            source: MemorySource(Array("Tờ khai thử nghiệm\n".utf8))),
        ContainerFile(path: "attachments/002-empty.bin", source: MemorySource([])),
    ]

    private init() throws {
        infrastructure = try TestInfrastructure(at: Self.now)
        guard let citizen = infrastructure.subscriber("citizen"), let company = infrastructure.subscriber("company")
        else {
            throw MissingSigner()
        }
        self.citizen = try citizen.signer()
        self.company = try company.signer()
        validator = SignatureValidator(
            trusting: infrastructure.trust, policy: .vietnam2026, material: try infrastructure.material(at: Self.now))
    }
    struct MissingSigner: Error {}

    /// A signed container of ``files``.
    func extended() async throws -> [UInt8] {
        try await ASiCContainer.signed(.extended, of: Self.files, by: citizen, claiming: Self.now)
    }

    func simple() async throws -> [UInt8] {
        try await ASiCContainer.signed(.simple, of: [Self.files[1]], by: citizen, claiming: Self.now)
    }

    func open(_ bytes: [UInt8]) throws -> ASiCContainer {
        guard let container = try ASiCContainer(reading: MemorySource(bytes)) else { throw NoContainer() }
        return container
    }
    struct NoContainer: Error {}

    func judge(_ bytes: [UInt8]) throws -> DocumentReport {
        try validator.validate(open(bytes), at: Self.now)
    }

    func verdict(_ bytes: [UInt8]) throws -> Verdict { Verdict(try judge(bytes)) }

    /// The same entries with their contents changed, in the archive's order, all headers right: what an attacker would
    /// write.
    func rewriting(
        _ bytes: [UInt8], _ change: (inout [(name: String, content: [UInt8])]) throws -> Void
    ) throws -> [UInt8] {
        let archive = try ZIPArchive(reading: MemorySource(bytes))
        var entries = try archive.entries.map { ($0.name, try archive.bytes(of: $0, limit: 1 << 24)) }
            .map { (name: $0.0, content: $0.1) }
        try change(&entries)
        return try Self.archive(entries)
    }

    /// A container with a signature over a manifest as it is given, right or wrong.
    func container(_ files: [(name: String, content: [UInt8])], _ references: [ASiCManifest.Reference]) async throws
        -> [UInt8]
    {
        let path = "META-INF/signature001.p7s"
        let manifest = ASiCManifest(signature: path, references: references).bytes
        let cms = try await CAdESSignature.detached(over: MemorySource(manifest), by: citizen, claiming: Self.now)
        return try Self.archive(files + [("META-INF/ASiCManifest001.xml", manifest), (path, cms)])
    }

    static func reference(_ uri: String, _ content: [UInt8], _ algorithm: DigestAlgorithm? = .sha256) throws
        -> ASiCManifest.Reference
    {
        ASiCManifest.Reference(
            uri: uri, mediaType: nil, algorithm: algorithm, digest: try (algorithm ?? .sha256).digest(of: content),
            isRoot: false)
    }

    static func archive(_ entries: [(name: String, content: [UInt8])], comment: [UInt8] = []) throws -> [UInt8] {
        try Collected.bytes { output in
            var writer = ZIPWriter(to: output)
            for entry in entries { try writer.add(entry.name, MemorySource(entry.content)) }
            try writer.finish(comment: comment)
        }
    }
}

/// Indication and sub-indication of the worst signature, with the codes of all findings.
struct Verdict: Equatable, CustomStringConvertible {
    let indication: Indication?
    let subIndication: SubIndication?
    let codes: [String]

    init(_ report: DocumentReport) {
        indication = report.indication
        subIndication = report.subIndication
        codes = report.signatures.flatMap { $0.findings.map(\.code) }
    }

    private init(_ indication: Indication, _ subIndication: SubIndication?) {
        self.indication = indication
        self.subIndication = subIndication
        codes = []
    }

    static let passed = Verdict(.totalPassed, nil)
    static func failed(_ sub: SubIndication) -> Verdict { Verdict(.totalFailed, sub) }
    static func open(_ sub: SubIndication) -> Verdict { Verdict(.indeterminate, sub) }

    static func == (left: Verdict, right: Verdict) -> Bool {
        left.indication == right.indication && left.subIndication == right.subIndication
    }

    var description: String {
        (indication?.rawValue ?? "none") + (subIndication.map { "/\($0.rawValue)" } ?? "") + " \(codes)"
    }
}

extension [(name: String, content: [UInt8])] {
    func index(_ name: String) -> Int { firstIndex { $0.name == name } ?? 0 }
}
