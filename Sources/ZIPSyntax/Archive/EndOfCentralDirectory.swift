// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// The records at the end of an archive (APPNOTE 4.3.14–4.3.16): where the central directory is, and the comment.
struct EndOfCentralDirectory {
    /// Offset and size of the central directory, which ends where these records begin.
    let directory: Range<Int64>
    let entryCount: Int64
    let comment: [UInt8]

    /// Finds the records. The comment must end with the source, and nothing else may pass for an end.
    init(in source: any ByteSource) throws(ZIPSyntaxError) {
        let size = source.size
        let tailCount = Int(min(size, 22 + 0xffff))
        let tail = try reading(source, at: size - Int64(tailCount), tailCount)
        let offset = try Self.position(in: tail) + (size - Int64(tailCount))

        var reader = RecordReader(Array(tail[Int(offset - size + Int64(tailCount))...]), at: offset)
        try reader.signature(.end)
        let disks = (try reader.uint16(), try reader.uint16())
        let counts = (try reader.uint16(), try reader.uint16())
        let directorySize = try reader.uint32()
        let directoryOffset = try reader.uint32()
        comment = try reader.bytes(Int(try reader.uint16()))
        if Self.contains(comment, RecordSignature.end.bytes) {
            throw ZIPSyntaxError(
                .ambiguousEnd, at: offset, clause: "APPNOTE 4.3.16", "the comment contains another end record")
        }

        guard let zip64 = try Self.zip64End(in: source, before: offset) else {
            guard disks == (0, 0), counts.0 == counts.1 else { throw Self.disks(offset) }
            entryCount = Int64(counts.1)
            directory = try Self.range(Int64(directoryOffset), Int64(directorySize), endingAt: offset)
            return
        }
        // A field is either left to the ZIP64 record or says the same.
        func agrees<Field: FixedWidthInteger>(_ field: Field, _ value: Int64) -> Bool {
            field == .max || Int64(field) == value
        }
        guard agrees(disks.0, 0), agrees(disks.1, 0) else { throw Self.disks(offset) }
        guard agrees(counts.0, zip64.count), agrees(counts.1, zip64.count), agrees(directorySize, zip64.size),
            agrees(directoryOffset, zip64.offset)
        else {
            throw ZIPSyntaxError(
                .malformedRecord, at: offset, clause: "APPNOTE 4.4.1.4",
                "the end record and its ZIP64 form contradict each other")
        }
        entryCount = zip64.count
        directory = try Self.range(zip64.offset, zip64.size, endingAt: zip64.start)
    }

    /// The position of the only record in the last bytes of the file whose comment ends with the file.
    private static func position(in tail: [UInt8]) throws(ZIPSyntaxError) -> Int64 {
        let signature = RecordSignature.end.bytes
        var found: Int?
        guard tail.count >= 22 else { throw notFound }
        for start in 0...(tail.count - 22) where tail[start] == signature[0] {
            guard tail[start + 1] == signature[1], tail[start + 2] == signature[2], tail[start + 3] == signature[3],
                Int(tail[start + 20]) | Int(tail[start + 21]) << 8 == tail.count - start - 22
            else { continue }
            guard found == nil else {
                throw ZIPSyntaxError(
                    .ambiguousEnd, clause: "APPNOTE 4.3.16", "two end records have a comment that ends with the file")
            }
            found = start
        }
        guard let found else { throw notFound }
        return Int64(found)
    }

    private static let notFound = ZIPSyntaxError(
        .noEndRecord, clause: "APPNOTE 4.3.16", "no end record whose comment ends with the file")

    private static func disks(_ offset: Int64) -> ZIPSyntaxError {
        ZIPSyntaxError(.multipleDisks, at: offset, clause: "APPNOTE 4.4.19", "parts of the archive lie on other disks")
    }

    private static func range(
        _ offset: Int64, _ size: Int64, endingAt end: Int64
    ) throws(ZIPSyntaxError) -> Range<Int64> {
        guard offset <= end, size == end - offset else {
            throw ZIPSyntaxError(
                .malformedRecord, at: end, clause: "APPNOTE 4.4.23",
                "a central directory of \(size) bytes at \(offset), which must end at \(end)")
        }
        return offset..<end
    }

    private struct ZIP64 {
        let start, count, size, offset: Int64
    }

    /// The ZIP64 record, when its locator stands before the end record; it must stand directly before the locator.
    private static func zip64End(
        in source: any ByteSource, before end: Int64
    ) throws(ZIPSyntaxError) -> ZIP64? {
        guard end >= 20 else { return nil }
        let locatorOffset = end - 20
        let bytes = try reading(source, at: locatorOffset, 20)
        guard Array(bytes[0..<4]) == RecordSignature.zip64Locator.bytes else { return nil }
        var locator = RecordReader(bytes, at: locatorOffset)
        try locator.signature(.zip64Locator)
        let disk = try locator.uint32()
        let start = try locator.size64()
        let disks = try locator.uint32()
        guard disk == 0, disks <= 1 else { throw Self.disks(locatorOffset) }
        guard locatorOffset >= 56, start == locatorOffset - 56 else {
            throw ZIPSyntaxError(
                .malformedRecord, at: locatorOffset, clause: "APPNOTE 4.3.15",
                "the locator leads to \(start), not to the record before it")
        }
        var record = RecordReader(try reading(source, at: start, 56), at: start)
        try record.signature(.zip64End)
        guard try record.uint64() == 44 else {
            throw ZIPSyntaxError(
                .unsupportedFeature, at: start, clause: "APPNOTE 4.3.14",
                "a ZIP64 end record with an extensible data sector")
        }
        _ = try record.bytes(4)
        guard try record.uint32() == 0, try record.uint32() == 0 else { throw Self.disks(start) }
        let counts = (try record.size64(), try record.size64())
        guard counts.0 == counts.1 else { throw Self.disks(start) }
        return ZIP64(start: start, count: counts.1, size: try record.size64(), offset: try record.size64())
    }

    private static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        guard bytes.count >= part.count else { return false }
        return (0...(bytes.count - part.count)).contains { bytes[$0] == part[0] && bytes[$0...].starts(with: part) }
    }
}
