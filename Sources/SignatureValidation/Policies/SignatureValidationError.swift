// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Why no answer could be given. Two errors are equal when their codes are.
public struct SignatureValidationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault.
    @nonexhaustive public enum Code: String, Sendable {
        /// A policy that is not known or cannot be read.
        case invalidPolicy
        /// Content that is not, or no longer, what the signature covers.
        case contentNotVerified
        /// An expected signer that is not written KIND:VALUE.
        case invalidExpectation
    }
    /// The kind of fault.
    public let code: Code
    /// What was found and what was expected.
    public let detail: String

    /// Makes an error.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }
    public var description: String { "\(code.rawValue): \(detail)" }
}
