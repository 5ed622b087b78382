// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A language in which every message of the library exists.
public enum Language: String, Sendable, Hashable, CaseIterable, Codable {
    /// Vietnamese, the default of the public-service portals this library is made for.
    case vietnamese = "vi"
    /// English.
    case english = "en"
}
