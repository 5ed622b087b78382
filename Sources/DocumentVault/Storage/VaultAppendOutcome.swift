// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// What became of a ``VaultAppend``.
public enum VaultAppendOutcome: Sendable, Hashable {
    /// Everything is on stable storage and the head is the new one.
    case committed
    /// The operation was carried out before; its first entry has this number. Nothing was changed.
    case repeated(Int64)
    /// The head is another one; nothing was changed.
    case conflict(JournalHead?)
}
