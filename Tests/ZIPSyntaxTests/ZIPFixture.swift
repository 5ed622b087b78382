// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CDossierZlib
import DossierCore
import ZIPSyntax

/// Archives laid out byte by byte, so that any field can be made to lie.
struct ZIPFixture {
    /// One entry with every field of both headers.
    struct Entry {
        var name: [UInt8]
        var localName: [UInt8]?
        var content: [UInt8]
        var method: UInt16 = 0
        var localMethod: UInt16?
        /// What is stored; `nil` for the content itself, or its deflate form when the method asks for it.
        var stored: [UInt8]?
        var flags: UInt16 = 0
        var localFlags: UInt16?
        var modified: UInt32 = 0x0021_0000
        var localModified: UInt32?
        var checksum: UInt32?
        var localChecksum: UInt32?
        var size: Int?
        var localSize: Int?
        var compressedSize: Int?
        var localCompressedSize: Int?
        var versionNeeded: UInt16 = 20
        var madeBy: UInt16 = 20
        var externalAttributes: UInt32 = 0
        var localExtra: [UInt8] = []
        var centralExtra: [UInt8] = []
        var comment: [UInt8] = []
        /// Bytes between the data and the next entry; a data descriptor as a rule.
        var behind: [UInt8] = []
        var disk: UInt16 = 0
        /// Added to the offset of the central header.
        var offsetShift = 0

        init(_ name: String, _ content: String, _ change: (inout Entry) -> Void = { _ in }) {
            self.name = Array(name.utf8)
            self.content = Array(content.utf8)
            if !name.utf8.allSatisfy({ $0 < 0x80 }) { flags = 1 << 11 }
            change(&self)
        }
    }

    var entries: [Entry]
    var prefix: [UInt8] = []
    var comment: [UInt8] = []
    var statedCommentCount: Int?
    var trailer: [UInt8] = []
    var betweenEntriesAndDirectory: [UInt8] = []
    var behindDirectory: [UInt8] = []
    var disks: (UInt16, UInt16) = (0, 0)
    var count: Int?
    var directoryOffset: Int?
    var directorySize: Int?
    /// Whether the end is stated in ZIP64 form as well.
    var isZIP64 = false
    var zip64Count: Int?
    var shiftsOffsets = true

    init(_ entries: [Entry]) { self.entries = entries }

    static var plain: ZIPFixture {
        ZIPFixture([Entry("a.txt", "first"), Entry("b/c.txt", "second file")])
    }

    /// The fixture with one thing changed.
    func changing(_ change: (inout ZIPFixture) -> Void) -> ZIPFixture {
        var copy = self
        change(&copy)
        return copy
    }

    static func changing(_ change: (inout ZIPFixture) -> Void) -> ZIPFixture { plain.changing(change) }

    var bytes: [UInt8] {
        var file = prefix
        var central: [UInt8] = []
        for entry in entries {
            let offset = file.count - (shiftsOffsets ? 0 : prefix.count) + entry.offsetShift
            let stored = entry.stored ?? (entry.method == 8 ? Self.deflated(entry.content) : entry.content)
            let sum = entry.checksum ?? Self.checksum(entry.content)
            let size = entry.size ?? entry.content.count
            let compressed = entry.compressedSize ?? stored.count
            let name = entry.localName ?? entry.name
            file += Self.le(0x0403_4b50, 4) + Self.le(Int(entry.versionNeeded), 2)
            file +=
                Self.le(Int(entry.localFlags ?? entry.flags), 2) + Self.le(Int(entry.localMethod ?? entry.method), 2)
            file += Self.le(Int(entry.localModified ?? entry.modified), 4)
            file += Self.le(Int(entry.localChecksum ?? sum), 4)
            file += Self.le(entry.localCompressedSize ?? compressed, 4) + Self.le(entry.localSize ?? size, 4)
            file += Self.le(name.count, 2) + Self.le(entry.localExtra.count, 2) + name + entry.localExtra
            file += stored + entry.behind
            central += Self.le(0x0201_4b50, 4) + Self.le(Int(entry.madeBy), 2) + Self.le(Int(entry.versionNeeded), 2)
            central += Self.le(Int(entry.flags), 2) + Self.le(Int(entry.method), 2) + Self.le(Int(entry.modified), 4)
            central += Self.le(Int(sum), 4) + Self.le(compressed, 4) + Self.le(size, 4)
            central += Self.le(entry.name.count, 2) + Self.le(entry.centralExtra.count, 2)
            central += Self.le(entry.comment.count, 2) + Self.le(Int(entry.disk), 2) + Self.le(0, 2)
            central += Self.le(Int(entry.externalAttributes), 4) + Self.le(offset, 4)
            central += entry.name + entry.centralExtra + entry.comment
        }
        file += betweenEntriesAndDirectory
        let start = directoryOffset ?? file.count - (shiftsOffsets ? 0 : prefix.count)
        file += central + behindDirectory
        let size = directorySize ?? central.count
        let total = count ?? entries.count
        if isZIP64 {
            let record = file.count
            file += Self.le(0x0606_4b50, 4) + Self.le(44, 8) + Self.le(45, 2) + Self.le(45, 2) + Self.le(0, 8)
            file +=
                Self.le(zip64Count ?? total, 8) + Self.le(zip64Count ?? total, 8) + Self.le(size, 8) + Self.le(start, 8)
            file += Self.le(0x0706_4b50, 4) + Self.le(0, 4) + Self.le(record, 8) + Self.le(1, 4)
        }
        file += Self.le(0x0605_4b50, 4) + Self.le(Int(disks.0), 2) + Self.le(Int(disks.1), 2)
        file += Self.le(total, 2) + Self.le(total, 2) + Self.le(size, 4) + Self.le(start, 4)
        return file + Self.le(statedCommentCount ?? comment.count, 2) + comment + trailer
    }

    static func le(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    static func descriptor(_ content: String, compressed: Int, signed: Bool = true, wide: Bool = false) -> [UInt8] {
        descriptor(Array(content.utf8), compressed: compressed, signed: signed, wide: wide)
    }

    static func descriptor(_ bytes: [UInt8], compressed: Int, signed: Bool = true, wide: Bool = false) -> [UInt8] {
        let width = wide ? 8 : 4
        return (signed ? le(0x0807_4b50, 4) : []) + le(Int(checksum(bytes)), 4) + le(compressed, width)
            + le(bytes.count, width)
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        UInt32(truncatingIfNeeded: crc32(crc32(0, nil, 0), bytes, uInt(bytes.count)))
    }

    static func deflated(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        var output = [UInt8](repeating: 0, count: bytes.count + 1024)
        var input = bytes
        guard dossier_deflateInit2(&stream, 9, -15) == Z_OK else { return [] }
        defer { deflateEnd(&stream) }
        let count = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = uInt(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = uInt(target.count)
                _ = deflate(&stream, Z_FINISH)
                return target.count - Int(stream.avail_out)
            }
        }
        return Array(output[..<count])
    }
}

/// The code of the error that reading gives, `nil` when it succeeds. Every entry is read to its end.
func fault(
    _ bytes: [UInt8], budget: Budget = ZIPArchive.standardBudget
) -> ZIPSyntaxError.Code? {
    do throws(ZIPSyntaxError) {
        let archive = try ZIPArchive(reading: MemorySource(bytes), budget: budget)
        for entry in archive.entries where !entry.isFolder { _ = try archive.bytes(of: entry, limit: 1 << 24) }
        return nil
    } catch {
        return error.code
    }
}
