// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// The documents that a journal tells of: the part of the fold that grows with their number.
struct Catalogue: Sendable {
    /// What is left of an erased document: the entries that began and ended it.
    struct Tombstone: Sendable, Hashable {
        let first: Int64
        let erasedIn: Int64
    }

    /// Every document ever stored, in the order in which it was first stored; one that was erased keeps its place.
    private(set) var rows: [DocumentID] = []
    private(set) var documents: [DocumentID: DocumentRecord] = [:]
    /// Documents that are gone.
    private(set) var erased: [DocumentID: Tombstone] = [:]
    /// Rows that differ from those in the newest snapshot.
    var changed: Set<Int> = []
    private var position: [DocumentID: Int] = [:]
    // Whether an erased document, of which only gaps were seen, stands behind its place.
    private var isDisordered = false
    private var contents: Set<ContentID> = []
    private var erasedContents: Set<ContentID> = []
    private var versions: Set<VersionID> = []
    private var superseders: [DocumentID: [DocumentID]] = [:]
    // Documents by the digest of their newest version, from the first question on: opening a vault needs no such index.
    private var byDigest: [Digest32: [DocumentID]]?

    /// All documents that are not erased.
    var list: [DocumentRecord] { rows.compactMap { documents[$0] } }

    /// The documents whose newest version has a digest, in the order of their rows.
    mutating func documents(withDigest sha256: Digest32) -> [DocumentRecord] {
        if byDigest == nil {
            byDigest = [:]
            for (id, record) in documents { byDigest?[record.current.sha256, default: []].append(id) }
        }
        let found = byDigest?[sha256] ?? []
        return found.sorted { (position[$0] ?? 0) < (position[$1] ?? 0) }.compactMap { documents[$0] }
    }

    private mutating func moveInIndex(_ document: DocumentID, from old: Digest32?, to new: Digest32?) {
        guard byDigest != nil, old != new else { return }
        if let old { byDigest?[old]?.removeAll { $0 == document } }
        if let new { byDigest?[new, default: []].append(document) }
    }

    /// The contents that versions name; those of erased documents are nobody's.
    func names(_ content: ContentID) -> Bool { contents.contains(content) && !erasedContents.contains(content) }

    /// Why no reader would take these versions in, each with the ones before it; `nil` when every reader does.
    func fault(of versions: [DocumentVersion]) -> String? {
        var (newVersions, newContents) = (Set<VersionID>(), Set<ContentID>())
        for version in versions {
            guard !self.versions.contains(version.id), newVersions.insert(version.id).inserted,
                !contents.contains(version.content), newContents.insert(version.content).inserted
            else { return "a version or content that another document has" }
            if erased[version.document] != nil { return "a version of an erased document" }
        }
        return nil
    }

    mutating func reserve(_ count: Int) {
        rows.reserveCapacity(count)
        documents.reserveCapacity(count)
        position.reserveCapacity(count)
        contents.reserveCapacity(count)
        versions.reserveCapacity(count)
    }

    /// Takes in a row of a snapshot's page.
    mutating func restore(_ record: DocumentRecord) throws(VaultError) {
        for version in record.versions { try claim(version, "snapshot") }
        guard position.updateValue(rows.count, forKey: record.id) == nil else {
            throw VaultError(.damaged, object: "document \(record.id)", "twice in a snapshot")
        }
        rows.append(record.id)
        moveInIndex(record.id, from: nil, to: record.current.sha256)
        var record = record
        if let superseding = superseders[record.id] { record.supersededBy = superseding }
        documents[record.id] = record
        if !record.replacing.isEmpty { judgeSuperseding(by: record.id, before: []) }
    }

    /// Takes in a row of a snapshot's page that stands for an erased document.
    mutating func restore(erased document: DocumentID, _ tombstone: Tombstone) throws(VaultError) {
        guard position[document] == nil else {
            throw VaultError(.damaged, object: "document \(document)", "twice in a snapshot")
        }
        position[document] = rows.count
        rows.append(document)
        erased[document] = tombstone
    }

    private mutating func claim(_ version: DocumentVersion, _ object: String) throws(VaultError) {
        guard versions.insert(version.id).inserted, contents.insert(version.content).inserted else {
            throw VaultError(.damaged, object: object, "a version or content that another document has")
        }
    }

    /// Takes in what an entry says of documents; other events change nothing.
    ///
    /// - Parameter hasGaps: Whether entries without payload came before, which a later one must explain.
    mutating func apply(_ event: VaultEvent, in sequence: Int64, hasGaps: Bool) throws(VaultError) {
        let object = "entry \(sequence)"
        if let version = event.version { return try add(version, in: sequence, object) }
        switch event {
        case .documentStatus(let document, let status, _):
            guard let before = documents[document]?.replacing else {
                throw VaultError(.damaged, object: object, "a status of no document")
            }
            documents[document]?.declaredStatus = status
            documents[document]?.otherEntries.append(sequence)
            judgeSuperseding(by: document, before: before)
            touch(document)
        case .legalHold(let document, let hold):
            guard documents[document] != nil || hasGaps else {
                throw VaultError(.damaged, object: object, "a hold on no document")
            }
            documents[document]?.hold = hold
            touch(document)
        case .erased(let erasure): try erase(erasure, in: sequence, hasGaps: hasGaps)
        default: break
        }
    }

    private mutating func touch(_ document: DocumentID) {
        if let row = position[document] { changed.insert(row) }
    }

    private mutating func add(_ version: DocumentVersion, in sequence: Int64, _ object: String) throws(VaultError) {
        guard erased[version.document] == nil else {
            throw VaultError(.damaged, object: object, "a version of an erased document")
        }
        guard let current = documents[version.document]?.current else {
            guard version.previous == nil else {
                throw VaultError(.damaged, object: object, "a version of no document")
            }
            try claim(version, object)
            moveInIndex(version.document, from: nil, to: version.sha256)
            var new = DocumentRecord(version, in: sequence)
            new.supersededBy = superseders[version.document] ?? []
            documents[version.document] = new
            position[version.document] = rows.count
            changed.insert(rows.count)
            rows.append(version.document)
            // Storing many new documents is what is done most: nobody is looked up for what names nobody.
            if !new.replacing.isEmpty { judgeSuperseding(by: version.document, before: []) }
            return
        }
        guard version.previous == current.id else {
            throw VaultError(.damaged, object: object, "a version that does not follow the newest one")
        }
        let before = documents[version.document]?.replacing ?? []
        try claim(version, object)
        moveInIndex(version.document, from: current.sha256, to: version.sha256)
        // In its place: a copy would take along all versions for each one that comes.
        documents[version.document]?.versions.append(version)
        documents[version.document]?.current = version
        documents[version.document]?.versionEntries.append(sequence)
        touch(version.document)
        judgeSuperseding(by: version.document, before: before)
    }

    private mutating func erase(_ erasure: Erasure, in sequence: Int64, hasGaps: Bool) throws(VaultError) {
        let object = "entry \(sequence)"
        guard let record = documents[erasure.document] else {
            // Somebody who reads later sees only the gaps that the document left.
            guard hasGaps, erased[erasure.document] == nil else {
                throw VaultError(.damaged, object: object, "an erasure of no document")
            }
            position[erasure.document] = rows.count
            rows.append(erasure.document)
            erased[erasure.document] = Tombstone(first: erasure.entries.first ?? sequence, erasedIn: sequence)
            isDisordered = true
            touch(erasure.document)
            return
        }
        guard record.hold == nil else {
            throw VaultError(.damaged, object: object, "an erasure that a legal hold forbids")
        }
        guard erasure.names(record, exactly: !hasGaps) else {
            throw VaultError(.damaged, object: object, "an erasure of other versions than there are")
        }
        let before = record.replacing
        documents[erasure.document]?.declaredStatus = .withdrawn
        judgeSuperseding(by: erasure.document, before: before)
        documents[erasure.document] = nil
        erasedContents.formUnion(record.versions.map(\.content))
        moveInIndex(erasure.document, from: record.current.sha256, to: nil)
        erased[erasure.document] = Tombstone(first: erasure.entries.first ?? sequence, erasedIn: sequence)
        touch(erasure.document)
    }

    /// Lets every page be made anew.
    mutating func markAll() { changed = Set(rows.indices) }

    /// Puts every row into its place, so that all readers have the same rows: in the order of their first entries.
    mutating func settle() {
        guard isDisordered else { return }
        isDisordered = false
        let first = rows.map { documents[$0]?.versionEntries.first ?? erased[$0]?.first ?? 0 }
        let sorted = rows.indices.sorted { first[$0] < first[$1] }.map { rows[$0] }
        for (row, document) in sorted.enumerated() where rows[row] != document {
            position[document] = row
            changed.insert(row)
        }
        rows = sorted
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
            superseders[target]?.sort()
            documents[target]?.supersededBy = superseders[target] ?? []
        }
    }
}

extension DocumentRecord {
    /// The documents whose place this one takes as things stand.
    fileprivate var replacing: Set<DocumentID> {
        guard declaredStatus == .active, !current.metadata.supersedes.isEmpty else { return [] }
        return Set(current.metadata.supersedes.filter { $0 != id })
    }
}
