// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A status that an entry gives to a document; the others follow from other entries and the date.
public enum DeclaredStatus: String, Sendable, Hashable, CaseIterable {
    /// In use again.
    case active
    /// Its issuer took it back.
    case revoked
    /// Its owner does not want it used any more.
    case withdrawn

    var number: Int64 {
        switch self {
        case .active: 0
        case .revoked: 1
        case .withdrawn: 2
        }
    }

    init?(number: Int64) {
        guard let status = Self.allCases.first(where: { $0.number == number }) else { return nil }
        self = status
    }
}
