// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Dispatch
import Synchronization

/// Where Argon2id runs: one computation at a time, never on the cooperative pool.
///
/// One process derives one key at a time, so that many openings at once cannot take many times the memory, and a bounded
/// number waits: who comes later is told so at once rather than after minutes.
final class KeyDerivationQueue: Sendable {
    /// The process's own.
    static let shared = KeyDerivationQueue(mostWaiting: 256)
    private let mostWaiting: Int
    private let queue = DispatchQueue(label: "dossierkit.vault.key-derivation", qos: .userInitiated)
    private let waiting = Mutex(0)

    init(mostWaiting: Int) { self.mostWaiting = mostWaiting }

    /// Runs work that may derive a key from a passphrase; what derives none is done at once, where the caller is.
    func run<Value: Sendable>(
        deriving: Bool, _ work: @escaping @Sendable () throws(VaultError) -> Value
    ) async throws(VaultError) -> Value {
        guard deriving else { return try work() }
        let isFree = waiting.withLock { count in
            guard count < mostWaiting else { return false }
            count += 1
            return true
        }
        guard isFree else { throw VaultError(.busy, "\(mostWaiting) derivations of keys are waiting") }
        let outcome: Result<Value, VaultError> = await withCheckedContinuation { continuation in
            queue.async {
                defer { self.waiting.withLock { $0 -= 1 } }
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
