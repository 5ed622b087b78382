// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore

extension Vault {
    /// A sealed document that no entry names yet.
    // A reference, because it goes through several hands and has many parts.
    final class Prepared: Sendable {
        /// The version that it takes the place of.
        let correcting: DocumentReference?
        let key: SharedSecret
        let record: DocumentVersion
        /// The sealed content, unless it lies in the store already.
        let inline: [UInt8]?
        /// The key record and payload under the secret that was current; made anew when another epoch has begun since.
        let keyRecord: KeyRecord
        let payload: Payload.Ready
        /// ``VaultState/refolds`` before it was sealed.
        let refolds: Int

        init(
            correcting: DocumentReference?, key: SharedSecret, record: DocumentVersion, inline: [UInt8]?,
            keyRecord: KeyRecord, payload: Payload.Ready, refolds: Int
        ) {
            self.refolds = refolds
            self.correcting = correcting
            self.key = key
            self.record = record
            self.inline = inline
            self.keyRecord = keyRecord
            self.payload = payload
        }

        /// The same when its content was put into the store.
        fileprivate var inStore: Prepared {
            Prepared(
                correcting: correcting, key: key, record: record, inline: nil, keyRecord: keyRecord, payload: payload,
                refolds: refolds)
        }

        /// Whether its content, which no entry names yet, may be gone from the store: its deletion was announced, or could
        /// have been without this state's knowing.
        func mayBeSwept(in state: VaultState) -> Bool {
            inline == nil && (state.swept.contains(record.content) || state.refolds != refolds)
        }
    }

    /// Puts contents into the store that are better put together there than inside the append.
    ///
    /// - Returns: The documents as they are to be appended.
    @concurrent nonisolated func placed(_ prepared: [Prepared]) async throws(VaultError) -> [Prepared] {
        let inline = prepared.filter { $0.inline != nil }
        let octets = inline.reduce(0) { $0 + ($1.inline?.count ?? 0) }
        guard inline.count > 1, octets >= store.capabilities.leastPack else { return prepared }
        do throws(VaultError) {
            try await store.putContents(
                Dictionary(
                    inline.lazy.compactMap { one in one.inline.map { (one.record.content, $0) } },
                    uniquingKeysWith: { first, _ in first }), of: id)
        } catch {
            // No entry names them, whatever became of them.
            try? await store.deleteContents(prepared.map(\.record.content), of: id)
            throw error
        }
        return prepared.map { $0.inline == nil ? $0 : $0.inStore }
    }

    /// The ids of one document that is stored.
    struct IDs: Sendable {
        let operation: OperationID
        let document: DocumentID
        let version: VersionID
        let content: ContentID

        init(operation: OperationID, document: DocumentID, version: VersionID, content: ContentID) {
            self.operation = operation
            self.document = document
            self.version = version
            self.content = content
        }

        init(_ operation: OperationID, _ random: some RandomSource) {
            self.init(
                operation: operation, document: DocumentID(random: random), version: VersionID(random: random),
                content: ContentID(random: random))
        }
    }

    /// Seals documents; several by several tasks at once.
    ///
    /// - Parameter operation: Of the first one's entry.
    /// - Throws: What the first one threw that could not be sealed. Contents that lie in the store by then are deleted.
    func prepare(
        _ uploads: [DocumentUpload], operation: OperationID, at time: Instant, progress: (@Sendable (Int64) -> Void)?
    ) async throws -> [Prepared] {
        try await preparing(uploads, at: time, progress: progress).all(uploads, operation: operation)
    }

    /// What sealing these documents needs of the vault.
    ///
    /// - Throws: ``VaultError``: `quotaExceeded` when there is no room for them, `notPermitted`.
    func preparing(
        _ uploads: [DocumentUpload], at time: Instant, progress: (@Sendable (Int64) -> Void)?
    ) throws(VaultError) -> DocumentPreparing {
        let secret = try currentSecret()
        try quota.check(
            state.core, largest: uploads.lazy.map { $0.source.size }.max() ?? 0,
            octets: uploads.reduce(0) {
                $0 &+ Padding.paddedSize(of: $1.source.size, least: Padding.leastDocument)
            }, documents: Int64(uploads.count { $0.correcting == nil }))
        return DocumentPreparing(
            vault: id, store: store, secret: secret, random: random, time: time, progress: progress,
            refolds: state.refolds)
    }

    nonisolated func discard(_ prepared: [Prepared]) async { await store.discard(prepared, of: id) }
}

extension VaultStore {
    /// Deletes contents that no entry names.
    fileprivate func discard(_ prepared: [Vault.Prepared], of vault: VaultID) async {
        let contents = prepared.filter { $0.inline == nil }.map(\.record.content)
        if !contents.isEmpty { try? await deleteContents(contents, of: vault) }
    }
}

/// Everything that sealing one document needs of its vault.
struct DocumentPreparing: Sendable {
    fileprivate let vault: VaultID
    fileprivate let store: any VaultStore
    fileprivate let secret: EpochSecret
    fileprivate var random: any RandomSource
    fileprivate let time: Instant
    fileprivate let progress: (@Sendable (Int64) -> Void)?
    fileprivate let refolds: Int

    /// Seals documents; several by several tasks at once.
    ///
    /// - Parameter operation: Of the first one's entry.
    /// - Throws: What the first one threw that could not be sealed. Contents that lie in the store by then are deleted.
    @concurrent func all(_ uploads: [DocumentUpload], operation: OperationID) async throws -> [Vault.Prepared] {
        if uploads.count == 1, let upload = uploads.first {
            return [try await prepared(upload, Vault.IDs(operation, random))]
        }
        var prepared: [Vault.Prepared] = []
        var failure: (any Error)?
        for outcome in await outcomes(uploads, operation: operation) {
            switch outcome {
            case .success(let one): prepared.append(one)
            case .failure(let error): failure = failure ?? error
            }
        }
        if let failure {
            await store.discard(prepared, of: vault)
            throw failure
        }
        return prepared
    }

    private func outcomes(
        _ uploads: [DocumentUpload], operation: OperationID
    ) async -> [Result<Vault.Prepared, any Error>] {
        // What lies side by side in a store's indexes is put in much faster than what lies anywhere.
        let (contents, versions, operations) = (
            ContentID(random: random), VersionID(random: random), OperationID(random: random)
        )
        var preparing = self
        preparing.random = RandomReserve(of: random)
        let each = preparing
        // A task for each would take as long as sealing a small document.
        let size = max(1, uploads.count / 16)
        let parts = await withTaskGroup { group in
            for start in stride(from: 0, to: uploads.count, by: size) {
                group.addTask {
                    let random = each.random
                    var outcomes: [Result<Vault.Prepared, any Error>] = []
                    outcomes.reserveCapacity(size)
                    for place in start..<min(start + size, uploads.count) {
                        let ids = Vault.IDs(
                            operation: place == 0 ? operation : OperationID(beside: operations, random: random),
                            document: DocumentID(random: random), version: VersionID(beside: versions, random: random),
                            content: ContentID(beside: contents, random: random))
                        outcomes.append(await each.outcome(uploads[place], ids))
                    }
                    return (start, outcomes)
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        return parts.sorted { $0.0 < $1.0 }.flatMap { $0.1 }
    }

    private func outcome(
        _ upload: DocumentUpload, _ ids: Vault.IDs
    ) async -> Result<Vault.Prepared, any Error> {
        do {
            return .success(try await prepared(upload, ids))
        } catch {
            return .failure(error)
        }
    }

    private func prepared(_ upload: DocumentUpload, _ ids: Vault.IDs) async throws -> Vault.Prepared {
        let document = upload.correcting?.document ?? ids.document
        let key = SharedSecret(random.secret(32))
        let (version, content, operation) = (ids.version, ids.content, ids.operation)
        let stream = try SealedContentStream(
            upload.source, key: key, vault: vault, document: document, version: version, random: random,
            progress: progress)
        // What may not be stored is said before anything is sealed.
        let announced = try DocumentVersion(
            document: document, id: version, content: content, size: upload.source.size,
            commitment: stream.commitment, previous: upload.correcting?.version, metadata: upload.metadata,
            provenance: upload.provenance, fields: upload.fields, storedAt: time)
        var inline: [UInt8]?
        if stream.sealedSize <= Int64(store.capabilities.inlineContentLimit) {
            var sealed: [UInt8] = []
            while let piece = try stream.next() { sealed = sealed.isEmpty ? piece : sealed + piece }
            inline = sealed
        } else {
            try await store.putContent(content, of: vault, size: stream.sealedSize, from: stream)
        }
        do {
            guard let sha256 = stream.sha256, upload.takesDigest || sha256 == upload.provenance.sha256 else {
                throw VaultError(
                    .provenanceMismatch, "the digest of the bytes is not the one that the provenance names")
            }
            let final = announced.with(upload.takesDigest ? upload.provenance.of(sha256) : upload.provenance)
            let keyRecord = try KeyRecord(
                sealing: key, vault: vault, document: document, version: version, under: secret, random: random)
            let payload = try Payload.Ready(
                .documentVersion(final), at: time, vault: vault, operation: operation, under: secret, random: random)
            // Of the version and what was read back of it one is kept; the other ends here, where nobody waits for it.
            return Vault.Prepared(
                correcting: upload.correcting, key: key, record: payload.event.version ?? final, inline: inline,
                keyRecord: keyRecord, payload: payload, refolds: refolds)
        } catch {
            if inline == nil { try? await store.deleteContents([content], of: vault) }
            throw error
        }
    }
}
