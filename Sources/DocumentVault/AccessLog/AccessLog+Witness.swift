// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

extension AccessLog {
    /// What a witness has to be shown of a checkpoint: that it continues the one of `size` entries which it cosigned.
    ///
    /// - Parameters:
    ///   - size: Entries of the newest checkpoint that the witness cosigned; 0 when it has cosigned none.
    ///   - checkpoint: The checkpoint.
    /// - Returns: The proof of RFC 9162 §2.1.4; empty when there is nothing to prove: for the first, for the same size, and
    ///   for a shorter log, which a witness refuses in any case.
    /// - Throws: ``VaultError``: `notFound` for a size that the log does not have, errors of the store.
    public func consistencyProof(since size: Int64, for checkpoint: Checkpoint) async throws -> [Digest32] {
        guard size > 0, size < checkpoint.size else { return [] }
        return try await consistencyProof(from: size, to: checkpoint.size, of: checkpoint.log)
    }

    /// Has a witness in this process cosign a checkpoint.
    ///
    /// - Throws: As ``Witness/cosign(_:signedBy:consistency:at:)``.
    public func cosignature(
        of checkpoint: Checkpoint, by witness: Witness, at time: Instant
    ) async throws -> Cosignature {
        let size = await witness.seen[checkpoint.log]?.size ?? 0
        let proof = try await consistencyProof(since: size, for: checkpoint)
        return try await witness.cosign(checkpoint, signedBy: verification, consistency: proof, at: time)
    }
}
