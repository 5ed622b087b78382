// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A cursor over consecutive DER elements (X.690).
///
/// Strict: definite lengths in the fewest octets, single-octet tags. Tolerances for what real producers write are
/// named methods or parameters, never silent. Reading is a walk over ranges of one shared array; nothing is copied.
public struct DERReader: Sendable {
    let input: [UInt8]
    private var position: Int
    private let end_: Int
    private let depth: Int

    init(input: [UInt8], range: Range<Int>, depth: Int) {
        self.input = input
        position = range.lowerBound
        end_ = range.upperBound
        self.depth = depth
    }

    /// A reader over the elements of a whole input.
    public init(_ input: [UInt8]) {
        self.init(input: input, range: 0..<input.count, depth: 0)
    }

    /// Whether nothing is left.
    public var isAtEnd: Bool { position == end_ }
    /// Offset of the next element from the start of the outermost input.
    public var offset: Int { position }

    /// Reads the next element.
    public mutating func next() throws(DERSyntaxError) -> DERElement {
        let header = try DERHeader(input.span, at: position, before: end_)
        position = header.range.upperBound
        return DERElement(input: input, tag: header.tag, range: header.range, content: header.content, depth: depth)
    }

    /// Reads the next element, which must have this tag.
    public mutating func next(_ tag: DERTag) throws(DERSyntaxError) -> DERElement {
        let element = try next()
        try element.expect(tag)
        return element
    }

    /// Reads the next element when it has this tag, else leaves it and returns `nil`.
    public mutating func optional(_ tag: DERTag) throws(DERSyntaxError) -> DERElement? {
        guard peekTag() == tag else { return nil }
        return try next()
    }

    /// The tag of the next element without reading it.
    public func peekTag() -> DERTag? { position < end_ ? DERTag(rawValue: input[position]) : nil }

    /// Reads the next element, a SEQUENCE, and returns a reader over its content.
    public mutating func sequence() throws(DERSyntaxError) -> DERReader { try next().reader(.sequence) }

    /// Reads an OBJECT IDENTIFIER.
    public mutating func objectIdentifier() throws(DERSyntaxError) -> ObjectIdentifier {
        try next().objectIdentifier()
    }

    /// Checks that nothing is left.
    public func end() throws(DERSyntaxError) {
        guard isAtEnd else {
            throw DERSyntaxError(.trailingBytes, at: position, "\(end_ - position) bytes after the expected end")
        }
    }
}
