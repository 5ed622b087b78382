// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// What one revision does to one object.
public struct ObjectChange: Sendable, Hashable {
    /// The kind of change.
    public enum Kind: Sendable, Hashable {
        /// The object number was not in use before.
        case added
        /// The object has another place than before; its content may be the same.
        case changed
        /// The object was in use and is free now.
        case freed
    }
    /// The object; for a freed one the identity that it had.
    public let reference: IndirectReference
    /// The kind of change.
    public let kind: Kind
    /// Whether the new bytes lie before the bytes of this revision, which no honest writer produces.
    public let pointsBack: Bool
}
