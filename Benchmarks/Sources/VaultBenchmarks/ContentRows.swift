// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CLibcrypto
import CryptoPrimitives
import DocumentVault
import DossierCore
import VaultSQLite

/// A store that takes contents and throws them away: what is left is the vault's own work on a document.
final class DiscardingStore: VaultStore {
    private let base: SQLiteVaultStore
    let capabilities = VaultStoreCapabilities(inlineContentLimit: 0, isDurable: true, overwritesDeleted: true)

    init(_ base: SQLiteVaultStore) { self.base = base }

    func putContent(
        _ id: ContentID, of vault: VaultID, size: Int64, from stream: any ContentStream
    ) async throws {
        while try stream.next() != nil {}
    }

    func head(of vault: VaultID) async throws(VaultError) -> JournalHead? { try await base.head(of: vault) }
    func append(_ batch: VaultAppend, to vault: VaultID) async throws(VaultError) -> VaultAppendOutcome {
        try await base.append(batch, to: vault)
    }
    func entries(of vault: VaultID, from sequence: Int64, limit: Int) async throws(VaultError) -> [StoredEntry] {
        try await base.entries(of: vault, from: sequence, limit: limit)
    }
    func slots(of vault: VaultID) async throws(VaultError) -> [[UInt8]] { try await base.slots(of: vault) }
    func keyRecords(of versions: [VersionID], in vault: VaultID) async throws(VaultError) -> [VersionID: [UInt8]] {
        try await base.keyRecords(of: versions, in: vault)
    }
    func replaceKeyRecords(_ records: [VersionID: [UInt8]], in vault: VaultID) async throws(VaultError) {
        try await base.replaceKeyRecords(records, in: vault)
    }
    func contentSize(_ id: ContentID, of vault: VaultID) async throws(VaultError) -> Int64? {
        try await base.contentSize(id, of: vault)
    }
    func content(_ id: ContentID, of vault: VaultID, in range: Range<Int64>) async throws(VaultError) -> [UInt8] {
        try await base.content(id, of: vault, in: range)
    }
    func contents(of vault: VaultID, after id: ContentID?, limit: Int) async throws(VaultError) -> [ContentID] {
        try await base.contents(of: vault, after: id, limit: limit)
    }
    func deleteContents(_ ids: [ContentID], of vault: VaultID) async throws(VaultError) {
        try await base.deleteContents(ids, of: vault)
    }
    func putDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError) {
        try await base.putDeposit(deposit, of: vault)
    }
    func replaceDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError) {
        try await base.replaceDeposit(deposit, of: vault)
    }
    func deposits(of vault: VaultID, limit: Int) async throws(VaultError) -> [StoredDeposit] {
        try await base.deposits(of: vault, limit: limit)
    }
    func deleteDeposits(_ ids: [DepositID], of vault: VaultID) async throws(VaultError) {
        try await base.deleteDeposits(ids, of: vault)
    }
}

/// What the vault does to the octets of a document, beside what the ciphers alone take.
enum ContentRows {
    /// AES-256-GCM and SHA-256 by libcrypto over a buffer, a piece at a time as `openssl speed` does it.
    private final class Ciphers {
        let cipher = EVP_CIPHER_CTX_new()
        let digest = EVP_MD_CTX_new()
        let aes = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)
        let sha = EVP_MD_fetch(nil, "SHA256", nil)
        var output: [UInt8]
        let piece: Int

        init(piece: Int) {
            self.piece = piece
            output = [UInt8](repeating: 0, count: piece + 16)
        }

        deinit {
            EVP_CIPHER_CTX_free(cipher)
            EVP_MD_CTX_free(digest)
            EVP_CIPHER_free(aes)
            EVP_MD_free(sha)
        }

        func seal(_ message: [UInt8]) throws {
            let key = [UInt8](repeating: 1, count: 32)
            let nonce = [UInt8](repeating: 2, count: 12)
            guard EVP_EncryptInit_ex2(cipher, aes, key, nonce, nil) == 1 else {
                throw CannotMeasure(description: "AES-256-GCM")
            }
            try message.withUnsafeBufferPointer { buffer in
                guard let start = buffer.baseAddress else { return }
                for offset in stride(from: 0, to: buffer.count, by: piece) {
                    var written: Int32 = 0
                    let count = Int32(min(piece, buffer.count - offset))
                    guard EVP_EncryptUpdate(cipher, &output, &written, start + offset, count) == 1 else {
                        throw CannotMeasure(description: "AES-256-GCM")
                    }
                }
            }
            var rest: Int32 = 0
            guard EVP_EncryptFinal_ex(cipher, &output, &rest) == 1 else {
                throw CannotMeasure(description: "AES-256-GCM")
            }
        }

        func hash(_ message: [UInt8]) throws {
            guard EVP_DigestInit_ex2(digest, sha, nil) == 1, EVP_DigestUpdate(digest, message, message.count) == 1,
                EVP_DigestFinal_ex(digest, &output, nil) == 1
            else { throw CannotMeasure(description: "SHA-256") }
        }
    }

    /// Storing a document, without what the disk takes, beside encrypting and digesting it.
    static func run(_ table: inout Table, _ scratch: Scratch) async throws {
        let name = "storing 64 MiB with its digest, memory to memory"
        guard table.wants(name) else { return }
        let size = 64 << 20
        let message = randomOctets(size)
        let digest = try Digest32(of: message)
        let store = DiscardingStore(try SQLiteVaultStore(path: scratch("discard"), creating: true, shards: 1))
        let code = RecoveryCode(random: SystemRandom())
        let vault = try await Vault.create(
            name: "bench", in: store, unlocking: [.recoveryCode(code)], at: Fixture.time)
        let ciphers = Ciphers(piece: 16_384)
        var ours: [Double] = []
        var peer: [Double] = []
        for _ in 0..<9 {
            // The sum of both times is what 1/(1/GCM + 1/SHA-256) says as a rate.
            peer.append(
                try await seconds {
                    try ciphers.seal(message)
                    try ciphers.hash(message)
                } * 1000)
            ours.append(try await seconds { try await vault.store(message, digest) } * 1000)
        }
        table.add(
            name, ours: ours, peer: peer, "ms", goal: .ratio(0.8),
            note: "the peer is EVP AES-256-GCM in pieces of 16 KiB, then EVP SHA-256, over the same buffer; ours is "
                + "Vault.store into a store that drops the content, its durable append included")
        scratch.delete("discard")
    }
}
