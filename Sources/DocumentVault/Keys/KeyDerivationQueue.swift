// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Dispatch

/// Where Argon2id runs: one computation at a time, never on the cooperative pool.
///
/// One process derives one key at a time, so that many openings at once cannot take many times the memory.
enum KeyDerivationQueue {
    private static let queue = DispatchQueue(label: "dossierkit.vault.key-derivation", qos: .userInitiated)

    static func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws(VaultError) -> Value
    ) async throws(VaultError) -> Value {
        let outcome: Result<Value, VaultError> = await withCheckedContinuation { continuation in
            queue.async {
                do throws(VaultError) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try outcome.get()
    }
}
