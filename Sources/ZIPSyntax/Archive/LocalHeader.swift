// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// The header in front of an entry's bytes (APPNOTE 4.3.7), held against the central directory.
struct LocalHeader {
    /// Where the stored bytes begin.
    let dataStart: Int64
    let hasExtraFields: Bool

    /// Reads the header that a central header leads to.
    ///
    /// - Parameter limit: Where the next entry begins; the header must end before.
    /// - Throws: `headerMismatch` for any field that says something else.
    init(
        of central: CentralHeader, in source: any ByteSource, before limit: Int64
    ) throws(ZIPSyntaxError) {
        let start = central.offset
        guard limit - start >= 30 else { throw Self.overlap(start) }
        var fixed = RecordReader(try reading(source, at: start, 30), at: start)
        try fixed.signature(.localHeader)
        _ = try fixed.uint16()
        let flags = try fixed.uint16()
        let method = try fixed.uint16()
        let modified = try fixed.uint32()
        let checksum = try fixed.uint32()
        let compressed = try fixed.uint32()
        let expanded = try fixed.uint32()
        let nameLength = Int(try fixed.uint16())
        let extraLength = Int(try fixed.uint16())
        guard limit - start >= Int64(30 + nameLength + extraLength) else { throw Self.overlap(start) }
        var variable = RecordReader(try reading(source, at: start + 30, nameLength + extraLength), at: start + 30)
        let name = try variable.bytes(nameLength)
        let extra = try ExtraFields(try variable.bytes(extraLength), at: start + 30 + Int64(nameLength))
        dataStart = start + Int64(30 + nameLength + extraLength)
        hasExtraFields = extraLength > 0

        guard name == central.name, flags == central.flags, method == central.method, modified == central.modified
        else {
            throw Self.mismatch(start, "name, flags, method or time")
        }
        // Behind a descriptor the local header need not know; what it says must hold all the same.
        func agrees(_ value: Int64, _ stated: Int64) -> Bool {
            value == stated || central.hasDescriptor && value == 0
        }
        guard agrees(Int64(checksum), Int64(central.checksum)) else { throw Self.mismatch(start, "checksum") }
        var sizes = [Int64(expanded), Int64(compressed)]
        if let zip64 = extra.zip64 {
            guard zip64.count == 16 else {
                throw ZIPSyntaxError(
                    .malformedRecord, at: start, clause: "APPNOTE 4.5.3", "a local ZIP64 field without both sizes")
            }
            var reader = RecordReader(zip64, at: start)
            let wide = [try reader.size64(), try reader.size64()]
            for index in sizes.indices {
                if sizes[index] == Int64(UInt32.max) {
                    sizes[index] = wide[index]
                } else if wide[index] != 0, wide[index] != sizes[index] {
                    throw Self.mismatch(start, "its two sizes")
                }
            }
        }
        guard agrees(sizes[0], central.size), agrees(sizes[1], central.compressedSize) else {
            throw Self.mismatch(start, "sizes")
        }
    }

    private static func overlap(_ offset: Int64) -> ZIPSyntaxError {
        ZIPSyntaxError(.overlappingEntries, at: offset, clause: "APPNOTE 4.3.7", "an entry without room for its header")
    }

    private static func mismatch(_ offset: Int64, _ what: String) -> ZIPSyntaxError {
        ZIPSyntaxError(
            .headerMismatch, at: offset, clause: "APPNOTE 4.3.7",
            "the local header differs from the central directory in \(what)")
    }
}

/// The record behind an entry's bytes when bit 3 of the flags is set (APPNOTE 4.3.9).
enum DataDescriptor {
    /// Compares the bytes between the end of the data and the next entry with the central header.
    static func check(
        _ range: Range<Int64>, of central: CentralHeader, in source: any ByteSource
    ) throws(ZIPSyntaxError) {
        let mismatch = ZIPSyntaxError(
            .descriptorMismatch, at: range.lowerBound, clause: "APPNOTE 4.3.9",
            "the data descriptor differs from the central directory")
        // With or without its signature, sizes of four or of eight bytes: the length tells which.
        let length = range.upperBound - range.lowerBound
        guard [12, 16, 20, 24].contains(length) else { throw mismatch }
        var reader = RecordReader(try reading(source, at: range.lowerBound, Int(length)), at: range.lowerBound)
        if length % 8 == 0 {
            guard try reader.uint32() == RecordSignature.descriptor.rawValue else { throw mismatch }
        }
        guard try reader.uint32() == central.checksum else { throw mismatch }
        let isWide = length >= 20
        let compressed = isWide ? try reader.size64() : Int64(try reader.uint32())
        let expanded = isWide ? try reader.size64() : Int64(try reader.uint32())
        guard compressed == central.compressedSize, expanded == central.size else { throw mismatch }
    }

    /// Refuses stored bytes in which who reads forward would find a descriptor too early: one that says it stands behind as
    /// many bytes as stand before it.
    ///
    /// - Complexity: reads all of the entry's bytes once.
    static func checkStored(_ range: Range<Int64>, in source: any ByteSource) throws(ZIPSyntaxError) {
        let signature: [UInt8] = [0x50, 0x4b, 0x07, 0x08]
        // Signature, checksum and the longer of the two forms of the compressed size.
        let reach: Int64 = 16
        var start = range.lowerBound
        while start < range.upperBound {
            let count = Int(min(1 << 16, range.upperBound - start))
            let length = Int(min(Int64(count) + reach, range.upperBound - start))
            let bytes = try reading(source, at: start, length)
            for position in 0..<count where bytes[position] == signature[0] {
                guard bytes[position...].starts(with: signature) else { continue }
                let behind = start - range.lowerBound + Int64(position)
                let stated = bytes[position...].dropFirst(8)
                for width in [4, 8] {
                    let size = stated.prefix(width).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
                    guard stated.count < width || size != UInt64(behind) else {
                        throw ZIPSyntaxError(
                            .unsupportedFeature, at: start + Int64(position), clause: "APPNOTE 4.4.4",
                            "a stored entry that holds what looks like its data descriptor")
                    }
                }
            }
            start += Int64(count)
        }
    }
}
