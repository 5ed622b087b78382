// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// One element of BER as it was received, its length definite or indefinite (X.690 §8.1).
///
/// Older archive time-stamps digest the octets of a structure as they were stored; ``BERTranscoding`` keeps what they mean, this
/// keeps where they stand. DER is BER, so that it may be walked as well. Values are read from the rewritten form.
public struct BERElement: Sendable {
    /// The whole input that the ranges refer to.
    public let input: [UInt8]
    /// The identifier octet.
    public let tag: DERTag
    /// All octets of the element, the end-of-contents octets of an indefinite length included.
    public let range: Range<Int>
    /// Content octets only.
    public let content: Range<Int>
    /// Whether the length is indefinite.
    public let isIndefinite: Bool

    /// The element at the beginning of an input; what follows it is left.
    ///
    /// - Throws: ``DERSyntaxError`` as ``BERTranscoding/der(from:limit:allowsTrailingZeros:)``.
    /// - Complexity: linear in the octets up to the end of the element.
    public init(first input: [UInt8]) throws(DERSyntaxError) {
        var scan = Scan()
        self = try scan.element(of: input, at: 0, before: input.count, depth: 0)
    }

    fileprivate init(input: [UInt8], tag: DERTag, range: Range<Int>, content: Range<Int>, isIndefinite: Bool) {
        self.input = input
        self.tag = tag
        self.range = range
        self.content = content
        self.isIndefinite = isIndefinite
    }

    /// The received octets of the whole element.
    public var bytes: [UInt8] { Array(input[range]) }
    /// The received content octets.
    public var contentBytes: [UInt8] { Array(input[content]) }

    /// All elements inside this one.
    public func elements() throws(DERSyntaxError) -> [BERElement] {
        guard tag.isConstructed else {
            throw DERSyntaxError(
                .unexpectedTag, at: range.lowerBound, "\(tag) is primitive, expected a constructed one")
        }
        var (elements, position, scan): ([BERElement], Int, Scan) = ([], content.lowerBound, Scan())
        while position < content.upperBound {
            let element = try scan.element(of: input, at: position, before: content.upperBound, depth: 0)
            elements.append(element)
            position = element.range.upperBound
        }
        return elements
    }

    /// Finds the ends of elements whose length is indefinite.
    private struct Scan {
        private var elements = 0

        mutating func element(
            of input: [UInt8], at start: Int, before end: Int, depth: Int
        ) throws(DERSyntaxError) -> BERElement {
            elements += 1
            guard depth < 64, elements <= 4_000_000 else {
                throw DERSyntaxError(.limitExceeded, at: start, "nested deeper than 64, or too many elements")
            }
            guard end - start >= 2 else {
                throw DERSyntaxError(.truncated, at: start, "\(end - start) bytes left, an element needs at least 2")
            }
            let tag = DERTag(rawValue: input[start])
            guard tag.number != 31 else {
                throw DERSyntaxError(
                    .unexpectedTag, at: start, clause: "X.690 8.1.2.4", "multi-octet tags are not expected")
            }
            var body = start + 2
            let first = Int(input[start + 1])
            guard first != 0x80 else { return try indefinite(tag, of: input, at: start, before: end, depth: depth) }
            var length = first
            if first > 0x80 {
                let count = first & 0x7f
                guard count <= 7, end - body >= count else {
                    throw DERSyntaxError(
                        .invalidLength, at: start, clause: "X.690 8.1.3.5", "length of \(count) octets")
                }
                length = 0
                for index in body..<body + count { length = length << 8 | Int(input[index]) }
                body += count
            }
            guard length <= end - body else {
                throw DERSyntaxError(.truncated, at: start, "length \(length), but \(end - body) bytes are left")
            }
            return BERElement(
                input: input, tag: tag, range: start..<body + length, content: body..<body + length,
                isIndefinite: false)
        }

        private mutating func indefinite(
            _ tag: DERTag, of input: [UInt8], at start: Int, before end: Int, depth: Int
        ) throws(DERSyntaxError) -> BERElement {
            guard tag.isConstructed else {
                throw DERSyntaxError(
                    .invalidLength, at: start, clause: "X.690 8.1.3.2", "a primitive element of indefinite length")
            }
            var position = start + 2
            while true {
                guard end - position >= 2 else {
                    throw DERSyntaxError(.truncated, at: position, "no end-of-contents octets")
                }
                if input[position] == 0, input[position + 1] == 0 { break }
                position = try element(of: input, at: position, before: end, depth: depth + 1).range.upperBound
            }
            return BERElement(
                input: input, tag: tag, range: start..<position + 2, content: start + 2..<position, isIndefinite: true)
        }
    }
}
