// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Why a container could not be made, extended or judged. Two errors are equal when their codes are.
public struct ASiCError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault.
    @nonexhaustive public enum Code: String, Sendable {
        /// The container holds only signatures that are not CAdES.
        case unsupportedSignatures
        /// No files, or not the one file that an ASiC-S holds.
        case wrongNumberOfFiles
        /// A file may not stand under this path: the container needs it for itself.
        case reservedPath
        /// The URI of one file reads like the name of another, so that a manifest could mean either.
        case ambiguousPath
        /// There is no such file in the container, or it is no signature.
        case noSuchFile
        /// The container cannot take a further signature as it is.
        case cannotBeSigned
        /// More signatures, or more files named by manifests, than is read.
        case limitExceeded
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
