// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Whose vault it is.
public enum OwnerKind: String, Sendable, Hashable, CaseIterable {
    /// A natural person.
    case person
    /// An organisation.
    case organisation

    var number: Int64 { self == .person ? 0 : 1 }

    init?(number: Int64) {
        switch number {
        case 0: self = .person
        case 1: self = .organisation
        default: return nil
        }
    }
}
