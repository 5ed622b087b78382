// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax

/// The slots that open an epoch, by digest (format §4 EpochBody).
struct EpochAnnouncement: Sendable, Hashable {
    struct SlotEntry: Sendable, Hashable {
        let id: SlotID
        let kind: Int64
        let digest: Digest32
        /// Of an owner's slot of version 1: its key sealed for the owner alone, so that a new epoch can be sealed for the slot
        /// without its secret. Those of version 2 have a public key for it.
        var ownerCopy: [UInt8]?
        /// The owner's name for the slot.
        var label: String?
        /// The writer who opens with the slot.
        var writer: WriterID?
    }

    let epoch: Int64
    let slots: [SlotEntry]
    /// The secret of the epoch before, sealed under this one; absent in epoch 1.
    let previous: [UInt8]?

    init(epoch: Int64, slots: [SlotEntry], previous: [UInt8]? = nil) {
        self.epoch = epoch
        self.slots = slots.sorted { $0.id < $1.id }
        self.previous = previous
    }

    init(_ reader: inout DERReader, object: String) throws {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        epoch = try reader.next().integer()
        var slots: [SlotEntry] = []
        for element in try reader.next(.sequence).elements() {
            var slot = try element.reader(.sequence)
            guard let id = SlotID(octets: try slot.next().octetString()), slots.last.map({ $0.id < id }) ?? true else {
                throw damaged("slots that are not in ascending order")
            }
            let kind = try slot.next().integer()
            guard let digest = Digest32(octets: try slot.next().octetString()) else { throw damaged("a slot's digest") }
            var entry = SlotEntry(id: id, kind: kind, digest: digest)
            entry.ownerCopy = try slot.optional(.contextPrimitive(0))?.contentBytes
            if let element = try slot.optional(.contextPrimitive(1)) {
                guard let label = String(validating: element.contentBytes, as: UTF8.self) else {
                    throw damaged("a label")
                }
                entry.label = label
            }
            if let element = try slot.optional(.contextPrimitive(2)) {
                guard let writer = WriterID(octets: element.contentBytes) else { throw damaged("a slot's writer") }
                entry.writer = writer
            }
            try slot.end()
            slots.append(entry)
        }
        guard (1...Slot.most).contains(slots.count) else { throw damaged("\(slots.count) slots") }
        self.slots = slots
        previous = try reader.optional(.contextPrimitive(0))?.contentBytes
        try reader.end()
        guard (1...Payload.mostEpochs).contains(epoch) else { throw damaged("epoch \(epoch)") }
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
                        if let label = slot.label { $0.octetString(Array(label.utf8), tag: .contextPrimitive(1)) }
                        if let writer = slot.writer { $0.octetString(writer.octets, tag: .contextPrimitive(2)) }
                    }
                }
            }
            if let previous { $0.octetString(previous, tag: .contextPrimitive(0)) }
        }
    }
}
