// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// What has become of a document.
public enum DocumentStatus: String, Sendable, Hashable, CaseIterable {
    /// In use.
    case active
    /// Another document took its place.
    case superseded
    /// Its issuer took it back.
    case revoked
    /// Its owner does not want it used any more.
    case withdrawn
    /// Its last day of validity is over.
    case expired

    /// What it means, for people.
    public var phrase: Phrase {
        switch self {
        case .active: Phrase(vi: "đang dùng", en: "active")
        case .superseded: Phrase(vi: "đã được thay thế", en: "superseded")
        case .revoked: Phrase(vi: "đã bị thu hồi", en: "revoked")
        case .withdrawn: Phrase(vi: "đã rút khỏi sử dụng", en: "withdrawn")
        case .expired: Phrase(vi: "đã hết hiệu lực", en: "expired")
        }
    }
}
