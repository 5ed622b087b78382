// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// A forward reader over a source through a window that grows while it is used, so that a small object costs a small
/// read and a large one few reads. Of a source in memory everything is the window.
struct ByteCursor {
    private let source: any ByteSource
    private let end: Int64
    private var window: [UInt8] = []
    private var windowStart: Int64
    private var index = 0
    /// Where the window ends, or what of it may be read.
    private var limit = 0
    private var windowSize = 512

    /// Starts at `offset` and never reads at or past `end` (cut to the source's size).
    init(_ source: any ByteSource, at offset: Int64, end: Int64? = nil) {
        self.source = source
        self.end = min(source.size, end ?? source.size)
        windowStart = max(0, offset)
        guard let memory = source.memory, windowStart <= self.end, self.end <= Int64(memory.count) else { return }
        (window, limit) = (memory, Int(self.end))
        (windowStart, index) = (0, Int(windowStart))
    }

    var position: Int64 { windowStart + Int64(index) }

    /// The byte at the position, or `nil` at the end.
    @inline(__always)
    mutating func peek() throws(PDFSyntaxError) -> UInt8? {
        if index < limit { return window[index] }
        return try refill() ? window[index] : nil
    }

    /// Steps over the byte that was peeked.
    mutating func advance() { index += 1 }

    /// The byte at the position, and steps over it.
    mutating func next() throws(PDFSyntaxError) -> UInt8? {
        guard let byte = try peek() else { return nil }
        index += 1
        return byte
    }

    /// Steps over pairs of hexadecimal digits and appends what they say, as far as the window reaches; stops before
    /// anything else.
    ///
    /// Signatures are hexadecimal strings of some ten thousand digits: a window is decoded at once, not byte by byte.
    mutating func takeHexadecimalPairs(into bytes: inout [UInt8]) {
        let start = index
        var decoded: [UInt8]
        do {
            let digits = unsafe window.span.extracting(first: limit).bytes
            let count = (Self.endOfDigits(digits, from: start) - start) / 2
            guard count > 0 else { return }
            decoded = [UInt8](repeating: 0, count: count)
            var span = decoded.mutableSpan
            var target = unsafe span.mutableBytes
            var pair = 0
            while count - pair >= 8 {
                let sixteen = unsafe digits.unsafeLoadUnaligned(
                    fromByteOffset: start + 2 * pair, as: SIMD16<UInt8>.self)
                // They are digits all: what letters have and figures do not is bit 6, and A is 1 there and stands for 10.
                let values = (sixteen & 0x0f) &+ (sixteen &>> 6) &* 9
                target.storeBytes(
                    of: values.evenHalf &<< 4 | values.oddHalf, toByteOffset: pair, as: SIMD8<UInt8>.self)
                pair += 8
            }
            while pair < count {
                let high = Lexer.digit(unsafe digits.unsafeLoad(fromByteOffset: start + 2 * pair, as: UInt8.self)) ?? 0
                let low = Lexer.digit(unsafe digits.unsafeLoad(fromByteOffset: start + 2 * pair + 1, as: UInt8.self))
                target.storeBytes(of: high << 4 | (low ?? 0), toByteOffset: pair, as: UInt8.self)
                pair += 1
            }
        }
        if bytes.isEmpty { bytes = decoded } else { bytes.append(contentsOf: decoded) }
        index = start + 2 * decoded.count
    }

    /// Where the first byte from `start` on stands that is no hexadecimal digit; eight are looked at together, in one word:
    /// comparisons of vectors are made lane by lane.
    private static func endOfDigits(_ bytes: RawSpan, from start: Int) -> Int {
        func each(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }
        let top = each(0x80)
        // Bit 7 of each byte that is at least so much; no byte reaches into the next, as bit 7 is clear in all of them.
        func atLeast(_ least: UInt8, _ word: UInt64) -> UInt64 { word &+ each(0x80 - least) }
        var end = start
        while bytes.byteCount - end >= 8 {
            let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: end, as: UInt64.self)
            guard word & top == 0 else { break }
            let figures = atLeast(UInt8(ascii: "0"), word) & ~atLeast(UInt8(ascii: "9") + 1, word)
            // With bit 5 a letter is a small one; nothing else becomes one of these six.
            let small = word | each(0x20)
            let letters = atLeast(UInt8(ascii: "a"), small) & ~atLeast(UInt8(ascii: "f") + 1, small)
            guard (figures | letters) & top == top else { break }
            end += 8
        }
        while end < bytes.byteCount, Lexer.digit(unsafe bytes.unsafeLoad(fromByteOffset: end, as: UInt8.self)) != nil {
            end += 1
        }
        return end
    }

    /// Steps over up to fifteen regular characters without `#` and gives the name that they are; `nil` and no step where the
    /// name is longer, has an escape, or reaches to the end of the window.
    mutating func takeShortName() -> PDFName? {
        var name = PDFName.Short()
        var end = index
        do {
            let bytes = window.span.extracting(first: limit)
            while end < bytes.count, !Lexer.isWhiteSpace(bytes[end]), !Lexer.isDelimiter(bytes[end]) {
                guard bytes[end] != UInt8(ascii: "#"), name.append(bytes[end]) else { return nil }
                end += 1
            }
            guard end < bytes.count else { return nil }
        }
        index = end
        return PDFName(name)
    }

    /// Moves to another offset.
    mutating func seek(to offset: Int64) {
        if offset >= windowStart, offset <= windowStart + Int64(limit) {
            index = Int(offset - windowStart)
        } else {
            window = []
            windowStart = max(0, offset)
            (index, limit) = (0, 0)
            windowSize = 512
        }
    }

    /// Steps over `text` when it stands at the position.
    mutating func skip(_ text: StaticString) throws(PDFSyntaxError) -> Bool {
        let start = position
        for expected in text.description.utf8 where try next() != expected {
            seek(to: start)
            return false
        }
        return true
    }

    private mutating func refill() throws(PDFSyntaxError) -> Bool {
        let start = position
        guard start < end else { return false }
        let count = Int(min(Int64(windowSize), end - start))
        do throws(ByteSourceError) {
            window = try source.bytes(at: start, count: count)
        } catch { throw PDFSyntaxError(error) }
        windowStart = start
        (index, limit) = (0, window.count)
        windowSize = min(windowSize * 2, 1 << 16)
        return !window.isEmpty
    }
}
