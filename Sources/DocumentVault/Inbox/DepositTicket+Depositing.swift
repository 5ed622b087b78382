// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore

extension DepositTicket {
    /// Leaves a document in the vault's inbox, sealed so that only the vault opens it. Needs no key of the vault.
    ///
    /// A call that failed or was killed can be made again with the same ticket, and replaces what it left. A ticket whose
    /// document is there already gives no second one.
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
    ///   after the ticket's end, `alreadyExists` when the ticket was used, `conflict` when somebody else is using it at the
    ///   same time, `provenanceMismatch` when `sha256` is not the document's, errors of the store;
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
        let content = try Self.content(of: id)
        let stream = try SealedContentStream(
            source, key: key, vault: card.vault, document: document, version: version, random: random, progress: nil)
        let record = try DocumentVersion(
            document: document, id: version, content: content, size: source.size,
            commitment: stream.commitment, previous: nil, metadata: metadata,
            provenance: .selfDeclared(sha256, source: .agencyResult), fields: fields, storedAt: time)
        let sealed = try DepositRecord(ticket: self, depositor: depositor.normalizedNFC, key: key, version: record)
            .sealed(
                random: random)
        guard try await store.contentSize(content, of: card.vault) == nil else {
            throw VaultError(.alreadyExists, object: "ticket \(id)", "a document was left with it already")
        }
        // A record without content is what an attempt left that failed; the first record of an id would be kept.
        if try await kept(in: store) != nil { try await store.deleteDeposits([id], of: card.vault) }
        // The record first: a sweep leaves alone what a record in the inbox names.
        try await store.putDeposit(StoredDeposit(id: id, record: sealed), of: card.vault)
        do {
            try await requireOwn(sealed, in: store, absentIsFine: false)
            try await store.putContent(content, of: card.vault, size: stream.sealedSize, from: stream)
            guard stream.sha256 == sha256 else {
                throw VaultError(.provenanceMismatch, "the digest of the bytes is not the one that was given")
            }
        } catch {
            // Only what is certainly this call's own.
            guard (error as? VaultError)?.code != .alreadyExists, (error as? VaultError)?.code != .conflict else {
                throw error
            }
            if let kept = try? await kept(in: store), kept == sealed {
                try? await store.deleteDeposits([id], of: card.vault)
                try? await store.deleteContents([content], of: card.vault)
            }
            throw error
        }
        // It may have been taken in meanwhile; another record in its place would have another key.
        try await requireOwn(sealed, in: store, absentIsFine: true)
        return DepositReceipt(
            vault: card.vault.description, deposit: id.description, sha256: sha256.description, size: source.size,
            depositedAt: time)
    }

    private func kept(in store: any VaultStore) async throws(VaultError) -> [UInt8]? {
        try await store.deposits(of: card.vault, limit: store.capabilities.depositLimit).first { $0.id == id }?.record
    }

    private func requireOwn(
        _ sealed: [UInt8], in store: any VaultStore, absentIsFine: Bool
    ) async throws(VaultError) {
        let found = try await kept(in: store)
        guard found == sealed || (found == nil && absentIsFine) else {
            throw VaultError(.conflict, object: "ticket \(id)", "somebody else is leaving a document with it")
        }
    }

    /// The same for every attempt with a ticket, so that one finds what another left.
    static func content(of deposit: DepositID) throws(VaultError) -> ContentID {
        let digest = try Digest32(of: VaultSeal.context(.depositContent, [deposit.octets]))
        guard let content = ContentID(octets: digest.octets.prefix(16)) else {
            throw VaultError(.cryptographyFailure, "a content's id")
        }
        return content
    }
}
