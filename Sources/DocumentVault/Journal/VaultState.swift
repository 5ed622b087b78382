// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore

/// The fold of a journal: what is true after its entries, checked entry by entry (format §3, §4, §7).
///
/// It begins at the genesis or at a snapshot. The documents may be missing from it until their pages are read; what
/// entries say of them waits then.
struct VaultState: Sendable {
    let vault: VaultID
    var head: JournalHead?
    var genesis: Genesis?
    /// Everything that stays small.
    var core = StateCore()
    /// The documents; `nil` until the pages of the snapshot were read.
    var catalogue: Catalogue? = Catalogue()
    /// What entries after the snapshot say of documents that were not read yet.
    private(set) var waiting: [(sequence: Int64, event: VaultEvent)] = []
    /// The newest snapshot by the owner, with its entry's number.
    var snapshot: (root: SnapshotRoot, sequence: Int64)?
    /// Hashes of the entries from ``firstHash`` on.
    private(set) var hashes: [Digest32] = []
    private(set) var firstHash: Int64 = 0
    /// The version that an operation stored, for repeated calls, as far as its entry was read.
    private(set) var stored: [OperationID: DocumentVersion] = [:]
    /// Contents that somebody announced to delete, as far as the entries were read.
    private(set) var swept: Set<ContentID> = []
    /// How often the state was begun anew from a snapshot, before which sweeps may have been announced that it does not know.
    var refolds = 0
    /// Entries without payload that no erasure explains yet.
    private(set) var gaps: Set<Int64> = []
    /// Entries whose payload the store still had although an erasure names them.
    private(set) var resurrected: [Int64] = []
    /// Versions that erasures named, as far as the entries were read.
    private(set) var erasedVersions: [VersionID] = []
    /// Whether pages of the newest snapshot tell of a document that was erased since.
    private(set) var needsSnapshot = false
    private var operations: Set<OperationID> = []

    init(vault: VaultID) { self.vault = vault }

    /// The state at a snapshot's entry, without documents.
    init(
        vault: VaultID, genesis: Genesis, core: StateCore, snapshot: (root: SnapshotRoot, sequence: Int64),
        head: JournalHead
    ) {
        self.vault = vault
        self.genesis = genesis
        self.core = core
        self.snapshot = snapshot
        self.head = head
        catalogue = nil
        firstHash = head.sequence
        hashes = [head.hash]
    }

    /// Entries since the newest snapshot, or since the genesis.
    var tailCount: Int64 { (head?.sequence ?? -1) - (snapshot?.sequence ?? -1) }

    /// The hash of an entry, as far as it was read.
    func hash(at sequence: Int64) -> Digest32? {
        let place = sequence - firstHash
        return hashes.indices.contains(Int(clamping: place)) ? hashes[Int(clamping: place)] : nil
    }

    /// Takes in the documents of the snapshot's pages, and then what waits for them.
    mutating func load(_ loaded: consuming Catalogue) throws(VaultError) {
        for (sequence, event) in waiting {
            try loaded.apply(event, in: sequence, hasGaps: true)
        }
        loaded.settle()
        catalogue = loaded
        waiting = []
    }

    /// Checks one stored entry against everything before it and takes it in.
    ///
    /// - Parameter checked: Signatures that were checked ahead; the others are checked here.
    /// - Throws: ``VaultError`` with code `damaged`, naming the entry; nothing is taken in then.
    mutating func apply(
        _ stored: StoredEntry, opening secrets: [Int64: EpochSecret], checked: CheckedSignatures = CheckedSignatures()
    ) throws(VaultError) {
        let expected = (head?.sequence ?? -1) + 1
        let object = "entry \(expected)"
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        let entry = try JournalEntry(parsing: stored.entry, object: object)
        guard entry.sequence == expected, stored.sequence == expected else { throw damaged("the number is another") }
        guard entry.operation == stored.operation else { throw damaged("the store files it under another operation") }
        guard entry.previous == (head?.hash ?? .zero) else { throw damaged("it does not follow the entry before") }
        guard (entry.genesis != nil) == (expected == 0) else { throw damaged("a genesis out of place") }
        if expected == 0, VaultID(entry.hash) != vault { throw damaged("it is not the genesis of this vault") }
        try checkSignature(of: entry, checked, object)
        guard !operations.contains(entry.operation) else { throw damaged("the operation occurs twice") }
        if let bytes = stored.payload {
            let payload = try Payload(parsing: bytes, object: object)
            guard payload.hash == entry.payloadHash else { throw damaged("its payload was changed") }
            let (event, time) = try open(payload, of: entry, secrets)
            try take(event, at: time, in: payload.epoch, of: entry, secrets, object: object)
        } else {
            guard expected > 1 else { throw damaged("its payload is missing") }
            gaps.insert(expected)
        }
        moveHead(to: entry)
    }

    /// Takes in an entry that this process has just sealed and signed on this very head, and that was acknowledged: its
    /// octets never came from the store, so the own signature and seal are not undone again. Everything else is checked.
    mutating func apply(
        own entry: JournalEntry, _ event: VaultEvent, at time: VaultTime, in epoch: Int64,
        opening secrets: [Int64: EpochSecret]
    ) throws(VaultError) {
        let object = "entry \(entry.sequence)"
        guard let head, entry.sequence == head.sequence + 1, entry.previous == head.hash,
            operations.insert(entry.operation).inserted
        else { throw VaultError(.damaged, object: object, "it does not follow the entry before") }
        try check(event, at: time, in: epoch, of: entry)
        try take(event, at: time, in: epoch, of: entry, secrets, object: object)
        moveHead(to: entry)
    }

    private mutating func take(
        _ event: VaultEvent, at time: VaultTime, in epoch: Int64, of entry: JournalEntry,
        _ secrets: [Int64: EpochSecret], object: String
    ) throws(VaultError) {
        try apply(event, of: entry, at: time, secrets, object: object)
        core.epoch.number = epoch
        core.lastTime = time
    }

    private mutating func moveHead(to entry: JournalEntry) {
        if let own = entry.genesis { genesis = own }
        head = entry.head
        hashes.append(entry.hash)
        operations.insert(entry.operation)
        core.lastWriter = entry.writer
    }

    private func checkSignature(
        of entry: JournalEntry, _ checked: CheckedSignatures, _ object: String
    ) throws(VaultError) {
        guard let key = key(of: entry.writer, genesis ?? entry.genesis) else {
            throw VaultError(.damaged, object: object, "its writer is not enrolled")
        }
        guard checked.holds(entry, under: key) || entry.isSigned(by: key) else {
            throw VaultError(.damaged, object: object, "the signature does not hold")
        }
    }

    private func key(of writer: WriterID, _ genesis: Genesis?) -> VaultVerificationKey? {
        writer == .owner ? genesis?.ownerKey : core.writers[writer]?.key
    }

    private func open(
        _ payload: Payload, of entry: JournalEntry, _ secrets: [Int64: EpochSecret]
    ) throws(VaultError) -> (event: VaultEvent, time: VaultTime) {
        let object = "entry \(entry.sequence)"
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        let number = core.epoch.number
        guard payload.epoch == number || payload.epoch == number + 1, let secret = secrets[payload.epoch] else {
            throw damaged("epoch \(payload.epoch) after \(number)")
        }
        let (event, time) = try payload.open(
            vault: entry.sequence == 0 ? nil : vault, operation: entry.operation, under: secret, object: object)
        try check(event, at: time, in: payload.epoch, of: entry)
        if case .genesis(_, _, let sealed) = event, let own = entry.genesis {
            try own.check(sealedVaultKey: sealed, under: secret)
        }
        return (event, time)
    }

    /// Whether the writer may say that, then and in that epoch.
    private func check(
        _ event: VaultEvent, at time: VaultTime, in epoch: Int64, of entry: JournalEntry
    ) throws(VaultError) {
        let object = "entry \(entry.sequence)"
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        let number = core.epoch.number
        // A new epoch begins with the entry that announces it, and with no other.
        if case .rotating(let announcement) = event {
            guard announcement.epoch == number + 1, epoch == number + 1 else {
                throw damaged("epoch out of place")
            }
        } else {
            guard epoch == number else { throw damaged("epoch out of place") }
        }
        if entry.writer != .owner, let writer = core.writers[entry.writer] {
            guard writer.kinds.contains(event.kind) else {
                throw damaged("its writer may not write entries of kind \(event.kind.rawValue)")
            }
            guard writer.until.map({ time <= $0 }) ?? true else { throw damaged("after its writer's end") }
        }
    }

    private mutating func apply(
        _ event: VaultEvent, of entry: JournalEntry, at time: VaultTime, _ secrets: [Int64: EpochSecret], object: String
    ) throws(VaultError) {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        let place: Bool =
            switch event {
            case .genesis: entry.sequence == 0
            case .epoch: entry.sequence >= 1
            default: entry.sequence > 1
            }
        guard place else { throw damaged("an entry out of place") }
        switch event {
        case .documentVersion, .depositAbsorbed:
            guard entry.contents == (event.version.map { [$0.content] } ?? []) else {
                throw damaged("a content that the entry does not bring")
            }
        case .snapshot: break
        default: guard entry.contents.isEmpty else { throw damaged("contents that the entry does not name") }
        }
        let gapsBefore = gaps
        switch event {
        case .documentVersion, .documentStatus, .legalHold: try take(event, in: entry.sequence)
        case .erased(let erasure):
            try take(event, in: entry.sequence)
            needsSnapshot = snapshot != nil
            erasedVersions += erasure.versions.map(\.version)
            for sequence in erasure.entries where sequence >= firstHash {
                if gaps.remove(sequence) == nil { resurrected.append(sequence) }
            }
        case .depositAbsorbed:
            try core.apply(event, at: entry.sequence, secrets, vault: vault, object: object)
            try take(event, in: entry.sequence)
        case .grant, .grantRevoked, .accessLogCheckpoint:
            try core.ledger.apply(
                event, in: entry.sequence, at: time, signedBy: key(of: entry.writer, genesis), vault: vault)
        case .sweeping(let contents): swept.formUnion(contents)
        case .snapshot(let root):
            guard root.covered == head else { throw damaged("a snapshot of other entries") }
            // Only the owner's are begun from: another writer's pages would stand for entries that nobody checked.
            guard entry.writer == .owner else { throw damaged("a snapshot that the owner did not make") }
            snapshot = (root, entry.sequence)
            needsSnapshot = false
            catalogue?.changed = []
            waiting = []
        default: try core.apply(event, at: entry.sequence, secrets, vault: vault, object: object)
        }
        core.count(event, gaps: gapsBefore)
        if let version = event.version { stored[entry.operation] = version }
    }

    private mutating func take(_ event: VaultEvent, in sequence: Int64) throws(VaultError) {
        if catalogue == nil {
            waiting.append((sequence, event))
        } else {
            try catalogue?.apply(event, in: sequence, hasGaps: !gaps.isEmpty)
        }
    }

    /// To be called when the head was reached: whether every gap is explained, and rows are in their places.
    mutating func settle() throws(VaultError) {
        if let gap = gaps.min() { throw VaultError(.damaged, object: "entry \(gap)", "its payload is missing") }
        catalogue?.settle()
    }
}
