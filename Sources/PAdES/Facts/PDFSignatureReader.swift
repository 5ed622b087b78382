// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DERSyntax
import DossierCore
import PDFSyntax
import PKIX
import SignatureValidation

/// Reads the signatures of a PDF one by one, with what they have in common.
struct PDFSignatureReader {
    let file: PDFFile
    /// The changes of the revisions after the first signed one, oldest first.
    private let changes: [(revision: Int, reported: ChangeAfterSigning)]
    /// Material of the document security store of all revisions.
    let embedded: ValidationMaterial
    /// Material from elsewhere.
    let material: ValidationMaterial
    /// What the signature that was read last brought along itself, apart from the security store.
    private(set) var ownMaterial = ValidationMaterial()
    private var numbering = TimeStampNumbering()

    init(
        file: PDFFile, changes: [RevisionChange], embedded: ValidationMaterial, material: ValidationMaterial
    ) {
        self.file = file
        // Once for all signatures, each of which has a part of them.
        self.changes = changes.filter { $0.kind != .noEffect }.map { ($0.revision, $0.reported) }
        self.embedded = embedded
        self.material = material
    }

    mutating func documentTimeStamp(
        _ signature: DocumentSignatures.Signature, covering covered: [ValidationObject]
    ) throws -> AttachedTimeStamp {
        let stamp = try DocumentTimeStampReader(file: file, material: embedded.merging(material))
            .read(signature, covering: covered)
        return numbering.numbered([stamp]).first ?? stamp
    }

    mutating func facts(_ signature: DocumentSignatures.Signature, id: String) throws -> SignatureFacts {
        ownMaterial = ValidationMaterial()
        let dictionary = signature.dictionary
        let isPAdES = dictionary.subFilter == "ETSI.CAdES.detached"
        var facts = SignatureFacts(
            id: id, format: isPAdES ? .pades : .pdf, level: nil, packaging: .enveloped, reference: .notFound,
            value: .unknown, coverage: signature.coverage.reported, material: embedded)
        facts.longTermMaterial = embedded
        facts.formatFaults = signature.coverage.faults.map {
            FormatFault(code: $0.code.rawValue, clause: $0.clause, phrase: $0.code.phrase)
        }
        facts.claimedSigningTime = dictionary.claimedTime
        if let revision = signature.coverage.revision {
            facts.changesAfterSigning = changes.drop { $0.revision <= revision }.map(\.reported)
        }
        let isObsolete = ObsoleteSignatureReader.subFilters.contains(dictionary.subFilter ?? "")
        guard isPAdES || isObsolete || dictionary.subFilter == "adbe.pkcs7.detached" else {
            facts.findings.append(Self.notJudged(dictionary.subFilter))
            return facts
        }
        do {
            if isObsolete {
                var reader = ObsoleteSignatureReader(
                    file: file, candidates: embedded.certificates + material.certificates, numbering: numbering)
                try reader.read(signature, into: &facts)
                (ownMaterial, numbering) = (reader.ownMaterial, reader.numbering)
            } else {
                try read(signature, isPAdES: isPAdES, into: &facts)
            }
        } catch let error as DERSyntaxError {
            facts.formatFaults.append(
                FormatFault(
                    code: "contents-not-cms", clause: error.clause,
                    phrase: Phrase(
                        vi: "nội dung chữ ký không phải CMS hợp lệ (byte \(error.offset), \(error.clause))",
                        en: "the signature's contents are no valid CMS: \(error)")))
        }
        return facts
    }

    private static func notJudged(_ subFilter: String?) -> Finding {
        Finding(
            .warning, code: "subfilter-not-judged",
            Phrase(
                vi: "loại chữ ký \(subFilter ?? "không rõ") chưa được hỗ trợ",
                en: "signatures of kind \(subFilter ?? "unknown") are not judged"))
    }

    private mutating func read(
        _ signature: DocumentSignatures.Signature, isPAdES: Bool, into facts: inout SignatureFacts
    ) throws {
        let candidates = embedded.certificates + material.certificates
        let signedData = try SignedData(
            parsing: signature.dictionary.contents, allowsTrailingZeros: true, knowing: candidates)
        ownMaterial = signedData.material
        facts.material = ownMaterial.merging(embedded)
        // ISO 32000-2 §12.8.3.3.1: exactly one signer, and the content is the byte range, never enclosed.
        guard signedData.signers.count == 1, signedData.content == nil else {
            facts.formatFaults.append(
                FormatFault(
                    code: "signer-count", clause: "ISO 32000-2 12.8.3.3.1",
                    phrase: Phrase(
                        vi: "chữ ký PDF phải có đúng một người ký và không chứa nội dung kèm theo",
                        en: "a PDF signature must have exactly one signer and enclose no content")))
            return
        }
        let signer = signedData.signers[0]
        let ranges = signature.coverage.signedRanges
        let read = try CMSSignatureFacts(
            signer, of: signedData, candidates: candidates,
            content: StampedContent(ranges.isEmpty ? nil : file.source, ranges: ranges))
        ownMaterial = ownMaterial.merging(read.attributeMaterial)
        read.add(to: &facts, source: file.source, ranges: ranges, numbering: &numbering)
        facts.signsContentDirectly = false
        if facts.claimedSigningTime == nil { facts.claimedSigningTime = read.signingTime }
        // EN 319 142-1 §6.3: /M instead of the signing-time attribute, no certificates in /Cert but the signer's in the CMS.
        let isBaseline =
            isPAdES && signature.dictionary.kind == .signature && read.bindsSigningCertificate
            && read.signingTime == nil
            && signature.dictionary.claimedTime != nil && !signature.dictionary.hasCertificateEntry
            && read.signingCertificate.map(signedData.certificates.contains) == true
        facts.level = isBaseline ? read.hasSignatureTimeStamp ? .t : .b : nil
    }
}

extension ByteRangeCoverage {
    /// The coverage as the engine and its reports have it: revisions counted from 1.
    var reported: SignatureCoverage {
        let scope: SignatureCoverage.Scope =
            switch scope {
            case .entireFile: .entireFile
            case .entireRevision: .entireRevision
            case .partial: .partial
            case .unclear: .unclear
            }
        return SignatureCoverage(
            scope: scope, revision: revision.map { $0 + 1 } ?? 0, revisions: revisionCount,
            uncovered: uncoveredRanges.map { .init(from: $0.lowerBound, to: $0.upperBound) })
    }
}

extension RevisionChange {
    /// The change as the engine and its reports have it.
    var reported: ChangeAfterSigning {
        let kind: ChangeAfterSigning.Kind =
            switch kind {
            case .noEffect, .other: .other
            case .metadata: .metadata
            case .securityStore: .dss
            case .timeStamp: .timestamp
            case .formFill: .formFill
            case .signature: .signature
            case .annotation: .annotation
            }
        return ChangeAfterSigning(
            revision: revision + 1, kind: kind, allowed: isAllowed, objects: objects.map(\.description),
            reasons: reasons.prefix(32).map {
                .init(code: $0.code.rawValue, object: $0.object?.description, phrase: $0.code.phrase)
            })
    }
}
