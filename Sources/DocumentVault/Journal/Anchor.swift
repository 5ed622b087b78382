// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A head that is kept outside the store's administration, so that a store cannot show an older or another history.
public struct Anchor: Sendable, Hashable, CustomStringConvertible {
    /// The vault.
    public let vault: VaultID
    /// The head at the time the anchor was taken.
    public let head: JournalHead
    /// SHA-256 of each restoration up to the head, oldest first: what the owner gave up before cannot explain that the
    /// head is missing.
    public let restorations: [Digest32]

    /// Makes an anchor.
    public init(vault: VaultID, head: JournalHead, restorations: [Digest32] = []) {
        self.vault = vault
        self.head = head
        self.restorations = restorations
    }

    /// Reads the line that ``description`` writes, or gives `nil`; white space around it is ignored.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(whereSeparator: \.isWhitespace)
        guard parts.count >= 4, parts[0] == "dossier-vault-anchor/1", let vault = VaultID(parts[1]),
            let sequence = Int64(parts[2]), sequence >= 0, let hash = Digest32(parts[3])
        else { return nil }
        let restorations = parts[4...].compactMap { Digest32($0) }
        guard restorations.count == parts.count - 4 else { return nil }
        self.init(vault: vault, head: JournalHead(sequence: sequence, hash: hash), restorations: restorations)
    }

    /// `dossier-vault-anchor/1 <vault id> <sequence> <hash>`, followed by the restorations if there are any.
    public var description: String {
        let restored = restorations.map { " \($0)" }.joined()
        return "dossier-vault-anchor/1 \(vault) \(head.sequence) \(head.hash)\(restored)"
    }

    /// Whether this is to be kept in the place of another anchor of the vault: it knows of a restoration that the other one
    /// does not, or it is further on and knows of all of the other's.
    public func supersedes(_ other: Anchor) -> Bool {
        if !Set(restorations).isSubset(of: other.restorations) { return true }
        return restorations.count == other.restorations.count && head.sequence > other.head.sequence
    }
}
