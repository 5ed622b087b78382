// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The bytes of the records of an archive.
struct RecordWriter {
    private(set) var bytes: [UInt8] = []

    private mutating func number<Field: FixedWidthInteger>(_ value: Field) {
        for shift in stride(from: 0, to: Field.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> Field(shift)))
        }
    }

    /// A size or offset of four bytes, or the mark that ZIP64 has it.
    private mutating func number32(_ value: Int64, isWide: Bool) {
        number(isWide ? UInt32.max : UInt32(truncatingIfNeeded: value))
    }

    mutating func localHeader(_ header: CentralHeader, isWide: Bool) {
        number(RecordSignature.localHeader.rawValue)
        number(header.versionNeeded)
        number(header.flags)
        number(header.method)
        number(header.modified)
        number(header.checksum)
        number32(header.compressedSize, isWide: isWide)
        number32(header.size, isWide: isWide)
        number(UInt16(truncatingIfNeeded: header.name.count))
        number(isWide ? 20 as UInt16 : 0)
        bytes += header.name
        guard isWide else { return }
        number(1 as UInt16)
        number(16 as UInt16)
        number(header.size)
        number(header.compressedSize)
    }

    mutating func centralHeader(_ header: CentralHeader, zip64From limit: Int64) {
        var wide = RecordWriter()
        for value in [header.size, header.compressedSize, header.offset] where value >= limit { wide.number(value) }
        let extraCount = header.extra.count + (wide.bytes.isEmpty ? 0 : wide.bytes.count + 4)
        number(RecordSignature.centralHeader.rawValue)
        number(header.versionMadeBy)
        number(wide.bytes.isEmpty ? header.versionNeeded : max(45, header.versionNeeded))
        number(header.flags)
        number(header.method)
        number(header.modified)
        number(header.checksum)
        number32(header.compressedSize, isWide: header.compressedSize >= limit)
        number32(header.size, isWide: header.size >= limit)
        number(UInt16(truncatingIfNeeded: header.name.count))
        number(UInt16(truncatingIfNeeded: extraCount))
        number(UInt16(truncatingIfNeeded: header.comment.count))
        number(0 as UInt16)
        number(header.internalAttributes)
        number(header.externalAttributes)
        number32(header.offset, isWide: header.offset >= limit)
        bytes += header.name
        if !wide.bytes.isEmpty {
            number(1 as UInt16)
            number(UInt16(truncatingIfNeeded: wide.bytes.count))
            bytes += wide.bytes
        }
        bytes += header.extra + header.comment
    }

    mutating func end(count: Int, directory: Range<Int64>, comment: [UInt8], zip64From limit: Int64) {
        let size = directory.upperBound - directory.lowerBound
        let isWide = count >= 0xffff || directory.lowerBound >= limit || size >= limit
        if isWide {
            number(RecordSignature.zip64End.rawValue)
            number(44 as UInt64)
            number(3 << 8 | 45 as UInt16)
            number(45 as UInt16)
            number(0 as UInt64)
            number(Int64(count))
            number(Int64(count))
            number(size)
            number(directory.lowerBound)
            number(RecordSignature.zip64Locator.rawValue)
            number(0 as UInt32)
            number(directory.upperBound)
            number(1 as UInt32)
        }
        number(RecordSignature.end.rawValue)
        number(0 as UInt32)
        for _ in 0..<2 { number(count >= 0xffff ? UInt16.max : UInt16(truncatingIfNeeded: count)) }
        number32(size, isWide: size >= limit)
        number32(directory.lowerBound, isWide: directory.lowerBound >= limit)
        number(UInt16(truncatingIfNeeded: comment.count))
        bytes += comment
    }
}
