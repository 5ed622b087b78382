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
    /// The relative distinguished names in order, each with one or more attributes.
    public let relativeNames: [[Attribute]]
    /// The whole SEQUENCE as received.
    public let bytes: [UInt8]
    private let comparable: [[String]]

    /// Reads a Name; at most 128 attributes.
    public init(_ element: DERElement) throws(DERSyntaxError) {
        var names: [[Attribute]] = []
        var count = 0
        for relative in try element.elements() {
            var attributes: [Attribute] = []
            try relative.expect(.set)
            let pairs = try relative.elements()
            guard !pairs.isEmpty else {
                throw DERSyntaxError(
                    .invalidValue, at: relative.range.lowerBound, clause: "RFC 5280 4.1.2.4",
                    "a relative name without attributes")
            }
            for pair in pairs {
                var reader = try pair.reader(.sequence)
                let type = try reader.objectIdentifier()
                let value = try reader.next()
                try reader.end()
                attributes.append(Attribute(type: type, text: value.text, valueBytes: value.bytes))
                count += 1
            }
            guard count <= 128 else {
                throw DERSyntaxError(.limitExceeded, at: element.range.lowerBound, "a name of more than 128 attributes")
            }
            names.append(attributes)
        }
        try element.expect(.sequence)
        relativeNames = names
        bytes = element.bytes
        comparable = names.map { $0.count == 1 ? [Self.comparable($0[0])] : $0.map(Self.comparable).sorted() }
    }

    /// Whether the name has no attributes.
    public var isEmpty: Bool { relativeNames.isEmpty }

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

    /// The type by its octets and the value, marked as text or not, so that neither can imitate the other.
    private static func comparable(_ attribute: Attribute) -> String {
        guard let text = attribute.text else {
            return "\(Hexadecimal.encode(attribute.type.octets)) octets \(Hexadecimal.encode(attribute.valueBytes))"
        }
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        if let simple = simple(attribute.type, isASCII ? text : text.lowercased()) { return simple }
        return "\(Hexadecimal.encode(attribute.type.octets)) text "
            + text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The same in one pass, for text in which a scalar is a character and only ASCII has spaces: Latin letters, composed,
    /// and the punctuation of their languages; `nil` for other text.
    ///
    /// - Parameter text: In lower case where it is not ASCII.
    private static func simple(_ type: ObjectIdentifier, _ text: String) -> String? {
        var octets: [UInt8] = []
        let identifier = type.octets
        octets.reserveCapacity(identifier.count * 2 + 6 + text.utf8.count)
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }
        for octet in identifier {
            octets.append(digit(octet >> 4))
            octets.append(digit(octet & 15))
        }
        octets += [0x20, 0x74, 0x65, 0x78, 0x74, 0x20]
        let start = octets.count
        var isAfterSpace = false
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x20, 0x09...0x0d:
                isAfterSpace = true
                continue
            case 0..<0x80, 0xa1...0x2ff, 0x1e00...0x1eff, 0x2010...0x2027: break
            default: return nil
            }
            if isAfterSpace, octets.count > start { octets.append(0x20) }
            isAfterSpace = false
            if scalar.value < 0x80 {
                let octet = UInt8(truncatingIfNeeded: scalar.value)
                octets.append((0x41...0x5a).contains(octet) ? octet | 0x20 : octet)
            } else {
                octets += scalar.utf8
            }
        }
        return String(decoding: octets, as: UTF8.self)
    }

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
