// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore

/// The part of the fold that stays small: who may write, the slots, the epochs (format §10 StateBody).
struct StateCore: Sendable, Hashable {
    struct Epoch: Sendable, Hashable {
        var number: Int64 = 1
        var slots: [EpochAnnouncement.SlotEntry] = []
        /// Whether key records of earlier epochs may be left.
        var isRotating = false
    }

    var name = ""
    var ownerKind = OwnerKind.person
    var epoch = Epoch()
    var writers: [WriterID: VaultWriter] = [:]
    var removedWriters: Set<WriterID> = []
    var restorations: [Restoration] = []
    /// Deposits that were put aside, with the reasons.
    var quarantined: [DepositID: String] = [:]
    /// Grants, and the head of the access log.
    var ledger = GrantLedger()
    /// Documents that are not erased.
    var documents: Int64 = 0
    /// Padded octets of all their versions.
    var octets: Int64 = 0
    var lastWriter = WriterID.owner
    var lastTime = Instant(seconds: 0)

    static let mostWriters = 1024
    static let mostQuarantined = 1024
    static let mostRestorations = 256
    /// Octets that are kept of the reason why a deposit was put aside; 1024 entries of 16 MiB would fit into no page.
    static let longestReason = 4096

    /// As much of a reason as is kept; whoever needs the rest reads the entry.
    static func kept(_ reason: String) -> String { reason.beginning(octets: longestReason) }

    mutating func apply(
        _ event: VaultEvent, at sequence: Int64, _ secrets: [Int64: EpochSecret], vault: VaultID, object: String
    ) throws(VaultError) {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        switch event {
        case .genesis(let name, let ownerKind, _):
            self.name = name
            self.ownerKind = ownerKind
        case .epoch(let announcement):
            guard announcement.epoch == epoch.number, announcement.previous == nil else {
                throw damaged("epoch out of place")
            }
            // Later ones only add: everything that was announced stays as it is.
            guard Set(announcement.slots).isSuperset(of: epoch.slots) else {
                throw damaged("a slot that was taken away")
            }
            epoch.slots = announcement.slots
        case .rotating(let announcement):
            guard let sealed = announcement.previous, let own = secrets[announcement.epoch],
                let before = secrets[announcement.epoch - 1],
                try EpochSecret.opening(sealed, under: own, vault: vault, object: object).octets.isEqual(
                    to: before.octets)
            else { throw damaged("it does not lead to the epoch before") }
            epoch.slots = announcement.slots
            epoch.isRotating = true
        case .rotated(let number):
            guard number == epoch.number, epoch.isRotating else { throw damaged("the end of no rotation") }
            epoch.isRotating = false
        case .writerEnrolled(let writer):
            guard writers[writer.id] == nil, !removedWriters.contains(writer.id), writers.count < Self.mostWriters,
                !writers.values.contains(where: { $0.key == writer.key })
            else { throw damaged("a writer who is enrolled already, or one too many") }
            writers[writer.id] = writer
        case .writerRemoved(let writer):
            guard writers.removeValue(forKey: writer) != nil else { throw damaged("a writer who is not enrolled") }
            removedWriters.insert(writer)
        case .restored(let restoration):
            guard restoration.from.sequence < sequence, restorations.count < Self.mostRestorations else {
                throw damaged("a restoration")
            }
            restorations.append(restoration)
        case .depositAbsorbed(let deposit, .quarantined(let reason)):
            guard quarantined[deposit] == nil else { throw damaged("a deposit that was put aside already") }
            // One more counts for nothing (format §10): a device that fills the list must not close the vault with it.
            if quarantined.count < Self.mostQuarantined { quarantined[deposit] = Self.kept(reason) }
        default: break
        }
    }

    /// Keeps the sums; versions in `gaps` were never counted.
    mutating func count(_ event: VaultEvent, gaps: Set<Int64>) {
        if let version = event.version {
            octets &+= version.paddedSize
            if version.previous == nil { documents += 1 }
        }
        if case .erased(let erasure) = event {
            let counted = erasure.versions.filter { !gaps.contains($0.sequence) }
            octets &-= counted.reduce(0) { $0 &+ $1.paddedSize }
            if counted.first == erasure.versions.first { documents -= 1 }
        }
    }
}
