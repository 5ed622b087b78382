// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import Testing

@Suite("Byte sources")
struct ByteSourceTests {
    private func temporaryFile(_ bytes: [UInt8]) throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    @Test func `a file and memory give the same bytes`() throws {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        let path = try temporaryFile(bytes)
        let file = try FileSource(path: path)
        #expect(try file.bytes(at: 0, count: bytes.count) == bytes)
        #expect(try file.bytes(at: 99_990, count: 10) == MemorySource(bytes).bytes(at: 99_990, count: 10))
        #expect(try file.bytes(at: 100_000, count: 0).isEmpty)
    }

    @Test func `a range outside the source is refused`() throws {
        let source = MemorySource([1, 2, 3])
        #expect(throws: ByteSourceError.outOfBounds(offset: 2, count: 2, size: 3)) { try source.bytes(at: 2, count: 2) }
        #expect(throws: ByteSourceError.outOfBounds(offset: -1, count: 1, size: 3)) {
            try source.bytes(at: -1, count: 1)
        }
        #expect(throws: (any Error).self) { try source.bytes(at: .max, count: .max) }
    }

    @Test func `a file cut after opening is an error, not a short answer`() throws {
        let path = try temporaryFile([UInt8](repeating: 7, count: 10_000))
        let file = try FileSource(path: path)
        try Data([1]).write(to: URL(filePath: path + ".other"))
        #expect(truncate(path, 5000) == 0)
        #expect(throws: ByteSourceError.changedWhileReading) { try file.bytes(at: 0, count: 10_000) }
        #expect(throws: ByteSourceError.changedWhileReading) { try file.bytes(at: 0, count: 10) }
    }

    @Test func `a folder and a missing file have their own errors`() {
        #expect(throws: ByteSourceError.notARegularFile) { try FileSource(path: "/") }
        #expect(throws: ByteSourceError.notFound) { try FileSource(path: "/nonexistent/x") }
    }

    @Test func `hexadecimal reads both cases and refuses odd digits`() {
        #expect(Hexadecimal.decode("00fFA0") == [0, 255, 160])
        #expect(Hexadecimal.encode([0, 255, 160]) == "00ffa0")
        #expect(Hexadecimal.decode("0") == nil)
        #expect(Hexadecimal.decode("0g") == nil)
    }
}
