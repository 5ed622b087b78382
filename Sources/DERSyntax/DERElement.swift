// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// One element of DER as it was received: tag, and where its octets stand in the shared input.
///
/// An element keeps the whole input alive and copies nothing; ``bytes`` gives the received octets, so that digests and
/// signatures are computed over what was received and never over a re-encoding.
public struct DERElement: Sendable {
    /// The whole input that the ranges refer to.
    public let input: [UInt8]
    /// The identifier octet.
    public let tag: DERTag
    /// Identifier, length and content octets.
    public let range: Range<Int>
    /// Content octets only.
    public let content: Range<Int>
    let depth: Int

    /// The element that fills the whole input.
    ///
    /// - Throws: ``DERSyntaxError``: `trailingBytes` when anything follows, the others when it is no DER.
    public init(parsing input: [UInt8], limit: Int = 1 << 28) throws(DERSyntaxError) {
        guard input.count <= limit else {
            throw DERSyntaxError(.limitExceeded, at: 0, "\(input.count) bytes, at most \(limit) are read")
        }
        var reader = DERReader(input: input, range: 0..<input.count, depth: 0)
        self = try reader.next()
        try reader.end()
    }

    /// The element that begins at an offset of an input, without what follows it.
    ///
    /// - Parameter end: Where it must have ended; not beyond the input.
    public init(in input: [UInt8], at offset: Int, before end: Int) throws(DERSyntaxError) {
        let header = try DERHeader(input.span, at: offset, before: end)
        self.init(input: input, tag: header.tag, range: header.range, content: header.content, depth: 0)
    }

    init(input: [UInt8], tag: DERTag, range: Range<Int>, content: Range<Int>, depth: Int) {
        self.input = input
        self.tag = tag
        self.range = range
        self.content = content
        self.depth = depth
    }

    /// The received octets of the whole element.
    public var bytes: [UInt8] { Array(input[range]) }
    /// The received content octets.
    public var contentBytes: [UInt8] { Array(input[content]) }

    /// A reader over the elements inside this one.
    ///
    /// - Parameter tag: The tag this element must have; by default its own.
    /// - Throws: `unexpectedTag` for another or a primitive tag, `limitExceeded` below 64 levels.
    public func reader(_ tag: DERTag? = nil) throws(DERSyntaxError) -> DERReader {
        if let tag { try expect(tag) }
        guard self.tag.isConstructed else {
            throw DERSyntaxError(
                .unexpectedTag, at: range.lowerBound, "\(self.tag) is primitive, expected a constructed one")
        }
        guard depth < 64 else { throw DERSyntaxError(.limitExceeded, at: range.lowerBound, "nested deeper than 64") }
        return DERReader(input: input, range: content, depth: depth + 1)
    }

    /// Checks the tag.
    public func expect(_ expected: DERTag) throws(DERSyntaxError) {
        guard tag == expected else {
            throw DERSyntaxError(.unexpectedTag, at: range.lowerBound, "found \(tag), expected \(expected)")
        }
    }

    /// The single element inside an explicitly tagged one.
    public func explicitContent() throws(DERSyntaxError) -> DERElement {
        var inner = try reader()
        let element = try inner.next()
        try inner.end()
        return element
    }

    /// All elements inside this one.
    public func elements() throws(DERSyntaxError) -> [DERElement] {
        var inner = try reader()
        var elements: [DERElement] = []
        while !inner.isAtEnd { elements.append(try inner.next()) }
        return elements
    }

    /// The same octets under another tag, for `[n] IMPLICIT` types whose universal encoding is signed (CMS SignedAttributes).
    public func bytes(retaggedAs tag: DERTag) -> [UInt8] {
        var copy = bytes
        copy[0] = tag.rawValue
        return copy
    }
}
