// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore

/// A third party that cosigns checkpoints of access logs, each only when it continues the one that it cosigned before.
///
/// It learns no entry. Two clients who both insist on its cosignature cannot be shown two different logs.
public actor Witness {
    /// The newest checkpoint of a log that was cosigned: what a witness has to keep, or it is of no use.
    public struct Seen: Sendable, Hashable {
        /// Number of entries.
        public let size: Int64
        /// Root of the tree.
        public let root: Digest32

        /// Makes a memory.
        public init(size: Int64, root: Digest32) {
            self.size = size
            self.root = root
        }
    }

    /// The key that its cosignatures are signed with.
    public nonisolated let verification: VaultVerificationKey
    private let key: DeviceKey
    /// The keys of the logs that it cosigns for.
    public nonisolated let logs: Set<VaultVerificationKey>
    private let keep: @Sendable (VaultID, Seen) async throws -> Void
    /// What was cosigned, by vault.
    public private(set) var seen: [VaultID: Seen]

    /// Makes a witness.
    ///
    /// - Parameters:
    ///   - key: Its keys.
    ///   - logs: The keys of the logs that it cosigns for.
    ///   - seen: What it cosigned before.
    ///   - keep: Puts what is about to be cosigned on stable storage; a cosignature is given only after it returned.
    public init(
        key: DeviceKey, for logs: Set<VaultVerificationKey>, seen: [VaultID: Seen] = [:],
        keeping keep: @escaping @Sendable (VaultID, Seen) async throws -> Void = { _, _ in }
    ) {
        self.key = key
        self.logs = logs
        self.seen = seen
        self.keep = keep
        verification = key.signing.verificationKey
    }

    /// Cosigns a checkpoint that continues the newest one of the same log.
    ///
    /// - Parameters:
    ///   - checkpoint: The checkpoint.
    ///   - log: The key that signed it.
    ///   - proof: Of consistency with the newest one that was cosigned; empty for the first and for the same size.
    ///   - time: Now, by the witness's clock.
    /// - Throws: ``VaultError``: `notPermitted` for a log that it does not cosign for or a signature that does not hold,
    ///   `rolledBack` for a checkpoint with fewer entries, `forked` when it does not continue the one before; what
    ///   keeping throws.
    public func cosign(
        _ checkpoint: Checkpoint, signedBy log: VaultVerificationKey, consistency proof: [Digest32], at time: Instant
    ) async throws -> Cosignature {
        guard logs.contains(log), checkpoint.isSigned(by: log) else {
            throw VaultError(.notPermitted, object: "checkpoint", "not signed by a log that is witnessed here")
        }
        let object = "log \(checkpoint.log)"
        while true {
            let before = seen[checkpoint.log]
            if let before {
                guard checkpoint.size >= before.size else {
                    throw VaultError(.rolledBack, object: object, "\(checkpoint.size) entries after \(before.size)")
                }
                guard
                    try MerkleTree.isContinued(
                        size: before.size, root: before.root, to: checkpoint.size, root: checkpoint.root, by: proof)
                else { throw VaultError(.forked, object: object, "it does not continue the log that was cosigned") }
            }
            let next = Seen(size: checkpoint.size, root: checkpoint.root)
            try await keep(checkpoint.log, next)
            // Another call may have cosigned something newer while this one was being kept.
            guard seen[checkpoint.log] == before else { continue }
            seen[checkpoint.log] = next
            return try Cosignature(of: checkpoint, at: time, signedBy: key.signing)
        }
    }
}
