// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// Why a PDF file could not be read or written.
///
/// Two errors are equal when their codes are; the rest is for people.
public struct PDFSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong.
    public enum Code: Sendable, Hashable {
        /// The file does not begin with `%PDF-`, or has no `%%EOF` in its last bytes.
        case notAPDF
        /// `startxref`, a cross-reference table or stream, or an entry of it does not lead where it says. No attempt is
        /// made to recover such a file by scanning, because a scan may show another document than the signed one.
        case brokenCrossReferences
        /// An object does not follow the syntax of ISO 32000-2 §7.3.
        case malformedObject
        /// A stream's length, filter parameters or encoded data are wrong.
        case malformedStream
        /// An object stream is damaged.
        case malformedObjectStream
        /// The document's catalogue, page tree or form has the wrong shape.
        case malformedStructure
        /// A stream uses a filter that this reader does not decode.
        case unsupportedFilter
        /// The file is encrypted in a way that is not read.
        case encrypted
        /// The file is to be updated although it is encrypted, be it so that everybody may read it.
        case updateOfEncrypted
        /// The file is encrypted, and the password that was given is neither the user's nor the owner's.
        case passwordRequired
        /// The file mixes cross-reference tables and streams (`/XRefStm`), which two readers see differently.
        case hybridFile
        /// A limit of the ``Budget`` was passed.
        case limitExceeded
        /// An offset does not fit the ten digits of a cross-reference table.
        case offsetTooLarge
        /// The source could not be read.
        case unreadableSource
        /// An object cannot be written: a number that is not finite, a stream without data.
        case unwritableObject
    }

    /// What went wrong.
    public let code: Code
    /// Byte offset in the file, where known.
    public let offset: Int64?
    /// The clause that is broken, for example `ISO 32000-2 §7.5.4`.
    public let clause: String?
    /// What was found and what was expected; no document content.
    public let detail: String

    /// Makes an error.
    public init(_ code: Code, at offset: Int64? = nil, clause: String? = nil, _ detail: String) {
        self.code = code
        self.offset = offset
        self.clause = clause
        self.detail = detail
    }

    init(_ cause: ByteSourceError) { self.init(.unreadableSource, cause.description) }

    init(_ cause: LimitExceeded, at offset: Int64? = nil) {
        self.init(.limitExceeded, at: offset, cause.description)
    }

    public static func == (left: PDFSyntaxError, right: PDFSyntaxError) -> Bool { left.code == right.code }

    public var description: String {
        var text = "\(code): \(detail)"
        if let offset { text += " (at byte \(offset))" }
        if let clause { text += " [\(clause)]" }
        return text
    }
}
