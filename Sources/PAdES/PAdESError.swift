// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import PDFSyntax

/// Why a PDF could not be prepared, completed or examined for signatures.
///
/// Two errors are equal when their codes are. That a signature is bad is never an error but a fact of the signature.
public struct PAdESError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong.
    public enum Code: Sendable, Hashable {
        /// The file's syntax; see ``PAdESError/syntax``.
        case unreadable
        /// The form's field tree has a circle, or a field of the wrong shape.
        case malformedForm
        /// The file may not be signed as it is: tables and streams are mixed, or it is encrypted.
        case unsuitableFile
        /// There is no such page, or no such field.
        case notFound
        /// The field name is taken, empty, or contains a period.
        case unusableFieldName
        /// The field is signed already, or is no signature field.
        case unusableField
        /// A picture is no PNG that can be embedded.
        case unusableImage
        /// A font cannot be embedded, or lacks a character.
        case unusableFont
        /// An existing certification or field lock forbids what was asked for.
        case notPermitted
        /// A limit of the budget was passed while revisions were compared.
        case limitExceeded
        /// The contents do not fit the reserved room; ``PAdESError/neededBytes`` tells how much they need.
        case contentsTooLarge
    }

    /// What went wrong.
    public let code: Code
    /// The clause, for example `ISO 32000-2 §12.8.2.2`.
    public let clause: String?
    /// What was found and what was expected; no document content.
    public let detail: String
    /// For `contentsTooLarge`: the number of bytes to reserve in a new layout.
    public let neededBytes: Int?
    /// For `unreadable`: the error of the syntax layer.
    public let syntax: PDFSyntaxError?

    /// Makes an error.
    public init(_ code: Code, clause: String? = nil, neededBytes: Int? = nil, _ detail: String) {
        self.code = code
        self.clause = clause
        self.detail = detail
        self.neededBytes = neededBytes
        syntax = nil
    }

    init(_ cause: PDFSyntaxError) {
        code = [.hybridFile, .encrypted, .updateOfEncrypted].contains(cause.code) ? .unsuitableFile : .unreadable
        clause = cause.clause
        detail = cause.description
        neededBytes = nil
        syntax = cause
    }

    public static func == (left: PAdESError, right: PAdESError) -> Bool { left.code == right.code }

    public var description: String {
        // The syntax layer's words say their clause themselves.
        guard let clause, syntax == nil else { return "\(code): \(detail)" }
        return "\(code): \(detail) [\(clause)]"
    }
}

/// Runs a part of the syntax layer and wraps its error.
func reading<Value>(_ body: () throws(PDFSyntaxError) -> Value) throws(PAdESError) -> Value {
    do throws(PDFSyntaxError) { return try body() } catch { throw PAdESError(error) }
}
