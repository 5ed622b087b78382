// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore

/// The fold of a journal: what is true after its entries, checked entry by entry (format §3, §4, §7).
struct VaultState: Sendable {
    let vault: VaultID
    private(set) var head: JournalHead?
    private(set) var genesis: Genesis?
    private(set) var name = ""
    private(set) var ownerKind = OwnerKind.person
    private(set) var slots: [EpochAnnouncement.SlotEntry] = []
    private(set) var documents: [DocumentID: DocumentRecord] = [:]
    private(set) var order: [DocumentID] = []
    private(set) var hashes: [Digest32] = []
    private(set) var lastWriter = WriterID.owner
    private(set) var lastTime = Instant(seconds: 0)
    /// The version that an operation stored, for repeated calls.
    private(set) var stored: [OperationID: DocumentVersion] = [:]
    private var operations: Set<OperationID> = []
    private var contents: Set<ContentID> = []
    private var lastEpoch: Int64 = 1
    private var versions: Set<VersionID> = []
    private var superseders: [DocumentID: [DocumentID]] = [:]

    init(vault: VaultID) { self.vault = vault }

    /// Checks one stored entry against everything before it and takes it in.
    ///
    /// - Throws: ``VaultError`` with code `damaged`, naming the entry; nothing is taken in then.
    mutating func apply(_ stored: StoredEntry, opening secrets: [Int64: EpochSecret]) throws(VaultError) {
        let expected = (head?.sequence ?? -1) + 1
        let object = "entry \(expected)"
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        let entry = try JournalEntry(parsing: stored.entry, object: object)
        guard entry.sequence == expected, stored.sequence == expected else { throw damaged("the number is another") }
        guard entry.operation == stored.operation else { throw damaged("the store files it under another operation") }
        guard entry.previous == (head?.hash ?? .zero) else { throw damaged("it does not follow the entry before") }
        guard (entry.genesis != nil) == (expected == 0) else { throw damaged("a genesis out of place") }
        if expected == 0, VaultID(entry.hash) != vault { throw damaged("it is not the genesis of this vault") }
        guard entry.writer == .owner else {
            throw VaultError(.newerVersion, object: object, "enrolled writers are not known")
        }
        guard let ownerKey = (genesis ?? entry.genesis)?.ownerKey, entry.isSigned(by: ownerKey) else {
            throw damaged("the signature does not hold")
        }
        guard !operations.contains(entry.operation) else { throw damaged("the operation occurs twice") }
        guard let bytes = stored.payload else { throw damaged("its payload is missing") }
        let payload = try Payload(parsing: bytes, object: object)
        guard payload.hash == entry.payloadHash else { throw damaged("its payload was changed") }
        guard payload.epoch >= lastEpoch, let secret = secrets[payload.epoch] else {
            throw payload.epoch > 1
                ? VaultError(.newerVersion, object: object, "epoch \(payload.epoch) is not known") : damaged("epoch")
        }
        let (event, time) = try payload.open(
            vault: expected == 0 ? nil : vault, operation: entry.operation, under: secret, object: object)
        if case .genesis(_, _, let sealed) = event, let own = entry.genesis {
            try own.check(sealedVaultKey: sealed, under: secret)
        }
        try apply(event, of: entry, object: object)
        if let own = entry.genesis { genesis = own }
        head = entry.head
        hashes.append(entry.hash)
        operations.insert(entry.operation)
        lastEpoch = payload.epoch
        lastWriter = entry.writer
        lastTime = time
    }

    private mutating func apply(_ event: VaultEvent, of entry: JournalEntry, object: String) throws(VaultError) {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        switch event {
        case .genesis(let name, let ownerKind, _):
            guard entry.sequence == 0, entry.contents.isEmpty else { throw damaged("a genesis out of place") }
            self.name = name
            self.ownerKind = ownerKind
        case .epoch(let announcement):
            guard entry.sequence > 0, entry.contents.isEmpty else { throw damaged("an epoch out of place") }
            guard entry.sequence == 1 else {
                throw VaultError(.newerVersion, object: object, "slots added later are not known")
            }
            slots = announcement.slots
        case .documentVersion(let version):
            guard entry.sequence >= 2, entry.contents == [version.content], !contents.contains(version.content) else {
                throw damaged("a content that the entry does not bring")
            }
            try add(version, damaged)
            contents.insert(version.content)
            stored[entry.operation] = version
        case .documentStatus(let document, let status, _):
            guard entry.contents.isEmpty, let record = documents[document] else {
                throw damaged("a status of no document")
            }
            let before = record.replacing
            documents[document]?.declaredStatus = status
            judgeSuperseding(by: document, before: before)
        }
        guard entry.sequence != 1 || !slots.isEmpty else { throw damaged("no epoch was announced") }
    }

    private mutating func add(_ version: DocumentVersion, _ damaged: (String) -> VaultError) throws(VaultError) {
        let before = documents[version.document]?.replacing ?? []
        if let record = documents[version.document] {
            guard version.previous == record.current.id, !versions.contains(version.id) else {
                throw damaged("a version that does not follow the newest one")
            }
            documents[version.document]?.versions.append(version)
            documents[version.document]?.current = version
        } else {
            guard version.previous == nil, !versions.contains(version.id) else {
                throw damaged("a version of no document")
            }
            documents[version.document] = DocumentRecord(version)
            documents[version.document]?.supersededBy = superseders[version.document] ?? []
            order.append(version.document)
        }
        versions.insert(version.id)
        judgeSuperseding(by: version.document, before: before)
    }

    // Only what the changed document names is looked at: folding stays linear.
    private mutating func judgeSuperseding(by document: DocumentID, before: Set<DocumentID>) {
        let after = documents[document]?.replacing ?? []
        guard before != after else { return }
        for target in before {
            superseders[target]?.removeAll { $0 == document }
            documents[target]?.supersededBy.removeAll { $0 == document }
        }
        for target in after {
            superseders[target, default: []].append(document)
            documents[target]?.supersededBy.append(document)
        }
    }
}

extension DocumentRecord {
    /// The documents whose place this one takes as things stand.
    fileprivate var replacing: Set<DocumentID> {
        guard declaredStatus == .active else { return [] }
        return Set(current.metadata.supersedes.filter { $0 != id })
    }
}
