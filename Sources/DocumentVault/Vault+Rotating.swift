// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore

extension Vault {
    /// Removes slots, and the writers who open with them, by beginning a new epoch; see ``rotate(removing:adding:at:progress:)``.
    public func removeSlots(
        _ slots: Set<SlotID>, at time: Instant, progress: (@Sendable (Int64, Int64) -> Void)? = nil
    ) async throws(VaultError) {
        try await rotate(removing: slots, at: time, progress: progress)
    }

    /// Puts a new passphrase or recovery code in the place of a slot, by beginning a new epoch.
    ///
    /// - Returns: The new slot.
    /// - Throws: As ``rotate(removing:adding:at:progress:)``; `notFound` for a slot that there is not.
    public func changeSlot(
        _ slot: SlotID, to secret: Unlocking, label: String = "", cost: Argon2id = .floor, at time: Instant
    ) async throws(VaultError) -> SlotID {
        let before = Set(slots().map(\.id))
        try await rotate(
            removing: [slot], adding: [SlotSecret(secret, label: label, cost: cost)], at: time)
        return slots().map(\.id).first { !before.contains($0) } ?? slot
    }

    /// A secret that gets a slot in a new epoch.
    public struct SlotSecret: Sendable {
        let secret: Unlocking
        let label: String
        let cost: Argon2id

        /// Takes a passphrase or recovery code, the owner's name for it, and the cost of password hashing.
        public init(_ secret: Unlocking, label: String = "", cost: Argon2id = .floor) {
            self.secret = secret
            self.label = label
            self.cost = cost
        }
    }

    /// Whether a rotation was begun and not brought to its end.
    public var isRotating: Bool { state.core.epoch.isRotating }

    /// Begins a new epoch and wraps the key of every document version anew under its secret.
    ///
    /// From the first entry on the removed slots open nothing that is written, and the slots that stay open the new epoch.
    /// The rest goes in bounded steps; a call that was interrupted is taken up by the next one, on any device of the owner.
    /// A version whose key record is missing or does not hold keeps no other one back: see ``keysLeftBehind``. The rotation
    /// counts as interrupted then, until the record is restored or the document erased; the next one may begin all the same.
    /// Contents are not touched. What a removed secret and a kept copy of the store could open before stays open.
    ///
    /// - Parameters:
    ///   - removed: Slots that go.
    ///   - added: Secrets that get a slot.
    ///   - time: Now; recorded as a claim.
    ///   - progress: Told the key records done and all there are.
    /// - Throws: ``VaultError``: `notPermitted` without the owner's key, `notFound` for a slot that there is not,
    ///   `invalidMetadata` when no owner's slot would be left or for a label that ``addSlot(_:label:cost:at:)`` refuses, errors
    ///   of the store.
    public func rotate(
        removing removed: Set<SlotID> = [], adding added: [SlotSecret] = [], at time: Instant,
        progress: (@Sendable (Int64, Int64) -> Void)? = nil
    ) async throws(VaultError) {
        _ = try requireOwner()
        for secret in added { try Self.check(label: secret.label) }
        try await refresh()
        if state.core.epoch.isRotating { try await finishRotation(at: time, progress: progress) }
        try await beginRotation(removing: removed, adding: added, at: time)
        try await finishRotation(at: time, progress: progress)
    }

    private func beginRotation(
        removing removed: Set<SlotID>, adding added: [SlotSecret], at time: Instant
    ) async throws(VaultError) {
        let owner = try requireOwner()
        guard removed.isSubset(of: state.core.epoch.slots.map(\.id)) else {
            throw VaultError(.notFound, object: "slot", "there is no such slot")
        }
        for _ in 0..<Self.mostOvertakings {
            let (vault, random, core) = (id, random, state.core)
            let current = try currentSecret()
            let next = EpochSecret(number: current.number + 1, octets: random.secret(32))
            let stored = try await storedSlots()
            if core.epoch.slots.contains(where: { !removed.contains($0.id) && stored[$0.id] == nil }) {
                // Somebody else may have exchanged them since this device last looked.
                try await refresh()
                guard state.core.epoch == core.epoch else { continue }
            }
            let made = try await KeyDerivationQueue.shared.run(deriving: added.contains { $0.secret.derives }) {
                () throws(VaultError) -> [NewSlot] in
                var slots: [NewSlot] = []
                for entry in core.epoch.slots where !removed.contains(entry.id) {
                    guard let bytes = stored[entry.id] else {
                        throw VaultError(.damaged, object: "slot \(entry.id)", "the store does not have it")
                    }
                    slots.append(
                        try NewSlot(
                            renewing: Slot(parsing: bytes), announced: entry, vault: vault, secret: next, owner: owner,
                            random: random))
                }
                for secret in added {
                    if case .device = secret.secret {
                        throw VaultError(.invalidMetadata, "a device is enrolled, not added")
                    }
                    slots.append(
                        try NewSlot(
                            for: secret.secret, cost: secret.cost,
                            label: secret.label.isEmpty ? nil : secret.label.normalizedNFC, vault: vault, secret: next,
                            owner: owner, random: random))
                }
                return slots
            }
            let entries = made.map(\.announced)
            guard entries.contains(where: { Slot.Kind.isOwners($0.kind) }) else {
                throw VaultError(.invalidMetadata, "a passphrase or recovery code must stay")
            }
            try Self.check(entries)
            let announcement = EpochAnnouncement(
                epoch: next.number, slots: entries,
                previous: try current.sealed(under: next, vault: vault, random: random))
            let gone = core.epoch.slots.filter { removed.contains($0.id) }.compactMap(\.writer)
            do throws(VaultError) {
                _ = try await change(operation: OperationID(random: random), at: time) { (state) throws(VaultError) in
                    guard state.core.epoch == core.epoch else { throw VaultError(.conflict, "the slots were changed") }
                    var change = Change(
                        events: [.rotating(announcement)]
                            + gone.filter { state.core.writers[$0] != nil }.map { .writerRemoved($0) }, secret: next)
                    change.slots = Dictionary(uniqueKeysWithValues: made.map { ($0.slot.id, $0.slot.bytes) })
                    return change
                }
                return
            } catch {
                guard error.code == .conflict else { throw error }
                try await refresh()
            }
        }
        throw VaultError(.busy, object: "vault \(id)", "others changed its slots all the time")
    }

    /// Key records per step of a rotation.
    static let rotationStep = 512

    /// Most times that a rotation is overtaken, or finds records that an overtaken one put back.
    private static let mostOvertakings = 64

    /// Brings the newest epoch to its end. Another device may begin the next one meanwhile; then that one is brought to its
    /// end, whoever began it, so that nothing stays behind that was wrapped for an epoch in between.
    func finishRotation(
        at time: Instant, progress: (@Sendable (Int64, Int64) -> Void)?
    ) async throws(VaultError) {
        try await loadDocuments()
        for _ in 1..<Self.mostOvertakings {
            let current = try currentSecret()
            do throws(VaultError) {
                keysLeftBehind = try await finish(current, at: time, progress: progress)
                return
            } catch {
                guard error.code == .damaged else { throw error }
                try await refresh()
                // What this device cannot know belongs to an epoch that somebody else began.
                guard state.core.epoch.number > current.number else { throw error }
            }
        }
        throw VaultError(.busy, object: "vault \(id)", "others gave it new keys all the time")
    }

    private func finish(
        _ current: EpochSecret, at time: Instant, progress: (@Sendable (Int64, Int64) -> Void)?
    ) async throws(VaultError) -> [KeyLeftBehind] {
        // New versions are sealed under the new epoch already: those known now are all that can be left.
        let versions = (state.catalogue?.list ?? []).flatMap(\.versions)
        var left: Int64 = 0
        var behind: [KeyLeftBehind] = []
        // The last pass finds nothing to do; one that does may have met a device that was overtaken, and that ends soon.
        for pass in 0..<Self.mostTurns {
            (left, behind) = (0, [])
            for start in stride(from: 0, to: versions.count, by: Self.rotationStep) {
                guard !Task.isCancelled else {
                    throw VaultError(.busy, object: "rotation", "interrupted; it can be resumed")
                }
                let step = versions[start..<min(start + Self.rotationStep, versions.count)]
                let records = try await store.keyRecords(of: step.map(\.id), in: id)
                let (renewed, faults) = try await renewed(step, records, under: current)
                behind += faults
                if !renewed.isEmpty { try await store.replaceKeyRecords(renewed, in: id) }
                left += Int64(renewed.count)
                let done = Int64(min(pass, 1) * versions.count + start + step.count)
                progress?(min(done, Int64(versions.count) * 2), Int64(versions.count) * 2)
            }
            if pass > 0, left == 0 { break }
        }
        guard left == 0 else {
            throw VaultError(.damaged, object: "key record", "the store did not keep \(left) of them")
        }
        // The end says that every key record is of the epoch (format §4).
        guard behind.isEmpty else { return behind }
        do throws(VaultError) {
            _ = try await change(operation: OperationID(random: random), at: time) { (state) throws(VaultError) in
                guard state.core.epoch.isRotating, state.core.epoch.number == current.number else {
                    throw VaultError(.conflict, "somebody else brought it to its end")
                }
                return Change(events: [.rotated(current.number)], secret: current)
            }
        } catch {
            guard error.code == .conflict else { throw error }
            // Overtaken at the last moment: what this device wrapped may have come after the other one's last look.
            try await refresh()
            guard state.core.epoch.number == current.number else {
                throw VaultError(.damaged, object: "key record", "somebody else began another epoch")
            }
        }
        return []
    }

    /// Opens every record; gives those that must be replaced, and what does not hold.
    private func renewed(
        _ versions: ArraySlice<DocumentVersion>, _ records: [VersionID: [UInt8]], under current: EpochSecret
    ) async throws(VaultError) -> Rewrapping.Outcome {
        let rewrapping = Rewrapping(vault: id, secrets: secrets, current: current, random: random)
        var outcome = try await rewrapping.renewed(versions, records)
        guard let first = outcome.left.first else { return outcome }
        // It may have been erased by another device since the documents were read: then it is not ours to miss. And another
        // device may have wrapped it for an epoch that this one does not know yet.
        try await refresh()
        guard state.core.epoch.number == current.number else {
            throw VaultError(.damaged, object: "key record \(first.version)", "somebody else began another epoch")
        }
        try await loadDocuments()
        outcome.left.removeAll { state.catalogue?.documents[$0.document] == nil }
        return outcome
    }
}
