// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The secret with which an owner opens a vault.
public enum Unlocking: Sendable {
    /// A passphrase.
    case passphrase(Passphrase)
    /// A recovery code.
    case recoveryCode(RecoveryCode)

    /// A passphrase as typed.
    public static func passphrase(_ text: String) -> Unlocking { .passphrase(Passphrase(text)) }

    var slotKind: Slot.Kind {
        switch self {
        case .passphrase: .passphrase
        case .recoveryCode: .recoveryCode
        }
    }
}
