// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DERSyntax
public import DossierCore

/// A witness's word that a checkpoint continues every one of the same log that it saw before (grant format §11).
public struct Cosignature: Sendable, Hashable {
    /// SHA-256 of the checkpoint.
    public let checkpoint: Digest32
    /// The witness's key.
    public let witness: VaultVerificationKey
    /// When, by the witness's clock.
    public let time: Instant
    /// DER of the cosignature.
    public var bytes: [UInt8] { statement.bytes }
    private let statement: SignedBody

    init(of checkpoint: Checkpoint, at time: Instant, signedBy key: borrowing VaultSigningKey) throws(VaultError) {
        let witness = key.verificationKey
        let body = DERWriter.bytes { cosignature in
            cosignature.sequence {
                $0.integer(1)
                $0.octetString(checkpoint.digest.octets)
                $0.octetString(witness.octets)
                $0.integer(time.seconds)
            }
        }
        try self.init(parsing: SignedBody(.cosignature, body, by: key).bytes)
    }

    /// Reads a cosignature and checks that the key it names signed it; whether that is a witness is for the caller to know.
    ///
    /// - Throws: ``VaultError``: `damaged`, `newerVersion`.
    public init(parsing bytes: [UInt8]) throws(VaultError) {
        let object = "cosignature"
        let statement = try SignedBody(parsing: bytes, largest: 1024, object: object)
        (checkpoint, witness, time) = try statement.members(object) { (reader) throws in
            let checkpoint = try reader.digest(object: object)
            let witness = try VaultVerificationKey(reader.next().octetString())
            return (checkpoint, witness, try reader.instant(object: object))
        }
        guard statement.isSigned(.cosignature, by: witness) else {
            throw VaultError(.damaged, object: object, "the witness did not sign it")
        }
        self.statement = statement
    }
}
