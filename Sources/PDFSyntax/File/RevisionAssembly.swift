// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// Follows the chain of cross-reference sections from the end of a file and groups them into revisions.
struct RevisionAssembly {
    let revisions: [PDFRevision]
    let isLinearized: Bool
    let trailingBytes: Range<Int64>

    init(source: any ByteSource, budget: Budget) throws(PDFSyntaxError) {
        var reader = CrossReferenceReader(source: source, budget: budget)
        let last = try Self.lastTail(source, reader)
        var sections: [CrossReferenceSection] = []
        var visited: Set<Int64> = []
        var next: Int64? = last.startOffset
        var end = source.size
        var mayLeadForward = true
        while let offset = next {
            guard visited.insert(offset).inserted else { throw Self.broken(offset, "/Prev leads in a circle") }
            guard sections.count <= budget.objects else {
                throw PDFSyntaxError(LimitExceeded(.objects, allowed: budget.objects), at: offset)
            }
            let section = try reader.section(at: offset, end: end)
            sections.append(section)
            next = try section.previous()
            if let previous = next, previous > offset {
                // Allowed once, in a linearized file; see below.
                guard mayLeadForward else { throw Self.broken(offset, "/Prev leads forward") }
                mayLeadForward = false
            } else {
                end = offset
            }
        }
        sections.reverse()
        var groups: [[CrossReferenceSection]] = sections.map { [$0] }
        var linearized = false
        if sections.count >= 2, sections[0].offset > sections[1].offset {
            // Annex F: the first-page section stands near the beginning and names the main section as its /Prev; both
            // were written together, and the startxref behind the main section names the first-page section.
            guard try Self.hasLinearizationParameters(source, budget),
                let tail = try reader.tail(at: sections[0].end), tail.startOffset == sections[1].offset
            else { throw Self.broken(sections[1].offset, "/Prev leads forward") }
            groups.replaceSubrange(0..<2, with: [[sections[1], sections[0]]])
            linearized = true
        }
        isLinearized = linearized
        var revisions: [PDFRevision] = []
        var size: Int64 = 0
        for (index, group) in groups.enumerated() {
            let tail = try Self.tail(of: group, reader, last: index == groups.count - 1 ? last : nil)
            let revision = Self.revision(index, group, tail)
            try Self.checkOrder(group, after: revisions.last)
            // Some writers append a section that stands alone, names no object and has a /Size of 1; it hides nothing.
            let isEmpty = !revision.entries.contains { $0.entry.isInUse }
            if !isEmpty || group[0].offset != revisions.last?.paddingEnd {
                guard let own = group[0].trailer["Size"]?.integer, own >= size else {
                    throw Self.broken(group[0].offset, "/Size became smaller")
                }
                size = own
            }
            revisions.append(revision)
        }
        self.revisions = revisions
        trailingBytes = (revisions.last?.paddingEnd ?? last.paddingEnd)..<source.size
    }

    /// The tail that follows a revision directly; for the newest one, the last tail of the file stands in for it.
    private static func tail(
        of group: [CrossReferenceSection], _ reader: CrossReferenceReader, last: FileTail?
    ) throws(PDFSyntaxError) -> FileTail? {
        let start = group[0].offset
        if let tail = try reader.tail(at: group[group.count - 1].end), tail.startOffset == start { return tail }
        return last
    }

    private static func checkOrder(
        _ group: [CrossReferenceSection], after previous: PDFRevision?
    ) throws(PDFSyntaxError) {
        guard let previous, let lowest = group.map(\.offset).min() else { return }
        guard lowest >= previous.markerEnd ?? (previous.startOffset + 1) else {
            throw broken(lowest, "a revision that does not follow the one before it")
        }
    }

    private static func revision(_ index: Int, _ group: [CrossReferenceSection], _ tail: FileTail?) -> PDFRevision {
        var entries = group[0].entries
        for section in group.dropFirst() { entries = entries.merging(section.entries) }
        var beyond: [Int] = []
        if let end = tail?.markerEnd {
            for (number, entry) in entries {
                if case .inUse(let offset, _) = entry, offset >= end { beyond.append(number) }
            }
        }
        return PDFRevision(
            index: index, startOffset: group[0].offset, style: group[0].isStream ? .stream : .table, entries: entries,
            trailer: group[0].trailer, crossReferenceStreams: group.compactMap(\.ownNumber),
            isHybrid: group.contains(where: \.isHybrid),
            tableOnly: group.reduce([:]) { $0.merging($1.tableOnly) { first, _ in first } },
            hasEmptySubsection: group.contains(where: \.hasEmptySubsection), markerEnd: tail?.markerEnd, end: tail?.end,
            paddingEnd: tail?.paddingEnd, entriesBeyondEnd: beyond)
    }

    /// The last `startxref … %%EOF`, which must lie within the last 2,048 bytes.
    private static func lastTail(
        _ source: any ByteSource, _ reader: CrossReferenceReader
    ) throws(PDFSyntaxError) -> FileTail {
        let count = Int(min(source.size, 2048))
        let start = source.size - Int64(count)
        let bytes: [UInt8]
        do throws(ByteSourceError) {
            bytes = try source.bytes(at: start, count: count)
        } catch { throw PDFSyntaxError(error) }
        guard let marker = lastPosition(of: Array("%%EOF".utf8), in: bytes[...]) else {
            throw PDFSyntaxError(.notAPDF, at: start, clause: "ISO 32000-2 §7.5.5", "no %%EOF in the last 2,048 bytes")
        }
        guard let position = lastPosition(of: Keyword.startCrossReferences, in: bytes[..<marker]),
            let tail = try reader.tail(at: start + Int64(position)), tail.markerEnd == start + Int64(marker) + 5
        else { throw broken(start, "no startxref with an offset before the last %%EOF") }
        return tail
    }

    private static func lastPosition(of word: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count >= word.count, let first = word.first else { return nil }
        var position = bytes.endIndex - word.count
        while position >= bytes.startIndex {
            if bytes[position] == first, bytes[position..<position + word.count].elementsEqual(word) { return position }
            position -= 1
        }
        return nil
    }

    private static func hasLinearizationParameters(
        _ source: any ByteSource, _ budget: Budget
    ) throws(PDFSyntaxError) -> Bool {
        // The parameter dictionary is the first object and lies within the first 1,024 bytes (F.3.2).
        var lexer = Lexer(ByteCursor(source, at: 0, end: 1024), budget: budget)
        try lexer.skipWhiteSpace()
        let object = try ObjectReader(source: source, budget: budget).object(
            at: lexer.cursor.position, directLength: true
        ) { _ in nil }
        return object.value.dictionary?["Linearized"] != nil
    }

    private static func broken(_ offset: Int64, _ detail: String) -> PDFSyntaxError {
        PDFSyntaxError(.brokenCrossReferences, at: offset, clause: "ISO 32000-2 §7.5.5", detail)
    }
}
