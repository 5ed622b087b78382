// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A head that is kept outside the store's administration, so that a store cannot show an older or another history.
public struct Anchor: Sendable, Hashable, CustomStringConvertible {
    /// The vault.
    public let vault: VaultID
    /// The head at the time the anchor was taken.
    public let head: JournalHead

    /// Makes an anchor.
    public init(vault: VaultID, head: JournalHead) {
        self.vault = vault
        self.head = head
    }

    /// Reads the line that ``description`` writes, or gives `nil`; white space around it is ignored.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(whereSeparator: \.isWhitespace)
        guard parts.count == 4, parts[0] == "dossier-vault-anchor/1", let vault = VaultID(parts[1]),
            let sequence = Int64(parts[2]), sequence >= 0, let hash = Digest32(parts[3])
        else { return nil }
        self.init(vault: vault, head: JournalHead(sequence: sequence, hash: hash))
    }

    /// `dossier-vault-anchor/1 <vault id> <sequence> <hash>`
    public var description: String { "dossier-vault-anchor/1 \(vault) \(head.sequence) \(head.hash)" }
}
