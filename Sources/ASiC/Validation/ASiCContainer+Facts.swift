// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
public import PKIX
public import SignatureValidation
import ZIPSyntax

extension ASiCContainer: SignedDocument {
    /// The facts of every CAdES signature, in the order of the files in the archive.
    ///
    /// Each signature is held to every data file of the container: one that it does not cover is named in
    /// ``SignatureValidation/SignatureCoverage/uncoveredPaths`` and fails it.
    ///
    /// - Throws: ``ASiCError`` `unsupportedSignatures` when there are XAdES signatures only, `limitExceeded`; errors of the
    ///   source.
    public func signatureFacts(with material: ValidationMaterial) throws -> [SignatureFacts] {
        let roles = archive.entries.map { ContainerRole($0) }
        guard roles.contains(.signature) || !roles.contains(.xmlSignatures) else {
            throw ASiCError(.unsupportedSignatures, "the container holds XAdES signatures, which are not judged")
        }
        let reading = try ContainerReading(self)
        var facts: [SignatureFacts] = []
        var files: [String] = []
        for entry in archive.entries where ContainerRole(entry) == .signature {
            var signature = SignatureReading(reading, entry, material: material)
            facts += try signature.facts()
            files += Array(repeating: entry.name, count: facts.count - files.count)
        }
        let stamps = try ContainerTimeStampReading(reading, material: material).all()
        var numbers = 0
        for index in facts.indices {
            facts[index].id = "S-\(index + 1)"
            for inner in facts[index].timeStamps.indices {
                numbers += 1
                facts[index].timeStamps[inner].id = "T-\(numbers)"
            }
        }
        try ContainerTimeStampReading.attach(stamps, to: &facts, of: files, numberedAfter: numbers)
        let remarks = reading.idleManifests + ContainerTimeStampReading.idle(stamps, beside: files)
        for index in facts.indices { facts[index].findings += remarks }
        return facts
    }

    /// The time-stamps of a container without signatures (EN 319 162-1 §4.3.3.3 and §4.4.4): over the data file of an ASiC-S,
    /// over a manifest and thereby its files in an ASiC-E.
    public func timeAssertions(with material: ValidationMaterial) throws -> [TimeAssertion] {
        try timeStamps(with: material).map {
            TimeAssertion($0.stamp, covered: $0.covered, uncovered: $0.uncovered)
        }
    }

    /// What its media type and its evidence records say, where no signature has these remarks.
    public func remarks() throws -> [Finding] {
        typeFaults.map { Finding(.warning, code: $0.rawValue, $0.phrase) } + typeFindings + evidenceRecordRemarks
    }

    /// Evidence records (RFC 4998, RFC 6283) and their manifests are not read, and not passed over in silence.
    var evidenceRecordRemarks: [Finding] {
        let names = archive.entries.filter { entry in
            [.evidenceRecord, .evidenceRecordManifest].contains(ContainerRole(entry))
        }.map(\.name)
        guard !names.isEmpty else { return [] }
        let list = SignatureReading.list(names)
        return [
            Finding(
                .information, code: "evidence-record-not-used",
                Phrase(
                    vi: "bản ghi bằng chứng trong gói (\(list)) chưa được kiểm tra và không được dùng làm bằng chứng",
                    en: "the container's evidence record (\(list)) is not validated and not used as a proof"))
        ]
    }

    public func fileDigest() throws -> [UInt8]? { try DigestAlgorithm.sha256.digest(of: archive.source) }

    /// The time-stamps that stand in the container as files of their own, in the archive's order, also where there is no
    /// signature at all.
    ///
    /// - Throws: As ``signatureFacts(with:)``.
    public func timeStamps(with material: ValidationMaterial = ValidationMaterial()) throws -> [ContainerTimeStamp] {
        try ContainerTimeStampReading(ContainerReading(self), material: material).all()
    }
}

/// Reads one signature file of a container and what it stands over.
struct SignatureReading {
    private let reading: ContainerReading
    private let entry: ZIPEntry
    private let material: ValidationMaterial
    private var faults: [ContainerFault]
    private var findings: [Finding]

    init(_ reading: ContainerReading, _ entry: ZIPEntry, material: ValidationMaterial) {
        self.reading = reading
        self.entry = entry
        self.material = material
        faults = reading.container.typeFaults
        findings = reading.container.typeFindings
        let roles = Set(reading.container.archive.entries.map { ContainerRole($0) })
        if roles.contains(.xmlSignatures) { faults.append(.mixedSignatures) }
        if reading.hasUnreadableManifest { faults.append(.manifestUnreadable) }
        findings += container.evidenceRecordRemarks
    }

    private var container: ASiCContainer { reading.container }

    mutating func facts() throws -> [SignatureFacts] {
        switch container.type {
        case .simple: try simple()
        case .extended: try extended()
        }
    }

    /// §4.3: the signature stands over the one data file.
    private mutating func simple() throws -> [SignatureFacts] {
        let files = container.files
        let signatures = container.archive.entries.filter { ContainerRole($0) == .signature }
        if signatures.count != 1 || entry.name != "META-INF/signature.p7s" { faults.append(.signatureCount) }
        if files.count != 1 { faults.append(.fileCount) }
        var source: (any ByteSource)?
        if files.count == 1, let file = files.first {
            source = container.archive.source(of: file)
            // Damage is looked for here, where it can be told from a file that cannot be read.
            if try reading.digest(of: file, .sha256) == nil { source = nil }
        }
        let isDamaged = files.count == 1 && source == nil
        let coverage = SignatureCoverage(
            scope: files.count == 1 ? .entireFile : .unclear, revision: 1, revisions: 1,
            uncoveredPaths: files.count == 1 ? [] : files.map(\.name))
        return try read(content: source).map { facts in
            var facts = facts
            facts.coverage = coverage
            if isDamaged, let file = files.first {
                facts.reference = .broken
                facts.findings.append(Self.finding(.changed, [file.name]))
            }
            return facts
        }
    }

    /// §4.4: the signature stands over a manifest, the manifest over the files.
    private mutating func extended() throws -> [SignatureFacts] {
        let linked = reading.manifests(of: entry)
        if linked.isEmpty { faults.append(.manifestMissing) }
        if linked.count > 1 { faults.append(.manifestAmbiguous) }
        guard linked.count == 1, let manifest = linked.first else {
            return try read(content: nil).map { facts in
                var facts = facts
                facts.coverage = SignatureCoverage(
                    scope: .unclear, revision: 0, revisions: 1, uncoveredPaths: container.files.map(\.name))
                return facts
            }
        }
        let references = manifest.references
        if references.contains(where: { $0.outcome == .ambiguous }) { faults.append(.referenceAmbiguous) }
        let covered = Set(references.compactMap { $0.entry?.name })
        let uncovered = container.files.map(\.name).filter { !covered.contains($0) }
        let weakest = references.compactMap(\.reference.algorithm).min { $0.strength < $1.strength }
        return try read(content: MemorySource(manifest.bytes)).map { facts in
            var facts = facts
            facts.coverage = SignatureCoverage(
                scope: uncovered.isEmpty ? .entireFile : .partial, revision: 1, revisions: 1, uncoveredPaths: uncovered)
            if !uncovered.isEmpty { facts.findings.append(Self.notCovered(uncovered)) }
            Self.combine(references, into: &facts)
            if let weakest, let digest = facts.digest, weakest.strength < digest.strength { facts.digest = weakest }
            facts.content = Self.content(of: references, in: container)
            return facts
        }
    }

    /// The facts of the CMS structure over some content, as facts of this container.
    private func read(content: (any ByteSource)?) throws -> [SignatureFacts] {
        let format: SignatureFormat = container.type == .simple ? .asicS : .asicE
        guard let bytes = try reading.read(entry, limit: 1 << 26),
            let document = try? CAdESDocument(parsing: bytes, content: content)
        else {
            var facts = SignatureFacts(
                id: "", format: format, level: nil, packaging: .detached, reference: .notFound, value: .unknown,
                coverage: .entireFile, material: ValidationMaterial())
            facts.formatFaults = (faults + [.signatureUnreadable]).map(\.format)
            facts.findings = findings
            return [facts]
        }
        var faults = faults
        if document.isEnveloping { faults.append(.signatureNotDetached) }
        return try document.signatureFacts(with: material).map { facts in
            var facts = facts
            // A CMS signature that is no CAdES keeps its name: the container's formats ask for CAdES.
            facts.format = format
            facts.packaging = .detached
            facts.formatFaults += faults.map(\.format)
            facts.findings += findings
            // What stands around the signature does not change what it is; what ties it to its content does.
            if !Self.structural.isDisjoint(with: faults) { facts.level = nil }
            return facts
        }
    }

    private static let structural: Set<ContainerFault> = [
        .manifestMissing, .manifestAmbiguous, .signatureNotDetached, .signatureCount, .fileCount,
    ]

    /// The manifest holds only as far as its files do.
    private static func combine(_ references: [ContainerReading.ResolvedReference], into facts: inout SignatureFacts) {
        func paths(_ outcome: ContainerReading.ResolvedReference.Outcome) -> [String] {
            references.filter { $0.outcome == outcome }.map(\.path)
        }
        let outcomes: [ContainerReading.ResolvedReference.Outcome] = [.changed, .missing, .unknownAlgorithm]
        for outcome in outcomes where !paths(outcome).isEmpty {
            facts.findings.append(finding(outcome, paths(outcome)))
        }
        guard facts.reference == .intact else { return }
        if !paths(.changed).isEmpty {
            facts.reference = .broken
        } else if references.contains(where: { $0.outcome != .intact }) {
            facts.reference = .notFound
        }
    }

    /// The one file that a signature covers; several files are no one content.
    private static func content(
        of references: [ContainerReading.ResolvedReference], in container: ASiCContainer
    ) -> SignedContent? {
        let data = references.filter { $0.entry.map { ContainerRole($0) == .data } ?? true }
        guard data.count == 1, let only = data.first, only.outcome == .intact, let entry = only.entry,
            let algorithm = only.reference.algorithm
        else { return nil }
        return SignedContent(
            in: container.archive.source(of: entry), algorithm: algorithm, digest: only.reference.digest)
    }

    static func list(_ paths: [String]) -> String {
        paths.count > 8 ? paths.prefix(8).joined(separator: ", ") + ", …" : paths.joined(separator: ", ")
    }

    private static func notCovered(_ paths: [String]) -> Finding {
        Finding(
            .failure, code: "entry-not-covered",
            Phrase(
                vi: "chữ ký không bao phủ tệp \(list(paths)) trong gói",
                en: "the signature does not cover \(list(paths)) in the container"))
    }

    private static func finding(_ outcome: ContainerReading.ResolvedReference.Outcome, _ paths: [String]) -> Finding {
        let files = list(paths)
        switch outcome {
        case .changed:
            return Finding(
                .failure, code: "entry-changed",
                Phrase(
                    vi: "tệp \(files) trong gói đã bị thay đổi sau khi ký",
                    en: "\(files) in the container was changed after signing"))
        case .missing:
            return Finding(
                .failure, code: "entry-missing",
                Phrase(
                    vi: "tệp \(files) đã được ký nhưng không có trong gói",
                    en: "\(files) was signed and is not in the container"))
        case .intact, .ambiguous, .unknownAlgorithm:
            return Finding(
                .failure, code: "reference-not-checked",
                Phrase(
                    vi: "không kiểm tra được giá trị băm của tệp \(files)",
                    en: "the digest of \(files) could not be checked"))
        }
    }
}
