// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// What part of a file a signature covers.
public struct SignatureCoverage: Sendable, Hashable {
    /// How much.
    public enum Scope: String, Sendable, Hashable, Codable {
        /// Every byte but the signature value itself.
        case entireFile = "entire-file"
        /// Every byte of an earlier revision.
        case entireRevision = "entire-revision"
        /// Some bytes of a revision are not covered.
        case partial
        /// It cannot be said.
        case unclear
    }
    /// Bytes that are not covered, from the first to before the last.
    public struct UncoveredRange: Sendable, Hashable, Codable {
        /// First byte.
        public let from: Int64
        /// The byte after the last.
        public let to: Int64

        /// Makes a range.
        public init(from: Int64, to: Int64) {
            self.from = from
            self.to = to
        }
    }
    /// How much is covered.
    public let scope: Scope
    /// The revision that is covered, from 1; 0 when unclear.
    public let revision: Int
    /// Number of revisions of the file.
    public let revisions: Int
    /// Whether the whole file as it stands is covered.
    public let whole: Bool
    /// Bytes that are not covered, apart from the signature value.
    public let uncovered: [UncoveredRange]
    /// Files of a container that are not covered.
    public let uncoveredPaths: [String]

    /// Makes a coverage.
    public init(
        scope: Scope, revision: Int, revisions: Int, uncovered: [UncoveredRange] = [], uncoveredPaths: [String] = []
    ) {
        self.scope = scope
        self.revision = revision
        self.revisions = revisions
        whole = scope == .entireFile
        self.uncovered = uncovered
        self.uncoveredPaths = uncoveredPaths
    }

    /// A file without revisions that is covered to the last byte.
    public static let entireFile = SignatureCoverage(scope: .entireFile, revision: 1, revisions: 1)
}

/// What one later revision of a file changed after it was signed.
public struct ChangeAfterSigning: Sendable, Hashable, Codable {
    /// The kind of change.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// Validation material was added (document security store).
        case dss
        /// A document time-stamp was added.
        case timestamp = "time-stamp"
        /// A further signature was added.
        case signature
        /// A form field was filled in.
        case formFill = "form-fill"
        /// An annotation was added or changed.
        case annotation
        /// Metadata changed.
        case metadata
        /// Anything else.
        case other
    }
    /// The revision that made the change, from 1.
    public let revision: Int
    /// The kind of change.
    public let kind: Kind
    /// Whether the rules allow it after signing.
    public let allowed: Bool
    /// The objects concerned, for example `12 0`.
    public let objects: [String]
    /// Why it is not allowed; empty when it is.
    public let reasons: [Reason]

    /// Makes a change.
    public init(revision: Int, kind: Kind, allowed: Bool, objects: [String], reasons: [Reason] = []) {
        self.revision = revision
        self.kind = kind
        self.allowed = allowed
        self.objects = objects
        self.reasons = reasons
    }

    /// Why a change is not allowed.
    public struct Reason: Sendable, Hashable, Codable {
        /// Stable code of the format, for example `form-changed`.
        public let code: String
        /// The object that shows it, for example `12 0 R`; empty where there is none.
        public let object: String
        /// The reason in Vietnamese.
        public let vi: String
        /// The reason in English.
        public let en: String

        /// Makes a reason.
        public init(code: String, object: String?, phrase: Phrase) {
            self.code = code
            self.object = object ?? ""
            (vi, en) = (phrase.vi, phrase.en)
        }
    }
}

/// A fault of a format, with the clause that it breaks.
public struct FormatFault: Sendable, Hashable {
    /// Stable code, for example `byte-range-gap`.
    public let code: String
    /// The clause.
    public let clause: String
    /// What is wrong.
    public let phrase: Phrase

    /// Makes a fault.
    public init(code: String, clause: String, phrase: Phrase) {
        self.code = code
        self.clause = clause
        self.phrase = phrase
    }
}
