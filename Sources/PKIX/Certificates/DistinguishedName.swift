// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DERSyntax
import DossierCore

/// A Name (RFC 5280 §4.1.2.4), as received.
///
/// Two names are equal when they match by RFC 5280 §7.1: the same attributes in the same order, text compared without
/// regard to case, to runs of spaces, to string type and to Unicode composition.
public struct DistinguishedName: Sendable, Hashable, CustomStringConvertible {
    /// One AttributeTypeAndValue.
    public struct Attribute: Sendable {
        /// The attribute's type.
        public let type: ObjectIdentifier
        /// The value's text, or `nil` for a value that is no readable string.
        public let text: String?
        /// The value as received, one DER element.
        public let valueBytes: [UInt8]
    }
    /// The whole SEQUENCE as received.
    public let bytes: [UInt8]
    /// Whether the name has no attributes.
    public let isEmpty: Bool
    private let comparable: ComparableName

    /// Reads a Name; at most 128 attributes.
    public init(_ element: DERElement) throws(DERSyntaxError) {
        try element.expect(.sequence)
        let input = element.input
        var comparable = ComparableName(capacity: element.range.count + 64)
        // The first relative name with text that is not compared as octets.
        var other: Int?
        var (names, count) = (0, 0)
        var position = element.content.lowerBound
        while position < element.content.upperBound {
            let relative = try Self.header(input, at: position, before: element.content.upperBound, .set)
            position = relative.range.upperBound
            guard !relative.content.isEmpty else {
                throw DERSyntaxError(
                    .invalidValue, at: relative.range.lowerBound, clause: "RFC 5280 4.1.2.4",
                    "a relative name without attributes")
            }
            let attributes = try Self.attributes(relative.content, of: input)
            count += attributes.count
            guard count <= 128 else {
                throw DERSyntaxError(.limitExceeded, at: element.range.lowerBound, "a name of more than 128 attributes")
            }
            if other == nil, !comparable.append(attributes, of: input) { other = names }
            names += 1
        }
        bytes = element.bytes
        isEmpty = names == 0
        if let other { comparable.append(others: Self.relativeNames(in: bytes).dropFirst(other)) }
        self.comparable = comparable
    }

    /// The attributes of a relative name, which are not copied.
    private static func attributes(
        _ content: Range<Int>, of input: [UInt8]
    ) throws(DERSyntaxError) -> [ComparableName.Place] {
        var attributes: [ComparableName.Place] = []
        var position = content.lowerBound
        while position < content.upperBound {
            let pair = try header(input, at: position, before: content.upperBound, .sequence)
            position = pair.range.upperBound
            let type = try header(input, at: pair.content.lowerBound, before: position, .objectIdentifier)
            guard ObjectIdentifier.isEncoding(input.span.extracting(type.content)) else {
                throw DERSyntaxError(
                    .invalidValue, at: type.range.lowerBound, clause: "X.690 8.19",
                    "an OBJECT IDENTIFIER that encodes none")
            }
            let value = try DERHeader(input.span, at: type.range.upperBound, before: position)
            guard value.range.upperBound == position else {
                throw DERSyntaxError(
                    .trailingBytes, at: value.range.upperBound,
                    "\(position - value.range.upperBound) bytes after the expected end")
            }
            attributes.append((type.content, value))
        }
        return attributes
    }

    private static func header(
        _ input: [UInt8], at position: Int, before end: Int, _ tag: DERTag
    ) throws(DERSyntaxError) -> DERHeader {
        let header = try DERHeader(input.span, at: position, before: end)
        guard header.tag == tag else {
            throw DERSyntaxError(.unexpectedTag, at: position, "found \(header.tag), expected \(tag)")
        }
        return header
    }

    /// The relative distinguished names in order, each with one or more attributes.
    public var relativeNames: [[Attribute]] { Self.relativeNames(in: bytes) }

    /// Reads what was checked before.
    private static func relativeNames(in bytes: [UInt8]) -> [[Attribute]] {
        let read = try? DERElement(parsing: bytes).elements().map { relative throws(DERSyntaxError) in
            try relative.elements().map { pair throws(DERSyntaxError) in
                var reader = try pair.reader(.sequence)
                let type = try reader.objectIdentifier()
                let value = try reader.next()
                return Attribute(type: type, text: value.text, valueBytes: value.bytes)
            }
        }
        return read ?? []
    }

    /// Texts of all attributes of a type, in order.
    public func values(_ type: ObjectIdentifier) -> [String] {
        relativeNames.joined().filter { $0.type == type }.compactMap(\.text)
    }

    /// The first commonName (2.5.4.3).
    public var commonName: String? { values(.commonName).first }

    /// RFC 4514 text, most specific attribute first; unknown types as dotted decimal.
    ///
    /// Control and format characters are replaced, so that a name cannot disguise itself on a screen.
    public var description: String { text { $0.text } }

    /// The text of every attribute that a closure lets through, as RFC 4514 writes it.
    func text(_ value: (Attribute) -> String?) -> String {
        relativeNames.reversed().map { attributes in
            attributes.map { attribute in
                let name = Self.shortNames[attribute.type] ?? attribute.type.description
                return name + "=" + (value(attribute).map(Self.escaped) ?? "#…")
            }.joined(separator: "+")
        }.joined(separator: ",")
    }

    /// Whether the name begins with all of another's relative names (RFC 5280 §4.2.1.10).
    func isWithin(_ base: DistinguishedName) -> Bool { comparable.starts(with: base.comparable) }

    public static func == (left: Self, right: Self) -> Bool { left.comparable == right.comparable }
    public func hash(into hasher: inout Hasher) { hasher.combine(comparable) }

    /// By scalars: a combining mark after a separator must not hide it.
    private static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let isEdge = index == 0 || index == scalars.count - 1
            if ",+\"\\<>;=".unicodeScalars.contains(scalar) || (isEdge && scalar == " ")
                || (index == 0 && scalar == "#")
            {
                result.append("\\")
            }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: result.append("\u{fffd}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    private static let shortNames: [ObjectIdentifier: String] = [
        .commonName: "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST",
        "2.5.4.9": "STREET", .organization: "O", .organizationalUnit: "OU", "2.5.4.12": "title", "2.5.4.42": "GN",
        "2.5.4.97": "organizationIdentifier", .userIdentifier: "UID", "0.9.2342.19200300.100.1.25": "DC",
        "1.2.840.113549.1.9.1": "E",
    ]
}

extension ObjectIdentifier {
    /// commonName.
    public static let commonName: ObjectIdentifier = "2.5.4.3"
    /// organizationName.
    public static let organization: ObjectIdentifier = "2.5.4.10"
    /// organizationalUnitName.
    public static let organizationalUnit: ObjectIdentifier = "2.5.4.11"
    /// userId (RFC 4519 §2.39); Vietnamese certificates carry the holder's number in it.
    public static let userIdentifier: ObjectIdentifier = "0.9.2342.19200300.100.1.1"
}
