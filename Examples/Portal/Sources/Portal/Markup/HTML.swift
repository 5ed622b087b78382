// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// Markup. Whatever is put into it as text is escaped; only literals of the source code and other markup are taken as they
/// are, so that no text of a person or a file can become markup.
///
/// Attribute values stand in double quotes in the literals; a test looks for those that do not.
public struct HTML: Sendable, ExpressibleByStringInterpolation {
    /// The characters of the markup.
    public let markup: String

    private init(_ markup: String) { self.markup = markup }

    /// A literal of the source code; a variable is no `StaticString`.
    public init(stringLiteral value: StaticString) { markup = "\(value)" }

    public init(stringInterpolation: StringInterpolation) { markup = stringInterpolation.markup }

    /// Nothing.
    public static let none: HTML = ""

    /// Markup after one another.
    public static func + (left: HTML, right: HTML) -> HTML { HTML(left.markup + right.markup) }

    /// Gathers literals as they are and texts escaped.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var markup = ""

        public init(literalCapacity: Int, interpolationCount: Int) {
            markup.reserveCapacity(literalCapacity * 2)
        }

        public mutating func appendLiteral(_ literal: StaticString) { markup += "\(literal)" }

        /// A text, escaped.
        public mutating func appendInterpolation(_ text: String) { markup += HTML.escape(text) }

        /// A text that came from a person or a file: escaped, harmless, and unable to turn the direction of writing around it.
        public mutating func appendInterpolation(foreign text: String) {
            markup += "<bdi>\(HTML.escape(DisplayText.harmless(text)))</bdi>"
        }

        /// A text that came from a person or a file, inside an attribute.
        public mutating func appendInterpolation(value text: String) {
            markup += HTML.escape(DisplayText.harmless(text))
        }

        /// A number.
        public mutating func appendInterpolation(_ number: some BinaryInteger) { markup += "\(number)" }

        /// Markup.
        public mutating func appendInterpolation(_ html: HTML) { markup += html.markup }

        /// Markup after one another.
        public mutating func appendInterpolation(_ parts: [HTML]) {
            for part in parts { markup += part.markup }
        }
    }

    private static func escape(_ text: String) -> String {
        // Most texts have nothing to escape, and looking is much cheaper than writing.
        guard text.utf8.contains(where: { $0 == 0x26 || $0 == 0x3c || $0 == 0x3e || $0 == 0x22 || $0 == 0x27 }) else {
            return text
        }
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
