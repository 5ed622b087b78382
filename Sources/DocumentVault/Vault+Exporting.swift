// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
public import DossierCore

extension Vault {
    /// Writes the whole vault, as it is at the head now, into one file; others may go on changing it meanwhile, also by giving
    /// it new keys again and again. What lies in the inbox is not in it: see ``depositsWaiting()``.
    ///
    /// - Parameters:
    ///   - code: Opens the file, with all that the owner's own secrets open: a fresh one for each export.
    ///   - time: Now. With it a snapshot of which a page cannot be read is made anew before, as by ``sweep(at:)``; without it
    ///     such a vault is not exported.
    ///   - write: Takes the octets, in order.
    ///   - progress: Told the contents done and all there are.
    /// - Returns: The head that was exported; an anchor for the file.
    /// - Throws: ``VaultError``: `notPermitted` without the owner's key, `busy` when something was erased meanwhile (begin again),
    ///   `overQuota` for a vault with more entries, slots and keys than an import takes (4 GiB),
    ///   errors of the store; what `write` throws.
    public func export(
        under code: RecoveryCode, at time: Instant? = nil, to write: @escaping ([UInt8]) throws -> Void,
        progress: (@Sendable (Int, Int) -> Void)? = nil
    ) async throws -> Anchor {
        if let time {
            _ = try requireOwner()
            // Where it cannot be made, what is missing is told below.
            try? await mendSnapshot(at: time)
        }
        let before = try await store.head(of: id)
        do {
            return try await exportNow(under: code, to: write, progress: progress)
        } catch let error as VaultError where error.code == .damaged || error.code == .notFound {
            // What does not fit together may be of before and after a change by somebody else.
            guard try await store.head(of: id) != before else { throw error }
            throw changedMeanwhile
        }
    }

    private func exportNow(
        under code: RecoveryCode, to write: @escaping ([UInt8]) throws -> Void,
        progress: (@Sendable (Int, Int) -> Void)?
    ) async throws -> Anchor {
        let owner = try requireOwner()
        let standing = try await standing()
        let (head, current) = (standing.head, standing.current)
        let slot = try NewSlot(
            for: .recoveryCode(code), cost: .floor, vault: id, secret: current, owner: owner, random: random
        ).slot
        let header = try ExportHeader(vault: id, head: head, slot: slot, signedBy: owner.key)
        var writer = try ExportWriter(write)
        try writer.record(.header, header.bytes)
        var next: Int64 = 0
        while next <= head.sequence {
            let page = try await store.entries(of: id, from: next, limit: JournalReading.pageSize)
            guard let first = page.first, first.sequence == next else {
                throw VaultError(.damaged, object: "entry \(next)", "missing")
            }
            for stored in page where stored.sequence <= head.sequence {
                try writer.record(
                    .entry,
                    DERWriter.bytes { record in
                        record.sequence {
                            $0.octetString(stored.entry)
                            if let payload = stored.payload { $0.octetString(payload) }
                        }
                    })
            }
            next += Int64(page.count)
        }
        for bytes in standing.slots { try writer.record(.slot, bytes) }
        for start in stride(from: 0, to: standing.versions.count, by: Self.rotationStep) {
            let step = standing.versions[start..<min(start + Self.rotationStep, standing.versions.count)].map(\.id)
            let records = try await store.keyRecords(of: step, in: id)
            for version in standing.versions[start..<start + step.count] where records[version.id] == nil {
                throw try await missing(version, "key record \(version.id)", "the store does not have it")
            }
            for version in step {
                guard let record = records[version] else { continue }
                try writer.record(.keyRecord, try await keyRecord(record, of: version, under: current))
            }
        }
        for (content, bytes) in standing.pages {
            try writer.content(content, size: Int64(bytes.count))
            try writer.piece(bytes)
        }
        for (number, version) in standing.versions.enumerated() {
            try await check(version)
            try await copy(version, to: &writer)
            progress?(number + 1, standing.versions.count)
        }
        // What was erased while the file was written would stand in it without the entry that says so.
        try await refresh()
        guard standing.versions.allSatisfy({ state.catalogue?.documents[$0.document] != nil }) else {
            throw changedMeanwhile
        }
        try writer.end()
        return Anchor(vault: id, head: head, restorations: state.core.restorations.map(\.digest))
    }

    /// What of a vault goes with the next rotation or snapshot, as it belongs together at one head; documents, entries and
    /// contents stay.
    private struct Standing {
        let head: JournalHead
        let current: EpochSecret
        let versions: [DocumentVersion]
        let slots: [[UInt8]]
        /// Pages of the newest snapshot, sealed.
        let pages: [ContentID: [UInt8]]
    }

    /// Most times that somebody else's changes make that reading begin anew: it takes some reads, a change takes several.
    private static let mostStandings = 1000

    private func standing() async throws(VaultError) -> Standing {
        for _ in 1..<Self.mostStandings {
            let before = try await store.head(of: id)
            do throws(VaultError) {
                return try await standingNow()
            } catch {
                guard error.code == .damaged || error.code == .notFound, try await store.head(of: id) != before else {
                    throw error
                }
            }
        }
        return try await standingNow()
    }

    private func standingNow() async throws(VaultError) -> Standing {
        try await refresh()
        try await loadDocuments()
        guard let head = state.head else { throw VaultError(.damaged, object: "vault \(id)", "no head") }
        let (current, core, snapshot) = (try currentSecret(), state.core, state.snapshot)
        let versions = (state.catalogue?.list ?? []).flatMap(\.versions)
        let reader = reader
        var slots: [SlotID: [UInt8]] = [:]
        for bytes in try await store.slots(of: id) {
            let digest = try Digest32(of: bytes)
            guard let entry = core.epoch.slots.first(where: { $0.digest == digest }) else { continue }
            slots[entry.id] = bytes
        }
        guard slots.count == core.epoch.slots.count else {
            throw VaultError(.damaged, object: "slot", "the store lacks slots")
        }
        // In memory, as the documents that they tell of are: the next snapshot takes them away.
        var pages: [ContentID: [UInt8]] = [:]
        if let snapshot {
            let named = try await reader.indexes(of: snapshot.root, at: snapshot.sequence).contents.sorted()
            for start in stride(from: 0, to: named.count, by: SnapshotReader.pagesPerRead) {
                let part = Array(named[start..<min(start + SnapshotReader.pagesPerRead, named.count)])
                let found = try await store.contents(part, of: id, limit: Int64(ObjectLimit.page.octets))
                guard found.count == part.count else {
                    throw VaultError(.damaged, object: "snapshot", "a page is missing")
                }
                pages.merge(found) { first, _ in first }
            }
        }
        return Standing(
            head: head, current: current, versions: versions, slots: Array(slots.values), pages: pages)
    }

    /// A key record as it is to stand in the file: one that a rotation after the head that is exported wrapped anew would be
    /// opened by nothing in it, and is wrapped for that head again.
    private func keyRecord(
        _ bytes: [UInt8], of version: VersionID, under current: EpochSecret
    ) async throws(VaultError) -> [UInt8] {
        let object = "key record \(version)"
        let record = try KeyRecord(parsing: bytes, object: object)
        guard record.epoch > current.number else { return bytes }
        if secrets[record.epoch] == nil { try await refresh() }
        guard record.version == version, let secret = secrets[record.epoch] else {
            throw VaultError(.damaged, object: object, "it belongs to another version or epoch")
        }
        return try record.renewed(vault: id, from: secret, under: current, random: random, object: object).bytes
    }

    private var changedMeanwhile: VaultError {
        VaultError(
            .busy, object: "export", "a document was erased while it was written; begin again")
    }

    /// Reads a content to its end: a file with one that does not hold could not be imported.
    private func check(_ version: DocumentVersion) async throws {
        do {
            try await content(of: version).forEachPiece { _ in }
        } catch let error as VaultError where error.code == .damaged || error.code == .notFound {
            throw try await missing(version, error.object, error.detail)
        }
    }

    /// Why a part of a document is not there: because somebody erased it while the file was written, or it is lost.
    private func missing(
        _ version: DocumentVersion, _ object: String, _ detail: String
    ) async throws(VaultError) -> VaultError {
        try await refresh()
        guard state.catalogue?.documents[version.document] != nil else { return changedMeanwhile }
        return VaultError(
            .damaged, object: "document \(version.document), \(object)", "\(detail); nothing was exported")
    }

    private func copy(_ version: DocumentVersion, to writer: inout ExportWriter) async throws {
        let content = version.content
        guard let size = try await store.contentSize(content, of: id) else {
            throw try await missing(version, "content \(content)", "the store does not have it")
        }
        try writer.content(content, size: size)
        var place: Int64 = 0
        while place < size {
            try Task.checkCancellation()
            let end = min(size, place + 1 << 20)
            let piece = try await store.content(content, of: id, in: place..<end)
            guard piece.count == Int(end - place) else {
                throw VaultError(.damaged, object: "content \(content)", "cut short")
            }
            try writer.piece(piece)
            place = end
        }
    }
}
