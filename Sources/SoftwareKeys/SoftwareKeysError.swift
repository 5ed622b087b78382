// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Why a key file could not be used. Two errors are equal when their codes are; details never hold secrets.
public struct SoftwareKeysError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault.
    @nonexhaustive public enum Code: String, Sendable {
        /// The passphrase does not open the file.
        case wrongPassphrase
        /// The file is protected and no passphrase was given.
        case passphraseNeeded
        /// The file is not a key file of a known kind, or is damaged.
        case unreadable
        /// A key or protection that the system's OpenSSL does not support.
        case unsupported
        /// The certificate does not belong to the key, or is missing.
        case certificateMismatch
        /// The key cannot sign with the scheme.
        case schemeMismatch
        /// The C library failed in a way that no input explains.
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
