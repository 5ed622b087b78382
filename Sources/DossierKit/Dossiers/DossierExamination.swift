// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierCore
public import SignatureValidation

/// A file as it arrived with a dossier.
public struct ReceivedAttachment: Sendable {
    /// The place that the sender gave it; `nil` when it has none.
    public let ordinal: Int?
    /// The file's name.
    public let name: String
    /// The bytes.
    public let source: any ByteSource

    /// Makes a received file.
    public init(ordinal: Int?, name: String, source: any ByteSource) {
        self.ordinal = ordinal
        self.name = name
        self.source = source
    }

    /// The name in the dossier's folder, so that a second file of one ordinal is told from the first.
    var fileName: String { ordinal.map { SealedDossier.fileName(ordinal: $0, name: name) } ?? name }
}

/// How a received file agrees with the manifest.
public enum AttachmentStatus: Sendable, Hashable {
    /// The file of that place, to the last byte.
    case intact
    /// No file of that place arrived.
    case missing
    /// The right bytes under another name.
    case renamed(String)
    /// The bytes of another attachment.
    case swapped(with: Int)
    /// Fewer bytes than the manifest says.
    case truncated(size: Int64)
    /// Other bytes.
    case changed
    /// The file could not be read.
    case unreadable(ByteSourceError)

    /// Stable code, for example `truncated`.
    public var code: String {
        switch self {
        case .intact: "intact"
        case .missing: "missing"
        case .renamed: "renamed"
        case .swapped: "swapped"
        case .truncated: "truncated"
        case .changed: "changed"
        case .unreadable: "unreadable"
        }
    }

    /// The status in words.
    public var phrase: Phrase {
        switch self {
        case .intact: Phrase(vi: "nguyên vẹn", en: "intact")
        case .missing: Phrase(vi: "bị thiếu", en: "missing")
        case .renamed(let name): Phrase(vi: "bị đổi tên thành \(name)", en: "renamed to \(name)")
        case .swapped(let other):
            Phrase(vi: "bị tráo bằng thành phần số \(other)", en: "swapped with attachment \(other)")
        case .truncated(let size): Phrase(vi: "bị cắt ngắn còn \(size) byte", en: "truncated to \(size) bytes")
        case .changed: Phrase(vi: "nội dung đã bị thay đổi", en: "its content was changed")
        case .unreadable: Phrase(vi: "không đọc được", en: "could not be read")
        }
    }
}

/// The result of holding received files against a signed manifest.
public struct DossierExamination: Sendable {
    /// One entry of the manifest.
    public struct Item: Sendable {
        /// The entry.
        public let entry: DossierManifest.Entry
        /// How the received file agrees with it.
        public let status: AttachmentStatus
        /// The verdict on the signatures inside the file; `nil` when it is of no signed format or did not arrive.
        public let signatures: DocumentReport?
        /// Why the file's own signatures could not be judged, in words; `nil` when they were or there are none.
        public let problem: String?
    }
    /// The verdict on the signature over the manifest.
    public let manifestReport: DocumentReport
    /// The manifest; `nil` when it cannot be read.
    public let manifest: DossierManifest?
    /// Why the manifest cannot be read.
    public let manifestProblem: DossierError?
    /// The entries in order.
    public let items: [Item]
    /// Files that the manifest does not list, named as in the dossier's folder.
    public let added: [String]

    /// The verdict on the dossier as a whole: the worst of the manifest's signature, the attachments' agreement with the
    /// manifest and the signatures inside them.
    public var indication: Indication {
        // A manifest that nobody signed proves nothing about its attachments.
        var worst = manifestReport.indication ?? .indeterminate
        if manifest == nil || !added.isEmpty || items.contains(where: { $0.status != .intact }) { worst = .totalFailed }
        for item in items {
            if item.problem != nil { worst = max(worst, .indeterminate) }
            if let inner = item.signatures?.indication { worst = max(worst, inner) }
        }
        return worst
    }

    /// Every reason against the dossier, in the order of the manifest; empty when it passed.
    public var findings: [Finding] {
        var findings: [Finding] = []
        if manifestReport.signatures.isEmpty {
            findings.append(
                Finding(
                    .failure, code: "manifest-not-signed",
                    Phrase(vi: "danh mục thành phần hồ sơ chưa được ký", en: "the dossier's manifest is not signed")))
        }
        for signature in manifestReport.signatures where signature.indication != .totalPassed {
            findings.append(
                Finding(
                    .failure, code: "manifest-signature",
                    Phrase(
                        vi: "chữ ký trên danh mục: \(signature.explanation(in: .vietnamese))",
                        en: "signature over the manifest: \(signature.explanation(in: .english))")))
        }
        if let manifestProblem {
            findings.append(
                Finding(
                    .failure, code: "manifest-unreadable",
                    Phrase(
                        vi: "không đọc được danh mục: \(manifestProblem.detail)",
                        en: "manifest: \(manifestProblem.detail)")))
        }
        for item in items {
            let name = "\(item.entry.ordinal). \(item.entry.name)"
            if item.status != .intact {
                findings.append(
                    Finding(
                        .failure, code: "attachment",
                        Phrase(vi: "\(name): \(item.status.phrase.vi)", en: "\(name): \(item.status.phrase.en)")))
            }
            if let problem = item.problem {
                findings.append(
                    Finding(
                        .failure, code: "attachment-unreadable",
                        Phrase(vi: "\(name): \(problem)", en: "\(name): \(problem)")))
            }
            for signature in item.signatures?.signatures ?? [] where signature.indication != .totalPassed {
                findings.append(
                    Finding(
                        .failure, code: "attachment-signature",
                        Phrase(
                            vi: "\(name), \(signature.facts.id): \(signature.explanation(in: .vietnamese))",
                            en: "\(name), \(signature.facts.id): \(signature.explanation(in: .english))")))
            }
        }
        for name in added {
            findings.append(
                Finding(
                    .failure, code: "attachment-added",
                    Phrase(vi: "\(name): không có trong danh mục", en: "\(name): not listed in the manifest")))
        }
        return findings
    }

    /// Examines a dossier as the receiving agency does.
    ///
    /// - Parameters:
    ///   - manifestBytes: The bytes of `dossier.json`.
    ///   - signature: The bytes of `dossier.json.p7s`.
    ///   - received: Every file that arrived.
    ///   - validator: Trust, policy and material.
    ///   - time: The instant of judgement.
    /// - Throws: Only when the signature file is no CMS at all.
    public init(
        manifestBytes: [UInt8], signature: [UInt8], received: [ReceivedAttachment], validator: SignatureValidator,
        at time: Instant
    ) throws {
        // Signer and authorities are the same for most attachments: each of their signatures is verified once.
        let validator = validator.remembering()
        let signed = try SignedFile.signature(signature, over: MemorySource(manifestBytes))
        self.init(
            manifestBytes: manifestBytes, report: try validator.validate(signed, at: time), received: received,
            validator: validator, at: time)
    }

    /// Holds received files against a manifest whose signature has been judged.
    init(
        manifestBytes: [UInt8], report: DocumentReport, received: [ReceivedAttachment], validator: SignatureValidator,
        at time: Instant
    ) {
        manifestReport = report
        let manifest: DossierManifest
        do {
            manifest = try DossierManifest(parsing: manifestBytes)
        } catch {
            self.manifest = nil
            manifestProblem = error
            items = []
            added = received.map(\.fileName)
            return
        }
        self.manifest = manifest
        manifestProblem = nil
        var unclaimed = received
        var items: [Item] = []
        for entry in manifest.attachments {
            guard let index = unclaimed.firstIndex(where: { $0.ordinal == entry.ordinal }) else {
                items.append(Item(entry: entry, status: .missing, signatures: nil, problem: nil))
                continue
            }
            let file = unclaimed.remove(at: index)
            // A signature inside covers what the manifest's digest covers, but for its own room.
            let source = DigestedSource.wrapping(file.source)
            let status = Self.status(of: file, source, entry, in: manifest)
            var signatures: DocumentReport?
            var problem: String?
            do {
                if let document = try SignedFile.open(source) {
                    signatures = try validator.validate(document, at: time)
                }
            } catch {
                problem = "\(error)"
            }
            items.append(Item(entry: entry, status: status, signatures: signatures, problem: problem))
        }
        self.items = items
        added = unclaimed.map(\.fileName)
    }

    private static func status(
        of file: ReceivedAttachment, _ source: any ByteSource, _ entry: DossierManifest.Entry,
        in manifest: DossierManifest
    ) -> AttachmentStatus {
        let sha256: String
        do {
            sha256 = Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: source))
        } catch .source(let error) {
            return .unreadable(error)
        } catch {
            return .changed
        }
        guard sha256 == entry.sha256, file.source.size == entry.size else {
            if let other = manifest.attachments.first(where: { $0.sha256 == sha256 }) {
                return .swapped(with: other.ordinal)
            }
            return file.source.size < entry.size ? .truncated(size: file.source.size) : .changed
        }
        return file.name == entry.name ? .intact : .renamed(file.name)
    }
}
