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
    /// The owner lets a recipient read versions of documents.
    case grant = 14
    /// A grant ends before its time.
    case grantRevoked = 15
    /// The head of the access log, as the owner last saw and checked it.
    case accessLogCheckpoint = 16
    /// The vault was put back from an export.
    case restored = 17

    /// What a writer is enrolled for unless something else is said: documents, and what keeps them in order.
    public static let documents: Set<EntryKind> = [.documentVersion, .documentStatus, .sweeping, .depositAbsorbed]

    /// The kinds that a writer other than the owner can be enrolled for.
    public static let enrollable = documents.union([.grant, .grantRevoked, .accessLogCheckpoint])

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
