// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Why an evidence bundle could not be made, read or used. Two errors are equal when their codes are.
public struct EvidenceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault.
    @nonexhaustive public enum Code: String, Sendable {
        /// The archive does not begin with `evidence.json`.
        case notEvidence
        /// The bundle is of a newer format version.
        case newerFormat
        /// `evidence.json` is not the one canonical form, or names something that is not there.
        case invalidManifest
        /// A member that the bundle names is missing.
        case incomplete
        /// A member that the bundle does not name.
        case unknownMember
        /// A member does not have the size and digest that the bundle states.
        case changedMember
        /// A file that the bundle does not speak of, or that was changed since.
        case otherFile
        /// A file that the bundle speaks of is not among those that were given.
        case missingFile
        /// The same question is answered differently today: the bundle was made up, or this library judges differently.
        case notReproduced
        /// More than a bundle may hold.
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
