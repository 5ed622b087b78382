// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// Why an XML document could not be read. Two errors are equal when their codes are.
public struct XMLSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong.
    @nonexhaustive public enum Code: String, Sendable, Hashable {
        /// The document is not well-formed (XML 1.0 §2.1, Namespaces in XML).
        case notWellFormed
        /// A document type declaration: with it, entities and defaults could change what the document says.
        case documentType
        /// Another encoding than UTF-8.
        case unsupportedEncoding
        /// A limit of the ``DossierCore/Budget`` was passed.
        case limitExceeded
    }
    /// What went wrong.
    public let code: Code
    /// The line, from 1, where known.
    public let line: Int?
    /// The clause that is broken.
    public let clause: String?
    /// What was found and what was expected; no document content.
    public let detail: String

    /// Makes an error.
    public init(_ code: Code, line: Int? = nil, clause: String? = nil, _ detail: String) {
        self.code = code
        self.line = line
        self.clause = clause
        self.detail = detail
    }

    init(_ cause: LimitExceeded) { self.init(.limitExceeded, cause.description) }

    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    public var description: String {
        var text = "\(code.rawValue): \(detail)"
        if let line { text += " (line \(line))" }
        if let clause { text += " [\(clause)]" }
        return text
    }
}
