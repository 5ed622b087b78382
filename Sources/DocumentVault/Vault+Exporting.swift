// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax

extension Vault {
    /// Writes the whole vault, as it is at the head now, into one file; others may go on changing it meanwhile.
    ///
    /// - Parameters:
    ///   - code: Opens the file, with all that the owner's own secrets open: a fresh one for each export.
    ///   - write: Takes the octets, in order.
    ///   - progress: Told the contents done and all there are.
    /// - Returns: The head that was exported; an anchor for the file.
    /// - Throws: ``VaultError``: `notPermitted` without the owner's key, `busy` when something was erased or the vault got new
    ///   keys meanwhile (begin again), errors of the store; what `write` throws.
    public func export(
        under code: RecoveryCode, to write: @escaping ([UInt8]) throws -> Void,
        progress: (@Sendable (Int, Int) -> Void)? = nil
    ) async throws -> Anchor {
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
        try await refresh()
        try await loadDocuments()
        guard let head = state.head else { throw VaultError(.damaged, object: "vault \(id)", "no head") }
        let current = try currentSecret()
        let versions = (state.catalogue?.list ?? []).flatMap(\.versions)
        let (core, snapshot) = (state.core, state.snapshot)
        let slots = try await storedSlots()
        guard slots.count == core.epoch.slots.count else {
            throw VaultError(.damaged, object: "slot", "the store lacks slots")
        }
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
        for bytes in slots.values { try writer.record(.slot, bytes) }
        for start in stride(from: 0, to: versions.count, by: Self.rotationStep) {
            let step = versions[start..<min(start + Self.rotationStep, versions.count)].map(\.id)
            let records = try await store.keyRecords(of: step, in: id)
            guard records.count == step.count else { throw changedMeanwhile }
            for version in step {
                guard let record = records[version] else { continue }
                // Wrapped by a rotation after the head that is exported, nothing in the file would open it.
                guard try KeyRecord(parsing: record, object: "key record \(version)").epoch <= core.epoch.number else {
                    throw changedMeanwhile
                }
                try writer.record(.keyRecord, record)
            }
        }
        // The pages first: the next snapshot takes them away, while contents stay.
        var contents: [ContentID] = []
        if let snapshot {
            contents += try await reader.indexes(of: snapshot.root, at: snapshot.sequence).contents
        }
        contents += versions.map(\.content)
        for (number, content) in contents.enumerated() {
            try await copy(content, to: &writer)
            progress?(number + 1, contents.count)
        }
        // What was erased while the file was written would stand in it without the entry that says so.
        try await refresh()
        guard versions.allSatisfy({ state.catalogue?.documents[$0.document] != nil }) else { throw changedMeanwhile }
        try writer.end()
        return Anchor(vault: id, head: head)
    }

    private var changedMeanwhile: VaultError {
        VaultError(
            .busy, object: "export", "the vault got new keys or lost a document while it was written; begin again")
    }

    private func copy(_ content: ContentID, to writer: inout ExportWriter) async throws {
        guard let size = try await store.contentSize(content, of: id) else { throw changedMeanwhile }
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
