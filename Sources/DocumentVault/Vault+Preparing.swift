// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore

extension Vault {
    /// A sealed document that no entry names yet.
    struct Prepared: Sendable {
        let upload: DocumentUpload
        let key: SharedSecret
        let record: DocumentVersion
        /// The sealed content, unless it lies in the store already.
        let inline: [UInt8]?
        /// The key record and payload under the secret that was current; made anew when another epoch has begun since.
        let keyRecord: KeyRecord
        let payload: Payload.Ready
    }

    /// Seals documents; several by several tasks at once.
    ///
    /// - Parameter operation: Of the first one's entry.
    /// - Throws: What the first one threw that could not be sealed. Contents that lie in the store by then are deleted.
    func prepare(
        _ uploads: [DocumentUpload], operation: OperationID, at time: Instant, progress: (@Sendable (Int64) -> Void)?
    ) async throws -> [Prepared] {
        let preparing = DocumentPreparing(
            vault: id, store: store, secret: try currentSecret(), random: random, time: time, progress: progress)
        try quota.check(
            state.core, largest: uploads.map(\.source.size).max() ?? 0,
            octets: uploads.reduce(0) {
                $0 &+ Padding.paddedSize(of: $1.source.size, least: Padding.leastDocument)
            }, documents: Int64(uploads.count { $0.correcting == nil }))
        if uploads.count == 1, let upload = uploads.first {
            return [try await preparing.prepared(upload, operation: operation)]
        }
        let outcomes = await preparing.outcomes(uploads, operation: operation)
        var prepared: [Prepared] = []
        var failure: (any Error)?
        for number in uploads.indices {
            switch outcomes[number] {
            case .success(let one): prepared.append(one)
            case .failure(let error): failure = failure ?? error
            case nil: break
            }
        }
        if let failure {
            await discard(prepared)
            throw failure
        }
        return prepared
    }

    func discard(_ prepared: [Prepared]) async {
        let contents = prepared.filter { $0.inline == nil }.map(\.record.content)
        if !contents.isEmpty { try? await store.deleteContents(contents, of: id) }
    }
}

/// Everything that sealing one document needs of its vault.
private struct DocumentPreparing: Sendable {
    let vault: VaultID
    let store: any VaultStore
    let secret: EpochSecret
    let random: any RandomSource
    let time: Instant
    let progress: (@Sendable (Int64) -> Void)?

    func outcomes(
        _ uploads: [DocumentUpload], operation: OperationID
    ) async -> [Int: Result<Vault.Prepared, any Error>] {
        await withTaskGroup { group in
            for (number, upload) in uploads.enumerated() {
                let own = number == 0 ? operation : OperationID(random: random)
                group.addTask { (number, await outcome(upload, operation: own)) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    @concurrent private func outcome(
        _ upload: DocumentUpload, operation: OperationID
    ) async -> Result<Vault.Prepared, any Error> {
        do {
            return .success(try await prepared(upload, operation: operation))
        } catch {
            return .failure(error)
        }
    }

    func prepared(_ upload: DocumentUpload, operation: OperationID) async throws -> Vault.Prepared {
        let document = upload.correcting?.document ?? DocumentID(random: random)
        let key = SharedSecret(random.secret(32))
        let version = VersionID(random: random)
        let content = ContentID(random: random)
        let stream = try SealedContentStream(
            upload.source, key: key, vault: vault, document: document, version: version, random: random,
            progress: progress)
        func record(_ provenance: Provenance) throws(VaultError) -> DocumentVersion {
            try DocumentVersion(
                document: document, id: version, content: content, size: upload.source.size,
                commitment: stream.commitment, previous: upload.correcting?.version, metadata: upload.metadata,
                provenance: provenance, fields: upload.fields, storedAt: time)
        }
        // What may not be stored is said before anything is sealed.
        _ = try record(upload.provenance)
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
            let final = try record(upload.takesDigest ? upload.provenance.of(sha256) : upload.provenance)
            return Vault.Prepared(
                upload: upload, key: key, record: final, inline: inline,
                keyRecord: try KeyRecord(
                    sealing: key, vault: vault, document: document, version: version, under: secret, random: random),
                payload: try Payload.Ready(
                    .documentVersion(final), at: time, vault: vault, operation: operation, under: secret,
                    random: random))
        } catch {
            if inline == nil { try? await store.deleteContents([content], of: vault) }
            throw error
        }
    }
}
