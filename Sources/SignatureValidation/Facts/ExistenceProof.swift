// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A proof from the caller that a file or a signature existed at an instant.
///
/// The journal of a vault and the receipt of a dossier give such proofs. Whoever passes one vouches for it; a report
/// names its source.
public struct ExistenceProof: Sendable, Hashable {
    /// SHA-256 of the file that carries the signature, or of the signature value.
    public let digest: [UInt8]
    /// When it existed.
    public let time: Instant
    /// Where the proof comes from, for people, for example `receipt of dossier 000.00.01.H26-261121-0001`.
    public let source: String

    /// Makes a proof.
    public init(digest: [UInt8], time: Instant, source: String) {
        self.digest = digest
        self.time = time
        self.source = source
    }
}
