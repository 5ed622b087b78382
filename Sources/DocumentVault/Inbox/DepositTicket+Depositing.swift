// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore

extension DepositTicket {
    /// Leaves a document in the vault's inbox, sealed so that only the vault opens it. Needs no key of the vault.
    ///
    /// A call that failed or was killed can be made again with the same ticket, and replaces what it left. A ticket whose
    /// document is there already gives no second one; of several who use one at the same time one leaves its document.
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
    ///   after the ticket's end, `alreadyExists` when the ticket was used, `conflict` when others used it at the same
    ///   time again and again, `invalidMetadata` for a time outside the years 1 to 9999, `provenanceMismatch` when `sha256` is not the document's, errors of the
    ///   store; ``DossierCore/ByteSourceError`` unchanged.
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
        try VaultEvent.check(time)
        var metadata = metadata
        metadata.dossier = dossier
        metadata.additional["depositor"] = [depositor.normalizedNFC]
        let key = SharedSecret(random.secret(32))
        let version = try Self.version(of: id)
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
        guard try await store.contentSize(content, of: card.vault) == nil else { throw isUsed }
        let start = try await store.head(of: card.vault)?.sequence ?? -1
        // The record first: a sweep leaves alone what a record in the inbox names. It may be one that another attempt left,
        // or somebody who uses the ticket at this moment: which of them holds is decided by the content, written once.
        try await store.putDeposit(StoredDeposit(id: id, record: sealed), of: card.vault)
        do {
            try await store.putContent(content, of: card.vault, size: stream.sealedSize, from: stream)
        } catch {
            try await checkIsOwn(content, stream.commitment, after: error, in: store)
        }
        guard stream.sha256 == sha256 else {
            // The record first: nobody puts another while the content is there.
            try? await store.deleteDeposits([id], of: card.vault)
            try? await store.deleteContents([content], of: card.vault)
            throw VaultError(.provenanceMismatch, "the digest of the bytes is not the one that was given")
        }
        try await keep(sealed, content, since: start, in: store)
        return DepositReceipt(
            vault: card.vault.description, deposit: id.description, sha256: sha256.description, size: source.size,
            depositedAt: time)
    }

    private func kept(in store: any VaultStore) async throws(VaultError) -> [UInt8]? {
        try await store.deposits(of: card.vault, limit: store.capabilities.depositLimit).first { $0.id == id }?.record
    }

    private var isUsed: VaultError {
        VaultError(.alreadyExists, object: "ticket \(id)", "a document was left with it already")
    }

    /// Returns after an error when the content is there all the same, and this call's own.
    private func checkIsOwn(
        _ content: ContentID, _ commitment: Digest32, after error: any Error, in store: any VaultStore
    ) async throws {
        guard let size = try? await store.contentSize(content, of: card.vault) else { throw error }
        let end = Int64(Cobblestone256.headerByteCount)
        guard size >= end, let header = try? await store.content(content, of: card.vault, in: 0..<end),
            Array(header.dropFirst(Cobblestone256.saltByteCount)) == commitment.octets
        else { throw (error as? VaultError)?.code == .alreadyExists ? isUsed : error }
    }

    /// Sees to it that the record in the inbox is that of the content, which is there and this call's own.
    ///
    /// The vault may look between the two and put the pair aside; it looks again, and then they fit.
    private func keep(
        _ sealed: [UInt8], _ content: ContentID, since start: Int64, in store: any VaultStore
    ) async throws(VaultError) {
        for turn in 0..<8 {
            if try await kept(in: store) == sealed {
                // Between a record that was gone and this one a sweep may have looked.
                if turn == 0 { return }
                if try await store.contentSize(content, of: card.vault) != nil { return }
                if try await isTakenIn(content, since: start, in: store) { return }
                break
            }
            // It may have been taken in meanwhile.
            if try await isTakenIn(content, since: start, in: store) { return }
            // In one step: a sweep that found no record would delete the content.
            try await store.replaceDeposit(StoredDeposit(id: id, record: sealed), of: card.vault)
        }
        throw VaultError(.conflict, object: "ticket \(id)", "somebody else left something with it all the time")
    }

    private func isTakenIn(
        _ content: ContentID, since start: Int64, in store: any VaultStore
    ) async throws(VaultError) -> Bool {
        let operations = try [OperationID(absorbing: id), OperationID(absorbing: id, putAside: true)]
        var next = start + 1
        while true {
            let entries = try await store.entries(of: card.vault, from: next, limit: 256)
            // What only says that it was put aside brings no content.
            for entry in entries where operations.contains(entry.operation) {
                if try entry.contents().contains(content) { return true }
            }
            guard let last = entries.last?.sequence, last >= next else { return false }
            next = last + 1
        }
    }

    /// The version that a deposit becomes: chosen by nobody, so that it cannot be one that the vault has.
    static func version(of deposit: DepositID) throws(VaultError) -> VersionID {
        let digest = try Digest32(of: VaultSeal.context(.depositVersion, [deposit.octets]))
        guard let version = VersionID(octets: digest.octets.prefix(16)) else {
            throw VaultError(.cryptographyFailure, "a version's id")
        }
        return version
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
