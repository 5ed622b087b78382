// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// In what form a document is held.
public enum EvidenceForm: String, Sendable, Hashable, CaseIterable, Codable {
    /// The electronic original, as its issuer made it.
    case original
    /// A copy that an authority certified.
    case certifiedCopy = "certified-copy"
    /// A picture of a paper.
    case scan

    /// The form in words.
    public var name: Phrase {
        switch self {
        case .original: Phrase(vi: "bản chính điện tử", en: "electronic original")
        case .certifiedCopy: Phrase(vi: "bản sao có chứng thực", en: "certified copy")
        case .scan: Phrase(vi: "bản quét, bản chụp", en: "scan")
        }
    }
}
