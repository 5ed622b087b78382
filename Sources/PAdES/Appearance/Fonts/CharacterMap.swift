// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A font's map from Unicode to glyphs: subtables of format 4 and 12 (ISO/IEC 14496-22 5.1.3).
struct CharacterMap: Sendable {
    private enum Format { case segments, groups }
    private let format: Format
    private let start: Int

    init?(_ file: FontBytes, _ table: Range<Int>) {
        guard let count = file.unsigned16(table.lowerBound + 2) else { return nil }
        var best: (rank: Int, format: Format, start: Int)?
        for index in 0..<min(count, 64) {
            let record = table.lowerBound + 4 + index * 8
            guard let platform = file.unsigned16(record), let encoding = file.unsigned16(record + 2),
                let offset = file.unsigned32(record + 4), offset < table.count,
                let number = file.unsigned16(table.lowerBound + offset)
            else { continue }
            let isUnicode = platform == 0 || platform == 3 && (encoding == 1 || encoding == 10)
            guard isUnicode, number == 4 || number == 12 else { continue }
            let rank = number == 12 ? 2 : 1
            if rank > best?.rank ?? 0 { best = (rank, number == 12 ? .groups : .segments, table.lowerBound + offset) }
        }
        guard let best else { return nil }
        (format, start) = (best.format, best.start)
    }

    func glyph(for character: Int, in file: FontBytes) -> Int? {
        format == .groups ? glyphInGroups(character, file) : glyphInSegments(character, file)
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
