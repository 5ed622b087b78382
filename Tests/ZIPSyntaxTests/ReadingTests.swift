// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import TestSupport
import Testing

@testable import ZIPSyntax

@Suite struct `ZIP archives read (APPNOTE 6.3)` {
    private let text = String(repeating: "Hồ sơ công dân, ", count: 20_000)

    private func archive(_ fixture: ZIPFixture) throws -> ZIPArchive {
        try ZIPArchive(reading: MemorySource(fixture.bytes))
    }

    @Test func `entries in the order of their bytes, whatever the directory's order`() throws {
        let archive = try archive(.changing { $0.comment = Array("note".utf8) })
        #expect(archive.entries.map(\.name) == ["a.txt", "b/c.txt"])
        #expect(archive.entry(named: "a.txt")?.size == 5)
        #expect(archive.entry(named: "A.txt") == nil)
        #expect(archive.comment == Array("note".utf8))
        #expect(try archive.bytes(of: archive.entries[1], limit: 100) == Array("second file".utf8))
        #expect(throws: ZIPSyntaxError(.limitExceeded, "")) { try archive.bytes(of: archive.entries[1], limit: 10) }
        #expect(try ZIPArchive(reading: MemorySource(ZIPFixture([]).bytes)).entries.isEmpty)
    }

    @Test func `a name in NFC is not found by its NFD form`() throws {
        let archive = try archive(ZIPFixture([.init("giấy", "x")]))
        #expect(archive.entry(named: "giấy") != nil)
        #expect(archive.entry(named: "giấy".decomposedStringWithCanonicalMapping) == nil)
    }

    @Test func `stored and deflated entries give the same bytes, read in any way`() throws {
        let content = Array(text.utf8)
        let archive = try archive(
            ZIPFixture([.init("s", text), .init("d", text) { $0.method = 8 }, .init("e", "") { $0.method = 8 }]))
        for entry in archive.entries.prefix(2) {
            #expect(try archive.bytes(of: entry, limit: 1 << 24) == content)
            let source = archive.source(of: entry)
            #expect(source.size == Int64(content.count))
            #expect(try source.bytes(at: 0, count: content.count) == content)
            for range in [100..<200_000, 5..<6, 65_530..<65_550, content.count - 3..<content.count, 7..<7] {
                #expect(try source.bytes(at: Int64(range.lowerBound), count: range.count) == Array(content[range]))
            }
            #expect(throws: ByteSourceError.self) { try source.bytes(at: Int64(content.count), count: 1) }
        }
        #expect(try archive.bytes(of: archive.entries[2], limit: 0).isEmpty)
    }

    @Test func `damage in a deflated entry shows with its last byte`() throws {
        let archive = try archive(
            ZIPFixture([
                .init("d", text) {
                    $0.method = 8; $0.checksum = 1
                }
            ]))
        let source = archive.source(of: archive.entries[0])
        #expect(try source.bytes(at: 0, count: 10).count == 10)
        #expect(throws: ByteSourceError.inputOutput(code: 74)) { try source.bytes(at: source.size - 1, count: 1) }
    }

    @Test func `sizes and counts in ZIP64 form, if they say the same`() throws {
        #expect(try archive(.changing { $0.isZIP64 = true }).entries.count == 2)
        func wide(_ size: Int, _ compressed: Int, local: [Int]) -> ZIPFixture {
            ZIPFixture([
                .init("a", "first") {
                    $0.size = 0xffff_ffff
                    $0.compressedSize = 0xffff_ffff
                    $0.method = 8
                    $0.localExtra = ZIPFixture.le(1, 2) + ZIPFixture.le(16, 2) + local.flatMap { ZIPFixture.le($0, 8) }
                    $0.centralExtra =
                        ZIPFixture.le(1, 2) + ZIPFixture.le(16, 2) + ZIPFixture.le(size, 8)
                        + ZIPFixture.le(compressed, 8)
                }
            ])
        }
        let stored = ZIPFixture.deflated(Array("first".utf8)).count
        #expect(fault(wide(5, stored, local: [5, stored]).bytes) == nil)
        #expect(fault(wide(5, stored, local: [6, stored]).bytes) == .headerMismatch)
        #expect(fault(wide(6, stored, local: [6, stored]).bytes) == .malformedData)
        #expect(fault(wide(5, stored + 1, local: [5, stored + 1]).bytes) == .overlappingEntries)
        #expect(fault(wide(-1, stored, local: [-1, stored]).bytes) == .malformedRecord)
        // A ZIP64 field that nothing is left to.
        let idle = ZIPFixture.le(1, 2) + ZIPFixture.le(8, 2) + ZIPFixture.le(5, 8)
        #expect(fault(ZIPFixture.changing { $0.entries[0].centralExtra = idle }.bytes) == .malformedRecord)
        #expect(
            fault(
                ZIPFixture.changing {
                    $0.isZIP64 = true; $0.zip64Count = 1
                }.bytes) == .malformedRecord)
    }

    @Test func `every archive cut or changed anywhere gives a value or a typed error`() throws {
        let bytes = ZIPFixture([.init("a.txt", "first") { $0.method = 8 }, .init("đ/c", "second")]).bytes
        var (same, refused, other) = (0, 0, 0)
        let expected = [Array("first".utf8), Array("second".utf8)]
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << bit
                do throws(ZIPSyntaxError) {
                    let archive = try ZIPArchive(reading: MemorySource(changed))
                    var contents: [[UInt8]] = []
                    for entry in archive.entries { contents.append(try archive.bytes(of: entry, limit: 1 << 20)) }
                    if contents == expected { same += 1 } else { other += 1 }
                } catch { refused += 1 }
            }
        }
        print(
            "ZIP, \(bytes.count * 8) single bits: \(refused) refused, \(same) with the same content, \(other) with another"
        )
        #expect(other == 0)
        #expect(refused > bytes.count * 8 / 2)
    }

    @Test func `archives of other programs are read`() throws {
        let folder = try TemporaryFolder()
        try folder.write(text, as: "đơn.txt")
        try folder.write("x", as: "b.txt")
        let script = """
            import sys, zipfile
            d = sys.argv[1]
            for name, method in (('s', zipfile.ZIP_STORED), ('d', zipfile.ZIP_DEFLATED)):
                with zipfile.ZipFile(d + '/py-' + name + '.zip', 'w', method) as z:
                    z.write(d + '/đơn.txt', 'thư mục/đơn.txt'); z.writestr('b.txt', 'x'); z.writestr('c/', '')
            with zipfile.ZipFile(d + '/py-64.zip', 'w', zipfile.ZIP_DEFLATED) as z:
                with z.open('b.txt', 'w', force_zip64=True) as f: f.write(b'x')
            with open(d + '/py-stream.zip', 'wb') as raw:
                class Pipe:
                    def write(self, b): return raw.write(b)
                    def flush(self): pass
                with zipfile.ZipFile(Pipe(), 'w', zipfile.ZIP_DEFLATED) as z: z.writestr('b.txt', 'x')
            """
        try folder.write(script, as: "make.py")
        guard let made = try CommandPeer.run("python3", [folder.path("make.py"), folder.url.path()]) else { return }
        #expect(made.status == 0, "\(made.output)")
        for name in ["py-s", "py-d", "py-64", "py-stream"] {
            let archive = try ZIPArchive(reading: FileSource(path: folder.path(name + ".zip")))
            let entry = try #require(archive.entry(named: "b.txt"))
            #expect(try archive.bytes(of: entry, limit: 10) == Array("x".utf8), "\(name)")
        }
        let archive = try ZIPArchive(reading: FileSource(path: folder.path("py-d.zip")))
        let entry = try #require(archive.entry(named: "thư mục/đơn.txt"))
        #expect(try archive.bytes(of: entry, limit: 1 << 24) == Array(text.utf8))
    }

    @Test func `the containers of the corpora are read, or refused with a reason`() throws {
        guard let folder = Corpora.path("dss", cases: "ZIP archives") else { return }
        let folders = [folder, folder.deletingLastPathComponent().appending(path: "digidoc4j")]
        let endings: Set<String> = ["asice", "asics", "sce", "scs", "bdoc", "zip", "adoc"]
        var (read, refused) = (0, [String: Int]())
        for folder in folders {
            guard let walk = FileManager.default.enumerator(atPath: folder.path()) else { continue }
            for case let path as String in walk {
                let url = folder.appending(path: path)
                guard endings.contains(url.pathExtension), let source = try? FileSource(path: url.path()) else {
                    continue
                }
                do throws(ZIPSyntaxError) {
                    let archive = try ZIPArchive(reading: source)
                    for entry in archive.entries { _ = try archive.bytes(of: entry, limit: 1 << 26) }
                    read += 1
                } catch {
                    refused[error.code.rawValue, default: 0] += 1
                    print("  refused: \(url.lastPathComponent): \(error)")
                }
            }
        }
        print("ZIP archives of the corpora: \(read) read, refused \(refused.sorted { $0.key < $1.key })")
        #expect(read > 40)
    }
}
