// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Synchronization
import Testing

/// Counts the bytes that are read.
private final class CountingSource: ByteSource {
    private let base: MemorySource
    private let count = Mutex<Int64>(0)

    init(_ bytes: [UInt8]) { base = MemorySource(bytes) }

    var size: Int64 { base.size }
    var bytesRead: Int64 { count.withLock { $0 } }

    func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError) {
        self.count.withLock { $0 += Int64(count) }
        try base.read(at: offset, into: &span, count: count)
    }
}

@Suite("Digests over a source — FIPS 180-4")
struct DigestedSourceTests {
    @Test func `a digest goes on from a copy as from itself`() throws {
        var state = try DigestState(.sha256)
        try state.update(Array("a".utf8))
        var copy = try state.copied()
        try state.update(Array("bc".utf8))
        try copy.update(Array("b".utf8))
        // FIPS 180-4 example, and the same input cut short.
        #expect(
            Hexadecimal.encode(try state.finalized())
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(try copy.finalized() == DigestAlgorithm.sha256.digest(of: Array("ab".utf8)))
    }

    @Test func `a thousand overlapping ranges cost little more than one reading`() throws {
        let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
        let counting = CountingSource(bytes)
        let source = DigestedSource(counting)
        for index in 1...1000 {
            let (end, gap) = (Int64(index) * 5000, Int64(200))
            let ranges = [0..<end - 2 * gap, end - gap..<end]
            let found = try DigestAlgorithm.sha256.digest(of: source, ranges: ranges)
            guard index.isMultiple(of: 97) else { continue }
            let parts = ranges.flatMap { bytes[Int($0.lowerBound)..<Int($0.upperBound)] }
            #expect(try found == DigestAlgorithm.sha256.digest(of: parts))
        }
        #expect(counting.bytesRead < 5_000_000 * 5 / 4)
        let before = counting.bytesRead
        #expect(
            try DigestAlgorithm.sha256.digest(of: source, ranges: [0..<2_500_000])
                == DigestAlgorithm.sha256.digest(of: Array(bytes.prefix(2_500_000))))
        #expect(counting.bytesRead - before <= 1 << 20)
        // Another algorithm begins anew.
        #expect(try DigestAlgorithm.sha512.digest(of: source) == DigestAlgorithm.sha512.digest(of: bytes))
        #expect(counting.bytesRead - before >= 5_000_000)
    }

    @Test func `the same source twice is read once, and ranges outside it are refused`() throws {
        let counting = CountingSource([UInt8](repeating: 7, count: 300_000))
        let source = DigestedSource.wrapping(counting)
        #expect(try DigestAlgorithm.sha256.digest(of: source) == DigestAlgorithm.sha256.digest(of: source))
        #expect(counting.bytesRead == 300_000)
        #expect(DigestedSource.wrapping(source) as? DigestedSource === source as? DigestedSource)
        for range in [0..<Int64(300_001), 300_000..<Int64(300_001)] {
            #expect(throws: SourceDigestError.self) { try DigestAlgorithm.sha256.digest(of: source, ranges: [range]) }
        }
        #expect(try DigestAlgorithm.sha256.digest(of: source, ranges: []) == DigestAlgorithm.sha256.digest(of: []))
    }
}
