// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Why a signature could not be made or extended. Two errors are equal when their codes are.
public struct AdESError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault.
    @nonexhaustive public enum Code: String, Sendable {
        /// The signer's certificate is not valid; its key was not called.
        case signerNotValid
        /// Whether the signer's certificate is valid could not be determined; its key was not called.
        case signerIndeterminate
        /// The signer returned a value that its certificate does not verify.
        case signatureValueMismatch
        /// An algorithm that may not be used for new signatures.
        case algorithmNotAllowed
        /// A trust bundle whose signature does not hold, or is not by the signer that is pinned.
        case bundleNotAccepted
        /// A time-stamp that does not hold, is over something else, or lies outside the signer's validity.
        case timeStampNotAccepted
        /// The level that was asked for cannot be reached; nothing is written.
        case levelNotReached
        /// The signature cannot be extended, or nothing can be added to it: broken, of another kind, or of an older form.
        case unsuitableSignature
        /// The structure to be completed is damaged.
        case invalidPreparation
    }
    /// The kind of fault.
    public let code: Code
    /// What was found and what was expected.
    public let detail: String
    /// The same for a reader, where it is more than technical; `nil` else.
    public let phrase: Phrase?

    /// Makes an error.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
        phrase = nil
    }

    /// Makes an error whose detail a reader should understand; ``detail`` is the English text.
    public init(_ code: Code, _ phrase: Phrase) {
        self.code = code
        detail = phrase.en
        self.phrase = phrase
    }

    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }
    public var description: String { "\(code.rawValue): \(detail)" }
}
