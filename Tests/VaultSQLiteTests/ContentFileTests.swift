// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import Synchronization
import Testing
import VaultTesting

@testable import VaultSQLite

@Suite("Contents as files — docs/formats/vault-v1.md §9")
struct ContentFileTests {
    /// Octets in pieces of one size.
    private final class Pieces: ContentStream {
        private let bytes: [UInt8]
        private let size: Int
        private let place = Mutex(0)

        init(_ bytes: [UInt8], _ size: Int) {
            self.bytes = bytes
            self.size = size
        }

        func next() -> [UInt8]? {
            place.withLock { place in
                guard place < bytes.count else { return nil }
                defer { place = min(place + size, bytes.count) }
                return Array(bytes[place..<min(place + size, bytes.count)])
            }
        }
    }

    // Files of 8 MiB go past the page cache in blocks of 1 MiB. A file system in memory has no such way, or its own.
    @Test(arguments: ["", "/dev/shm"])
    func `a content of any size is in its file, whatever pieces it came in`(place: String) throws {
        let folder = place.isEmpty ? try TemporaryFolder() : try TemporaryFolder(in: place)
        let all = SystemRandom().bytes(12 << 20)
        for size in [0, 1, (8 << 20) - 1, 8 << 20, (8 << 20) + 1, (9 << 20) - 1, 10 << 20, 11_111_111] {
            for piece in [65_536 + 16, 1 << 20, 3_333_333] {
                let (bytes, path) = (Array(all[..<size]), "\(folder.path)/\(size)-\(piece)")
                try ContentFile.write(Pieces(bytes, piece), size: Int64(size), to: path)
                #expect(try Data(contentsOf: URL(filePath: path)) == Data(bytes), "\(size) in pieces of \(piece)")
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 24)
    }

    @Test(arguments: [1, 2, 31, 32, 33, 100])
    func `contents of a pack lie one behind the other, however many and also when one is empty`(count: Int) throws {
        let folder = try TemporaryFolder()
        let contents = (0..<count).map { number in
            (
                key: ContentID(random: SystemRandom()),
                value: SystemRandom().bytes(number % 7 == 3 ? 0 : number * 997 % 40_000)
            )
        }
        let path = folder.path + "/some.pack"
        let pack = try PackFile(contents, at: path)
        #expect(try Data(contentsOf: URL(filePath: path)) == Data(contents.flatMap(\.value)))
        withExtendedLifetime(pack) {}
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["some.pack"])
    }

    @Test(arguments: [1 << 20, 12 << 20])
    func `a content that is not as long as announced leaves no file, and one that is does`(size: Int) throws {
        let folder = try TemporaryFolder()
        let bytes = SystemRandom().bytes(size)
        for announced in [size - 1, size + 1, size - 2_000_000 / 3] {
            let error = #expect(throws: VaultError.self) {
                try ContentFile.write(Pieces(bytes, 65_536), size: Int64(announced), to: folder.path + "/content")
            }
            #expect(error?.code == .storeFailure)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
        try ContentFile.write(Pieces(bytes, 65_536), size: Int64(size), to: folder.path + "/content")
        #expect(try Data(contentsOf: URL(filePath: folder.path + "/content")) == Data(bytes))
    }

    @Test func `what others have begun stays as it is, and of two writers each has a file of its own`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/content"
        func octets(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }
        // As they were called before; the first process of every container has the same number.
        let process = ProcessInfo.processInfo.processIdentifier
        let begun = (0..<5_000).map { "\(path).\(process)-\($0).part" }
        for name in begun { try Data("begun".utf8).write(to: URL(filePath: name)) }
        let (one, other) = (SystemRandom().bytes(300_000), SystemRandom().bytes(200_000))
        var first = try DurableFile(path)
        try first.append(Array(one[..<100_000]))
        var second = try DurableFile(path)
        try second.append(other)
        try first.append(Array(one[100_000...]))
        try first.commit()
        #expect(try octets(path) == one)
        try second.commit()
        #expect(try octets(path) == other)
        #expect(try begun.allSatisfy { try octets($0) == Array("begun".utf8) })

        // Nobody writes them: they are leftovers, also under such a name. What is being written is none.
        var third = try DurableFile(path)
        try third.append(one)
        DurableFile.deleteLeftovers(in: folder.path, try FileManager.default.contentsOfDirectory(atPath: folder.path))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
        try third.commit()
        #expect(try octets(path) == one)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["content"])
    }
}
