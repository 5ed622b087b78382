// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A font's map from Unicode to glyphs: subtables of format 0, 4, 6 and 12 (ISO/IEC 14496-22 5.1.3).
struct CharacterMap: Sendable {
    private enum Format: Int {
        case bytes = 0
        case segments = 4
        case trimmed = 6
        case groups = 12
    }
    private let format: Format
    private let start: Int
    private let isUnicode: Bool

    private init(format: Format, start: Int, isUnicode: Bool) {
        (self.format, self.start, self.isUnicode) = (format, start, isUnicode)
    }

    /// The Unicode subtable with the most characters; `nil` when there is none of a format that is read.
    static func best(in file: FontBytes, _ table: Range<Int>) -> CharacterMap? {
        let maps = all(in: file, table).filter(\.isUnicode)
        return maps.first { $0.format == .groups } ?? maps.first
    }

    /// All subtables of the formats that are read, at most 64.
    static func all(in file: FontBytes, _ table: Range<Int>) -> [CharacterMap] {
        guard let count = file.unsigned16(table.lowerBound + 2) else { return [] }
        return (0..<min(count, 64)).compactMap { index in
            let record = table.lowerBound + 4 + index * 8
            guard let platform = file.unsigned16(record), let encoding = file.unsigned16(record + 2),
                let offset = file.unsigned32(record + 4), offset < table.count,
                let format = file.unsigned16(table.lowerBound + offset).flatMap(Format.init)
            else { return nil }
            let isUnicode = platform == 0 || platform == 3 && (encoding == 1 || encoding == 10)
            return CharacterMap(format: format, start: table.lowerBound + offset, isUnicode: isUnicode)
        }
    }

    func glyph(for character: Int, in file: FontBytes) -> Int? {
        switch format {
        case .groups: glyphInGroups(character, file)
        case .segments: glyphInSegments(character, file)
        case .bytes: (0...255).contains(character) ? file.unsigned16(start + 5 + character).map { $0 & 255 } : nil
        case .trimmed: glyphInTrimmed(character, file)
        }
    }

    private func glyphInTrimmed(_ character: Int, _ file: FontBytes) -> Int? {
        guard let first = file.unsigned16(start + 6), let count = file.unsigned16(start + 8), character >= first,
            character - first < count
        else { return nil }
        return file.unsigned16(start + 10 + (character - first) * 2)
    }

    private func glyphInGroups(_ character: Int, _ file: FontBytes) -> Int? {
        guard let count = file.unsigned32(start + 12) else { return nil }
        var (low, high) = (0, min(count, file.bytes.count / 12))
        while low < high {
            let middle = (low + high) / 2
            let group = start + 16 + middle * 12
            guard let first = file.unsigned32(group), let last = file.unsigned32(group + 4),
                let glyph = file.unsigned32(group + 8)
            else { return nil }
            if character < first {
                high = middle
            } else if character > last {
                low = middle + 1
            } else {
                return glyph &+ (character - first)
            }
        }
        return nil
    }

    private func glyphInSegments(_ character: Int, _ file: FontBytes) -> Int? {
        guard character <= 0xFFFF, let doubled = file.unsigned16(start + 6) else { return nil }
        let ends = start + 14
        var (low, high) = (0, doubled / 2)
        while low < high {
            let middle = (low + high) / 2
            guard let end = file.unsigned16(ends + middle * 2) else { return nil }
            if character > end { low = middle + 1 } else { high = middle }
        }
        guard low < doubled / 2 else { return nil }
        let starts = ends + doubled + 2 + low * 2
        guard let first = file.unsigned16(starts), character >= first,
            let delta = file.unsigned16(starts + doubled), let offset = file.unsigned16(starts + doubled * 2)
        else { return nil }
        guard offset != 0 else { return (character + delta) & 0xFFFF }
        guard let glyph = file.unsigned16(starts + doubled * 2 + offset + (character - first) * 2) else { return nil }
        return glyph == 0 ? 0 : (glyph + delta) & 0xFFFF
    }
}
