// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A duty to keep a document, which blocks its erasure.
public struct LegalHold: Sendable, Hashable {
    /// On what ground.
    public let ground: String
    /// Who decided.
    public let decidedBy: String
    /// When it was placed: the writer's claim.
    public let placedAt: Instant
}
