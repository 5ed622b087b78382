// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// A version of the PDF format.
public struct PDFVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// 1 or 2.
    public let major: Int
    /// The digit after the point.
    public let minor: Int

    /// Makes a version.
    public init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    public var description: String { "\(major).\(minor)" }

    public static func < (left: PDFVersion, right: PDFVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    /// Reads the header line `%PDF-1.n` or `%PDF-2.n` at the first byte (ISO 32000-2 §7.5.2).
    init(header source: any ByteSource) throws(PDFSyntaxError) {
        var cursor = ByteCursor(source, at: 0, end: 16)
        guard try cursor.skip("%PDF-"), let major = try cursor.next(), try cursor.next() == UInt8(ascii: "."),
            let minor = try cursor.next(), (UInt8(ascii: "1")...UInt8(ascii: "2")).contains(major),
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(minor)
        else {
            throw PDFSyntaxError(.notAPDF, at: 0, clause: "ISO 32000-2 §7.5.2", "no %PDF- header at the first byte")
        }
        self.init(major: Int(major - 48), minor: Int(minor - 48))
    }
}
