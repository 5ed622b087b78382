// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore

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
