// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// Reads cross-reference sections, strictly and without recovery.
struct CrossReferenceReader {
    let source: any ByteSource
    let budget: Budget
    /// Entries read so far in all sections.
    private(set) var entryCount = 0

    init(source: any ByteSource, budget: Budget) {
        self.source = source
        self.budget = budget
    }

    /// The section at an offset, of either kind, which must end at or before `end`.
    ///
    /// The bound keeps the work linear: sections cannot lie inside each other.
    mutating func section(at offset: Int64, end: Int64) throws(PDFSyntaxError) -> CrossReferenceSection {
        guard offset > 0, offset < min(end, source.size) else {
            throw broken(offset, "a cross-reference section outside the file", "§7.5.5")
        }
        var cursor = ByteCursor(source, at: offset, end: end)
        // Offsets that name the line end before the section are common and lead to no other section.
        try skipWhiteSpace(&cursor)
        if try cursor.skip("xref") { return try table(at: offset, cursor: cursor, end: end) }
        return try stream(at: offset, end: end)
    }

    /// `startxref`, offset and `%%EOF` that stand at `offset` after white space, or `nil` when something else does.
    func tail(at offset: Int64) throws(PDFSyntaxError) -> FileTail? {
        var cursor = ByteCursor(source, at: offset)
        try skipWhiteSpace(&cursor)
        if try cursor.skip("trailer") {
            // A writer of linearized files puts a trailer dictionary behind a cross-reference stream; it has no meaning.
            var parser = ObjectParser(source, at: cursor.position, end: cursor.position + 4096, budget: budget)
            _ = try parser.dictionary()
            cursor = parser.lexer.cursor
            try skipWhiteSpace(&cursor)
        }
        // A comment, by which some writers name themselves, may stand before; an end-of-file marker may not.
        while try cursor.peek() == UInt8(ascii: "%") {
            guard try !cursor.skip("%%EOF") else { return nil }
            while let byte = try cursor.peek(), byte != 10, byte != 13 { cursor.advance() }
            try skipWhiteSpace(&cursor)
        }
        guard try cursor.skip("startxref") else { return nil }
        try skipWhiteSpace(&cursor)
        guard let start = try digits(&cursor, limit: 19) else { return nil }
        try skipWhiteSpace(&cursor)
        guard try cursor.skip("%%EOF") else { return nil }
        let markerEnd = cursor.position
        var end = markerEnd
        if try cursor.peek() == 13 {
            cursor.advance()
            end += 1
        }
        if try cursor.peek() == 10 {
            cursor.advance()
            end += 1
        }
        while let byte = try cursor.peek(), Lexer.isWhiteSpace(byte), cursor.position - markerEnd < 1024 {
            cursor.advance()
        }
        return FileTail(startOffset: start, markerEnd: markerEnd, end: end, paddingEnd: cursor.position)
    }

    private mutating func table(
        at offset: Int64, cursor start: ByteCursor, end limit: Int64
    ) throws(PDFSyntaxError) -> CrossReferenceSection {
        var cursor = start
        var listed = UnsortedEntries()
        var hasEmptySubsection = false
        while true {
            try skipWhiteSpace(&cursor)
            if try cursor.skip("trailer") { break }
            guard let first = try digits(&cursor, limit: 10), try cursor.next() == 32,
                let count = try digits(&cursor, limit: 10)
            else { throw broken(cursor.position, "neither a subsection nor the trailer", "§7.5.4") }
            while try cursor.peek() == 32 { cursor.advance() }
            guard try lineEnd(&cursor) else {
                throw broken(cursor.position, "a subsection without a line end", "§7.5.4")
            }
            guard first + count <= Int64(Int32.max), count * 20 <= source.size - cursor.position else {
                throw broken(cursor.position, "a subsection longer than the file", "§7.5.4")
            }
            try reserve(count, at: cursor.position)
            // A first section is read into room of its size; many small ones let it grow as it does.
            if listed.isEmpty { listed.reserve(Int(count)) }
            if count == 0 { hasEmptySubsection = true }
            for number in first..<first + count { listed.append(number, try tableEntry(&cursor)) }
        }
        guard var entries = CrossReferenceEntries(listed) else {
            throw broken(offset, "an object that is listed twice in one section", "§7.5.4")
        }
        var parser = ObjectParser(source, at: cursor.position, end: limit, budget: budget)
        let trailer = try parser.dictionary()
        let end = parser.lexer.cursor.position
        var isHybrid = false
        var tableOnly: [Int: CrossReferenceEntry?] = [:]
        if let value = trailer["XRefStm"] {
            guard case .integer(let streamOffset) = value, streamOffset > 0, streamOffset < source.size else {
                throw broken(offset, "/XRefStm leads nowhere", "§7.5.8.4")
            }
            isHybrid = true
            // Objects that the table hides as free, or does not list, are found through the stream.
            var hidden = UnsortedEntries()
            for (number, entry) in try stream(at: streamOffset, end: limit).entries {
                let listed = entries[number]
                guard listed != entry else { continue }
                tableOnly[number] = .some(listed)
                switch listed {
                case nil, .free: hidden.append(Int64(number), entry)
                default: break
                }
            }
            if let hidden = CrossReferenceEntries(hidden) { entries = hidden.merging(entries) }
        }
        try checkSize(entries, trailer, at: offset)
        return CrossReferenceSection(
            offset: offset, end: end, isStream: false, entries: entries, trailer: trailer, isHybrid: isHybrid,
            ownNumber: nil, tableOnly: tableOnly, hasEmptySubsection: hasEmptySubsection)
    }

    /// Twenty bytes: ten digits, space, five digits, space, `n` or `f`, two bytes of line end.
    private func tableEntry(_ cursor: inout ByteCursor) throws(PDFSyntaxError) -> CrossReferenceEntry {
        let start = cursor.position
        guard let offset = try digits(&cursor, limit: 10), cursor.position == start + 10, try cursor.next() == 32,
            let generation = try digits(&cursor, limit: 5), cursor.position == start + 16, try cursor.next() == 32,
            let kind = try cursor.next(), let first = try cursor.next(), let second = try cursor.next(),
            (first, second) == (32, 13) || (first, second) == (32, 10) || (first, second) == (13, 10)
        else { throw broken(start, "an entry that is not twenty bytes of the prescribed form", "§7.5.4") }
        switch kind {
        case UInt8(ascii: "n"):
            guard generation <= 65_535 else { throw broken(start, "a generation above 65,535", "§7.5.4") }
            // Writers mark an unused number so; there can be no object at offset 0.
            return offset == 0
                ? .free(generation: Int(generation)) : .inUse(offset: offset, generation: Int(generation))
        // Several writers give object 0 the generation 65,536; for a free entry it has no effect.
        case UInt8(ascii: "f"): return .free(generation: Int(generation))
        default: throw broken(start, "an entry that is neither in use nor free", "§7.5.4")
        }
    }

    private mutating func stream(at offset: Int64, end: Int64) throws(PDFSyntaxError) -> CrossReferenceSection {
        let reader = ObjectReader(source: source, budget: budget)
        let object: IndirectObject
        do throws(PDFSyntaxError) {
            object = try reader.object(at: offset, end: end, directLength: true) { _ in nil }
        } catch {
            guard error.code == .malformedObject || error.code == .malformedStream else { throw error }
            throw broken(offset, "neither xref nor a cross-reference stream: \(error.detail)", "§7.5.8")
        }
        guard let stream = object.value.stream, let range = object.range, range.upperBound <= end,
            stream.dictionary["Type"]?.name == "XRef"
        else { throw broken(offset, "neither xref nor a cross-reference stream", "§7.5.8") }
        let dictionary = stream.dictionary
        guard let size = dictionary["Size"]?.integer, (1...Int64(Int32.max)).contains(size),
            let widths = dictionary["W"]?.array?.map({ $0.integer ?? -1 }), widths.count >= 3,
            widths.allSatisfy({ (0...8).contains($0) }), widths[1] > 0
        else { throw broken(offset, "a cross-reference stream without /Size or /W", "§7.5.8.2") }
        let given: [Int64]? = dictionary["Index"]?.array?.map { $0.integer ?? -1 }
        let index = given ?? [0, size]
        guard index.count.isMultiple(of: 2), index.allSatisfy({ (0...Int64(Int32.max)).contains($0) }) else {
            throw broken(offset, "a wrong /Index", "§7.5.8.2")
        }
        var total: Int64 = 0
        for position in stride(from: 1, to: index.count, by: 2) { total += index[position] }
        try reserve(total, at: offset)
        let width = Int(widths.reduce(0, +))
        let limit = Int64(width) * total
        let decoder = StreamDecoder(source: source, budget: budget)
        let data = try decoder.decoded(
            dictionary: dictionary, range: stream.range, limit: min(budget.bytes, limit + 4096), resolving: { $0 })
        guard Int64(data.count) >= limit else {
            throw broken(offset, "a cross-reference stream shorter than its /Index", "§7.5.8.3")
        }
        var listed = UnsortedEntries()
        var position = 0
        func field(_ bytes: Int64) throws(PDFSyntaxError) -> Int64 {
            var value: UInt64 = 0
            for _ in 0..<bytes {
                value = value << 8 | UInt64(data[position])
                position += 1
            }
            guard value <= UInt64(Int64.max) else { throw broken(offset, "a field beyond 63 bits", "§7.5.8.3") }
            return Int64(value)
        }
        for subsection in stride(from: 0, to: index.count, by: 2) {
            let first = index[subsection]
            let count = index[subsection + 1]
            guard first + count <= Int64(Int32.max) else { throw broken(offset, "a wrong /Index", "§7.5.8.2") }
            for number in first..<first + count {
                let start = position
                let kind = widths[0] == 0 ? 1 : try field(widths[0])
                let second = try field(widths[1])
                let third = try field(widths[2])
                position = start + width
                let entry = try streamEntry(kind: kind, second, third, at: offset)
                if let entry { listed.append(number, entry) }
            }
        }
        guard let entries = CrossReferenceEntries(listed) else {
            throw broken(offset, "an object that is listed twice in one section", "§7.5.8.2")
        }
        try checkSize(entries, dictionary, at: offset)
        return CrossReferenceSection(
            offset: offset, end: range.upperBound, isStream: true, entries: entries, trailer: dictionary,
            isHybrid: false, ownNumber: object.reference.number)
    }

    private func streamEntry(
        kind: Int64, _ second: Int64, _ third: Int64, at offset: Int64
    ) throws(PDFSyntaxError) -> CrossReferenceEntry? {
        switch kind {
        case 0: return .free(generation: Int(min(third, 65_535)))
        case 1:
            guard third <= 65_535 else { throw broken(offset, "a generation above 65,535", "§7.5.8.3") }
            return second == 0 ? .free(generation: Int(third)) : .inUse(offset: second, generation: Int(third))
        case 2:
            guard second > 0, second <= Int64(Int32.max), third <= Int64(Int32.max) else {
                throw broken(offset, "an object stream number out of range", "§7.5.8.3")
            }
            return .compressed(stream: Int(second), index: Int(third))
        default: return nil  // "shall be interpreted as a reference to the null object"
        }
    }

    private func checkSize(
        _ entries: CrossReferenceEntries, _ trailer: PDFDictionary, at offset: Int64
    ) throws(PDFSyntaxError) {
        guard let size = trailer["Size"]?.integer, size > 0 else { throw broken(offset, "no /Size", "§7.5.5") }
        guard entries.numbers.last.map({ Int64($0) < size }) ?? true else {
            throw broken(offset, "an entry for an object number that /Size excludes", "§7.5.5")
        }
    }

    private mutating func reserve(_ count: Int64, at offset: Int64) throws(PDFSyntaxError) {
        guard count <= Int64(budget.objects - entryCount) else {
            throw PDFSyntaxError(LimitExceeded(.objects, allowed: budget.objects), at: offset)
        }
        entryCount += Int(count)
    }

    private func skipWhiteSpace(_ cursor: inout ByteCursor) throws(PDFSyntaxError) {
        while let byte = try cursor.peek(), Lexer.isWhiteSpace(byte) { cursor.advance() }
    }

    private func lineEnd(_ cursor: inout ByteCursor) throws(PDFSyntaxError) -> Bool {
        switch try cursor.next() {
        case 10: return true
        case 13:
            if try cursor.peek() == 10 { cursor.advance() }
            return true
        default: return false
        }
    }

    private func digits(_ cursor: inout ByteCursor, limit: Int) throws(PDFSyntaxError) -> Int64? {
        var value: Int64 = 0
        var count = 0
        while let byte = try cursor.peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), count < limit {
            let (product, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, over2) = product.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !over, !over2 else { return nil }
            value = sum
            count += 1
            cursor.advance()
        }
        return count == 0 ? nil : value
    }

    private func broken(_ offset: Int64, _ detail: String, _ clause: String) -> PDFSyntaxError {
        PDFSyntaxError(.brokenCrossReferences, at: offset, clause: "ISO 32000-2 " + clause, detail)
    }
}
