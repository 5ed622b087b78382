// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierCore

extension Vault {
    /// Stores a document, or a new version of one, and returns when it is durable.
    ///
    /// - Parameters:
    ///   - source: The document; read in order.
    ///   - metadata: What it is.
    ///   - provenance: Where it comes from; must speak of exactly these bytes.
    ///   - fields: Values that it holds.
    ///   - correcting: The newest version of a document that this one takes the place of; `nil` for a new document.
    ///   - operation: The same on every retry of the same call: what was carried out before is not done again.
    ///   - time: Now; recorded as a claim.
    ///   - progress: Told the octets sealed so far.
    /// - Returns: The stored version.
    /// - Throws: ``VaultError``: `provenanceMismatch` (nothing was stored), `invalidMetadata`, `overQuota`, `conflict` when
    ///   `correcting` is no longer the newest version, `notPermitted`, errors of the store;
    ///   ``DossierCore/ByteSourceError`` unchanged.
    public func store(
        _ source: some ByteSource, metadata: DocumentMetadata, provenance: Provenance, fields: [DocumentField] = [],
        correcting: DocumentReference? = nil, operation: OperationID? = nil, at time: Instant,
        progress: (@Sendable (Int64) -> Void)? = nil
    ) async throws -> DocumentReference {
        let upload = DocumentUpload(
            source, metadata: metadata, provenance: provenance, fields: fields, correcting: correcting)
        let operation = operation ?? OperationID(random: random)
        if let done = try await earlier(operation, sha256: provenance.sha256) { return done }
        let (repeated, references) = try await put(upload, operation: operation, at: time, progress: progress)
        if let reference = references.first { return reference }
        // An earlier call with this operation, whose reply was lost, had already stored its own copy.
        if let done = try await earlier(operation, sha256: provenance.sha256) { return done }
        guard let repeated, let version = try await event(at: repeated).event.version,
            version.sha256 == provenance.sha256
        else { throw VaultError(.conflict, "the operation did something else") }
        return DocumentReference(vault: id, document: version.document, version: version.id)
    }

    /// Stores a document as an upload describes it, and returns when it is durable.
    ///
    /// - Parameters:
    ///   - upload: The document.
    ///   - time: Now; recorded as a claim.
    ///   - progress: Told the octets sealed so far.
    /// - Throws: As ``store(_:metadata:provenance:fields:correcting:operation:at:progress:)``.
    public func store(
        _ upload: DocumentUpload, at time: Instant, progress: (@Sendable (Int64) -> Void)? = nil
    ) async throws -> DocumentReference {
        let (_, references) = try await put(
            upload, operation: OperationID(random: random), at: time, progress: progress)
        guard let reference = references.first else { throw VaultError(.conflict, "the operation did something else") }
        return reference
    }

    /// Puts one document by an append of its own.
    private func put(
        _ upload: DocumentUpload, operation: OperationID, at time: Instant, progress: (@Sendable (Int64) -> Void)?
    ) async throws -> (repeated: Int64?, references: [DocumentReference]) {
        try await catchUp(with: [upload])
        let prepared = try await prepare([upload], operation: operation, at: time, progress: progress)
        return try await put(
            Batch(places: 0..<1, operation: operation, prepared: prepared, uploads: { [upload] }), at: time,
            progress: progress)
    }

    /// Reads what others appended, when a version that is corrected is not known here as the newest.
    func catchUp(with uploads: [DocumentUpload]) async throws(VaultError) {
        let corrected = uploads.compactMap { $0.correcting }
        guard !corrected.isEmpty else { return }
        try await loadDocuments()
        let isBehind = corrected.contains { state.catalogue?.documents[$0.document]?.current.id != $0.version }
        if isBehind { try await refresh() }
    }

    /// Puts documents by one append; the entry of an operation that was carried out before, or what was stored.
    func put(
        _ batch: Batch, at time: Instant, progress: (@Sendable (Int64) -> Void)?
    ) async throws -> (repeated: Int64?, references: [DocumentReference]) {
        var prepared = batch.prepared
        // A content that somebody swept in flight is uploaded again under a new id.
        for _ in 0..<16 {
            do {
                let ready = prepared
                let isNew = ready.allSatisfy { $0.correcting == nil }
                let appended = try await change(
                    operation: batch.operation, at: time, newDocuments: isNew ? ready.count : nil
                ) { (state) throws(VaultError) in
                    try self.change(ready, in: state)
                }
                if case .repeated(let sequence) = appended {
                    await discard(ready)
                    return (sequence, [])
                }
                return (
                    nil,
                    ready.map { DocumentReference(vault: id, document: $0.record.document, version: $0.record.id) }
                )
            } catch {
                // Deleted only when it is certain that no entry names it; else it stays, at worst as an orphan.
                if error.code.saysNothingWasAppended { await discard(prepared) }
                guard error.code == .conflict, prepared.contains(where: { $0.mayBeSwept(in: state) })
                else {
                    throw error
                }
            }
            prepared = try await prepare(batch.uploads(), operation: batch.operation, at: time, progress: progress)
        }
        await discard(prepared)
        throw VaultError(.busy, object: "vault \(id)", "others swept it all the time")
    }

    private func change(_ prepared: [Prepared], in state: VaultState) throws(VaultError) -> Change {
        let secret = try currentSecret()
        try quota.check(state.core, adding: prepared.map(\.record))
        var change = Change(events: prepared.map { .documentVersion($0.record) }, secret: secret)
        for document in prepared {
            let record = document.record
            if document.mayBeSwept(in: state) {
                throw VaultError(.conflict, object: "content \(record.content)", "swept before an entry named it")
            }
            if let correcting = document.correcting {
                guard state.catalogue?.documents[record.document]?.current.id == correcting.version else {
                    throw VaultError(
                        .conflict, object: "document \(record.document)", "its newest version is another one")
                }
            }
            change.inline[record.content] = document.inline
            if document.keyRecord.epoch == secret.number {
                change.keyRecords[record.id] = document.keyRecord.bytes
                change.ready.append(document.payload)
            } else {
                change.keyRecords[record.id] = try KeyRecord(
                    sealing: document.key, vault: id, document: record.document, version: record.id, under: secret,
                    random: random
                ).bytes
            }
        }
        return change
    }

    /// Declares a document revoked, withdrawn or in use again.
    ///
    /// - Throws: ``VaultError``: `notFound`, `notPermitted`, errors of the store.
    public func declare(
        _ status: DeclaredStatus, of document: DocumentID, reason: String, operation: OperationID? = nil,
        at time: Instant
    ) async throws(VaultError) {
        _ = try await self.document(document)
        guard reason.utf8.count <= 4096 else { throw VaultError(.invalidMetadata, "a reason of more than 4096 octets") }
        _ = try await change(operation: operation ?? OperationID(random: random), at: time) {
            (state) throws(VaultError) in
            guard state.catalogue?.documents[document] != nil else {
                throw VaultError(.notFound, object: "document \(document)", "it was erased")
            }
            return Change(
                events: [.documentStatus(document, status, reason: reason.normalizedNFC)],
                secret: try self.currentSecret())
        }
    }

    /// What an operation stored before; `nil` when its entry is not known here.
    private func earlier(_ operation: OperationID, sha256: Digest32) async throws(VaultError) -> DocumentReference? {
        guard let version = state.stored[operation] else { return nil }
        guard version.sha256 == sha256 else {
            throw VaultError(.conflict, object: "document \(version.document)", "the operation stored other bytes")
        }
        return DocumentReference(vault: id, document: version.document, version: version.id)
    }
}

extension VaultError.Code {
    var saysNothingWasAppended: Bool {
        switch self {
        case .provenanceMismatch, .conflict, .busy, .storeFull, .notPermitted, .notFound, .overQuota, .invalidMetadata:
            true
        default: false
        }
    }
}
