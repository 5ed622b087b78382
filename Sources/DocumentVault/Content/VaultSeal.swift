// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

/// The one seal of the format (§2): Cobblestone-256 under a label and the ids of what is sealed.
enum VaultSeal {
    enum Label: String {
        case payload
        case content
        case versionKey = "version-key"
        case slot
        case epochSecret = "epoch-secret"
        case slotKey = "slot-key"
        case slotAgreement = "slot-agreement"
        case vaultKey = "vault-key"
        case page
        case deposit
        case depositContent = "deposit-content"
        case depositVersion = "deposit-version"
        case depositKey = "deposit-key"
    }

    static func context(_ label: Label, _ fields: [[UInt8]]) -> [UInt8] {
        var context = Array("dossierkit/vault/1/".utf8)
        context.reserveCapacity(context.count + 32 + fields.reduce(0) { $0 + $1.count })
        context += label.rawValue.utf8
        context.append(0)
        for field in fields { context += field }
        return context
    }

    static func u32(_ number: Int64) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> Int64($0)) }
    }

    /// A key pair that follows from a secret (format §2).
    static func agreement(
        from key: borrowing SecretBytes, _ label: Label, _ fields: [[UInt8]]
    ) throws(VaultError) -> X25519PrivateKey {
        let info = context(label, fields)
        do {
            return try X25519PrivateKey(
                key.withSpan { secret throws(CryptoPrimitivesError) in
                    try HKDF.expand(.sha512, key: secret, info: info.span, byteCount: 32)
                })
        } catch {
            throw VaultError(.cryptographyFailure, error.description)
        }
    }

    static func seal(
        _ plaintext: Span<UInt8>, key: borrowing SecretBytes, _ label: Label, _ fields: [[UInt8]],
        random: some RandomSource
    ) throws(VaultError) -> [UInt8] {
        do {
            return try Cobblestone256.seal(
                plaintext, key: key, context: context(label, fields).span, random: random)
        } catch {
            throw VaultError(.cryptographyFailure, error.description)
        }
    }

    static func seal(
        _ secret: borrowing SecretBytes, key: borrowing SecretBytes, _ label: Label, _ fields: [[UInt8]],
        random: some RandomSource
    ) throws(VaultError) -> [UInt8] {
        let context = context(label, fields)
        do {
            return try secret.withSpan { plaintext throws(CryptoPrimitivesError) in
                try Cobblestone256.seal(plaintext, key: key, context: context.span, random: random)
            }
        } catch {
            throw VaultError(.cryptographyFailure, error.description)
        }
    }

    static func open(
        _ sealed: [UInt8], key: borrowing SecretBytes, _ label: Label, _ fields: [[UInt8]], object: String
    ) throws(VaultError) -> [UInt8] {
        do {
            return try Cobblestone256.open(sealed.span, key: key, context: context(label, fields).span)
        } catch {
            throw VaultError(error, object: object)
        }
    }

    static func reseal(
        _ sealed: [UInt8], key: borrowing SecretBytes, _ label: Label, _ fields: [[UInt8]],
        under newKey: borrowing SecretBytes, _ newFields: [[UInt8]], random: some RandomSource, object: String
    ) throws(VaultError) -> [UInt8] {
        do {
            return try Cobblestone256.reseal(
                sealed.span, key: key, context: context(label, fields).span, under: newKey,
                newContext: context(label, newFields).span, random: random)
        } catch {
            throw VaultError(error, object: object)
        }
    }

    static func check(
        _ sealed: [UInt8], key: borrowing SecretBytes, _ label: Label, _ fields: [[UInt8]], object: String
    ) throws(VaultError) {
        do {
            try Cobblestone256.check(sealed.span, key: key, context: context(label, fields).span)
        } catch {
            throw VaultError(error, object: object)
        }
    }

    static func openSecret(
        _ sealed: [UInt8], key: borrowing SecretBytes, _ label: Label, _ fields: [[UInt8]], object: String
    ) throws(VaultError) -> SecretBytes {
        do {
            return try Cobblestone256.openSecret(sealed.span, key: key, context: context(label, fields).span)
        } catch {
            throw VaultError(error, object: object)
        }
    }
}

extension VaultError {
    init(_ error: CryptoPrimitivesError, object: String) {
        switch error.code {
        case .authenticationFailure, .invalidLength, .invalidKey, .weakPublicKey:
            self.init(.damaged, object: object, error.description)
        case .belowFloor, .aboveCeiling: self.init(.refusedCost, object: object, error.description)
        default: self.init(.cryptographyFailure, object: object, error.description)
        }
    }
}
