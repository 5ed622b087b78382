// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore

extension DepositTicket {
    /// Leaves a document in the vault's inbox, sealed so that only the vault opens it. Needs no key of the vault.
    ///
    /// - Parameters:
    ///   - source: The document; read once, in order.
    ///   - sha256: Its SHA-256.
    ///   - metadata: What it is; `dossier` is the ticket's.
    ///   - fields: Values that it holds.
    ///   - depositor: Who leaves it: a claim until the vault's owner has judged the document's own signatures.
    ///   - store: Where the vault lies.
    ///   - time: Now; recorded as a claim.
    ///   - random: Gives key and ids.
    /// - Returns: The receipt, once the deposit is durable.
    /// - Throws: ``VaultError``: `overQuota` for a document larger than the ticket allows or a full inbox, `notPermitted`
    ///   after the ticket's end, `provenanceMismatch` when `sha256` is not the document's, errors of the store;
    ///   ``DossierCore/ByteSourceError`` unchanged.
    public func deposit(
        _ source: some ByteSource, sha256: Digest32, metadata: DocumentMetadata, fields: [DocumentField] = [],
        depositor: String, in store: any VaultStore, at time: Instant, random: any RandomSource = SystemRandom()
    ) async throws -> DepositReceipt {
        guard source.size <= largest else {
            throw VaultError(
                .overQuota, object: "ticket \(id)", "\(source.size) octets, at most \(largest) are allowed")
        }
        guard until.map({ time <= $0 }) ?? true else {
            throw VaultError(.notPermitted, object: "ticket \(id)", "it has ended")
        }
        var metadata = metadata
        metadata.dossier = dossier
        metadata.additional["depositor"] = [depositor.normalizedNFC]
        let key = SharedSecret(random.secret(32))
        let version = VersionID(random: random)
        let stream = try SealedContentStream(
            source, key: key, vault: card.vault, document: document, version: version, random: random, progress: nil)
        let record = try DocumentVersion(
            document: document, id: version, content: ContentID(random: random), size: source.size,
            commitment: stream.commitment, previous: nil, metadata: metadata,
            provenance: .selfDeclared(sha256, source: .agencyResult), fields: fields, storedAt: time)
        let sealed = try DepositRecord(ticket: self, depositor: depositor.normalizedNFC, key: key, version: record)
            .sealed(
                random: random)
        // The record first: a sweep leaves alone what a record in the inbox names.
        try await store.putDeposit(StoredDeposit(id: id, record: sealed), of: card.vault)
        do {
            try await store.putContent(record.content, of: card.vault, size: stream.sealedSize, from: stream)
            guard stream.sha256 == sha256 else {
                throw VaultError(.provenanceMismatch, "the digest of the bytes is not the one that was given")
            }
        } catch {
            try? await store.deleteDeposits([id], of: card.vault)
            try? await store.deleteContents([record.content], of: card.vault)
            throw error
        }
        return DepositReceipt(
            vault: card.vault.description, deposit: id.description, sha256: sha256.description, size: source.size,
            depositedAt: time)
    }
}
