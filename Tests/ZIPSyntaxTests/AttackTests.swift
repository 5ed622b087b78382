// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Testing
import ZIPSyntax

/// What ZIP leaves open, used to show two readers two archives: each is refused, and has a genuine twin that is read.
@Suite struct `ZIP archives that lie (APPNOTE 6.3)` {
    private func refused(
        _ code: ZIPSyntaxError.Code, _ fixture: ZIPFixture, twin: ZIPFixture = .plain,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(fault(fixture.bytes) == code, sourceLocation: sourceLocation)
        #expect(fault(twin.bytes) == nil, sourceLocation: sourceLocation)
    }

    @Test(arguments: [
        ("a.txt", "a.txt"), ("a.txt", "A.TXT"), ("Đơn.pdf", "đơn.pdf"), ("giấy.pdf", "gia\u{302}\u{301}y.pdf"),
        ("straße", "STRASSE"), ("a", "a/b"), ("a/b", "A"), ("d/", "D/"), ("a", "a/"),
    ])
    func `two names that some system takes for one`(_ first: String, _ second: String) {
        func entry(_ name: String) -> ZIPFixture.Entry { .init(name, name.hasSuffix("/") ? "" : "x") }
        #expect(fault(ZIPFixture([entry(first), entry(second)]).bytes) == .duplicateName)
        #expect(fault(ZIPFixture([entry(second), entry(first)]).bytes) == .duplicateName)
        #expect(fault(ZIPFixture([entry(first), entry("other")]).bytes) == nil)
        #expect(fault(ZIPFixture([entry(second), entry("other")]).bytes) == nil)
    }

    @Test(arguments: [
        "../a", "a/../b", "./a", "a/./b", "/a", "a//b", "C:/a", "c:a", "a\\b", "..\\a", "a\u{0}b", "a\nb", "a.", "a /b",
        "x\u{202e}fdp.exe", "..", ".", "",
        // A slash with a combining mark, or behind a letter that is prepended, is a slash to a file system.
        "../\u{338}x", "/\u{338}etc", "a/\u{301}b", "..\u{d4e}/x", "\u{600}/x",
    ])
    func `a name that leaves its folder or deceives`(_ name: String) {
        #expect(fault(ZIPFixture([.init(name, "x")]).bytes) == .unsafeName)
    }

    @Test(arguments: ["..a", "a..b", ".a", "a/.b", "ab:c/d", "hồ sơ/đơn (1).pdf", "a b", "日本.txt"])
    func `a name that only looks odd`(_ name: String) {
        #expect(fault(ZIPFixture([.init(name, "x")]).bytes) == nil)
    }

    @Test func `names beyond ASCII without the mark of UTF-8, and with wrong UTF-8`() {
        let twin = ZIPFixture([.init("đơn", "x")])
        refused(.unsafeName, ZIPFixture([.init("đơn", "x") { $0.flags = 0 }]), twin: twin)
        refused(
            .unsafeName,
            ZIPFixture([
                .init("a", "x") {
                    $0.name = [0xff, 0xfe]; $0.flags = 1 << 11
                }
            ]), twin: twin)
    }

    @Test func `names nested too deep, and names too long`() {
        func nested(_ depth: Int) -> ZIPFixture {
            ZIPFixture([.init(Array(repeating: "a", count: depth).joined(separator: "/"), "x")])
        }
        refused(.unsafeName, nested(33), twin: nested(32))
        refused(
            .limitExceeded, ZIPFixture([.init(String(repeating: "a", count: 1025), "x")]),
            twin: ZIPFixture([.init(String(repeating: "a", count: 1024), "x")]))
    }

    @Test func `bytes before the first entry`() {
        refused(.dataBeforeFirstEntry, .changing { $0.prefix = Array("#!/bin/sh\n".utf8) })
        // Offsets that leave the prefix out, as self-extracting archives have them.
        refused(
            .malformedRecord,
            .changing {
                $0.prefix = Array("MZ".utf8)
                $0.shiftsOffsets = false
            })
    }

    @Test func `bytes between entries, before and behind the central directory`() {
        refused(.dataBetweenEntries, .changing { $0.entries[0].behind = [1, 2, 3] })
        refused(.dataBetweenEntries, .changing { $0.betweenEntriesAndDirectory = [1] })
        refused(.malformedRecord, .changing { $0.behindDirectory = [1] })
        refused(.malformedRecord, .changing { $0.count = 1 })
    }

    @Test func `an entry that stands in the archive and not in its directory`() {
        // The whole local record of a third entry, which a reader that goes forward would find.
        let hidden = ZIPFixture([.init("hidden.txt", "hidden")]).bytes
        let record = Array(hidden[..<(30 + 10 + 6)])
        refused(.dataBetweenEntries, .changing { $0.entries[1].behind = record })
    }

    @Test func `entries that share bytes`() {
        refused(.overlappingEntries, .changing { $0.entries[1].offsetShift = -38 })
        refused(
            .overlappingEntries,
            .changing {
                $0.entries[0].size = 12
                $0.entries[0].compressedSize = 12
            })
        refused(
            .overlappingEntries,
            .changing {
                $0.entries[0].localExtra = []; $0.entries[1].offsetShift = -10
            })
        // A quoted overlap: both directory entries lead to one record.
        let twice = ZIPFixture([.init("a", "same"), .init("b", "same")])
        refused(.overlappingEntries, twice.changing { $0.entries[1].offsetShift = -35 })
    }

    @Test func `bytes behind the end`() {
        refused(.noEndRecord, .changing { $0.trailer = [0] })
        refused(.noEndRecord, .changing { $0.statedCommentCount = 3 })
        let plain = ZIPFixture.plain.bytes
        #expect(fault(plain + ZIPFixture([.init("evil", "x")]).bytes) != nil)
        for count in 0..<plain.count { #expect(fault(Array(plain[..<count])) != nil) }
    }

    @Test func `two ends`() {
        let end = ZIPFixture([]).bytes
        refused(.ambiguousEnd, .changing { $0.comment = end }, twin: .changing { $0.comment = Array("hello".utf8) })
        refused(.ambiguousEnd, .changing { $0.comment = Array("xPK\u{5}\u{6}y".utf8) })
    }

    @Test func `parts on other disks`() {
        refused(.multipleDisks, .changing { $0.disks = (1, 0) })
        refused(.multipleDisks, .changing { $0.disks = (0, 1) })
        refused(.multipleDisks, .changing { $0.entries[1].disk = 1 })
    }

    @Test func `a local header that says something else`() {
        refused(.headerMismatch, .changing { $0.entries[0].localName = Array("b.txt".utf8) })
        refused(.headerMismatch, .changing { $0.entries[0].localMethod = 8 })
        refused(.headerMismatch, .changing { $0.entries[0].localFlags = 1 << 11 })
        refused(.headerMismatch, .changing { $0.entries[0].localModified = 0x0021_0001 })
        refused(.headerMismatch, .changing { $0.entries[0].localChecksum = 1 })
        refused(.headerMismatch, .changing { $0.entries[0].localSize = 4 })
        refused(.headerMismatch, .changing { $0.entries[0].localCompressedSize = 4 })
        // Zero is left open behind a descriptor only.
        refused(.headerMismatch, .changing { $0.entries[0].localChecksum = 0 })
    }

    @Test func `encryption in any form`() {
        for bit in [0, 6, 13] as [UInt16] { refused(.encrypted, .changing { $0.entries[0].flags = 1 << bit }) }
        refused(.encrypted, .changing { $0.entries[0].centralExtra = [0x01, 0x99, 1, 0, 0] })
        refused(.encrypted, .changing { $0.entries[0].localExtra = [0x17, 0, 1, 0, 0] })
    }

    @Test func `what is not known`() {
        refused(.unsupportedFeature, .changing { $0.entries[0].method = 12 })
        refused(.unsupportedFeature, .changing { $0.entries[0].flags = 1 << 5 })
        refused(.unsupportedFeature, .changing { $0.entries[0].versionNeeded = 63 })
    }

    @Test func `links, devices, and folders that are none`() {
        for mode in [0xa1ff, 0x61b6, 0x21b6, 0x11b6, 0xc1b6] as [UInt32] {
            refused(
                .specialFile, .changing { $0.entries[0].externalAttributes = mode << 16 },
                twin: .changing { $0.entries[0].externalAttributes = 0x81a4 << 16 })
        }
        refused(.specialFile, .changing { $0.entries[0].centralExtra = [0x6e, 0x75, 1, 0, 0] })
        refused(.malformedRecord, .changing { $0.entries[0].externalAttributes = 0x10 })
        refused(.malformedRecord, ZIPFixture([.init("d/", "content")]), twin: ZIPFixture([.init("d/", "")]))
    }

    @Test func `a second name in an extra field`() {
        refused(.unsafeName, .changing { $0.entries[0].centralExtra = [0x75, 0x70, 6, 0, 1, 0, 0, 0, 0, 65] })
        refused(.unsafeName, .changing { $0.entries[0].localExtra = [0x75, 0x70, 6, 0, 1, 0, 0, 0, 0, 65] })
        refused(.malformedRecord, .changing { $0.entries[0].localExtra = [1, 2, 3] })
        refused(
            .malformedRecord, .changing { $0.entries[0].localExtra = [0x55, 0x54, 9, 0, 1] },
            twin: .changing { $0.entries[0].localExtra = [0x55, 0x54, 1, 0, 1] })
    }

    @Test func `other content than the checksum says`() {
        refused(.checksumMismatch, .changing { $0.entries[0].checksum = 7 })
        refused(.checksumMismatch, .changing { $0.entries[0].stored = Array("fIrst".utf8) })
        refused(
            .checksumMismatch,
            .changing {
                $0.entries[0].method = 8
                $0.entries[0].checksum = 7
            }, twin: .changing { $0.entries[0].method = 8 })
    }

    @Test func `deflate data that is damaged, cut, too long or too short`() {
        let good = ZIPFixture.changing { $0.entries[0].method = 8 }
        let data = ZIPFixture.deflated(Array("first".utf8))
        refused(.malformedData, good.changing { $0.entries[0].stored = [0xff] + data.dropFirst() }, twin: good)
        refused(.malformedData, good.changing { $0.entries[0].stored = data.dropLast() }, twin: good)
        refused(.malformedData, good.changing { $0.entries[0].stored = data + [0] }, twin: good)
        refused(.malformedData, good.changing { $0.entries[0].size = 4 }, twin: good)
        refused(.malformedData, good.changing { $0.entries[0].size = 6 }, twin: good)
        refused(.malformedData, good.changing { $0.entries[0].stored = [] }, twin: good)
        refused(.malformedRecord, .changing { $0.entries[0].size = 4 })
    }

    @Test func `data descriptors, right in four forms and wrong in each field`() {
        func fixture(_ behind: [UInt8], _ change: (inout ZIPFixture.Entry) -> Void = { _ in }) -> ZIPFixture {
            ZIPFixture([
                .init("a.txt", "first") {
                    $0.method = 8
                    $0.flags = 1 << 3
                    $0.localChecksum = 0
                    $0.localSize = 0
                    $0.localCompressedSize = 0
                    $0.behind = behind
                    change(&$0)
                }, .init("b", "second"),
            ])
        }
        let size = ZIPFixture.deflated(Array("first".utf8)).count
        for (signed, wide) in [(true, false), (false, false), (true, true), (false, true)] {
            let good = ZIPFixture.descriptor("first", compressed: size, signed: signed, wide: wide)
            #expect(fault(fixture(good).bytes) == nil)
            for index in good.indices {
                var bad = good
                bad[index] ^= 1
                #expect(fault(fixture(bad).bytes) == .descriptorMismatch)
            }
            #expect(fault(fixture(good + [0]).bytes) == .descriptorMismatch)
        }
        #expect(fault(fixture([]).bytes) == .descriptorMismatch)
        let good = ZIPFixture.descriptor("first", compressed: size)
        #expect(fault(fixture(good) { $0.localSize = 4 }.bytes) == .headerMismatch)
        #expect(fault(fixture(good) { $0.localChecksum = 4 }.bytes) == .headerMismatch)
        #expect(fault(fixture(good) { $0.localSize = 5 }.bytes) == nil)
    }

    @Test(arguments: [(true, false), (false, false), (true, true), (false, true)])
    func `stored bytes with a descriptor are read, unless they hold another one`(signed: Bool, wide: Bool) {
        func fixture(_ content: [UInt8]) -> ZIPFixture {
            ZIPFixture([
                .init("a.txt", "") {
                    $0.content = content
                    $0.flags = 1 << 3
                    $0.localChecksum = 0
                    $0.localSize = 0
                    $0.localCompressedSize = 0
                    $0.behind = ZIPFixture.descriptor(content, compressed: content.count, signed: signed, wide: wide)
                }, .init("b", "second"),
            ])
        }
        /// Content with a descriptor inside that states a size.
        func holding(_ size: Int, wide: Bool) -> [UInt8] {
            Array("four".utf8) + [0x50, 0x4b, 7, 8, 1, 2, 3, 4] + ZIPFixture.le(size, wide ? 8 : 4) + Array("end".utf8)
        }
        #expect(fault(fixture(Array("first".utf8)).bytes) == nil)
        #expect(fault(fixture([]).bytes) == nil)
        // A nested archive holds descriptors, but not at a place that they would end this entry at.
        #expect(fault(fixture(holding(5, wide: wide)).bytes) == nil)
        #expect(fault(fixture(holding(4, wide: false)).bytes) == .unsupportedFeature)
        #expect(fault(fixture(holding(4, wide: true)).bytes) == .unsupportedFeature)
        // Across the borders of what is read at once.
        let filler = [UInt8](repeating: 120, count: (1 << 16) - 10)
        #expect(fault(fixture(filler + holding(5, wide: wide)).bytes) == nil)
        let size = filler.count + 4
        #expect(fault(fixture(filler + holding(size, wide: wide)).bytes) == .unsupportedFeature)
    }

    @Test func `bombs: entries, expanded size, ratio`() {
        let few = Budget(bytes: 16, depth: 32, objects: 2, expansionRatio: 100)
        #expect(fault(ZIPFixture.plain.bytes, budget: few) == nil)
        let less = Budget(bytes: 15, depth: 32, objects: 2, expansionRatio: 100)
        #expect(fault(ZIPFixture.plain.bytes, budget: less) == .limitExceeded)
        let fewer = Budget(bytes: 16, depth: 32, objects: 1, expansionRatio: 100)
        #expect(fault(ZIPFixture.plain.bytes, budget: fewer) == .limitExceeded)
        let zeros = String(repeating: "\u{0}", count: 2 << 20)
        let bomb = ZIPFixture([.init("zeros", zeros) { $0.method = 8 }])
        #expect(fault(bomb.bytes) == .limitExceeded)
        let generous = Budget(bytes: 1 << 30, depth: 32, objects: 2, expansionRatio: 1100)
        #expect(fault(bomb.bytes, budget: generous) == nil)
        // Little may expand at any ratio.
        #expect(
            fault(ZIPFixture([.init("z", String(repeating: "\u{0}", count: 1 << 20)) { $0.method = 8 }]).bytes) == nil)
        // One that says it is small expands to no more than it says.
        #expect(fault(bomb.changing { $0.entries[0].size = 1000 }.bytes) == .malformedData)
    }

    @Test func `an end that counts more entries than there can be`() {
        #expect(
            fault(
                ZIPFixture.changing {
                    $0.isZIP64 = true; $0.zip64Count = 1 << 40
                }.bytes) == .malformedRecord)
        #expect(fault(ZIPFixture.changing { $0.count = 0xfffe }.bytes) == .limitExceeded)
    }
}
