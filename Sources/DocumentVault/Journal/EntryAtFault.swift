// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The first entry of a journal that does not hold, before which a vault was opened to be read.
public struct EntryAtFault: Sendable, Hashable {
    /// The entry's number; everything before it holds.
    public let sequence: Int64
    /// Number of the last entry that the store has: all from ``sequence`` on are left out.
    public let last: Int64
    /// Who signed it, as enrolled before it; `nil` when no such signature holds, so that whoever runs the store may have
    /// made or changed it.
    public let writer: WriterID?
    /// Why it does not hold.
    public let fault: VaultError

    public func hash(into hasher: inout Hasher) { hasher.combine(sequence) }
}

extension VaultError {
    /// The number of the journal's entry that does not hold, or that this program does not know; `nil` for any other error.
    var entryAtFault: Int64? {
        guard code == .damaged || code == .newerVersion, object.hasPrefix("entry ") else { return nil }
        return Int64(object.dropFirst(6))
    }
}
