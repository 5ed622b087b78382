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
        let (repeated, references) = try await put([upload], operation: operation, at: time, progress: progress)
        if let reference = references.first { return reference }
        // An earlier call with this operation, whose reply was lost, had already stored its own copy.
        if let done = try await earlier(operation, sha256: provenance.sha256) { return done }
        guard let repeated, let version = try await event(at: repeated).event.version,
            version.sha256 == provenance.sha256
        else { throw VaultError(.conflict, "the operation did something else") }
        return DocumentReference(vault: id, document: version.document, version: version.id)
    }

    /// Most documents that are put by one append.
    public static var largestBatch: Int { Int(snapshotInterval) }

    /// Stores several documents by few appends: much faster than one by one, each acknowledged with its append.
    ///
    /// - Parameters:
    ///   - uploads: The documents, in order.
    ///   - time: Now; recorded as a claim.
    ///   - progress: Told the number of documents that are durable, after every append.
    /// - Returns: The stored versions, in order.
    /// - Throws: As ``store(_:metadata:provenance:fields:correcting:operation:at:progress:)``; documents of earlier appends
    ///   stay stored.
    public func store(
        _ uploads: [DocumentUpload], at time: Instant, progress: (@Sendable (Int) -> Void)? = nil
    ) async throws -> [DocumentReference] {
        var references: [DocumentReference] = []
        for start in stride(from: 0, to: uploads.count, by: Self.largestBatch) {
            try Task.checkCancellation()
            let batch = Array(uploads[start..<min(start + Self.largestBatch, uploads.count)])
            references += try await put(batch, operation: OperationID(random: random), at: time, progress: nil)
                .references
            progress?(references.count)
        }
        return references
    }

    /// A sealed document that no entry names yet.
    private struct Prepared {
        let upload: DocumentUpload
        let key: SharedSecret
        let record: DocumentVersion
        /// The sealed content, unless it lies in the store already.
        let inline: [UInt8]?
    }

    private func prepare(
        _ upload: DocumentUpload, at time: Instant, progress: (@Sendable (Int64) -> Void)?
    ) async throws -> Prepared {
        let document = upload.correcting?.document ?? DocumentID(random: random)
        let key = SharedSecret(random.secret(32))
        let version = VersionID(random: random)
        let stream = try SealedContentStream(
            upload.source, key: key, vault: id, document: document, version: version, random: random, progress: progress
        )
        let record = try DocumentVersion(
            document: document, id: version, content: ContentID(random: random), size: upload.source.size,
            commitment: stream.commitment, previous: upload.correcting?.version, metadata: upload.metadata,
            provenance: upload.provenance, fields: upload.fields, storedAt: time)
        try quota.check(state.core, adding: [record])
        var inline: [UInt8]?
        if stream.sealedSize <= Int64(store.capabilities.inlineContentLimit) {
            var sealed: [UInt8] = []
            while let piece = try stream.next() { sealed += piece }
            inline = sealed
        } else {
            try await store.putContent(record.content, of: id, size: stream.sealedSize, from: stream)
        }
        guard stream.sha256 == upload.provenance.sha256 else {
            if inline == nil { try? await store.deleteContents([record.content], of: id) }
            throw VaultError(.provenanceMismatch, "the digest of the bytes is not the one that the provenance names")
        }
        return Prepared(upload: upload, key: key, record: record, inline: inline)
    }

    /// Puts documents by one append; the entry of an operation that was carried out before, or what was stored.
    private func put(
        _ uploads: [DocumentUpload], operation: OperationID, at time: Instant, progress: (@Sendable (Int64) -> Void)?
    ) async throws -> (repeated: Int64?, references: [DocumentReference]) {
        // A version that is not known here as the newest may have come from another device since.
        let corrected = uploads.compactMap(\.correcting)
        if !corrected.isEmpty {
            try await loadDocuments()
            let isBehind = corrected.contains { state.catalogue?.documents[$0.document]?.current.id != $0.version }
            if isBehind { try await refresh() }
        }
        // A content that somebody swept in flight is uploaded again under a new id.
        for _ in 0..<16 {
            var prepared: [Prepared] = []
            do {
                for upload in uploads { prepared.append(try await prepare(upload, at: time, progress: progress)) }
                let ready = prepared
                let appended = try await change(operation: operation, at: time) { (state) throws(VaultError) in
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
            } catch let error as VaultError {
                // Deleted only when it is certain that no entry names it; else it stays, at worst as an orphan.
                if error.code.saysNothingWasAppended { await discard(prepared) }
                guard error.code == .conflict, prepared.contains(where: { state.swept.contains($0.record.content) })
                else {
                    throw error
                }
            }
        }
        throw VaultError(.busy, object: "vault \(id)", "others swept it all the time")
    }

    private func change(_ prepared: [Prepared], in state: VaultState) throws(VaultError) -> Change {
        let secret = try currentSecret()
        try quota.check(state.core, adding: prepared.map(\.record))
        var change = Change(events: prepared.map { .documentVersion($0.record) }, secret: secret)
        for document in prepared {
            let record = document.record
            if document.inline == nil, state.swept.contains(record.content) {
                throw VaultError(.conflict, object: "content \(record.content)", "swept before an entry named it")
            }
            if let correcting = document.upload.correcting {
                guard state.catalogue?.documents[record.document]?.current.id == correcting.version else {
                    throw VaultError(
                        .conflict, object: "document \(record.document)", "its newest version is another one")
                }
            }
            change.inline[record.content] = document.inline
            change.keyRecords[record.id] = try KeyRecord(
                sealing: document.key, vault: id, document: record.document, version: record.id, under: secret,
                random: random
            ).bytes
        }
        return change
    }

    private func discard(_ prepared: [Prepared]) async {
        let contents = prepared.filter { $0.inline == nil }.map(\.record.content)
        if !contents.isEmpty { try? await store.deleteContents(contents, of: id) }
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
