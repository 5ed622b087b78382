// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Writes an archive from first byte to last: stored entries, no descriptors, the same bytes for the same input.
///
/// Nothing is kept in memory but the headers. Every byte goes to `output` in order, so that a file, a socket or a digest
/// can take it; whoever writes a file makes it appear whole or not at all.
public struct ZIPWriter {
    /// What became of an entry's bytes when they were read for the first time.
    public struct Measure: Sendable, Hashable {
        /// Size in bytes.
        public let size: Int64
        /// CRC-32.
        public let checksum: UInt32
    }

    private let output: (([UInt8]) throws -> Void)?
    /// Where there is no output: what has been laid out.
    private var spliced = SplicedSource()
    private var offset: Int64 = 0
    private var headers: [CentralHeader] = []
    private var names = EntryNames()
    /// From which size or offset on ZIP64 is used; smaller in tests only.
    private let zip64From: Int64

    private static let pieceSize = 1 << 16
    /// 1980-01-01, the first day that the format knows, in place of a time that would make two archives differ.
    private static let noTime: UInt32 = 0x0021_0000

    /// Begins an archive.
    ///
    /// - Parameter output: Takes the bytes in order; its errors end the writing.
    public init(to output: @escaping ([UInt8]) throws -> Void) { self.init(zip64From: Int64(UInt32.max), to: output) }

    /// Begins an archive that is laid out but not written: ``spliced(comment:)`` gives it as a source, which reads the files
    /// where they are.
    public init() { self.init(zip64From: Int64(UInt32.max), to: nil) }

    init(zip64From: Int64, to output: (([UInt8]) throws -> Void)?) {
        self.zip64From = zip64From
        self.output = output
    }

    /// Size and CRC-32 of a source; one pass. Somebody who digests the source anyway can take the pieces as well.
    public static func measure(
        _ source: any ByteSource, _ body: ([UInt8]) throws -> Void = { _ in }
    ) throws -> Measure {
        var checksum = Checksum()
        try forEachPiece(of: source) {
            checksum.update($0)
            try body($0)
        }
        return Measure(size: source.size, checksum: checksum.value)
    }

    /// Adds a file.
    ///
    /// - Parameters:
    ///   - name: Relative, in UTF-8, with `/` between folders.
    ///   - source: The bytes; read once, and once before when `measure` is `nil`.
    ///   - measure: Size and checksum, when they are known already.
    /// - Throws: ``ZIPSyntaxError``: `unsafeName`, `duplicateName`, `sourceChanged` when the bytes are not those measured;
    ///   errors of the source and of the output unchanged.
    public mutating func add(_ name: String, _ source: any ByteSource, measured measure: Measure? = nil) throws {
        if let fault = EntryName.fault(name, depth: ZIPArchive.standardBudget.depth) ?? Self.fault(ofNew: name) {
            throw ZIPSyntaxError(.unsafeName, clause: "APPNOTE 4.4.17", "\(name): \(fault)")
        }
        try names.insert(name)
        let measure = try measure ?? Self.measure(source)
        let isWide = measure.size >= zip64From
        let bytes = Array(name.utf8)
        let header = CentralHeader(
            // Unix, so that a regular file with the usual permissions comes out.
            versionMadeBy: 3 << 8 | 45, versionNeeded: isWide ? 45 : 10,
            flags: bytes.allSatisfy { $0 < 0x80 } ? 0 : 1 << 11, method: 0, modified: Self.noTime,
            checksum: measure.checksum, compressedSize: measure.size, size: measure.size, name: bytes, extra: [],
            comment: [], internalAttributes: 0, externalAttributes: 0o100644 << 16, offset: offset)
        var local = RecordWriter()
        local.localHeader(header, isWide: isWide)
        try write(local.bytes)
        headers.append(header)
        guard let output else {
            spliced.append(source, 0..<measure.size)
            offset += measure.size
            return
        }
        var checksum = Checksum()
        var size: Int64 = 0
        try Self.forEachPiece(of: source) {
            checksum.update($0)
            size += Int64($0.count)
            try output($0)
        }
        guard size == measure.size, checksum.value == measure.checksum else {
            throw ZIPSyntaxError(.sourceChanged, "\(name): its bytes changed between two readings")
        }
        offset += size
    }

    /// Adds an entry of another archive with every byte of its record as it stands, compressed or not.
    ///
    /// - Throws: As ``add(_:_:measured:)``; the bytes of the entry are not checked.
    public mutating func copy(_ entry: ZIPEntry, of archive: ZIPArchive) throws {
        try names.insert(entry.name)
        let header = entry.header
        let start = offset
        if output == nil {
            spliced.append(archive.source, entry.record)
            offset += Int64(entry.record.count)
        } else {
            var position = entry.record.lowerBound
            while position < entry.record.upperBound {
                let count = Int(min(Int64(Self.pieceSize), entry.record.upperBound - position))
                try write(archive.source.bytes(at: position, count: count))
                position += Int64(count)
            }
        }
        headers.append(
            CentralHeader(
                versionMadeBy: header.versionMadeBy, versionNeeded: header.versionNeeded, flags: header.flags,
                method: header.method, modified: header.modified, checksum: header.checksum,
                compressedSize: header.compressedSize, size: header.size, name: header.name, extra: header.extra,
                comment: header.comment, internalAttributes: header.internalAttributes,
                externalAttributes: header.externalAttributes, offset: start))
    }

    /// Writes the central directory and the end. Nothing can be added afterwards.
    ///
    /// - Parameter comment: The comment of the archive, at most 65,535 bytes.
    /// - Throws: `malformedRecord` for a comment that is too long or could pass for an end record.
    public consuming func finish(comment: [UInt8] = []) throws { try close(comment) }

    /// Lays out the central directory and the end as well and gives the archive, of which only the headers are in memory.
    ///
    /// - Throws: As ``finish(comment:)``.
    public consuming func spliced(comment: [UInt8] = []) throws -> SplicedSource {
        try close(comment)
        return spliced.closed()
    }

    private mutating func close(_ comment: [UInt8]) throws {
        guard comment.count <= 0xffff, !comment.contains(UInt8(ascii: "P")) || !Self.hasRecord(comment) else {
            throw ZIPSyntaxError(.malformedRecord, clause: "APPNOTE 4.4.26", "a comment that no reader would find")
        }
        let start = offset
        for header in headers {
            var record = RecordWriter()
            record.centralHeader(header, zip64From: zip64From)
            try write(record.bytes)
        }
        var record = RecordWriter()
        record.end(
            count: headers.count, directory: start..<offset, comment: comment, zip64From: zip64From)
        try write(record.bytes)
    }

    private mutating func write(_ bytes: [UInt8]) throws {
        if let output { try output(bytes) } else { spliced.append(bytes) }
        offset += Int64(bytes.count)
    }

    private static func fault(ofNew name: String) -> String? {
        if name.utf8.last == UInt8(ascii: "/") { return "a folder" }
        return name.utf8.count > EntryName.longest ? "a name of more than \(EntryName.longest) bytes" : nil
    }

    private static func hasRecord(_ comment: [UInt8]) -> Bool {
        comment.indices.contains { comment[$0...].starts(with: RecordSignature.end.bytes) }
    }

    private static func forEachPiece(of source: any ByteSource, _ body: ([UInt8]) throws -> Void) throws {
        var position: Int64 = 0
        while position < source.size {
            let count = Int(min(Int64(pieceSize), source.size - position))
            try body(source.bytes(at: position, count: count))
            position += Int64(count)
        }
    }
}
