// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// What proves the best signature time. Never the signer's claim.
public enum BestSignatureTimeSource: String, Sendable, Hashable, Codable, CaseIterable {
    /// A time-stamp over the signature value, alone or with the references to what validates it (CAdES-C-timestamp).
    case signatureTimeStamp = "signature-time-stamp"
    /// A time-stamp over the PDF.
    case documentTimeStamp = "document-time-stamp"
    /// An archive time-stamp.
    case archiveTimeStamp = "archive-time-stamp"
    /// The caller vouches for it; the report names the source.
    case caller
    /// Nothing: the signature exists when it is judged.
    case validationTime = "validation-time"

    init(_ source: ProofsOfExistence.Source) {
        switch source {
        case .judgement: self = .validationTime
        case .caller: self = .caller
        case .timeStamp(.signature, _), .timeStamp(.references, _): self = .signatureTimeStamp
        case .timeStamp(.document, _): self = .documentTimeStamp
        // A content time-stamp covers no signature; should a format say so, its word is that of an archive's.
        case .timeStamp(.archive, _), .timeStamp(.content, _): self = .archiveTimeStamp
        }
    }
}
