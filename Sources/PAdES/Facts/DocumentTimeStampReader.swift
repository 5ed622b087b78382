// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import PDFSyntax
import PKIX
import SignatureValidation

extension DocumentSignatures.Signature {
    /// Whether it is, or says that it is, a document time-stamp (EN 319 142-1 §5.5).
    var isDocumentTimeStamp: Bool {
        dictionary.kind == .documentTimeStamp || dictionary.subFilter == "ETSI.RFC3161"
    }
}

/// Reads document time-stamps and holds their imprint against the bytes that they cover.
struct DocumentTimeStampReader {
    let file: PDFFile
    let material: ValidationMaterial

    /// The time-stamp without its number.
    ///
    /// - Parameter covered: What stands in the bytes that it covers.
    func read(_ signature: DocumentSignatures.Signature, covering covered: [ValidationObject]) throws
        -> AttachedTimeStamp
    {
        let dictionary = signature.dictionary
        let bytes = dictionary.contents
        guard let token = try? TimeStampToken(parsing: bytes, allowsTrailingZeros: true, knowing: material.certificates)
        else {
            return .unreadable(.document)
        }
        let ranges = signature.coverage.signedRanges
        let facts = try token.verify(
            imprint: { ranges.isEmpty ? nil : try $0.digest(of: file.source, ranges: ranges) },
            candidates: material.certificates)
        var faults = signature.coverage.faults.map {
            FormatFault(code: $0.code.rawValue, clause: $0.clause, phrase: $0.code.phrase)
        }
        if dictionary.kind != .documentTimeStamp || dictionary.subFilter != "ETSI.RFC3161" {
            faults.append(
                FormatFault(
                    code: "document-time-stamp-type", clause: "EN 319 142-1 5.5",
                    phrase: Phrase(
                        vi: "dấu thời gian của tài liệu ghi sai loại",
                        en: "the document time-stamp does not state the type that it must have")))
        }
        // Such a time-stamp covers something, but not a state of the document.
        if !signature.coverage.isSound, faults.isEmpty {
            faults.append(
                FormatFault(
                    code: "not-fully-covered", clause: "EN 319 142-1 5.5",
                    phrase: Phrase(
                        vi: "dấu thời gian không bao phủ toàn bộ một bản sửa đổi",
                        en: "the time-stamp does not cover a whole revision")))
        }
        return AttachedTimeStamp(
            id: "", kind: .document, token: token, facts: facts, covers: covered, formatFaults: faults,
            material: token.material)
    }
}
