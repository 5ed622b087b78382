// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierCore

extension Vault {
    /// Stores a document, or a new version of one, and returns when it is durable.
    ///
    /// - Parameters:
    ///   - source: The document; read once, in order.
    ///   - metadata: What it is.
    ///   - provenance: Where it comes from; must speak of exactly these bytes.
    ///   - fields: Values that it holds.
    ///   - correcting: The newest version of a document that this one takes the place of; `nil` for a new document.
    ///   - operation: The same on every retry of the same call: what was carried out before is not done again.
    ///   - time: Now; recorded as a claim.
    ///   - progress: Told the octets sealed so far.
    /// - Returns: The stored version.
    /// - Throws: ``VaultError``: `provenanceMismatch` (nothing was stored), `invalidMetadata`, `conflict` when
    ///   `correcting` is no longer the newest version, errors of the store; ``DossierCore/ByteSourceError`` unchanged.
    public func store(
        _ source: some ByteSource, metadata: DocumentMetadata, provenance: Provenance, fields: [DocumentField] = [],
        correcting: DocumentReference? = nil, operation: OperationID? = nil, at time: Instant,
        progress: (@Sendable (Int64) -> Void)? = nil
    ) async throws -> DocumentReference {
        let operation = operation ?? OperationID(random: random)
        if let done = try earlier(operation, sha256: provenance.sha256) { return done }
        let document = correcting?.document ?? DocumentID(random: random)
        let key = SharedSecret(random.secret(32))
        let version = VersionID(random: random)
        let stream = try SealedContentStream(
            source, key: key, vault: id, document: document, version: version, random: random, progress: progress)
        let record = try DocumentVersion(
            document: document, id: version, content: ContentID(random: random), size: source.size,
            commitment: stream.commitment, previous: correcting?.version, metadata: metadata, provenance: provenance,
            fields: fields, storedAt: time)

        var inline: [ContentID: [UInt8]] = [:]
        if stream.sealedSize <= Int64(store.capabilities.inlineContentLimit) {
            var sealed: [UInt8] = []
            while let piece = try stream.next() { sealed += piece }
            inline[record.content] = sealed
        } else {
            try await store.putContent(record.content, of: id, size: stream.sealedSize, from: stream)
        }
        do {
            guard stream.sha256 == provenance.sha256 else {
                throw VaultError(
                    .provenanceMismatch, "the digest of the bytes is not the one that the provenance names")
            }
            guard let secret = secrets[1] else { throw VaultError(.damaged, "no epoch secret") }
            let keyRecord = try KeyRecord(
                sealing: key, vault: id, document: document, version: version, under: secret, random: random)
            let winner = try await append(
                .documentVersion(record), operation: operation, at: time, contents: [record.content],
                keyRecords: [version: keyRecord.bytes], inline: inline
            ) { (state: VaultState) throws(VaultError) in
                let newest = state.documents[document]?.current.id
                guard newest == correcting?.version else {
                    throw VaultError(.conflict, object: "document \(document)", "its newest version is another one")
                }
            }
            if winner {
                return DocumentReference(vault: id, document: document, version: version)
            }
        } catch {
            // Deleted only when it is certain that no entry names it; else it stays, at worst as an orphan.
            if inline.isEmpty, (error as? VaultError)?.code.saysNothingWasAppended == true {
                try? await store.deleteContents([record.content], of: id)
            }
            throw error
        }
        // An earlier call with this operation, whose reply was lost, had already stored its own copy.
        if inline.isEmpty { try? await store.deleteContents([record.content], of: id) }
        guard let done = try earlier(operation, sha256: provenance.sha256) else {
            throw VaultError(.conflict, "the operation did something else")
        }
        return done
    }

    /// Declares a document revoked, withdrawn or in use again.
    ///
    /// - Throws: ``VaultError``: `notFound`, errors of the store.
    public func declare(
        _ status: DeclaredStatus, of document: DocumentID, reason: String, operation: OperationID? = nil,
        at time: Instant
    ) async throws(VaultError) {
        _ = try self.document(document)
        guard reason.utf8.count <= 4096 else { throw VaultError(.invalidMetadata, "a reason of more than 4096 octets") }
        _ = try await append(
            .documentStatus(document, status, reason: reason.normalizedNFC),
            operation: operation ?? OperationID(random: random), at: time)
    }

    private func earlier(_ operation: OperationID, sha256: Digest32) throws(VaultError) -> DocumentReference? {
        guard let version = state.stored[operation] else { return nil }
        guard version.sha256 == sha256 else {
            throw VaultError(.conflict, object: "document \(version.document)", "the operation stored other bytes")
        }
        return DocumentReference(vault: id, document: version.document, version: version.id)
    }

    /// Appends one entry on whatever head the store has; `false` when the operation was carried out before.
    private func append(
        _ event: VaultEvent, operation: OperationID, at time: Instant, contents: [ContentID] = [],
        keyRecords: [VersionID: [UInt8]] = [:], inline: [ContentID: [UInt8]] = [:],
        when holds: (VaultState) throws(VaultError) -> Void = { _ in }
    ) async throws(VaultError) -> Bool {
        guard let owner, let secret = secrets[1] else {
            throw VaultError(.notPermitted, object: "vault \(id)", "the secret that opened it may not sign")
        }
        let payload = try Payload(
            sealing: event, at: time, vault: id, operation: operation, under: secret, random: random)
        // A store that always says "conflict" must not keep this loop forever.
        for _ in 0..<1000 {
            try holds(state)
            guard let head = state.head else { throw VaultError(.damaged, object: "vault \(id)", "no head") }
            let entry = try JournalEntry(
                sequence: head.sequence + 1, previous: head.hash, operation: operation, writer: .owner,
                contents: contents, payloadHash: payload.hash, genesis: nil, signedBy: owner.key)
            let stored = StoredEntry(
                sequence: entry.sequence, operation: operation, entry: entry.bytes, payload: payload.bytes)
            let batch = VaultAppend(
                expecting: head, entries: [stored], head: entry.head, keyRecords: keyRecords, contents: inline)
            switch try await store.append(batch, to: id) {
            case .committed:
                if state.head == head { try state.apply(stored, opening: secrets) } else { try await refresh() }
                return true
            case .repeated:
                try await refresh()
                return false
            case .conflict: try await refresh()
            }
        }
        throw VaultError(.busy, object: "vault \(id)", "others changed it all the time")
    }
}

extension VaultError.Code {
    fileprivate var saysNothingWasAppended: Bool {
        switch self {
        case .provenanceMismatch, .conflict, .busy, .storeFull, .notPermitted, .notFound: true
        default: false
        }
    }
}
