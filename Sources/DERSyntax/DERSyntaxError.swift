// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Why bytes are not the DER that was expected. Two errors are equal when their codes are.
public struct DERSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault.
    @nonexhaustive public enum Code: String, Sendable {
        /// The bytes end inside an element.
        case truncated
        /// Bytes follow where the element should end.
        case trailingBytes
        /// A tag other than the expected one, or a tag form that is not supported.
        case unexpectedTag
        /// A length that is indefinite, longer than needed, or beyond the input (X.690 §10.1).
        case invalidLength
        /// The content octets do not encode a value of the type.
        case invalidValue
        /// A limit of the budget was passed.
        case limitExceeded
    }
    /// The kind of fault.
    public let code: Code
    /// Offset in bytes from the start of the outermost input.
    public let offset: Int
    /// Clause of the standard that the bytes break.
    public let clause: String
    /// What was found and what was expected; never content.
    public let detail: String

    /// Makes an error.
    public init(_ code: Code, at offset: Int, clause: String = "X.690", _ detail: String) {
        self.code = code
        self.offset = offset
        self.clause = clause
        self.detail = detail
    }

    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    public var description: String { "DER \(code.rawValue) at byte \(offset) (\(clause)): \(detail)" }
}
