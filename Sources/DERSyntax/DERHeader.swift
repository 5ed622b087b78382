// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Where one element of DER stands in bytes that are walked without being copied.
///
/// For long lists of small elements; ``DERReader`` reads the same and keeps the input alive.
public struct DERHeader: Sendable {
    /// The identifier octet.
    public let tag: DERTag
    /// Identifier, length and content octets.
    public let range: Range<Int>
    /// Content octets only.
    public let content: Range<Int>

    /// Reads identifier and length octets.
    ///
    /// - Parameters:
    ///   - start: Offset of the identifier octet.
    ///   - end: Where the surrounding element ends; not beyond the input.
    /// - Throws: ``DERSyntaxError`` with offsets from the start of the input.
    public init(_ input: Span<UInt8>, at start: Int, before end: Int) throws(DERSyntaxError) {
        guard end <= input.count, start >= 0, end - start >= 2 else {
            throw DERSyntaxError(.truncated, at: start, "\(end - start) bytes left, an element needs at least 2")
        }
        tag = DERTag(rawValue: input[start])
        guard tag.number != 31 else {
            throw DERSyntaxError(
                .unexpectedTag, at: start, clause: "X.690 8.1.2.4", "multi-octet tags are not expected")
        }
        guard tag.rawValue & 0xdf != 0 else {
            throw DERSyntaxError(.unexpectedTag, at: start, clause: "X.690 8.1.5", "end-of-contents octets in DER")
        }
        var length = Int(input[start + 1])
        var body = start + 2
        if length >= 0x80 {
            let count = length & 0x7f
            guard count > 0 else {
                throw DERSyntaxError(.invalidLength, at: start, clause: "X.690 10.1", "indefinite length")
            }
            guard count <= 7, end - body >= count else {
                throw DERSyntaxError(.invalidLength, at: start, clause: "X.690 10.1", "length of \(count) octets")
            }
            length = 0
            for index in body..<body + count { length = length << 8 | Int(input[index]) }
            body += count
            guard length >= 0x80, count == 1 || length >> ((count - 1) * 8) != 0 else {
                throw DERSyntaxError(.invalidLength, at: start, clause: "X.690 10.1", "length not in the fewest octets")
            }
        }
        guard length <= end - body else {
            throw DERSyntaxError(.truncated, at: start, "length \(length), but \(end - body) bytes are left")
        }
        range = start..<body + length
        content = body..<body + length
    }
}
