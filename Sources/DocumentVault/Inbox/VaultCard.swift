// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DossierCore

/// What others need to leave a document in a vault: its name and the public key to seal to.
///
/// It is the first entry of the journal, so it proves itself against the vault's name: a card with another key has another
/// name. That the name is the citizen's is for the caller to know, for example from a signed dossier.
public struct VaultCard: Sendable, Hashable, CustomStringConvertible {
    /// The vault.
    public let vault: VaultID
    /// The key that signs for its owner.
    public let ownerKey: VaultVerificationKey
    /// The key to seal to.
    public let vaultKey: X25519PublicKey
    /// DER of the journal's first entry.
    public let bytes: [UInt8]

    /// Reads a card.
    ///
    /// - Throws: ``VaultError`` with code `damaged` when it is no first entry that its owner signed.
    public init(_ bytes: [UInt8]) throws(VaultError) {
        let entry = try JournalEntry(parsing: bytes, object: "vault card")
        guard let genesis = entry.genesis, entry.sequence == 0, entry.isSigned(by: genesis.ownerKey) else {
            throw VaultError(.damaged, object: "vault card", "no first entry of a journal")
        }
        vault = VaultID(entry.hash)
        ownerKey = genesis.ownerKey
        vaultKey = genesis.vaultKey
        self.bytes = bytes
    }

    /// Reads the line that ``description`` writes.
    ///
    /// - Throws: As ``init(_:)-(_)``.
    public init(text: some StringProtocol) throws(VaultError) {
        let parts = text.split(whereSeparator: \.isWhitespace)
        guard parts.count == 2, parts[0] == "dossier-vault-card/1", let bytes = Hexadecimal.decode(parts[1]) else {
            throw VaultError(.damaged, object: "vault card", "not a card")
        }
        try self.init(bytes)
    }

    /// `dossier-vault-card/1 <first entry in hexadecimal>`
    public var description: String { "dossier-vault-card/1 \(Hexadecimal.encode(bytes))" }
}
