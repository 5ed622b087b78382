// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import TestSupport
import Testing

@testable import ZIPSyntax

/// An archive with a hole of zeros, so that it can be larger than the memory.
private struct HollowSource: ByteSource {
    let head: [UInt8]
    let hole: Int64
    let tail: [UInt8]
    var size: Int64 { Int64(head.count) + hole + Int64(tail.count) }

    func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError) {
        guard offset >= 0, offset + Int64(count) <= size else {
            throw .outOfBounds(offset: offset, count: count, size: size)
        }
        for position in offset..<offset + Int64(count) {
            let behind = position - Int64(head.count) - hole
            span.append(
                position < head.count ? head[Int(position)] : behind >= 0 ? tail[Int(behind)] : 0)
        }
    }
}

private func written(zip64From: Int64 = Int64(UInt32.max), _ body: (inout ZIPWriter) throws -> Void) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try withoutActuallyEscaping({ bytes += $0 } as ([UInt8]) throws -> Void) { output in
        var writer = ZIPWriter(zip64From: zip64From, to: output)
        try body(&writer)
        try writer.finish()
    }
    return bytes
}

@Suite struct `ZIP archives written (APPNOTE 6.3)` {
    private let files: [(String, [UInt8])] = [
        ("mimetype", Array("application/vnd.etsi.asic-e+zip".utf8)), ("hồ sơ/đơn.txt", Array("Đơn đề nghị\n".utf8)),
        ("empty", []), ("large.bin", (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }),
    ]

    private func make(zip64From: Int64 = Int64(UInt32.max)) throws -> [UInt8] {
        try written(zip64From: zip64From) { writer in
            for (name, content) in files { try writer.add(name, MemorySource(content)) }
        }
    }

    @Test func `what is written is read back, the same bytes every time`() throws {
        let bytes = try make()
        #expect(try make() == bytes)
        let archive = try ZIPArchive(reading: MemorySource(bytes))
        #expect(archive.entries.map(\.name) == files.map(\.0))
        for (entry, file) in zip(archive.entries, files) {
            #expect(try archive.bytes(of: entry, limit: 1 << 20) == file.1)
            #expect(entry.compression == .stored && !entry.hasLocalExtraFields)
        }
        // EN 319 162-1 A.1: the media type is found at a fixed place.
        #expect(String(decoding: bytes[30..<38 + 31], as: UTF8.self) == "mimetypeapplication/vnd.etsi.asic-e+zip")
    }

    @Test func `ZIP64 forms are written from their limit on, and read back`() throws {
        let bytes = try make(zip64From: 10)
        #expect(bytes != (try make()))
        let archive = try ZIPArchive(reading: MemorySource(bytes))
        for (entry, file) in zip(archive.entries, files) {
            #expect(try archive.bytes(of: entry, limit: 1 << 20) == file.1)
        }
    }

    @Test(arguments: [Int64(UInt32.max), 10]) func `unzip and Python accept it`(_ limit: Int64) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(make(zip64From: limit), as: "a.zip")
        if let tested = try CommandPeer.run("unzip", ["-t", path]) {
            #expect(tested.status == 0 && tested.output.contains("No errors"), "\(tested.output)")
        }
        try folder.write(
            """
            import sys, zipfile
            z = zipfile.ZipFile(sys.argv[1])
            assert z.testzip() is None
            print([(i.filename, i.file_size, i.compress_type) for i in z.infolist()])
            """, as: "read.py")
        if let read = try CommandPeer.run("python3", [folder.path("read.py"), path]) {
            #expect(read.status == 0, "\(read.output)")
            #expect(read.output.contains("('hồ sơ/đơn.txt', \(files[1].1.count), 0)"), "\(read.output)")
        }
    }

    @Test(arguments: [Int64(UInt32.max) - 100, Int64(UInt32.max), 10 << 30])
    func `entries behind a large one are found at their places`(_ size: Int64) throws {
        let wide = size >= Int64(UInt32.max)
        func header(_ name: String, _ size: Int64, _ checksum: UInt32, _ offset: Int64) -> CentralHeader {
            CentralHeader(
                versionMadeBy: 0, versionNeeded: 45, flags: 0, method: 0, modified: 0, checksum: checksum,
                compressedSize: size, size: size, name: Array(name.utf8), extra: [], comment: [], internalAttributes: 0,
                externalAttributes: 0, offset: offset)
        }
        var head = RecordWriter()
        let large = header("large", size, 0, 0)
        head.localHeader(large, isWide: wide)
        let offset = Int64(head.bytes.count) + size
        var tail = RecordWriter()
        let content = Array("end".utf8)
        let behind = header("behind", 3, ZIPFixture.checksum(content), offset)
        tail.localHeader(behind, isWide: false)
        var directory = RecordWriter()
        for item in [large, behind] { directory.centralHeader(item, zip64From: Int64(UInt32.max)) }
        let start = offset + Int64(tail.bytes.count + content.count)
        var end = RecordWriter()
        end.end(
            count: 2, directory: start..<start + Int64(directory.bytes.count), comment: [],
            zip64From: Int64(UInt32.max))
        let source = HollowSource(
            head: head.bytes, hole: size, tail: tail.bytes + content + directory.bytes + end.bytes)
        let archive = try ZIPArchive(reading: source)
        #expect(archive.entries.map(\.size) == [size, 3])
        #expect(archive.entries[1].record.lowerBound == offset)
        #expect(try archive.bytes(of: archive.entries[1], limit: 10) == content)
        #expect(try archive.source(of: archive.entries[0]).bytes(at: size - 5, count: 5) == [0, 0, 0, 0, 0])
    }

    @Test func `an entry is copied with every byte of its record`() throws {
        let fixture = ZIPFixture([
            .init("a.txt", "first") {
                $0.method = 8
                $0.flags = 1 << 3
                $0.localExtra = [0x55, 0x54, 1, 0, 1]
                $0.behind = ZIPFixture.descriptor("first", compressed: ZIPFixture.deflated(Array("first".utf8)).count)
            }, .init("đ", "second") { $0.centralExtra = [0x55, 0x54, 1, 0, 1] },
        ])
        let original = try ZIPArchive(reading: MemorySource(fixture.bytes))
        let bytes = try written { writer in
            try writer.add("new", MemorySource([1, 2, 3]))
            for entry in original.entries { try writer.copy(entry, of: original) }
        }
        let copy = try ZIPArchive(reading: MemorySource(bytes))
        #expect(copy.entries.map(\.name) == ["new", "a.txt", "đ"])
        for (before, after) in zip(original.entries, copy.entries.dropFirst()) {
            let old = Array(fixture.bytes[Int(before.record.lowerBound)..<Int(before.record.upperBound)])
            #expect(Array(bytes[Int(after.record.lowerBound)..<Int(after.record.upperBound)]) == old)
            #expect(try copy.bytes(of: after, limit: 100) == original.bytes(of: before, limit: 100))
        }
        #expect(fault(bytes) == nil)
    }

    @Test func `names that may not be, and sources that change, are refused`() throws {
        for name in ["../a", "/a", "", "a/", "a\\b", String(repeating: "a", count: 2000)] {
            #expect(throws: ZIPSyntaxError(.unsafeName, "")) { try written { try $0.add(name, MemorySource([])) } }
        }
        #expect(throws: ZIPSyntaxError(.duplicateName, "")) {
            try written {
                try $0.add("a", MemorySource([]))
                try $0.add("A", MemorySource([]))
            }
        }
        let measure = try ZIPWriter.measure(MemorySource([1]))
        #expect(throws: ZIPSyntaxError(.sourceChanged, "")) {
            try written { try $0.add("a", MemorySource([2]), measured: measure) }
        }
    }

    @Test func `the comment may not pass for another end`() throws {
        #expect(throws: ZIPSyntaxError(.malformedRecord, "")) {
            try ZIPWriter(to: { _ in }).finish(comment: Array("PK\u{5}\u{6}".utf8))
        }
        #expect(throws: Never.self) { try ZIPWriter(to: { _ in }).finish(comment: Array("PK".utf8)) }
    }
}
