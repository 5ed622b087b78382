// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

/// Writes the records of an export, with their digest at the end (format §13).
struct ExportWriter: ~Copyable {
    enum RecordType: UInt8 {
        case header = 1
        case entry = 2
        case slot = 3
        case keyRecord = 4
        case content = 5
        case end = 255
    }

    static let magic = Array("dossierkit/export/1".utf8) + [0]
    private var digest: DigestState
    private let write: ([UInt8]) throws -> Void
    /// Octets of entries, slots and key records that may still come: more than are read go into no file.
    private var room: Int64

    init(room: Int64 = ExportedVault.largestIndex, _ write: @escaping ([UInt8]) throws -> Void) throws {
        self.room = room
        var digest = try DigestState(.sha256)
        try digest.update(Self.magic.span)
        try write(Self.magic)
        self.digest = consume digest
        self.write = write
    }

    private mutating func put(_ bytes: [UInt8]) throws {
        try digest.update(bytes.span)
        try write(bytes)
    }

    static func head(_ type: RecordType, _ size: Int64) -> [UInt8] {
        [type.rawValue] + WordOctets.octets(UInt64(size))
    }

    /// - Throws: ``VaultError`` with code `overQuota` for what no import would take.
    mutating func record(_ type: RecordType, _ bytes: [UInt8]) throws {
        room -= Int64(bytes.count)
        guard room >= 0, Int64(bytes.count) <= ExportedVault.largestRecord else {
            throw VaultError(
                .overQuota, object: "export",
                "entries, slots and key records of more than \(ExportedVault.largestIndex) octets, which no import takes; copy the store instead"
            )
        }
        try put(Self.head(type, Int64(bytes.count)) + bytes)
    }

    /// Begins a content; its pieces follow.
    mutating func content(_ id: ContentID, size: Int64) throws {
        try put(Self.head(.content, size + 16) + id.octets)
    }

    mutating func piece(_ bytes: [UInt8]) throws { try put(bytes) }

    consuming func end() throws {
        let write = write
        let octets = try digest.finalized()
        try write(Self.head(.end, 32) + octets)
    }
}
