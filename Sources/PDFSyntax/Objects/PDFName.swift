// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A name object (ISO 32000-2 §7.3.5): a sequence of bytes, with the `#xx` escapes already undone.
public struct PDFName: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The bytes without the leading solidus; none is 0.
    public let bytes: [UInt8]

    /// Makes a name of bytes.
    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// Makes a name of the UTF-8 bytes of a text.
    public init(_ text: String) { bytes = Array(text.utf8) }

    public init(stringLiteral value: String) { bytes = Array(value.utf8) }

    /// The bytes read as UTF-8; wrong sequences become U+FFFD.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    public var description: String { "/" + text }
}
