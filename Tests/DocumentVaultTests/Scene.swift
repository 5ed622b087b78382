// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import VaultTesting

@testable import DocumentVault

/// A vault in memory that opens by a recovery code, which derives nothing.
struct Scene {
    let store: InMemoryVaultStore
    let failing: FailingStore
    let code = RecoveryCode(random: SystemRandom())
    let vault: Vault

    init(inline: Int = 65_536) async throws {
        store = InMemoryVaultStore(inlineContentLimit: inline)
        failing = FailingStore(store)
        vault = try await Vault.create(
            name: "kho thử nghiệm", in: failing, unlocking: [.recoveryCode(code)], at: Samples.time)
    }

    func open(_ secret: Unlocking? = nil, anchor: Anchor? = nil) async throws -> Vault {
        try await Vault.open(vault.id, in: store, unlocking: secret ?? .recoveryCode(code), anchor: anchor)
    }

    func objects() async throws -> InMemoryVaultStore.Objects { try await store.tamper(with: vault.id) { $0 } }

    /// What an append of somebody who has the epoch's secret but not the owner's leave would put.
    ///
    /// - Parameter writer: Signs, under the id given.
    func forge(
        _ event: VaultEvent, as id: WriterID, signedBy key: borrowing VaultSigningKey, at time: Instant = Samples.time,
        pages: [ContentID] = []
    ) async throws {
        let (state, secrets) = (await vault.state, await vault.secrets)
        guard let head = state.head, let secret = secrets[state.core.epoch.number] else { return }
        let operation = OperationID(random: SystemRandom())
        let payload = try Payload(
            sealing: event, at: time, vault: vault.id, operation: operation, under: secret, random: SystemRandom())
        let entry = try JournalEntry(
            JournalEntry.Draft(
                sequence: head.sequence + 1, previous: head.hash, operation: operation, writer: id,
                contents: (event.version.map { [$0.content] } ?? []) + pages, payloadHash: payload.hash, genesis: nil),
            signedBy: key)
        _ = await store.append(
            VaultAppend(
                expecting: head,
                entries: [
                    StoredEntry(
                        sequence: entry.sequence, operation: operation, entry: entry.bytes, payload: payload.bytes)
                ], head: entry.head), to: vault.id)
    }
}
