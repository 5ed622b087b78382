// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A ZIP archive (APPNOTE 6.3.x, the subset of ISO/IEC 21320-1 with ZIP64), read so that there is one reading only.
///
/// The central directory decides what is in the archive; every local header and data descriptor must say the same, and
/// entries, directory and end records must fill the source without gap or overlap. The bytes of an entry are read when
/// asked for, in constant memory; their CRC-32 is compared then.
public struct ZIPArchive: Sendable {
    /// The source.
    public let source: any ByteSource
    /// The entries in the order of their bytes in the source.
    public let entries: [ZIPEntry]
    /// The comment of the archive, as it stands.
    public let comment: [UInt8]
    private let index: [String: Int]

    /// What an archive may ask for unless the caller says otherwise: 10,000 entries, names nested 32 deep, 16 GiB
    /// expanded in all, and an entry of more than 1 MiB at most 100 times as large as it is stored.
    public static let standardBudget = Budget(bytes: 1 << 34, depth: 32, objects: 10_000, expansionRatio: 100)

    /// Below this size in bytes an entry may expand at any ratio.
    static let ratioThreshold: Int64 = 1 << 20

    /// Reads the structure of an archive; no entry is expanded.
    ///
    /// - Parameters:
    ///   - source: The archive; it must begin with the first entry and end with the comment.
    ///   - budget: Limits on entries, on the stated expanded size and its ratio, and on the nesting of names.
    /// - Throws: ``ZIPSyntaxError`` for anything that two readers could take for different archives.
    public init(
        reading source: any ByteSource, budget: Budget = ZIPArchive.standardBudget
    ) throws(ZIPSyntaxError) {
        let end = try EndOfCentralDirectory(in: source)
        guard end.entryCount <= Int64(budget.objects) else {
            throw ZIPSyntaxError(LimitExceeded(.objects, allowed: budget.objects), at: end.directory.lowerBound)
        }
        // 46 bytes, a name, and extra fields and comments that nobody needs; more is not read into memory.
        let limit = Int64(budget.objects) * 4096
        let length = end.directory.upperBound - end.directory.lowerBound
        guard length <= limit, let count = Int(exactly: length) else {
            throw ZIPSyntaxError(LimitExceeded(.bytes, allowed: limit), at: end.directory.lowerBound)
        }
        var reader = RecordReader(
            try reading(source, at: end.directory.lowerBound, count), at: end.directory.lowerBound)
        var headers: [CentralHeader] = []
        var names = EntryNames()
        var texts: [String] = []
        var total: Int64 = 0
        for _ in 0..<end.entryCount {
            let start = reader.offset
            let header = try CentralHeader(&reader)
            let name = try EntryName.text(header.name, isUTF8: header.isUTF8, at: start)
            if let fault = EntryName.fault(name, depth: budget.depth) {
                throw ZIPSyntaxError(.unsafeName, at: start, clause: "APPNOTE 4.4.17", fault)
            }
            try names.insert(name, at: start)
            let (sum, overflow) = total.addingReportingOverflow(header.size)
            total = sum
            guard !overflow, total <= budget.bytes else {
                throw ZIPSyntaxError(LimitExceeded(.bytes, allowed: budget.bytes), at: start)
            }
            if header.size > Self.ratioThreshold,
                header.size / max(1, header.compressedSize) > Int64(budget.expansionRatio)
            {
                throw ZIPSyntaxError(LimitExceeded(.expansionRatio, allowed: budget.expansionRatio), at: start)
            }
            headers.append(header)
            texts.append(name)
        }
        guard reader.remaining == 0 else {
            throw ZIPSyntaxError(
                .malformedRecord, at: reader.offset, clause: "APPNOTE 4.3.12",
                "\(reader.remaining) bytes behind the last central header")
        }
        entries = try Self.locate(headers, texts, in: source, before: end.directory.lowerBound)
        self.source = source
        comment = end.comment
        index = Dictionary(entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The entry of a name, compared scalar by scalar; `nil` when there is none.
    public func entry(named name: String) -> ZIPEntry? {
        guard let found = index[name].map({ entries[$0] }), found.name.utf8.elementsEqual(name.utf8) else { return nil }
        return found
    }

    /// Holds each entry against its local header, in the order of their places, and these against each other.
    private static func locate(
        _ headers: [CentralHeader], _ names: [String], in source: any ByteSource, before directory: Int64
    ) throws(ZIPSyntaxError) -> [ZIPEntry] {
        let order = headers.indices.sorted { headers[$0].offset < headers[$1].offset }
        let first = order.first.map { headers[$0].offset } ?? directory
        guard first == 0 else {
            throw ZIPSyntaxError(.dataBeforeFirstEntry, at: 0, "the first entry is at \(first), expected 0")
        }
        var entries: [ZIPEntry] = []
        entries.reserveCapacity(headers.count)
        for (place, position) in order.enumerated() {
            let header = headers[position]
            let next = place + 1 < order.count ? headers[order[place + 1]].offset : directory
            let local = try LocalHeader(of: header, in: source, before: next)
            guard header.compressedSize <= next - local.dataStart else {
                throw ZIPSyntaxError(
                    .overlappingEntries, at: header.offset, clause: "APPNOTE 4.3.6",
                    "an entry that reaches into the next one")
            }
            let dataEnd = local.dataStart + header.compressedSize
            if header.hasDescriptor {
                try DataDescriptor.check(dataEnd..<next, of: header, in: source)
                if header.method == ZIPEntry.Compression.stored.rawValue {
                    try DataDescriptor.checkStored(local.dataStart..<dataEnd, in: source)
                }
            } else if dataEnd != next {
                throw ZIPSyntaxError(
                    .dataBetweenEntries, at: dataEnd, clause: "APPNOTE 4.3.6",
                    "\(next - dataEnd) bytes that belong to no entry")
            }
            guard let compression = ZIPEntry.Compression(rawValue: header.method) else {
                throw ZIPSyntaxError(.unsupportedFeature, at: header.offset, "method \(header.method)")
            }
            entries.append(
                ZIPEntry(
                    name: names[position], compression: compression, compressedSize: header.compressedSize,
                    size: header.size, checksum: header.checksum, hasLocalExtraFields: local.hasExtraFields,
                    record: header.offset..<next, data: local.dataStart..<dataEnd, header: header))
        }
        return entries
    }
}
