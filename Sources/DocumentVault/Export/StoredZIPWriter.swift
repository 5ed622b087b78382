// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// Writes a ZIP file of stored members in one pass (APPNOTE 6.3.10), with 64-bit sizes.
struct StoredZIPWriter {
    private struct Member {
        let name: [UInt8]
        let crc: UInt32
        let size: Int64
        let offset: Int64
    }

    private let write: ([UInt8]) throws -> Void
    private let time: [UInt8]
    private var members: [Member] = []
    private var offset: Int64 = 0
    private var open: (name: [UInt8], crc: CRC32, size: Int64, offset: Int64)?

    /// - Parameter time: Given to every member; ZIP knows no zone.
    init(at time: Instant, _ write: @escaping ([UInt8]) throws -> Void) {
        self.write = write
        let parts = time.date.parts
        let seconds = Int((time.seconds % 86_400 + 86_400) % 86_400)
        let clock = seconds / 3600 << 11 | seconds % 3600 / 60 << 5 | seconds % 60 / 2
        let day = max(0, min(127, parts.year - 1980)) << 9 | parts.month << 5 | parts.day
        self.time = Self.little(UInt64(clock), 2) + Self.little(UInt64(day), 2)
    }

    private static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    private mutating func put(_ bytes: [UInt8]) throws {
        try write(bytes)
        offset += Int64(bytes.count)
    }

    // Version 4.5, a data descriptor behind the content, names in UTF-8, stored.
    private var common: [UInt8] { [45, 0] + Self.little(0x0808, 2) + [0, 0] + time }

    /// Begins a member; its pieces follow, then ``end()``.
    mutating func begin(_ name: String) throws {
        let octets = Array(name.utf8)
        open = (octets, CRC32(), 0, offset)
        try put([0x50, 0x4b, 3, 4] + common)
        // CRC and sizes follow the content; the extra field announces that they have 64 bits.
        try put(Self.little(0, 4) + Self.little(0xffff_ffff, 4) + Self.little(0xffff_ffff, 4))
        try put(Self.little(UInt64(octets.count), 2) + Self.little(20, 2) + octets)
        try put([1, 0, 16, 0] + Self.little(0, 16))
    }

    mutating func piece(_ bytes: [UInt8]) throws {
        open?.crc.update(bytes)
        open?.size += Int64(bytes.count)
        try put(bytes)
    }

    mutating func end() throws {
        guard let open else { return }
        let member = Member(name: open.name, crc: open.crc.value, size: open.size, offset: open.offset)
        try put([0x50, 0x4b, 7, 8] + Self.little(UInt64(member.crc), 4))
        try put(Self.little(UInt64(member.size), 8) + Self.little(UInt64(member.size), 8))
        members.append(member)
        self.open = nil
    }

    /// Writes the central directory and ends the file.
    mutating func finish() throws {
        let start = offset
        for member in members {
            try put([0x50, 0x4b, 1, 2, 45, 3] + common + Self.little(UInt64(member.crc), 4))
            try put(Self.little(0xffff_ffff, 4) + Self.little(0xffff_ffff, 4))
            try put(Self.little(UInt64(member.name.count), 2) + Self.little(28, 2) + Self.little(0, 8))
            // External attributes: an ordinary file, readable and writable by its owner.
            try put(Self.little(0o100600, 2) + Self.little(0xffff_ffff, 4) + member.name)
            try put([1, 0, 24, 0] + Self.little(UInt64(member.size), 8) + Self.little(UInt64(member.size), 8))
            try put(Self.little(UInt64(member.offset), 8))
        }
        let (size, end) = (offset - start, offset)
        let count = Self.little(UInt64(members.count), 8)
        try put([0x50, 0x4b, 6, 6] + Self.little(44, 8) + [45, 3, 45, 0] + Self.little(0, 8) + count + count)
        try put(Self.little(UInt64(size), 8) + Self.little(UInt64(start), 8))
        try put([0x50, 0x4b, 6, 7] + Self.little(0, 4) + Self.little(UInt64(end), 8) + Self.little(1, 4))
        try put([0x50, 0x4b, 5, 6] + Self.little(0, 4) + Self.little(0xffff_ffff, 4))
        try put(Self.little(0xffff_ffff, 4) + Self.little(0xffff_ffff, 4) + [0, 0])
    }
}

/// CRC-32 as ZIP has it (ISO 3309, reflected polynomial EDB88320).
struct CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
    }
    private var state: UInt32 = 0xffff_ffff

    var value: UInt32 { ~state }

    mutating func update(_ bytes: [UInt8]) {
        let table = Self.table
        for byte in bytes { state = state >> 8 ^ table[Int((state ^ UInt32(byte)) & 0xff)] }
    }
}
