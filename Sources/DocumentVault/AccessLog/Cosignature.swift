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

/// Whether somebody besides its keeper vouches that a log is one and the same for everybody.
public enum WitnessStanding: Sendable, Hashable {
    /// These witnesses, trusted by the caller, cosigned the checkpoint.
    case witnessed([VaultVerificationKey])
    /// No trusted witness did: the keeper may show another log to somebody else.
    case unwitnessed

    /// The standing of a checkpoint.
    public init(
        of checkpoint: Checkpoint, _ cosignatures: [Cosignature], trusting witnesses: Set<VaultVerificationKey>
    ) {
        var found: [VaultVerificationKey] = []
        for cosignature in cosignatures
        where cosignature.checkpoint == checkpoint.digest && witnesses.contains(cosignature.witness)
            && !found.contains(cosignature.witness)
        {
            found.append(cosignature.witness)
        }
        self = found.isEmpty ? .unwitnessed : .witnessed(found)
    }

    /// The standing in words.
    public var phrase: Phrase {
        switch self {
        case .witnessed(let keys):
            Phrase(
                vi: "nhật ký được \(keys.count) bên thứ ba đồng xác nhận", en: "the log is witnessed by \(keys.count)")
        case .unwitnessed:
            Phrase(
                vi: "chưa có bên thứ ba xác nhận: người giữ nhật ký có thể cho người khác xem nhật ký khác",
                en: "unwitnessed: whoever keeps the log could show somebody else another one")
        }
    }
}
