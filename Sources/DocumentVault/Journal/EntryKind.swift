// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// What a journal entry can do (format §4).
public enum EntryKind: Int64, Sendable, Hashable, CaseIterable, Comparable {
    /// The first entry.
    case genesis = 1
    /// The slots of the first epoch, and slots added later.
    case epoch = 2
    /// A version of a document.
    case documentVersion = 3
    /// What the owner or issuer says became of a document.
    case documentStatus = 4
    /// Somebody may sign entries from now on.
    case writerEnrolled = 5
    /// Somebody may not sign entries any more.
    case writerRemoved = 6
    /// A new epoch begins.
    case rotating = 7
    /// Every key record is of the current epoch.
    case rotated = 8
    /// Contents that nothing names are about to be deleted.
    case sweeping = 9
    /// A document is gone.
    case erased = 10
    /// A document may not be erased, or may again.
    case legalHold = 11
    /// The state, sealed in pages.
    case snapshot = 12
    /// A document came from the inbox, or was put aside.
    case depositAbsorbed = 13
    /// Reserved: a grant.
    case grant = 14
    /// Reserved: the end of a grant.
    case grantRevoked = 15
    /// Reserved: a checkpoint of the access log.
    case accessLogCheckpoint = 16
    /// The vault was put back from an export.
    case restored = 17

    /// The kinds that a writer other than the owner can be enrolled for.
    public static let enrollable: Set<EntryKind> = [.documentVersion, .documentStatus, .sweeping, .depositAbsorbed]

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
