// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Synchronization
import Testing
import VaultTesting

@Suite("Replies that are lost, stores that fail — contract of VaultStore")
struct LostReplyTests {
    @Test(arguments: [65_536, 0])
    func `an append whose reply was lost is found by the retry, and its content is kept`(inline: Int) async throws {
        let inner = InMemoryVaultStore(inlineContentLimit: inline)
        let store = FailingStore(inner)
        let vault = try await VaultTests.newVault(in: store)
        let operation = OperationID(random: SystemRandom())
        store.fail(.afterAppend)
        await #expect(throws: VaultError(.storeFailure, "")) {
            _ = try await Samples.store([1, 2, 3], operation: operation, in: vault)
        }
        let reference = try await Samples.store([1, 2, 3], operation: operation, in: vault)
        #expect(await vault.list().map(\.id) == [reference.document])
        #expect(try await vault.read(reference.document).bytes() == [1, 2, 3])
        #expect(try await vault.verify().isComplete)
        #expect(await inner.vaults[vault.id]?.contents.count == 1)
    }

    @Test(arguments: [FailingStore.Point.beforePut, .afterPut, .beforeAppend])
    func `a failure before the append leaves the vault as it was, and the retry stores once`(
        point: FailingStore.Point
    ) async throws {
        let store = FailingStore(InMemoryVaultStore(inlineContentLimit: 0))
        let vault = try await VaultTests.newVault(in: store)
        let before = await vault.anchor
        let operation = OperationID(random: SystemRandom())
        store.fail(point)
        await #expect(throws: VaultError(.storeFailure, "")) {
            _ = try await Samples.store([1], operation: operation, in: vault)
        }
        let opened = try await Vault.open(vault.id, in: store, unlocking: .passphrase("mật khẩu"), anchor: before)
        #expect(await opened.list().isEmpty)
        #expect(try await opened.verify().isComplete)
        _ = try await Samples.store([1], operation: operation, in: vault)
        #expect(await vault.list().count == 1)
        #expect(try await vault.verify().isComplete)
    }

    @Test func `a source that fails midway stores nothing and passes its own error`() async throws {
        struct Broken: ByteSource {
            let size: Int64 = 2_000_000
            func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError) {
                guard offset < 500_000 else { throw .changedWhileReading }
                for _ in 0..<count { span.append(0) }
            }
        }
        let inner = InMemoryVaultStore()
        let vault = try await VaultTests.newVault(in: inner)
        let provenance = Provenance.selfDeclared(try Digest32(of: []))
        await #expect(throws: ByteSourceError.changedWhileReading) {
            _ = try await vault.store(Broken(), metadata: Samples.metadata(), provenance: provenance, at: Samples.time)
        }
        #expect(await vault.list().isEmpty)
        #expect(await inner.vaults[vault.id]?.contents.isEmpty == true)
    }
}

/// A store that fails once at a chosen point.
final class FailingStore: VaultStore {
    enum Point: Sendable { case beforePut, afterPut, beforeAppend, afterAppend }

    private let inner: InMemoryVaultStore
    private let next = Mutex<Point?>(nil)
    let capabilities: VaultStoreCapabilities

    init(_ inner: InMemoryVaultStore) {
        self.inner = inner
        capabilities = inner.capabilities
    }

    func fail(_ point: Point) { next.withLock { $0 = point } }

    private func pass(_ point: Point) throws(VaultError) {
        let fails = next.withLock { next in
            guard next == point else { return false }
            next = nil
            return true
        }
        if fails { throw VaultError(.storeFailure, "no answer") }
    }

    func head(of vault: VaultID) async -> JournalHead? { await inner.head(of: vault) }

    func append(_ batch: VaultAppend, to vault: VaultID) async throws(VaultError) -> VaultAppendOutcome {
        try pass(.beforeAppend)
        let outcome = await inner.append(batch, to: vault)
        try pass(.afterAppend)
        return outcome
    }

    func entries(of vault: VaultID, from sequence: Int64, limit: Int) async -> [StoredEntry] {
        await inner.entries(of: vault, from: sequence, limit: limit)
    }

    func slots(of vault: VaultID) async -> [[UInt8]] { await inner.slots(of: vault) }

    func keyRecord(of version: VersionID, in vault: VaultID) async -> [UInt8]? {
        await inner.keyRecord(of: version, in: vault)
    }

    func putContent(_ id: ContentID, of vault: VaultID, size: Int64, from stream: any ContentStream) async throws {
        try pass(.beforePut)
        try await inner.putContent(id, of: vault, size: size, from: stream)
        try pass(.afterPut)
    }

    func contentSize(_ id: ContentID, of vault: VaultID) async -> Int64? { await inner.contentSize(id, of: vault) }

    func content(_ id: ContentID, of vault: VaultID, in range: Range<Int64>) async throws(VaultError) -> [UInt8] {
        try await inner.content(id, of: vault, in: range)
    }

    func deleteContents(_ ids: [ContentID], of vault: VaultID) async { await inner.deleteContents(ids, of: vault) }
}
