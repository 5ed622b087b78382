// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Where a document version stands in its life.
public enum EvidenceStatus: String, Sendable, Hashable, CaseIterable, Codable {
    /// In use.
    case active
    /// Replaced by a later version or document.
    case superseded
    /// Its validity is over.
    case expired
    /// Withdrawn by its issuer.
    case revoked
}
