// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax

/// The slots that open an epoch, by digest (format §4 EpochBody).
struct EpochAnnouncement: Sendable {
    struct SlotEntry: Sendable, Hashable {
        let id: SlotID
        let kind: Int64
        let digest: Digest32
        /// The slot's key sealed for the owner alone, so that a new epoch can be sealed for the slot without its secret.
        let ownerCopy: [UInt8]?
    }

    let epoch: Int64
    let slots: [SlotEntry]

    init(epoch: Int64, slots: [SlotEntry]) {
        self.epoch = epoch
        self.slots = slots.sorted { $0.id.octets.lexicographicallyPrecedes($1.id.octets) }
    }

    init(_ reader: inout DERReader, object: String) throws {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        epoch = try reader.next().integer()
        var slots: [SlotEntry] = []
        for element in try reader.next(.sequence).elements() {
            var slot = try element.reader(.sequence)
            guard let id = SlotID(octets: try slot.next().octetString()),
                slots.last.map({ $0.id.octets.lexicographicallyPrecedes(id.octets) }) ?? true
            else { throw damaged("slots that are not in ascending order") }
            let kind = try slot.next().integer()
            guard let digest = Digest32(octets: try slot.next().octetString()) else { throw damaged("a slot's digest") }
            let ownerCopy = try slot.optional(.contextPrimitive(0))?.contentBytes
            try slot.end()
            slots.append(SlotEntry(id: id, kind: kind, digest: digest, ownerCopy: ownerCopy))
        }
        guard (1...Slot.most).contains(slots.count) else { throw damaged("\(slots.count) slots") }
        self.slots = slots
        // Rotation brings later epochs; until this reader follows them, it must not guess.
        guard epoch == 1, reader.isAtEnd else {
            throw VaultError(.newerVersion, object: object, "epoch \(epoch) is not known")
        }
    }

    func write(to writer: inout DERWriter) {
        writer.sequence {
            $0.integer(epoch)
            $0.sequence { list in
                for slot in slots {
                    list.sequence {
                        $0.octetString(slot.id.octets)
                        $0.integer(slot.kind)
                        $0.octetString(slot.digest.octets)
                        if let copy = slot.ownerCopy { $0.octetString(copy, tag: .contextPrimitive(0)) }
                    }
                }
            }
        }
    }
}
