// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DERSyntax
public import DossierCore
public import PDFSyntax
public import PKIX
public import SignatureValidation

/// A PDF file as a document that carries signatures (EN 319 142-1).
public struct PDFDocument: SignedDocument {
    /// The file.
    public let file: PDFFile

    /// Reads a PDF strictly: a file that could be read only by recovery is refused.
    ///
    /// - Throws: ``PDFSyntax/PDFSyntaxError``.
    public init(parsing source: any ByteSource, budget: Budget = .standard) throws(PDFSyntaxError) {
        file = try PDFFile(reading: source, budget: budget)
    }

    public func signatureFacts(with material: ValidationMaterial) throws -> [SignatureFacts] {
        let found = try DocumentSignatures(in: file)
        let changes = try found.changesAfterFirstSignature()
        var facts = try found.signatures.enumerated().map { index, signature in
            try self.facts(signature, id: "S-\(index + 1)", changes: changes, material: material)
        }
        // A document whose only signature was taken out must not look merely unsigned.
        for removed in found.removedSignatures {
            var lost = try self.facts(removed, id: "S-\(facts.count + 1)", changes: changes, material: material)
            lost.formatFaults.append(
                FormatFault(
                    code: "signature-removed", clause: "ISO 32000-2 12.8.2.2",
                    phrase: Phrase(
                        vi: "một bản sửa đổi sau đã gỡ bỏ hoặc ghi lại chữ ký này",
                        en: "a later revision removed this signature or wrote it again")))
            facts.append(lost)
        }
        return facts
    }

    private func facts(
        _ signature: DocumentSignatures.Signature, id: String, changes: [RevisionChange], material: ValidationMaterial
    ) throws -> SignatureFacts {
        let dictionary = signature.dictionary
        let isPAdES = dictionary.subFilter == "ETSI.CAdES.detached"
        var facts = SignatureFacts(
            id: id, format: isPAdES ? .pades : .pdf, level: nil, packaging: .enveloped, reference: .notFound,
            value: .unknown, coverage: signature.coverage.reported, material: ValidationMaterial())
        facts.formatFaults = signature.coverage.faults.map {
            FormatFault(code: $0.code.rawValue, clause: $0.clause, phrase: $0.code.phrase)
        }
        facts.claimedSigningTime = dictionary.claimedTime
        if let revision = signature.coverage.revision {
            facts.changesAfterSigning = changes.filter { $0.revision > revision && $0.kind != .noEffect }.map(
                \.reported)
        }
        guard isPAdES || dictionary.subFilter == "adbe.pkcs7.detached" else {
            facts.findings.append(
                Finding(
                    .warning, code: "subfilter-not-judged",
                    Phrase(
                        vi: "loại chữ ký \(dictionary.subFilter ?? "không rõ") chưa được hỗ trợ",
                        en: "signatures of kind \(dictionary.subFilter ?? "unknown") are not judged")))
            return facts
        }
        do {
            try read(signature, isPAdES: isPAdES, into: &facts, material)
        } catch let error as DERSyntaxError {
            facts.formatFaults.append(
                FormatFault(
                    code: "contents-not-cms", clause: error.clause,
                    phrase: Phrase(
                        vi: "nội dung chữ ký không phải CMS hợp lệ: \(error)",
                        en: "the signature's contents are no valid CMS: \(error)")))
        }
        return facts
    }

    private func read(
        _ signature: DocumentSignatures.Signature, isPAdES: Bool, into facts: inout SignatureFacts,
        _ material: ValidationMaterial
    ) throws {
        let signedData = try SignedData(parsing: signature.dictionary.contents, allowsTrailingZeros: true)
        facts.material = ValidationMaterial(
            certificates: signedData.certificates, revocationLists: signedData.revocationLists)
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
        let read = try CMSSignatureFacts(signer, of: signedData, candidates: material.certificates) { digest in
            ranges.isEmpty ? nil : try digest.digest(of: file.source, ranges: ranges)
        }
        facts.formatFaults += read.faults
        facts.signingCertificate = read.signingCertificate
        facts.bindsSigningCertificate = read.bindsSigningCertificate
        facts.reference = read.reference
        facts.value = read.value
        facts.scheme = signer.scheme
        facts.digest = signer.digest
        facts.findings += read.findings
        if facts.claimedSigningTime == nil { facts.claimedSigningTime = read.signingTime }
        // EN 319 142-1 §6.3: /M instead of the signing-time attribute, and no certificates in /Cert.
        let isBaseline =
            isPAdES && read.bindsSigningCertificate && read.signingTime == nil
            && signature.dictionary.claimedTime != nil && !signature.dictionary.hasCertificateEntry
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
            revision: revision + 1, kind: kind, allowed: isAllowed, objects: objects.map(\.description))
    }
}
