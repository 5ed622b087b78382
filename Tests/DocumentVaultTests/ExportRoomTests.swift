// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Testing

@testable import DocumentVault

/// What an import would not take is refused while the file is written.
@Suite("Room in an export — docs/formats/vault-v1.md §13")
struct ExportRoomTests {
    @Test func `entries, slots and keys go in as long as an import takes them, contents without end`() throws {
        let sink = ExportTests.Sink()
        var writer = try ExportWriter(room: 100) { sink.write($0) }
        try writer.record(.entry, [UInt8](repeating: 1, count: 60))
        try writer.record(.keyRecord, [UInt8](repeating: 2, count: 40))
        try writer.content(#require(ContentID(octets: [UInt8](repeating: 3, count: 16))), size: 1000)
        try writer.piece([UInt8](repeating: 4, count: 1000))
        let before = sink.bytes.count
        do {
            try writer.record(.slot, [5])
            Issue.record("one octet too many")
        } catch let error as VaultError {
            #expect(error.code == .overQuota)
        }
        #expect(sink.bytes.count == before)
    }

    @Test func `one record is as large as an import takes, and no larger`() throws {
        var writer = try ExportWriter { _ in }
        let most = Int(ExportedVault.largestRecord)
        try writer.record(.entry, [UInt8](repeating: 0, count: most))
        do {
            try writer.record(.entry, [UInt8](repeating: 0, count: most + 1))
            Issue.record("one octet too many")
        } catch let error as VaultError {
            #expect(error.code == .overQuota)
        }
    }
}
