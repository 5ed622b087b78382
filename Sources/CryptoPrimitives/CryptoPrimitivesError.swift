// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Why a primitive could not do its work. Two errors are equal when their codes are.
///
/// A signature that does not verify is an answer, not an error. Details never hold keys or content.
public struct CryptoPrimitivesError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault.
    @nonexhaustive public enum Code: String, Sendable {
        /// A key, point, modulus or nonce of the wrong form or size.
        case invalidKey
        /// A parameter outside what the primitive allows.
        case invalidParameter
        /// The system's libraries do not have the algorithm.
        case unsupportedAlgorithm
        /// Decryption or opening failed; there is deliberately one reason for all causes.
        case authenticationFailure
        /// The C library failed in a way that no input explains (memory, broken installation).
        case libraryFailure
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
