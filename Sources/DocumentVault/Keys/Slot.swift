// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax

/// What lets one secret open one epoch (format §5).
struct Slot: Sendable {
    enum Kind: Int64, Sendable {
        case passphrase = 1
        case recoveryCode = 2
        case device = 3
        case delegate = 4

        static func isOwners(_ kind: Int64) -> Bool { kind == passphrase.rawValue || kind == recoveryCode.rawValue }
    }

    let vault: VaultID
    let id: SlotID
    let kind: Int64
    let epoch: Int64
    /// DER of the whole slot.
    let bytes: [UInt8]
    let digest: Digest32
    let parameters: DERElement
    /// The key to which the slot is sealed; `nil` in owner's slots of version 1, which are sealed under the secret's own key.
    let publicKey: X25519PublicKey?
    private let header: [UInt8]
    private let sealed: [UInt8]
    private let signature: [UInt8]?

    /// Most slots of an epoch.
    static let most = 32
    /// Most passphrase slots of an epoch, because each costs a derivation.
    static let mostPassphrases = 8
    /// The version of owner's slots that is made. Of version 1 are the slots of devices and delegates, and owner's slots that
    /// older programs made.
    static let ownersVersion: Int64 = 2
    static let signatureLabel = Array("dossierkit/vault/1/slot".utf8) + [0]

    var object: String { "slot \(id)" }

    /// Whether it opens with a passphrase or recovery code and holds the owner's keys.
    var isOwners: Bool { Kind.isOwners(kind) }

    init(parsing bytes: [UInt8]) throws(VaultError) {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: "slot", detail) }
        try ObjectLimit.slot.check(reading: bytes.count, object: "slot")
        do {
            var slot = try DERElement(parsing: bytes).reader(.sequence)
            let headerElement = try slot.next(.sequence)
            sealed = try slot.next().octetString()
            signature = try slot.optional(.contextPrimitive(0))?.contentBytes
            try slot.end()
            var header = try headerElement.reader()
            let version = try header.next().integer()
            guard (1...Self.ownersVersion).contains(version) else {
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
            guard version == 1 || Kind.isOwners(kind) else { throw damaged("version \(version) of kind \(kind)") }
            if kind == Kind.device.rawValue || kind == Kind.delegate.rawValue || version == Self.ownersVersion {
                // Behind what derives the key of a passphrase, and otherwise alone.
                let elements = try parameters.elements()
                guard let last = elements.last, elements.count == (kind == Kind.passphrase.rawValue ? 4 : 1) else {
                    throw damaged("parameters")
                }
                publicKey = try X25519PublicKey(last.octetString())
                guard signature?.count == 64 else { throw damaged("a public-key slot without signature") }
            } else {
                publicKey = nil
                guard signature == nil else { throw damaged("a signature in an owner's slot") }
            }
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

    /// What a slot held, and the key that opened it.
    struct Opened: Sendable {
        let secret: EpochSecret
        let owner: OwnerKey?
        let opener: SlotOpener
    }

    /// The epoch's secret and, in an owner's slot, the owner's key; `nil` when the secret does not fit. Blocks for Argon2id.
    func open(with unlocking: Unlocking, ownerKey: VaultVerificationKey) throws(VaultError) -> Opened? {
        let opener: SlotOpener
        switch unlocking {
        case .passphrase(let passphrase):
            let (cost, salt) = try passphraseParameters()
            opener = .key(SharedSecret(try Self.key(from: passphrase, cost: cost, salt: salt, object: object)))
        case .recoveryCode(let code): opener = .key(SharedSecret(code.octets.copy()))
        case .device(let key): opener = .device(key)
        }
        return try open(with: opener, ownerKey: ownerKey)
    }

    func open(with opener: SlotOpener, ownerKey: VaultVerificationKey) throws(VaultError) -> Opened? {
        guard let opened = try opened(with: opener, ownerKey: ownerKey) else { return nil }
        let wanted = isOwners ? 96 : 32
        guard opened.octets.byteCount == wanted else {
            throw VaultError(.damaged, object: object, "a secret of \(opened.octets.byteCount) octets")
        }
        let secret = EpochSecret(
            number: epoch, octets: opened.octets.withSpan { SecretBytes(copying: $0.extracting(first: 32)) })
        guard wanted == 96 else { return Opened(secret: secret, owner: nil, opener: opener) }
        do {
            let seed = opened.octets.withSpan { SecretBytes(copying: $0.extracting(32..<64)) }
            let own = opened.octets.withSpan { SecretBytes(copying: $0.extracting(64..<96)) }
            let owner = OwnerKey(try VaultSigningKey(seed: seed), secret: own)
            guard owner.key.verificationKey == ownerKey else {
                throw VaultError(.damaged, object: object, "it holds another owner key")
            }
            return Opened(secret: secret, owner: owner, opener: opener)
        } catch let error as CryptoPrimitivesError {
            throw VaultError(error, object: object)
        } catch let error as VaultError {
            throw error
        } catch {
            throw VaultError(.cryptographyFailure, object: object, "\(error)")
        }
    }

    /// Whether the owner signed it, or it is of a kind that has no signature.
    func mayBe(by ownerKey: VaultVerificationKey) -> Bool {
        guard let signature else { return publicKey == nil }
        return ownerKey.isValid(signature: signature, of: (Self.signatureLabel + header + sealed).span)
    }

    private func opened(
        with opener: SlotOpener, ownerKey: VaultVerificationKey
    ) throws(VaultError) -> SharedSecret? {
        switch opener {
        case .key(let key):
            guard let publicKey else { return try opened(with: key.octets) }
            let agreement = try Self.agreement(from: key.octets, vault: vault, id: id)
            return agreement.publicKey == publicKey ? try opened(with: agreement, ownerKey: ownerKey) : nil
        case .device(let key): return try opened(with: key.agreement, ownerKey: ownerKey)
        }
    }

    private func opened(
        with key: borrowing X25519PrivateKey, ownerKey: VaultVerificationKey
    ) throws(VaultError) -> SharedSecret {
        guard publicKey != nil, mayBe(by: ownerKey) else {
            throw VaultError(.damaged, object: object, "the owner did not sign it")
        }
        let info = VaultSeal.context(.slot, [header])
        do {
            return SharedSecret(
                try HPKE.openSecret(sealed.span, with: key, info: info.span, authenticating: [UInt8]().span))
        } catch {
            throw VaultError(error, object: object)
        }
    }

    private func opened(with key: borrowing SecretBytes) throws(VaultError) -> SharedSecret? {
        do {
            let context = VaultSeal.context(.slot, [header])
            return SharedSecret(try Cobblestone256.openSecret(sealed.span, key: key, context: context.span))
        } catch {
            guard error.code == .authenticationFailure else { throw VaultError(error, object: object) }
            return nil
        }
    }

    /// Cost and salt of a passphrase slot.
    func passphraseParameters() throws(VaultError) -> (Argon2id, [UInt8]) {
        let (memory, passes, salt): (Int64, Int64, [UInt8])
        do {
            var reader = try parameters.reader()
            memory = try reader.next().integer()
            passes = try reader.next().integer()
            salt = try reader.next().octetString()
            if publicKey != nil { _ = try reader.next() }
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

    /// The key pair of an owner's slot. Only its public half leaves whoever holds the passphrase or code: so a new epoch is
    /// sealed for the slot by those who know none of these, and who learns the owner's secrets from one slot opens no other.
    static func agreement(
        from key: borrowing SecretBytes, vault: VaultID, id: SlotID
    ) throws(VaultError) -> X25519PrivateKey {
        try VaultSeal.agreement(from: key, .slotAgreement, [vault.octets, id.octets])
    }

    static func key(
        from passphrase: Passphrase, cost: Argon2id, salt: [UInt8], object: String
    ) throws(VaultError) -> SecretBytes {
        do {
            return try cost.key(from: passphrase.octets, salt: salt.span)
        } catch {
            throw VaultError(error, object: object)
        }
    }
}

/// What opens a slot once a passphrase was derived; kept while a vault is open, to follow it into a new epoch.
enum SlotOpener: Sendable {
    case key(SharedSecret)
    case device(DeviceKey)
}
