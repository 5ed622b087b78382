// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// One file or folder of an archive, its two headers compared.
public struct ZIPEntry: Sendable, Hashable {
    /// How an entry's bytes are stored.
    public enum Compression: UInt16, Sendable, Hashable {
        /// As they are.
        case stored = 0
        /// By deflate (RFC 1951).
        case deflated = 8
    }

    /// The name: relative, with `/` between folders; a folder's ends in `/`.
    public let name: String
    /// How the bytes are stored.
    public let compression: Compression
    /// Stored size in bytes.
    public let compressedSize: Int64
    /// Size in bytes.
    public let size: Int64
    /// CRC-32 of the bytes as stated; compared whenever the entry is read to its end.
    public let checksum: UInt32
    /// Whether the local header carries extra fields.
    public let hasLocalExtraFields: Bool
    /// The whole of the entry in the archive: local header, stored bytes, data descriptor.
    public let record: Range<Int64>
    /// The stored bytes in the archive.
    public let data: Range<Int64>

    /// Whether the entry is a folder.
    public var isFolder: Bool { name.utf8.last == UInt8(ascii: "/") }

    let header: CentralHeader
}

/// The fields of a central header (APPNOTE 4.3.12), sizes and offset with ZIP64 applied.
struct CentralHeader: Sendable, Hashable {
    let versionMadeBy: UInt16
    let versionNeeded: UInt16
    let flags: UInt16
    let method: UInt16
    /// Time and date as they stand.
    let modified: UInt32
    let checksum: UInt32
    let compressedSize: Int64
    let size: Int64
    let name: [UInt8]
    /// Extra fields but ZIP64.
    let extra: [UInt8]
    let comment: [UInt8]
    let internalAttributes: UInt16
    let externalAttributes: UInt32
    /// Where the local header is.
    let offset: Int64

    var hasDescriptor: Bool { flags & 1 << 3 != 0 }
    var isUTF8: Bool { flags & 1 << 11 != 0 }

    init(
        versionMadeBy: UInt16, versionNeeded: UInt16, flags: UInt16, method: UInt16, modified: UInt32, checksum: UInt32,
        compressedSize: Int64, size: Int64, name: [UInt8], extra: [UInt8], comment: [UInt8],
        internalAttributes: UInt16, externalAttributes: UInt32, offset: Int64
    ) {
        self.versionMadeBy = versionMadeBy
        self.versionNeeded = versionNeeded
        self.flags = flags
        self.method = method
        self.modified = modified
        self.checksum = checksum
        self.compressedSize = compressedSize
        self.size = size
        self.name = name
        self.extra = extra
        self.comment = comment
        self.internalAttributes = internalAttributes
        self.externalAttributes = externalAttributes
        self.offset = offset
    }

    init(_ reader: inout RecordReader) throws(ZIPSyntaxError) {
        let start = reader.offset
        try reader.signature(.centralHeader)
        versionMadeBy = try reader.uint16()
        versionNeeded = try reader.uint16()
        flags = try reader.uint16()
        method = try reader.uint16()
        modified = try reader.uint32()
        checksum = try reader.uint32()
        let compressed = try reader.uint32()
        let expanded = try reader.uint32()
        let lengths = (try reader.uint16(), try reader.uint16(), try reader.uint16())
        let disk = try reader.uint16()
        internalAttributes = try reader.uint16()
        externalAttributes = try reader.uint32()
        let offset = try reader.uint32()
        name = try reader.bytes(Int(lengths.0))
        let fields = try ExtraFields(try reader.bytes(Int(lengths.1)), at: start)
        comment = try reader.bytes(Int(lengths.2))
        extra = fields.others
        let values = try fields.values([expanded, compressed, offset], at: start)
        size = values[0]
        compressedSize = values[1]
        self.offset = values[2]
        guard disk == 0 else {
            throw ZIPSyntaxError(.multipleDisks, at: start, clause: "APPNOTE 4.4.11", "an entry on disk \(disk)")
        }
        try check(at: start)
    }

    /// What can be said without the local header.
    private func check(at start: Int64) throws(ZIPSyntaxError) {
        guard flags & (1 << 0 | 1 << 6 | 1 << 13) == 0 else {
            throw ZIPSyntaxError(.encrypted, at: start, clause: "APPNOTE 4.4.4", "an encrypted entry")
        }
        guard flags & ~(1 << 1 | 1 << 2 | 1 << 3 | 1 << 11) == 0 else {
            throw ZIPSyntaxError(.unsupportedFeature, at: start, clause: "APPNOTE 4.4.4", "flags \(flags)")
        }
        guard versionNeeded <= 45 else {
            throw ZIPSyntaxError(.unsupportedFeature, at: start, clause: "APPNOTE 4.4.3", "version \(versionNeeded)")
        }
        guard let compression = ZIPEntry.Compression(rawValue: method) else {
            throw ZIPSyntaxError(.unsupportedFeature, at: start, clause: "APPNOTE 4.4.5", "method \(method)")
        }
        guard compression != .stored || size == compressedSize else {
            throw ZIPSyntaxError(
                .malformedRecord, at: start, clause: "APPNOTE 4.4.8",
                "a stored entry of \(size) bytes that takes \(compressedSize)")
        }
        switch externalAttributes >> 16 & 0xf000 {
        case 0, 0x8000, 0x4000: break
        default:
            throw ZIPSyntaxError(
                .specialFile, at: start, clause: "APPNOTE 4.4.15", "an entry that is neither file nor folder")
        }
        let isFolder = name.last == UInt8(ascii: "/")
        let saysFolder = externalAttributes >> 16 & 0xf000 == 0x4000 || externalAttributes & 0x10 != 0
        guard isFolder || !saysFolder else {
            throw ZIPSyntaxError(.malformedRecord, at: start, "a folder whose name does not end in /")
        }
        guard !isFolder || size == 0 else {
            throw ZIPSyntaxError(.malformedRecord, at: start, "a folder with content")
        }
    }
}
