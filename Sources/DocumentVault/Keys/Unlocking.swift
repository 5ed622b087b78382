// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

/// The secret with which somebody opens a vault.
public enum Unlocking: Sendable {
    /// A passphrase.
    case passphrase(Passphrase)
    /// A recovery code.
    case recoveryCode(RecoveryCode)
    /// The keys of a device or delegate.
    case device(DeviceKey)

    /// A passphrase as typed.
    public static func passphrase(_ text: String) -> Unlocking { .passphrase(Passphrase(text)) }

    /// Whether a key is derived from it by Argon2id.
    var derives: Bool {
        if case .passphrase = self { true } else { false }
    }

    /// Whether a slot could be for this secret.
    func suits(_ slot: Slot) -> Bool {
        switch self {
        case .passphrase: slot.kind == Slot.Kind.passphrase.rawValue
        case .recoveryCode: slot.kind == Slot.Kind.recoveryCode.rawValue
        case .device(let key): !slot.isOwners && slot.publicKey == key.agreement.publicKey
        }
    }
}
