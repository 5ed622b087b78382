// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// A ZIP file of stored members, made in one pass (APPNOTE 6.3.10), with 64-bit sizes. Gives the octets around the contents
/// and is told of those, so that whoever writes them all may wait between them.
struct StoredZIPWriter {
    private struct Member {
        let name: [UInt8]
        let crc: UInt32
        let size: Int64
        let offset: Int64
    }

    private let time: [UInt8]
    private var members: [Member] = []
    private var offset: Int64 = 0
    private var open: (name: [UInt8], crc: CRC32, size: Int64, offset: Int64)?

    /// - Parameter time: Given to every member; ZIP knows no zone.
    init(at time: Instant) {
        let parts = time.date.parts
        let seconds = Int((time.seconds % 86_400 + 86_400) % 86_400)
        let clock = seconds / 3600 << 11 | seconds % 3600 / 60 << 5 | seconds % 60 / 2
        let day = max(0, min(127, parts.year - 1980)) << 9 | parts.month << 5 | parts.day
        self.time = Self.little(UInt64(clock), 2) + Self.little(UInt64(day), 2)
    }

    private static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    // Version 4.5, a data descriptor behind the content, names in UTF-8, stored.
    private var common: [UInt8] { [45, 0] + Self.little(0x0808, 2) + [0, 0] + time }

    /// What begins a member; its content follows, told to ``count(_:)``, then ``end()``.
    mutating func begin(_ name: String) -> [UInt8] {
        let octets = Array(name.utf8)
        open = (octets, CRC32(), 0, offset)
        var head = [0x50, 0x4b, 3, 4] + common
        // CRC and sizes follow the content; the extra field announces that they have 64 bits.
        head += Self.little(0, 4) + Self.little(0xffff_ffff, 4) + Self.little(0xffff_ffff, 4)
        head += Self.little(UInt64(octets.count), 2) + Self.little(20, 2) + octets
        head += [1, 0, 16, 0] + Self.little(0, 16)
        offset += Int64(head.count)
        return head
    }

    /// Takes note of a piece of the member's content.
    mutating func count(_ bytes: [UInt8]) {
        open?.crc.update(bytes)
        open?.size += Int64(bytes.count)
        offset += Int64(bytes.count)
    }

    /// What follows the content.
    mutating func end() -> [UInt8] {
        guard let open else { return [] }
        let member = Member(name: open.name, crc: open.crc.value, size: open.size, offset: open.offset)
        let size = Self.little(UInt64(member.size), 8)
        let descriptor = [0x50, 0x4b, 7, 8] + Self.little(UInt64(member.crc), 4) + size + size
        members.append(member)
        self.open = nil
        offset += Int64(descriptor.count)
        return descriptor
    }

    /// The central directory, with which the file ends.
    func directory() -> [UInt8] {
        var bytes: [UInt8] = []
        for member in members {
            bytes += [0x50, 0x4b, 1, 2, 45, 3] + common + Self.little(UInt64(member.crc), 4)
            bytes += Self.little(0xffff_ffff, 4) + Self.little(0xffff_ffff, 4)
            bytes += Self.little(UInt64(member.name.count), 2) + Self.little(28, 2) + Self.little(0, 8)
            // External attributes: an ordinary file, readable and writable by its owner.
            bytes += Self.little(0o100600, 2) + Self.little(0xffff_ffff, 4) + member.name
            bytes += [1, 0, 24, 0] + Self.little(UInt64(member.size), 8) + Self.little(UInt64(member.size), 8)
            bytes += Self.little(UInt64(member.offset), 8)
        }
        let size = bytes.count
        let count = Self.little(UInt64(members.count), 8)
        bytes += [0x50, 0x4b, 6, 6] + Self.little(44, 8) + [45, 3, 45, 0] + Self.little(0, 8) + count + count
        bytes += Self.little(UInt64(size), 8) + Self.little(UInt64(offset), 8)
        let end = UInt64(offset) + UInt64(size)
        bytes += [0x50, 0x4b, 6, 7] + Self.little(0, 4) + Self.little(end, 8) + Self.little(1, 4)
        bytes += [0x50, 0x4b, 5, 6] + Self.little(0, 4) + Self.little(0xffff_ffff, 4)
        return bytes + Self.little(0xffff_ffff, 4) + Self.little(0xffff_ffff, 4) + [0, 0]
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
