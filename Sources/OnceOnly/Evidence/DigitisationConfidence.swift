// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// The trust level of an archived electronic document (mức độ tin cậy), with the codes of the national archive metadata.
public enum DigitisationConfidence: String, Sendable, Hashable, CaseIterable, Codable {
    /// Born electronic.
    case bornElectronic = "01"
    /// Digitised from paper.
    case digitised = "02"
    /// Partly both.
    case mixed = "03"

    /// The level in words.
    public var name: Phrase {
        switch self {
        case .bornElectronic: Phrase(vi: "gốc điện tử", en: "born electronic")
        case .digitised: Phrase(vi: "số hóa từ bản giấy", en: "digitised from paper")
        case .mixed: Phrase(vi: "hỗn hợp", en: "mixed")
        }
    }
}
