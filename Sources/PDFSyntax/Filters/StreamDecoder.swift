// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// Undoes the filters of a stream (ISO 32000-2 §7.4): FlateDecode and LZWDecode with their predictors, RunLengthDecode and
/// the two text filters.
struct StreamDecoder {
    let source: any ByteSource
    let budget: Budget

    /// The decoded bytes, refused when there are more than `limit` or more than the expansion ratio allows.
    func decoded(
        dictionary: PDFDictionary, range: Range<Int64>, limit: Int64,
        resolving: (PDFObject) throws(PDFSyntaxError) -> PDFObject
    ) throws(PDFSyntaxError) -> [UInt8] {
        var room = Int64.max
        return try decoded(dictionary: dictionary, range: range, limit: limit, room: &room, resolving: resolving)
    }

    /// The decoded bytes, refused when there are more than `limit`, more than the expansion ratio allows, or more than `room`,
    /// from which what each filter gives is taken; a filter that fails counts with the most that it may have given.
    func decoded(
        dictionary: PDFDictionary, range: Range<Int64>, limit: Int64, room left: inout Int64,
        resolving: (PDFObject) throws(PDFSyntaxError) -> PDFObject
    ) throws(PDFSyntaxError) -> [UInt8] {
        let filters = try list(dictionary["Filter"], resolving)
        let parameters = try list(dictionary["DecodeParms"], resolving)
        guard filters.count <= 8 else { throw malformed(range, "more than eight filters") }
        // The abbreviation is for inline images; some readers take it here too.
        guard dictionary["DP"] == nil else { throw malformed(range, "an abbreviated /DecodeParms") }
        let most = min(
            limit, budget.bytes, (range.upperBound - range.lowerBound).clampedProduct(budget.expansionRatio))
        var bytes: [UInt8]?
        for (index, filter) in filters.enumerated() {
            let allowed = min(most, max(left, 0))
            var given = allowed
            defer { left -= given }
            let parameter = index < parameters.count ? parameters[index].dictionary : nil
            switch filter.name?.text {
            case "FlateDecode", "Fl":
                let inflated: [UInt8]
                let predictor = try Predictor(parameter, at: range.lowerBound)
                // Predictor rows carry up to one byte more than what they stand for.
                let room = predictor.isNone ? allowed : allowed.clampedProduct(2)
                if let encoded = bytes {
                    let memory = MemorySource(encoded)
                    inflated = try Inflater.inflate(memory, 0..<memory.size, limit: room)
                } else {
                    inflated = try Inflater.inflate(source, range, limit: room)
                }
                bytes = try predictor.undone(inflated)
            case "Crypt" where index == 0: bytes = try load(range)
            case "ASCIIHexDecode", "AHx":
                if bytes == nil { bytes = try load(range) }
                bytes = try hexadecimal(bytes ?? [], range)
            case "ASCII85Decode", "A85":
                bytes = try checked(ASCII85.decoded(current(bytes, range)), range)
            case "RunLengthDecode", "RL":
                bytes = try checked(RunLength.decoded(current(bytes, range), limit: allowed), range)
            case "LZWDecode", "LZW":
                let predictor = try Predictor(parameter, at: range.lowerBound)
                let isEarly = parameter?["EarlyChange"]?.integer ?? 1 != 0
                let room = allowed.clampedProduct(2)
                let expanded = try LZW.decoded(current(bytes, range), isEarly: isEarly, limit: room)
                bytes = try predictor.undone(checked(expanded, range))
            default:
                throw PDFSyntaxError(
                    .unsupportedFilter, at: range.lowerBound, clause: "ISO 32000-2 §7.4",
                    "a filter for pictures, or one that does not exist")
            }
            guard Int64(bytes?.count ?? 0) <= allowed else {
                throw PDFSyntaxError(LimitExceeded(.bytes, allowed: allowed), at: range.lowerBound)
            }
            given = Int64(bytes?.count ?? 0)
        }
        if let bytes { return bytes }
        guard range.upperBound - range.lowerBound <= min(limit, left) else {
            throw PDFSyntaxError(LimitExceeded(.bytes, allowed: min(limit, left)), at: range.lowerBound)
        }
        left -= range.upperBound - range.lowerBound
        return try load(range)
    }

    private func checked(_ bytes: [UInt8]?, _ range: Range<Int64>) throws(PDFSyntaxError) -> [UInt8] {
        guard let bytes else { throw malformed(range, "encoded data that are damaged or too long") }
        return bytes
    }

    private func current(_ bytes: [UInt8]?, _ range: Range<Int64>) throws(PDFSyntaxError) -> [UInt8] {
        if let bytes { bytes } else { try load(range) }
    }

    private func load(_ range: Range<Int64>) throws(PDFSyntaxError) -> [UInt8] {
        do throws(ByteSourceError) {
            return try source.bytes(at: range.lowerBound, count: Int(range.upperBound - range.lowerBound))
        } catch { throw PDFSyntaxError(error) }
    }

    private func list(
        _ value: PDFObject?, _ resolving: (PDFObject) throws(PDFSyntaxError) -> PDFObject
    ) throws(PDFSyntaxError) -> [PDFObject] {
        guard let value else { return [] }
        switch try resolving(value) {
        case .null: return []
        case .array(let elements):
            guard elements.count <= 8 else {
                throw PDFSyntaxError(.malformedStream, clause: "ISO 32000-2 §7.4", "more than eight filters")
            }
            var resolved: [PDFObject] = []
            for element in elements { resolved.append(try resolving(element)) }
            return resolved
        case let single: return [single]
        }
    }

    private func hexadecimal(_ encoded: [UInt8], _ range: Range<Int64>) throws(PDFSyntaxError) -> [UInt8] {
        var bytes: [UInt8] = []
        var high: UInt8?
        for byte in encoded {
            if byte == UInt8(ascii: ">") { break }
            if Lexer.isWhiteSpace(byte) { continue }
            guard let digit = Lexer.digit(byte) else {
                throw malformed(range, "hexadecimal data with another character")
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        if let high { bytes.append(high << 4) }
        return bytes
    }

    private func malformed(_ range: Range<Int64>, _ detail: String) -> PDFSyntaxError {
        PDFSyntaxError(.malformedStream, at: range.lowerBound, clause: "ISO 32000-2 §7.4", detail)
    }
}

extension Int64 {
    /// The product, or the largest number when it does not fit.
    func clampedProduct(_ factor: Int) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: Int64(factor))
        return overflow ? .max : product
    }
}
