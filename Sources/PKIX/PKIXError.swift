// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Why a certificate, list or message could not be used. Two errors are equal when their codes are.
///
/// Bytes that do not have the expected structure throw ``DERSyntax/DERSyntaxError`` instead.
public struct PKIXError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault.
    @nonexhaustive public enum Code: String, Sendable {
        /// A key algorithm or curve that this library does not know.
        case unsupportedKey
        /// A key that is not a valid key of its algorithm.
        case invalidKey
        /// A signature algorithm that this library does not know.
        case unsupportedSignatureAlgorithm
        /// Text that should be PEM but is not.
        case invalidPEM
        /// A structure that must not be there, or lacks what must be.
        case invalidStructure
    }
    /// The kind of fault.
    public let code: Code
    /// The clause that the input breaks.
    public let clause: String
    /// What was found and what was expected; never content.
    public let detail: String

    /// Makes an error.
    public init(_ code: Code, clause: String, _ detail: String) {
        self.code = code
        self.clause = clause
        self.detail = detail
    }

    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    public var description: String { "\(code.rawValue) (\(clause)): \(detail)" }
}
