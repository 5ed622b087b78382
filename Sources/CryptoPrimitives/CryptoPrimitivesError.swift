// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Why a primitive could not do its work. Two errors are equal when their codes are.
///
/// A signature that does not verify is an answer, not an error. Details name sizes and parameters: never keys or content.
public struct CryptoPrimitivesError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault.
    @nonexhaustive public enum Code: String, Sendable {
        /// A key, point, modulus or nonce of the wrong form or size.
        case invalidKey
        /// A key, nonce, salt or output has a length that the algorithm does not have.
        case invalidLength
        /// A parameter outside what the primitive allows.
        case invalidParameter
        /// A public key of small order, which would make the shared secret known to everybody (RFC 7748 §6.1).
        case weakPublicKey
        /// A cost of password hashing below what this library accepts.
        case belowFloor
        /// A cost of password hashing above what this library accepts.
        case aboveCeiling
        /// The system's libraries do not have the algorithm.
        case unsupportedAlgorithm
        /// Decryption or opening failed; there is deliberately one reason for all causes.
        case authenticationFailure
        /// Memory ran out inside the C library.
        case resourceExhausted
        /// The C library failed in a way that no input explains (memory, broken installation).
        case libraryFailure
    }
    /// The kind of fault.
    public let code: Code
    /// The clause of the standard at stake, or an empty text.
    public let clause: String
    /// What was found and what was expected.
    public let detail: String

    /// Makes an error.
    public init(_ code: Code, clause: String = "", _ detail: String) {
        self.code = code
        self.clause = clause
        self.detail = detail
    }

    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    public var description: String {
        clause.isEmpty ? "\(code.rawValue): \(detail)" : "\(code.rawValue) (\(clause)): \(detail)"
    }

    static func authentication() -> Self {
        Self(.authenticationFailure, "the ciphertext does not fit the key, the nonce or the context")
    }

    static func library(_ call: StaticString) -> Self { Self(.libraryFailure, "\(call) failed") }
}
