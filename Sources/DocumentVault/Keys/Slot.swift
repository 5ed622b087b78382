// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax

/// What lets one secret of the owner open one epoch (format §5).
struct Slot: Sendable {
    enum Kind: Int64, Sendable {
        case passphrase = 1
        case recoveryCode = 2
    }

    let vault: VaultID
    let id: SlotID
    let kind: Int64
    let epoch: Int64
    /// DER of the whole slot.
    let bytes: [UInt8]
    let digest: Digest32
    private let header: [UInt8]
    private let parameters: DERElement
    private let sealed: [UInt8]

    static let largest = 64 * 1024
    /// Most slots of an epoch.
    static let most = 32
    /// Most passphrase slots of an epoch, because each costs a derivation.
    static let mostPassphrases = 8

    var object: String { "slot \(id)" }

    init(parsing bytes: [UInt8]) throws(VaultError) {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: "slot", detail) }
        guard bytes.count <= Self.largest else { throw damaged("a slot of \(bytes.count) octets") }
        do {
            var slot = try DERElement(parsing: bytes).reader(.sequence)
            let headerElement = try slot.next(.sequence)
            sealed = try slot.next().octetString()
            try slot.end()
            var header = try headerElement.reader()
            let version = try header.next().integer()
            guard version == 1 else {
                throw version > 1
                    ? VaultError(.newerVersion, object: "slot", "slot version \(version)") : damaged("version")
            }
            let vault = VaultID(octets: try header.next().octetString())
            let id = SlotID(octets: try header.next().octetString())
            kind = try header.next().integer()
            epoch = try header.next().integer()
            parameters = try header.next(.sequence)
            try header.end()
            guard let vault, let id, (1...Payload.mostEpochs).contains(epoch) else { throw damaged("ids or epoch") }
            self.vault = vault
            self.id = id
            self.header = headerElement.bytes
        } catch let error as VaultError {
            throw error
        } catch {
            throw damaged("\(error)")
        }
        self.bytes = bytes
        digest = try Digest32(of: bytes)
    }

    /// The epoch's secret and, in an owner's slot, the owner's key; `nil` when the secret does not fit. Blocks for Argon2id.
    func open(with unlocking: Unlocking) throws(VaultError) -> (secret: EpochSecret, owner: OwnerKey?)? {
        var (cost, salt): (Argon2id, [UInt8]) = (.floor, [])
        if case .passphrase = unlocking { (cost, salt) = try passphraseParameters() }
        let key = try Self.key(for: unlocking, cost: cost, salt: salt, object: object)
        guard let opened = try opened(with: key) else { return nil }
        guard opened.octets.byteCount == 32 || opened.octets.byteCount == 96 else {
            throw VaultError(.damaged, object: object, "a secret of \(opened.octets.byteCount) octets")
        }
        let secret = EpochSecret(
            number: epoch, octets: opened.octets.withSpan { SecretBytes(copying: $0.extracting(first: 32)) })
        guard opened.octets.byteCount == 96 else { return (secret, nil) }
        do {
            let seed = opened.octets.withSpan { SecretBytes(copying: $0.extracting(32..<64)) }
            let own = opened.octets.withSpan { SecretBytes(copying: $0.extracting(64..<96)) }
            return (secret, OwnerKey(try VaultSigningKey(seed: seed), secret: own))
        } catch {
            throw VaultError(error, object: object)
        }
    }

    func opened(with key: borrowing SecretBytes) throws(VaultError) -> SharedSecret? {
        do {
            let context = VaultSeal.context(.slot, [header])
            return SharedSecret(try Cobblestone256.openSecret(sealed.span, key: key, context: context.span))
        } catch {
            guard error.code == .authenticationFailure else { throw VaultError(error, object: object) }
            return nil
        }
    }

    private func passphraseParameters() throws(VaultError) -> (Argon2id, [UInt8]) {
        let (memory, passes, salt): (Int64, Int64, [UInt8])
        do {
            var reader = try parameters.reader()
            memory = try reader.next().integer()
            passes = try reader.next().integer()
            salt = try reader.next().octetString()
            try reader.end()
        } catch {
            throw VaultError(.damaged, object: object, "parameters: \(error)")
        }
        do {
            return (try Argon2id(memory: Int(clamping: memory), passes: Int(clamping: passes)), salt)
        } catch {
            throw VaultError(error, object: object)
        }
    }

    static func key(
        for unlocking: Unlocking, cost: Argon2id, salt: [UInt8], object: String
    ) throws(VaultError) -> SecretBytes {
        switch unlocking {
        case .recoveryCode(let code): return code.octets.copy()
        case .passphrase(let passphrase):
            do {
                return try cost.key(from: passphrase.octets, salt: salt.span)
            } catch {
                throw VaultError(error, object: object)
            }
        }
    }
}
