// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

/// What the operator of a store can tell of a vault without any key, measured on what the store has.
///
/// Names, types, issuers, dates, digests and true sizes are not among it. When something happened is known to a store
/// from its own clock, and who asks for what from its own logs; neither can be measured here.
public struct LeakReport: Sendable, Hashable, Encodable {
    /// Journal entries: how often something was changed.
    public let entries: Int64
    /// Entries by writer, the owner's name being zeros: how active each device is.
    public let entriesByWriter: [String: Int]
    /// Entries whose payloads are gone: how much was erased.
    public let erasedPayloads: Int
    /// Entries that bring one content, which are document versions.
    public let documentVersions: Int
    /// Different padded sizes of payloads.
    public let payloadSizes: [Int]
    /// The newest epoch: how often keys were changed.
    public let epoch: Int64
    /// Slots by kind, with the costs of passphrases.
    public let slots: [String: Int]
    /// Contents, the pages of snapshots among them.
    public let contents: Int
    /// Octets of all contents.
    public let contentOctets: Int64
    /// Different sizes of contents.
    public let contentSizes: [Int64]
    /// Contents whose size no other content has: those that a known size could single out.
    public let uniqueContentSizes: Int
    /// Deposits that wait.
    public let deposits: Int

    /// Measures a vault in its store; needs no secret.
    ///
    /// - Throws: ``VaultError``: `notFound`, `damaged` for objects that cannot be read, errors of the store.
    public init(of vault: VaultID, in store: any VaultStore) async throws(VaultError) {
        guard let head = try await store.head(of: vault) else {
            throw VaultError(.notFound, object: "vault \(vault)", "the store does not have it")
        }
        var (writers, erased, versions, epoch): ([String: Int], Int, Int, Int64) = ([:], 0, 0, 1)
        var payloads: Set<Int> = []
        var next: Int64 = 0
        while next <= head.sequence {
            let page = try await store.entries(of: vault, from: next, limit: JournalReading.pageSize)
            guard !page.isEmpty else { throw VaultError(.damaged, object: "entry \(next)", "missing") }
            for stored in page {
                let entry = try JournalEntry(parsing: stored.entry, object: "entry \(stored.sequence)")
                writers[entry.writer.description, default: 0] += 1
                if entry.contents.count == 1 { versions += 1 }
                guard let bytes = stored.payload else {
                    erased += 1
                    continue
                }
                payloads.insert(bytes.count)
                epoch = max(epoch, try Payload(parsing: bytes, object: "entry \(stored.sequence)").epoch)
            }
            next += Int64(page.count)
        }
        entries = head.sequence + 1
        entriesByWriter = writers
        erasedPayloads = erased
        documentVersions = versions
        payloadSizes = payloads.sorted()
        self.epoch = epoch
        var slots: [String: Int] = [:]
        for bytes in try await store.slots(of: vault) { slots[try Self.kind(Slot(parsing: bytes)), default: 0] += 1 }
        self.slots = slots
        var sizes: [Int64: Int] = [:]
        var last: ContentID?
        while true {
            let ids = try await store.contents(of: vault, after: last, limit: 1024)
            guard let end = ids.last, last.map({ $0 < end }) ?? true else { break }
            for id in ids { sizes[try await store.contentSize(id, of: vault) ?? 0, default: 0] += 1 }
            last = end
        }
        contents = sizes.values.reduce(0, +)
        contentOctets = sizes.reduce(0) { $0 + $1.key * Int64($1.value) }
        contentSizes = sizes.keys.sorted()
        uniqueContentSizes = sizes.values.count { $0 == 1 }
        deposits = try await store.deposits(of: vault, limit: store.capabilities.depositLimit).count
    }

    private static func kind(_ slot: Slot) throws(VaultError) -> String {
        switch Slot.Kind(rawValue: slot.kind) {
        case .passphrase:
            let (cost, _) = try slot.passphraseParameters()
            return "passphrase, \(cost.memory) KiB, \(cost.passes) passes"
        case .recoveryCode: return "recovery-code"
        case .device: return "device"
        case .delegate: return "delegate"
        case nil: return "kind \(slot.kind)"
        }
    }
}
