// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Why no grant was made of a consent. Two are equal when their codes are.
public struct ConsentMismatch: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of fault.
    @nonexhaustive public enum Code: String, Sendable, CaseIterable {
        /// The consent was withdrawn.
        case withdrawn
        /// The person was shown another recipient.
        case otherRecipient = "other-recipient"
        /// The person was told otherwise of who watches over period and uses.
        case otherRelease = "other-release"
        /// The documents are not those of this vault.
        case otherVault = "other-vault"
    }
    /// The kind of fault.
    public let code: Code

    /// Makes an error.
    public init(_ code: Code) { self.code = code }

    public var description: String { "consent: \(code.rawValue)" }

    /// What happened, for people.
    public var phrase: Phrase {
        switch code {
        case .withdrawn: Phrase(vi: "sự đồng ý đã được rút lại", en: "the consent was withdrawn")
        case .otherRecipient:
            Phrase(vi: "người dân đã đồng ý cho cơ quan khác", en: "the person agreed to another recipient")
        case .otherRelease:
            Phrase(
                vi: "cách giám sát khác với điều người dân đã được thông báo",
                en: "the person was told otherwise of who watches over the grant")
        case .otherVault:
            Phrase(vi: "giấy tờ không thuộc kho này", en: "the documents are not those of this vault")
        }
    }
}
