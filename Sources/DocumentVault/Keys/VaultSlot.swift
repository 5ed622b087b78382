// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A slot as the vault's owner sees it.
public struct VaultSlot: Sendable, Hashable {
    /// What opens a slot.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A passphrase.
        case passphrase
        /// A recovery code.
        case recoveryCode = "recovery-code"
        /// The keys of a device.
        case device
        /// The keys of another person, organisation or program.
        case delegate
    }

    /// Names the slot; stays the same in all epochs.
    public let id: SlotID
    /// What opens it.
    public let kind: Kind
    /// The owner's name for it, or an empty text.
    public let label: String
    /// The writer whose keys open it.
    public let writer: WriterID?
    /// Whether this vault was opened with it.
    public let isOwn: Bool
    /// Whether it also opens for whoever had any owner's secret of the vault, removed ones included: slots for passphrases and
    /// recovery codes of version 1 (format §5). Change it.
    public let isKnownToFormer: Bool
}
