// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import VaultSQLite

/// A vault to measure with, and what opens it.
struct Fixture {
    static let time = Instant(seconds: 1_795_228_222)
    let store: any VaultStore
    let code: RecoveryCode
    let vault: Vault

    init(_ path: String, shards: Int = 1) async throws {
        try await self.init(in: try SQLiteVaultStore(path: path, creating: true, shards: shards))
    }

    init(in store: any VaultStore) async throws {
        self.store = store
        code = RecoveryCode(random: SystemRandom())
        vault = try await Vault.create(name: "bench", in: store, unlocking: [.recoveryCode(code)], at: Self.time)
    }

    func open() async throws -> Vault { try await Vault.open(vault.id, in: store, unlocking: .recoveryCode(code)) }

    static func upload(_ source: some ByteSource, _ name: String, _ digest: Digest32) -> DocumentUpload {
        DocumentUpload(
            source, metadata: DocumentMetadata(type: "other", name: name, mediaType: "application/pdf"),
            provenance: .selfDeclared(digest))
    }

    /// Documents with 100 octets each, in batches.
    ///
    /// - Returns: Seconds.
    static func fill(_ vault: Vault, _ count: Int, from first: Int = 0) async throws -> Double {
        let bytes = [UInt8](repeating: 7, count: 100)
        let digest = try Digest32(of: bytes)
        return try await seconds {
            for start in stride(from: 0, to: count, by: 3200) {
                let batch = (start..<min(start + 3200, count)).map {
                    upload(MemorySource(bytes), "document \(first + $0).pdf", digest)
                }
                _ = try await vault.store(batch, at: time)
            }
        }
    }
}

extension Vault {
    /// Stores octets as a document that its owner declares.
    @discardableResult
    func store(_ bytes: [UInt8], _ digest: Digest32, name: String = "document.pdf") async throws -> DocumentReference {
        try await store(
            MemorySource(bytes), metadata: DocumentMetadata(type: "other", name: name, mediaType: "application/pdf"),
            provenance: .selfDeclared(digest), at: Fixture.time)
    }

    /// Stores a file as a document that its owner declares; its digest is taken on the way.
    func store(file path: String) async throws -> DocumentReference {
        try await store(
            DocumentUpload(
                selfDeclared: try FileSource(path: path),
                metadata: DocumentMetadata(type: "other", name: "file.bin", mediaType: "application/octet-stream")),
            at: Fixture.time)
    }
}

func randomOctets(_ count: Int) -> [UInt8] { SystemRandom().bytes(count) }
