// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
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
        store.fail(.after, .append)
        await #expect(throws: VaultError(.storeFailure, "")) {
            _ = try await Samples.store([1, 2, 3], operation: operation, in: vault)
        }
        let reference = try await Samples.store([1, 2, 3], operation: operation, in: vault)
        #expect(try await vault.list().map(\.id) == [reference.document])
        #expect(try await vault.read(reference.document).bytes() == [1, 2, 3])
        #expect(try await vault.verify().isComplete)
        #expect(await inner.vaults[vault.id]?.contents.count == 1)
    }

    @Test(arguments: [(FailingStore.Side.before, StoreCall.putContent), (.after, .putContent), (.before, .append)])
    func `a failure before the append leaves the vault as it was, and the retry stores once`(
        side: FailingStore.Side, call: StoreCall
    ) async throws {
        let store = FailingStore(InMemoryVaultStore(inlineContentLimit: 0))
        let vault = try await VaultTests.newVault(in: store)
        let before = await vault.anchor
        let operation = OperationID(random: SystemRandom())
        store.fail(side, call)
        await #expect(throws: VaultError(.storeFailure, "")) {
            _ = try await Samples.store([1], operation: operation, in: vault)
        }
        let opened = try await Vault.open(vault.id, in: store, unlocking: .passphrase("mật khẩu"), anchor: before)
        #expect(try await opened.list().isEmpty)
        #expect(try await opened.verify().isComplete)
        _ = try await Samples.store([1], operation: operation, in: vault)
        #expect(try await vault.list().count == 1)
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
        #expect(try await vault.list().isEmpty)
        #expect(await inner.vaults[vault.id]?.contents.isEmpty == true)
    }
}
