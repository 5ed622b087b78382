// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("A document written into an open file")
struct ContentIntoFileTests {
    /// A file of its own that is gone afterwards.
    private func file(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.path + "/content-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    private func stored(_ count: Int, in scene: Scene) async throws -> (bytes: [UInt8], content: DocumentContent) {
        // No two pieces of 1 MiB are alike: a piece at the wrong place shows.
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 8) ^ ($0 >> 17) &* 31) }
        let upload = DocumentUpload(
            MemorySource(bytes), metadata: Samples.metadata(name: "tệp"),
            provenance: .selfDeclared(try Digest32(of: bytes)))
        return (bytes, try await scene.vault.read(try await scene.vault.store(upload, at: Samples.time).document))
    }

    // Below 8 MiB through the page cache, from there on past it; ends at, before and behind a block, a page and a chunk.
    @Test(arguments: [
        0, 1, 16_384, 1_048_577, 8_388_607, 8_388_608, 8_388_609, 9 * 1_048_576 + 4096, 9 * 1_048_576 + 16_384 + 511,
    ])
    func `all of it comes, whatever its size`(count: Int) async throws {
        let (bytes, content) = try await stored(count, in: try await Scene())
        try await file { path in
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
            defer { close(descriptor) }
            let flags = fcntl(descriptor, F_GETFL)
            try await content.write(toFileDescriptor: descriptor)
            #expect(FileManager.default.contents(atPath: path) == Data(bytes))
            #expect(fcntl(descriptor, F_GETFL) == flags)
        }
    }

    @Test(arguments: [1, 4096, 8192])
    func `what stands in the file before it stays`(before: Int) async throws {
        let (bytes, content) = try await stored(9 << 20, in: try await Scene())
        try await file { path in
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
            defer { close(descriptor) }
            let start = [UInt8](repeating: 7, count: before)
            #expect(write(descriptor, start, before) == before)
            try await content.write(toFileDescriptor: descriptor)
            #expect(FileManager.default.contents(atPath: path) == Data(start + bytes))
        }
    }

    @Test func `a pipe takes it as well`() async throws {
        let (bytes, content) = try await stored(8 << 20, in: try await Scene())
        let pipe = Pipe()
        let reader = Task.detached { pipe.fileHandleForReading.readDataToEndOfFile() }
        try await content.write(toFileDescriptor: pipe.fileHandleForWriting.fileDescriptor)
        try pipe.fileHandleForWriting.close()
        #expect(await reader.value == Data(bytes))
    }

    @Test(arguments: [1 << 20, 9 << 20])
    func `a file that takes nothing is an error with the system's number`(count: Int) async throws {
        let (_, content) = try await stored(count, in: try await Scene())
        try await file { path in
            try Data().write(to: URL(filePath: path))
            let readOnly = open(path, O_RDONLY)
            defer { close(readOnly) }
            await #expect(throws: FileWritingError(code: EBADF)) {
                try await content.write(toFileDescriptor: readOnly)
            }
        }
        #if os(Linux)
            let full = open("/dev/full", O_WRONLY)
            defer { close(full) }
            await #expect(throws: FileWritingError(code: ENOSPC)) { try await content.write(toFileDescriptor: full) }
        #endif
    }

    @Test(arguments: [0, 5 << 20])
    func `a changed chunk is named, and the genuine one is read afterwards`(place: Int) async throws {
        let scene = try await Scene()
        let (bytes, content) = try await stored(9 << 20, in: scene)
        let id = content.version.content
        try await scene.store.tamper(with: scene.vault.id) { $0.contents[id]?[56 + place] ^= 1 }
        try await file { path in
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
            defer { close(descriptor) }
            let chunk = place / 16_400
            await #expect {
                try await content.write(toFileDescriptor: descriptor)
            } throws: {
                ($0 as? VaultError)?.code == .damaged && "\($0)".contains("octet \(56 + chunk * 16_400)")
            }
        }
        try await scene.store.tamper(with: scene.vault.id) { $0.contents[id]?[56 + place] ^= 1 }
        try await file { path in
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
            defer { close(descriptor) }
            try await content.write(toFileDescriptor: descriptor)
            #expect(FileManager.default.contents(atPath: path) == Data(bytes))
        }
    }
}
