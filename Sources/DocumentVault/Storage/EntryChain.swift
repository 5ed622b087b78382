// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

/// Follows entries from the first on, as far as that needs no key (format §3, §4): each names the one before, and the hash of
/// its payload; the owner signed those that are the owner's; and only such a one begins the next epoch, which stands in its
/// payload. What other writers signed cannot be judged: their keys are sealed.
struct EntryChain {
    private let vault: VaultID
    private var last: JournalHead?
    /// The owner's public key, from the first entry on.
    private(set) var ownerKey: VaultVerificationKey?
    /// The epoch of the newest payload; `nil` before the first, and when entries were left out.
    private(set) var epoch: Int64?
    /// Octets of the payloads of the owner's entries that bring no content: of those that were judged, and as only these can
    /// say that something was erased or that slots are others.
    private(set) var explaining = 0

    /// - Parameter vault: The vault, named by the hash of its first entry.
    init(of vault: VaultID) { self.vault = vault }

    /// Goes on behind an entry that was followed elsewhere.
    mutating func skip(to head: JournalHead) { (last, epoch) = (head, nil) }

    /// - Parameter isHeld: Whether the copy has the entry already: then its signature is not judged again.
    /// - Throws: `damaged` for an entry that does not continue the ones before, a payload that is not its own or that no reader
    ///   takes, an entry of the owner's that the owner did not sign, and an epoch that the owner did not begin.
    mutating func follow(_ stored: StoredEntry, isHeld: Bool = false) throws(VaultError) {
        let object = "entry \(stored.sequence)"
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        let entry = try JournalEntry(parsing: stored.entry, object: object)
        guard entry.sequence == (last?.sequence ?? -1) + 1, entry.sequence == stored.sequence,
            last.map({ $0.hash == entry.previous }) ?? true, entry.operation == stored.operation
        else { throw damaged("it does not continue the entry before") }
        if entry.sequence == 0 {
            guard let genesis = entry.genesis, VaultID(entry.hash) == vault else {
                throw damaged("it is not the genesis of this vault")
            }
            ownerKey = genesis.ownerKey
        }
        let isOwners = entry.writer == .owner
        if isOwners, !isHeld {
            guard let ownerKey, entry.isSigned(by: ownerKey) else { throw damaged("the owner did not sign it") }
        }
        if let bytes = stored.payload {
            let payload = try Payload(parsing: bytes, object: object)
            guard payload.hash == entry.payloadHash else { throw damaged("its payload is another") }
            guard epoch.map({ payload.epoch == $0 || (payload.epoch == $0 + 1 && isOwners) }) ?? true else {
                throw damaged("epoch \(payload.epoch) out of place")
            }
            epoch = payload.epoch
            if isOwners, !isHeld, entry.contents.isEmpty { explaining += bytes.count }
        }
        last = entry.head
    }
}
