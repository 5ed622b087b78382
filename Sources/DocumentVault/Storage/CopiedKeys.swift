// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// What a copy's slots and key records become, and whether what the source has can be what it was given: seen without keys.
struct CopiedKeys {
    let keys: [VersionID: [UInt8]]
    let before: [VersionID: [UInt8]]
    let slots: [SlotID: [UInt8]]
    let slotsBefore: [SlotID: [UInt8]]
    /// Entries of the copy whose payloads the source dropped.
    let erasedPayloads: Int
    /// Those of them that bring one content, as document versions do.
    let erasedVersions: Int
    /// What the owner's entries say that the copy lacks.
    var chain: EntryChain

    /// Versions whose records differ although the source's is none of a later epoch than the copy's that the owner began: one
    /// of both is damaged, or two devices wrapped the same key at once. The copy keeps its own.
    var disputed: Set<VersionID> {
        Set(
            before.compactMap { version, old in
                guard let new = keys[version], new != old else { return nil }
                let object = "key record \(version)"
                guard let old = try? KeyRecord(parsing: old, object: object) else { return nil }
                let source = try? KeyRecord(parsing: new, object: object)
                guard let source, source.version == version, source.document == old.document,
                    source.epoch > old.epoch, source.epoch <= chain.epoch ?? 0
                else { return version }
                return nil
            })
    }

    /// The records that the copy gets.
    var carried: [VersionID: [UInt8]] {
        let disputed = disputed
        return keys.filter { !disputed.contains($0.key) }
    }

    /// Key records that take the place of others in the copy: a rotation wraps keys for a later epoch.
    var renewed: [VersionID: [UInt8]] {
        carried.filter { version, record in before[version].map { $0 != record } ?? false }
    }

    /// Least octets of an erasure (format §11) for a version that it names – its element of `versions`, and its number in
    /// `entries` – and for another entry.
    private static let (leastPerVersion, leastPerEntry) = (79 + 3, 3)

    /// What no entry can explain: it was lost or damaged, and must not take the place of what the copy has.
    var fault: String? {
        let lost = before.keys.count { keys[$0] == nil }
        if lost > erasedVersions { return "the source lacks \(lost) key records and \(erasedVersions) payloads" }
        let least = erasedVersions * Self.leastPerVersion + (erasedPayloads - erasedVersions) * Self.leastPerEntry
        if least > chain.explaining {
            return "the source lacks \(erasedPayloads) payloads, and no entry that the owner signed says so"
        }
        // A copy without slots was broken off, and its keys had not come yet.
        if !slotsBefore.isEmpty, lost == 0, erasedPayloads > 0 {
            return "the source lacks \(erasedPayloads) payloads, and their keys are there"
        }
        guard slots != slotsBefore, !slotsBefore.isEmpty else { return nil }
        if chain.explaining == 0 { return "the source's slots are others, and no entry that the owner signed says so" }
        // A slot goes with its epoch, and with it every other slot of that epoch is made anew.
        let isLost = slotsBefore.keys.contains { slots[$0] == nil }
        if isLost, slots.isEmpty || slotsBefore.contains(where: { slots[$0] == $1 }) {
            return "the source lacks slots of an epoch that goes on"
        }
        for (id, bytes) in slots where slotsBefore[id] != bytes {
            guard let slot = try? Slot(parsing: bytes), slot.id == id, slot.epoch == chain.epoch,
                let key = chain.ownerKey, slot.mayBe(by: key)
            else { return "the source's slot \(id) is none of the newest epoch by the owner" }
        }
        for (id, old) in slotsBefore {
            guard let new = slots[id], new != old, let old = try? Slot(parsing: old) else { continue }
            guard let new = try? Slot(parsing: new), new.epoch > old.epoch else {
                return "the source's slot \(id) is another of the same epoch, or none"
            }
        }
        return nil
    }
}
