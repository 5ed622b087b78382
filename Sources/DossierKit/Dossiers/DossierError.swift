// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Why a dossier could not be made or read. Two errors are equal when their codes are.
public struct DossierError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault.
    @nonexhaustive public enum Code: String, Sendable {
        /// The manifest breaks a rule of its format.
        case invalidManifest
        /// The manifest is of a newer format version.
        case newerFormat
        /// A part of the dossier is missing altogether (`dossier.json`, its signature).
        case incomplete
        /// An attachment that cannot be taken.
        case invalidAttachment
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
