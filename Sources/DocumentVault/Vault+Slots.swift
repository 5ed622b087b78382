// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore

extension Vault {
    /// The slots of the newest epoch.
    public func slots() -> [VaultSlot] {
        state.core.epoch.slots.compactMap { entry in
            let kind: VaultSlot.Kind? =
                switch Slot.Kind(rawValue: entry.kind) {
                case .passphrase: .passphrase
                case .recoveryCode: .recoveryCode
                case .device: .device
                case .delegate: .delegate
                case nil: nil
                }
            return kind.map {
                VaultSlot(
                    id: entry.id, kind: $0, label: entry.label ?? "", writer: entry.writer,
                    isOwn: entry.id == access.slot, isKnownToFormer: entry.ownerCopy != nil)
            }
        }
    }

    /// The writers besides the owner whose entries count.
    public func writers() -> [VaultWriter] { state.core.writers.values.sorted { $0.id < $1.id } }

    /// Adds a passphrase or recovery code that opens the vault from now on, all of it.
    ///
    /// - Parameters:
    ///   - secret: The passphrase or code.
    ///   - label: The owner's name for it.
    ///   - cost: The cost of password hashing.
    ///   - time: Now; recorded as a claim.
    /// - Returns: The new slot.
    /// - Throws: ``VaultError``: `notPermitted` without the owner's key, `overQuota` for one slot too many, `invalidMetadata`
    ///   for a label of more than 255 octets or with control characters and for a device's keys (see
    ///   ``enrol(_:as:writing:label:until:at:)``), errors of the store.
    public func addSlot(
        _ secret: Unlocking, label: String = "", cost: Argon2id = .floor, at time: Instant
    ) async throws(VaultError) -> SlotID {
        let owner = try requireOwner()
        if case .device = secret {
            throw VaultError(.invalidMetadata, "a device is enrolled, not added as a passphrase is")
        }
        try Self.check(label: label)
        while true {
            let current = try currentSecret()
            let (vault, random) = (id, random)
            let new = try await KeyDerivationQueue.shared.run(deriving: secret.derives) {
                () throws(VaultError) -> NewSlot in
                try NewSlot(
                    for: secret, cost: cost, label: label.isEmpty ? nil : label.normalizedNFC, vault: vault,
                    secret: current, owner: owner, random: random)
            }
            if try await put([new], events: [], under: current, at: time) { return new.slot.id }
        }
    }

    /// Enrols a device, session, delegate or service: it opens the vault with its own keys, and its entries of the kinds
    /// named count.
    ///
    /// - Parameters:
    ///   - card: Its public keys, from a source that the caller trusts.
    ///   - role: In what capacity.
    ///   - kinds: What it may write; empty for one that only reads.
    ///   - label: The owner's name for it.
    ///   - until: Entries that claim a later time do not count.
    ///   - time: Now; recorded as a claim.
    /// - Returns: The writer and its slot.
    /// - Throws: As ``addSlot(_:label:cost:at:)``; `alreadyExists` for keys that are enrolled (also by an earlier call whose
    ///   reply was lost), `invalidMetadata` for a kind that only the owner writes.
    public func enrol(
        _ card: DeviceCard, as role: VaultWriter.Role, writing kinds: Set<EntryKind> = EntryKind.documents,
        label: String = "", until: Instant? = nil, at time: Instant
    ) async throws(VaultError) -> (writer: WriterID, slot: SlotID) {
        let owner = try requireOwner()
        try Self.check(label: label)
        guard kinds.isSubset(of: EntryKind.enrollable) else {
            throw VaultError(.invalidMetadata, "a kind of entry that only the owner writes")
        }
        let writer = VaultWriter(
            id: WriterID(random: random), key: card.verification, role: role, kinds: kinds, label: label.normalizedNFC,
            until: until)
        try Self.check(writer, in: state.core)
        while true {
            let current = try currentSecret()
            let new = try NewSlot(
                role == .device || role == .session ? .device : .delegate, SlotID(random: random), for: card.agreement,
                label: label.isEmpty ? nil : label.normalizedNFC, writer: writer.id, vault: id, secret: current,
                owner: owner, random: random)
            if try await put([new], events: [.writerEnrolled(writer)], under: current, at: time) {
                return (writer.id, new.slot.id)
            }
        }
    }

    static func check(label: String) throws(VaultError) {
        guard label.utf8.count <= 255 else { throw VaultError(.invalidMetadata, "a label of more than 255 octets") }
        guard !label.hasControls else { throw VaultError(.invalidMetadata, "a label with control characters") }
    }

    // `false` when a new epoch began meanwhile: the slot must be sealed anew.
    private func put(
        _ new: [NewSlot], events: [VaultEvent], under current: EpochSecret, at time: Instant
    ) async throws(VaultError) -> Bool {
        let known = state.head
        let stored = try await storedSlots()
        do throws(VaultError) {
            _ = try await change(operation: OperationID(random: random), at: time) { (state) throws(VaultError) in
                let entries = state.core.epoch.slots + new.map(\.announced)
                guard state.core.epoch.number == current.number, stored.count == state.core.epoch.slots.count else {
                    throw VaultError(.conflict, "the slots were changed")
                }
                // An earlier call, whose reply was lost, or another device may have enrolled it meanwhile.
                for case .writerEnrolled(let writer) in events { try Self.check(writer, in: state.core) }
                try Self.check(entries)
                var slots = stored
                for slot in new { slots[slot.slot.id] = slot.slot.bytes }
                var change = Change(
                    events: events + [.epoch(EpochAnnouncement(epoch: current.number, slots: entries))], secret: current
                )
                change.slots = slots
                return change
            }
            return true
        } catch {
            guard error.code == .conflict else { throw error }
            try await refresh()
            // Nobody has changed anything: trying again would find the same for ever.
            guard state.head != known else {
                throw VaultError(.damaged, object: "slot", "the store does not have all of them")
            }
            return false
        }
    }

    private static func check(_ writer: VaultWriter, in core: StateCore) throws(VaultError) {
        guard !core.writers.values.contains(where: { $0.key == writer.key }) else {
            throw VaultError(.alreadyExists, "a writer with these keys is enrolled")
        }
        guard core.writers.count < StateCore.mostWriters else {
            throw VaultError(.overQuota, "\(core.writers.count) writers are enrolled")
        }
    }

    static func check(_ entries: [EpochAnnouncement.SlotEntry]) throws(VaultError) {
        let passphrases = entries.count { $0.kind == Slot.Kind.passphrase.rawValue }
        guard entries.count <= Slot.most, passphrases <= Slot.mostPassphrases else {
            throw VaultError(
                .overQuota,
                "\(entries.count) slots with \(passphrases) passphrases, at most \(Slot.most) and \(Slot.mostPassphrases)"
            )
        }
    }

    /// The slots in the store, each as the owner announced it.
    func storedSlots() async throws(VaultError) -> [SlotID: [UInt8]] {
        var slots: [SlotID: [UInt8]] = [:]
        for bytes in try await store.slots(of: id) {
            let digest = try Digest32(of: bytes)
            guard let entry = state.core.epoch.slots.first(where: { $0.digest == digest }) else { continue }
            slots[entry.id] = bytes
        }
        return slots
    }
}
