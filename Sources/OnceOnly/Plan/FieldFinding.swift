// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// How the values that documents state for one field differ: something for a person to look at, never a refusal.
public struct FieldFinding: Sendable, Hashable, Codable {
    /// The kind of difference, from harmless to weighty.
    public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
        /// The same letters in composed and decomposed Unicode (NFC, NFD).
        case composition
        /// Spaces only.
        case spacing
        /// Capital and small letters only.
        case letterCase
        /// The tone mark stands on another vowel of the same syllable (hòa, hoà).
        case toneMarkPlacement
        /// Letters with other or without diacritics.
        case diacritics
        /// Addresses, one in the three levels of administrative units until 30 June 2025 and one in the two since.
        case administrativeUnits
        /// Anything else.
        case content

        /// The difference in words.
        public var name: Phrase {
            switch self {
            case .composition:
                Phrase(vi: "Khác cách mã hóa chữ Unicode (NFC, NFD)", en: "Other Unicode composition (NFC, NFD)")
            case .spacing: Phrase(vi: "Chỉ khác khoảng trắng", en: "Other spacing only")
            case .letterCase: Phrase(vi: "Chỉ khác chữ hoa, chữ thường", en: "Other letter case only")
            case .toneMarkPlacement:
                Phrase(vi: "Chỉ khác vị trí đặt dấu thanh", en: "Other place of the tone mark only")
            case .diacritics: Phrase(vi: "Chỉ khác dấu", en: "Other diacritics only")
            case .administrativeUnits:
                Phrase(
                    vi:
                        "Một địa chỉ theo ba cấp hành chính cũ, một địa chỉ theo hai cấp từ 01/7/2025; có thể là cùng một nơi",
                    en:
                        "One address in the former three administrative levels, one in the two since 1 July 2025; perhaps the same place"
                )
            case .content: Phrase(vi: "Nội dung khác nhau", en: "Other content")
            }
        }

        /// Whether values that differ so are read as one value.
        public var isSameReading: Bool {
            switch self {
            case .composition, .spacing, .letterCase: true
            case .toneMarkPlacement, .diacritics, .administrativeUnits, .content: false
            }
        }
    }

    /// The kind of difference.
    public let kind: Kind
    /// The value that stands first among the candidates.
    public let value: String
    /// The value that differs from it.
    public let other: String
    /// A person has to choose before the field can be filled; otherwise the difference is merely shown.
    public let needsDecision: Bool

    /// The finding in words.
    public var explanation: Phrase {
        Phrase(
            vi: "«\(value)» và «\(other)»: \(kind.name.vi)" + (needsDecision ? ". Cần người khai xem và chọn." : "."),
            en: "“\(value)” and “\(other)”: \(kind.name.en)" + (needsDecision ? ". A person has to choose." : "."))
    }
}
