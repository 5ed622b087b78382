// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Rewrites BER as DER where they differ in form only: the one tolerance for what real producers write.
///
/// Certificate bundles and CMS files of several authorities use indefinite lengths and strings in pieces (X.690 §8.1.3.6,
/// §8.7.3). Rewriting makes lengths definite and shortest and joins the pieces of OCTET STRINGs. Elements that are DER
/// already come through octet by octet, so signed structures inside keep their received bytes. Values are not touched: a
/// BOOLEAN of 0x01 or an unsorted SET stays, and is refused or judged where it is read.
public enum BERTranscoding {
    /// The same structure with definite lengths.
    ///
    /// - Parameters:
    ///   - bytes: One element and nothing behind it.
    ///   - limit: Most octets that are read.
    ///   - allowsTrailingZeros: Accepts zeros behind it, as PDF pads `/Contents` with them (ISO 32000-2 §12.8.3.3).
    /// - Throws: ``DERSyntaxError``: `truncated`, `trailingBytes`, `invalidLength` for a primitive element of indefinite
    ///   length, `limitExceeded` below 64 levels or past four million elements.
    /// - Complexity: linear in the octets times the depth.
    public static func der(
        from bytes: [UInt8], limit: Int = 1 << 28, allowsTrailingZeros: Bool = false
    ) throws(DERSyntaxError) -> [UInt8] {
        guard bytes.count <= limit else {
            throw DERSyntaxError(.limitExceeded, at: 0, "\(bytes.count) bytes, at most \(limit) are read")
        }
        var reader = Reader(bytes)
        let element = try reader.element(upTo: bytes.count, depth: 0)
        let rest = bytes[reader.position...]
        guard rest.isEmpty || allowsTrailingZeros && rest.allSatisfy({ $0 == 0 }) else {
            throw DERSyntaxError(.trailingBytes, at: reader.position, "\(rest.count) bytes follow")
        }
        return element
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0
        var elements = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        /// Reads one element and returns it with definite lengths.
        mutating func element(upTo end: Int, depth: Int) throws(DERSyntaxError) -> [UInt8] {
            let start = position
            elements += 1
            guard depth < 64, elements <= 4_000_000 else {
                throw DERSyntaxError(.limitExceeded, at: start, "nested deeper than 64, or too many elements")
            }
            let tag = DERTag(rawValue: try octet(before: end))
            guard tag.number != 31 else {
                throw DERSyntaxError(
                    .unexpectedTag, at: start, clause: "X.690 8.1.2.4", "multi-octet tags are not expected")
            }
            let length = try self.length(before: end)
            guard tag.isConstructed else {
                guard let length else {
                    throw DERSyntaxError(
                        .invalidLength, at: start, clause: "X.690 8.1.3.2", "a primitive element of indefinite length")
                }
                let content = bytes[position..<position + length]
                position += length
                return DERWriter.bytes { $0.element(tag, content) }
            }
            var parts: [[UInt8]] = []
            if let length {
                let bodyEnd = position + length
                while position < bodyEnd { parts.append(try element(upTo: bodyEnd, depth: depth + 1)) }
            } else {
                while try !endOfContents(before: end) { parts.append(try element(upTo: end, depth: depth + 1)) }
            }
            // X.690 §8.7.3: an OCTET STRING in pieces is the string of the pieces' contents.
            if tag.rawValue == DERTag.octetString.rawValue | 0x20 {
                var joined: [UInt8] = []
                for part in parts { joined += try DERElement(parsing: part).octetString() }
                return DERWriter.bytes { $0.octetString(joined) }
            }
            return DERWriter.bytes { $0.element(tag, parts.joined().map { $0 }) }
        }

        private mutating func octet(before end: Int) throws(DERSyntaxError) -> UInt8 {
            guard position < end else {
                throw DERSyntaxError(.truncated, at: position, "the bytes end inside an element")
            }
            position += 1
            return bytes[position - 1]
        }

        /// The length, or `nil` for the indefinite form.
        private mutating func length(before end: Int) throws(DERSyntaxError) -> Int? {
            let start = position
            let first = Int(try octet(before: end))
            var length = first
            if first >= 0x80 {
                guard first > 0x80 else { return nil }
                guard first & 0x7f <= 7 else {
                    throw DERSyntaxError(
                        .invalidLength, at: start, clause: "X.690 8.1.3.5", "length of \(first & 0x7f) octets")
                }
                length = 0
                for _ in 0..<(first & 0x7f) { length = length << 8 | Int(try octet(before: end)) }
            }
            guard length <= end - position else {
                throw DERSyntaxError(.truncated, at: start, "length \(length), but \(end - position) bytes are left")
            }
            return length
        }

        private mutating func endOfContents(before end: Int) throws(DERSyntaxError) -> Bool {
            guard end - position >= 2 else {
                throw DERSyntaxError(.truncated, at: position, "no end-of-contents octets")
            }
            guard bytes[position] == 0, bytes[position + 1] == 0 else { return false }
            position += 2
            return true
        }
    }
}
