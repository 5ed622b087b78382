// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore

/// The small part of the fold as a page of a snapshot (format §10 StateBody).
enum StatePage {
    /// The plaintext, before padding.
    ///
    /// - Parameter secrets: The secrets of all epochs before the current one, the first one first.
    static func bytes(_ core: StateCore, secrets: [EpochSecret]) -> [UInt8] {
        DERWriter.bytes { page in
            page.sequence {
                $0.utf8String(core.name)
                $0.integer(core.ownerKind.number, tag: .enumerated)
                EpochAnnouncement(epoch: core.epoch.number, slots: core.epoch.slots).write(to: &$0)
                $0.integer(core.epoch.isRotating ? 1 : 0, tag: .enumerated)
                $0.sequence { list in
                    for secret in secrets {
                        list.octetString(secret.octets.withSpan { span in span.indices.map { span[$0] } })
                    }
                }
                $0.sequence { list in
                    for writer in core.writers.values.sorted(by: { $0.id < $1.id }) { writer.write(to: &list) }
                }
                $0.sequence { list in
                    for writer in core.removedWriters.sorted() { list.octetString(writer.octets) }
                }
                $0.sequence { list in
                    for restoration in core.restorations { restoration.write(to: &list) }
                }
                $0.sequence { list in
                    for (deposit, reason) in core.quarantined.sorted(by: { $0.key < $1.key }) {
                        list.sequence {
                            $0.octetString(deposit.octets)
                            $0.utf8String(reason)
                        }
                    }
                }
                $0.integer(core.documents)
                $0.integer(core.octets)
                $0.octetString(core.lastWriter.octets)
                $0.integer(core.lastTime.seconds)
                $0.integer(Int64(core.lastTime.nanoseconds))
                core.ledger.write(to: &$0)
            }
        }
    }

    static func read(
        _ element: DERElement, object: String
    ) throws(VaultError) -> (core: StateCore, secrets: [EpochSecret]) {
        do {
            return try parse(element, object)
        } catch let error as VaultError {
            throw error
        } catch {
            throw VaultError(.damaged, object: object, "state page: \(error)")
        }
    }

    private static func parse(
        _ element: DERElement, _ object: String
    ) throws -> (core: StateCore, secrets: [EpochSecret]) {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, "state page: \(detail)") }
        var core = StateCore()
        var reader = try element.reader(.sequence)
        core.name = try reader.next(.utf8String).validText()
        guard let ownerKind = OwnerKind(number: try reader.next().integer(.enumerated)) else { throw damaged("owner") }
        core.ownerKind = ownerKind
        var epoch = try reader.next(.sequence).reader()
        let announcement = try EpochAnnouncement(&epoch, object: object)
        core.epoch.number = announcement.epoch
        core.epoch.slots = announcement.slots
        core.epoch.isRotating = try reader.next().integer(.enumerated) == 1
        var secrets: [EpochSecret] = []
        for element in try reader.next(.sequence).elements() {
            var plain = try element.octetString()
            let octets = SecretBytes(wiping: &plain)
            guard octets.byteCount == 32 else { throw damaged("a secret") }
            secrets.append(EpochSecret(number: Int64(secrets.count) + 1, octets: octets))
        }
        guard Int64(secrets.count) == core.epoch.number - 1 else { throw damaged("secrets of other epochs") }
        for element in try reader.next(.sequence).elements() {
            var body = try element.reader(.sequence)
            let writer = try VaultWriter(&body, object: object)
            core.writers[writer.id] = writer
        }
        for element in try reader.next(.sequence).elements() {
            guard let writer = WriterID(octets: try element.octetString()) else { throw damaged("a writer") }
            core.removedWriters.insert(writer)
        }
        core.restorations = try reader.next(.sequence).elements().map { try Restoration($0, object: object) }
        for element in try reader.next(.sequence).elements() {
            var body = try element.reader(.sequence)
            guard let deposit = DepositID(octets: try body.next().octetString()) else { throw damaged("a deposit") }
            core.quarantined[deposit] = StateCore.kept(try body.next(.utf8String).validText())
            try body.end()
        }
        core.documents = try reader.next().integer()
        core.octets = try reader.next().integer()
        guard let lastWriter = WriterID(octets: try reader.next().octetString()) else { throw damaged("a writer") }
        core.lastWriter = lastWriter
        let seconds = try reader.next().integer()
        let nanoseconds = try reader.next().integer()
        guard VaultEvent.times.contains(seconds), (0...999_999_999).contains(nanoseconds) else { throw damaged("time") }
        core.lastTime = Instant(seconds: seconds, nanoseconds: Int32(nanoseconds))
        core.ledger = try GrantLedger(&reader, object: object)
        try reader.end()
        return (core, secrets)
    }
}
