// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// How the law on personal data ranks what a document says.
public enum Sensitivity: String, Sendable, Hashable, CaseIterable, Codable {
    /// Basic personal data.
    case basic
    /// Sensitive personal data (health, criminal records): a consent must say so.
    case sensitive

    /// The rank in words.
    public var name: Phrase {
        switch self {
        case .basic: Phrase(vi: "dữ liệu cá nhân cơ bản", en: "basic personal data")
        case .sensitive: Phrase(vi: "dữ liệu cá nhân nhạy cảm", en: "sensitive personal data")
        }
    }
}
