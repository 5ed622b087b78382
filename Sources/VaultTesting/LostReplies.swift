// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore

/// A device whose every reply may be lost, before or after the call took place, does everything that a vault can; each
/// call is repeated until it is acknowledged.
enum LostReplies {
    static func run(on store: any VaultStore) async throws {
        let failing = FailingStore(store)
        let code = RecoveryCode(random: SystemRandom())
        let vault = try await Vault.create(
            name: "lost", in: failing, unlocking: [.recoveryCode(code)], at: Samples.time)
        let large = store.capabilities.inlineContentLimit + 1
        var expected: [DocumentID: [UInt8]] = [:]
        for side in FailingStore.Side.allCases {
            for (number, size) in [10, large, 11].enumerated() {
                let operation = OperationID(random: SystemRandom())
                let bytes = Samples.bytes(size)
                failing.fail(side, number == 1 ? .putContent : .append)
                let reference = try await retried { try await Samples.store(bytes, operation: operation, in: vault) }
                expected[reference.document] = bytes
            }
            for call in [StoreCall.append, .replaceKeyRecords] {
                failing.fail(side, call)
                try await retried { try await vault.rotate(at: Samples.time) }
            }
            let gone = try await Samples.store(Samples.bytes(large), in: vault)
            failing.fail(side, .append)
            _ = try await retried { try await vault.erase(gone.document, reason: "", at: Samples.time) }
            failing.fail(side, .deleteContents)
            _ = try await retried { try await vault.sweep(at: Samples.time) }
        }
        failing.recover()
        let opened = try await Vault.open(
            vault.id, in: store, unlocking: .recoveryCode(code), anchor: await vault.anchor)
        let listed = try await opened.list().map(\.id)
        guard Set(listed) == Set(expected.keys), listed.count == expected.count else {
            throw VaultStoreConformance.Failure(
                description: "\(listed.count) documents, \(expected.count) were acknowledged")
        }
        for (document, bytes) in expected {
            guard try await opened.read(document).bytes() == bytes else {
                throw VaultStoreConformance.Failure(description: "a document came back changed")
            }
        }
        guard try await opened.verify().isComplete else {
            throw VaultStoreConformance.Failure(description: "the vault is not complete")
        }
    }

    private static func retried<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        for _ in 0..<5 {
            do {
                return try await body()
            } catch let error as VaultError where error.code == .storeFailure {
                continue
            }
        }
        return try await body()
    }
}
