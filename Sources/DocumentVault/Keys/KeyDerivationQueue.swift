// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Dispatch
import Synchronization

/// Where Argon2id runs: one computation at a time, never on the cooperative pool.
///
/// One process derives one key at a time, so that many openings at once cannot take many times the memory, and at most
/// ``mostWaiting`` wait: who comes later is told so at once rather than after minutes.
enum KeyDerivationQueue {
    static let mostWaiting = 64
    private static let queue = DispatchQueue(label: "dossierkit.vault.key-derivation", qos: .userInitiated)
    private static let waiting = Mutex(0)

    static func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws(VaultError) -> Value
    ) async throws(VaultError) -> Value {
        let isFree = waiting.withLock { count in
            guard count < mostWaiting else { return false }
            count += 1
            return true
        }
        guard isFree else { throw VaultError(.busy, "\(mostWaiting) derivations of keys are waiting") }
        let outcome: Result<Value, VaultError> = await withCheckedContinuation { continuation in
            queue.async {
                defer { waiting.withLock { $0 -= 1 } }
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
