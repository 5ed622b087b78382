// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore

/// The records of an export one after the other; the digest at the end is checked.
struct ExportRecords: ~Copyable {
    struct Record {
        let type: ExportWriter.RecordType
        let range: Range<Int64>
    }

    private let source: any ByteSource
    private var position: Int64
    private var digest: DigestState?

    private static func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: "export", detail) }

    init(_ source: any ByteSource) throws {
        self.source = source
        let magic = ExportWriter.magic
        guard source.size >= Int64(magic.count), try source.bytes(at: 0, count: magic.count) == magic else {
            let family = magic.dropLast(2)
            let start = try source.bytes(at: 0, count: Int(min(Int64(family.count), source.size)))
            guard start != Array(family) else {
                throw VaultError(.newerVersion, object: "export", "another version of exports")
            }
            throw VaultError(.notAStore, object: "export", "not an export of a vault")
        }
        var digest = try DigestState(.sha256)
        try digest.update(magic.span)
        self.digest = consume digest
        position = Int64(magic.count)
    }

    /// The next record, or `nil` after the last one.
    mutating func next() throws -> Record? {
        guard var digest = self.digest.take() else { return nil }
        guard source.size - position >= 9 else { throw Self.damaged("cut at octet \(position)") }
        let head = try source.bytes(at: position, count: 9)
        guard let type = ExportWriter.RecordType(rawValue: head[0]) else {
            throw VaultError(.newerVersion, object: "export", "records of type \(head[0])")
        }
        let size = WordOctets.word(head[1...])
        let start = position + 9
        guard size <= UInt64(source.size - start) else { throw Self.damaged("cut at octet \(position)") }
        let range = start..<start + Int64(size)
        guard type != .end else {
            guard size == 32, range.upperBound == source.size,
                try source.bytes(at: start, count: 32) == digest.finalized()
            else { throw Self.damaged("its digest is another one") }
            return nil
        }
        guard type != .content || size >= 16 else { throw Self.damaged("a content without id") }
        try digest.update(head.span)
        var place = range.lowerBound
        while place < range.upperBound {
            let piece = try source.bytes(at: place, count: Int(min(1 << 20, range.upperBound - place)))
            try digest.update(piece.span)
            place += Int64(piece.count)
        }
        self.digest = consume digest
        position = range.upperBound
        return Record(type: type, range: range)
    }
}
