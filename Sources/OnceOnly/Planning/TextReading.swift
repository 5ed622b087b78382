// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// How values of documents are compared.
///
/// Strings of Swift are equal by canonical equivalence, so composed and decomposed Vietnamese compare equal.
enum TextReading {
    /// A value as it is compared: letter case and spacing do not count, accents and everything else do.
    static func reading(of value: String) -> String { spaced(value.lowercased()) }

    /// The kind of difference between two values that are not the same bytes.
    static func difference(_ left: String, _ right: String, areAddresses: Bool) -> FieldFinding.Kind {
        if left == right { return .composition }
        if spaced(left) == spaced(right) { return .spacing }
        let readings = (reading(of: left), reading(of: right))
        if readings.0 == readings.1 { return .letterCase }
        if withTonesLast(readings.0) == withTonesLast(readings.1) { return .toneMarkPlacement }
        if withoutDiacritics(readings.0) == withoutDiacritics(readings.1) { return .diacritics }
        if areAddresses, let former = AdministrativeLevels(readings.0), let later = AdministrativeLevels(readings.1),
            former != later
        {
            return .administrativeUnits
        }
        return .content
    }

    private static func spaced(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Each syllable with its tone after its letters, so that the place of the mark does not count.
    private static func withTonesLast(_ text: String) -> [String] {
        text.split(separator: " ").map { syllable in
            var letters = ""
            var tones = ""
            for character in syllable {
                if let (letter, tone) = toned[character] {
                    letters.append(letter)
                    tones.append(tone)
                } else {
                    letters.append(character)
                }
            }
            return letters + "|" + tones
        }
    }

    private static func withoutDiacritics(_ text: String) -> String {
        String(
            text.map { character in
                let letter = toned[character]?.letter ?? character
                return plain[letter] ?? letter
            })
    }

    private static let plain: [Character: Character] = [
        "ă": "a", "â": "a", "ê": "e", "ô": "o", "ơ": "o", "ư": "u", "đ": "d",
    ]

    /// Every vowel with a tone, as the vowel and the number of the tone.
    private static let toned: [Character: (letter: Character, tone: Character)] = {
        let vowels = [
            "aàáảãạ", "ăằắẳẵặ", "âầấẩẫậ", "eèéẻẽẹ", "êềếểễệ", "iìíỉĩị", "oòóỏõọ", "ôồốổỗộ", "ơờớởỡợ", "uùúủũụ",
            "ưừứửữự",
            "yỳýỷỹỵ",
        ]
        var table: [Character: (letter: Character, tone: Character)] = [:]
        for row in vowels {
            let characters = Array(row)
            for (tone, character) in zip("12345", characters.dropFirst()) { table[character] = (characters[0], tone) }
        }
        return table
    }()
}

/// The administrative levels that an address names, by the words before its last parts.
enum AdministrativeLevels: Sendable {
    /// Commune, district, province: until 30 June 2025.
    case three
    /// Commune, province: since 1 July 2025.
    case two

    /// Reads an address in small letters; `nil` when its units are not named by their kind.
    init?(_ address: String) {
        let parts = address.split(separator: ",").map { $0.drop { $0 == " " } }
        func names(_ part: Substring, _ kinds: [String]) -> Bool {
            kinds.contains { part.hasPrefix($0.hasSuffix(".") ? $0 : $0 + " ") }
        }
        let communes = ["xã", "phường", "thị trấn", "đặc khu", "x.", "p.", "tt."]
        let districts = ["quận", "huyện", "thị xã", "thành phố", "q.", "h.", "tx.", "tp."]
        guard let commune = parts.lastIndex(where: { names($0, communes) }) else { return nil }
        switch parts.count - commune {
        case 2: self = .two
        case 3 where names(parts[commune + 1], districts): self = .three
        default: return nil
        }
    }
}
