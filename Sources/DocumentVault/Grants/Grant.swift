// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DERSyntax
public import DossierCore

/// A person's signed leave for one recipient to read named versions of documents, for one purpose (grant format §4).
///
/// The keys of the documents open only for who holds both shares of the grant, and both are bound to ``digest``: who
/// changes recipient, item, purpose, dossier, text or period holds keys to nothing. Expiry, number of uses and revocation
/// are enforced by the release service, which holds one share; nothing takes back what was read.
public struct Grant: Sendable, Hashable {
    /// Who may read.
    public struct Recipient: Sendable, Hashable {
        /// SHA-256 of the recipient's card.
        public let card: Digest32
        /// SHA-256 of the certificate that signed the card when the grant was made.
        public let certificate: Digest32
        /// Name of the agency.
        public let name: String
        /// Code of the agency.
        public let code: String
    }

    /// Who keeps the second share.
    public struct Service: Sendable, Hashable {
        /// SHA-256 of the service's card.
        public let card: Digest32
        /// Name of the service.
        public let name: String
        /// The key that signs receipts and checkpoints of the access log.
        public let verification: VaultVerificationKey
    }

    /// The grant.
    public let id: GrantID
    /// The vault, with the owner's public key.
    public let card: VaultCard
    /// With what leave somebody other than the owner granted.
    public let mandate: Mandate?
    /// Who may read.
    public let recipient: Recipient
    /// Who keeps the second share; `nil`: see ``isUnattended``.
    public let service: Service?
    /// What the person agreed to.
    public let terms: GrantTerms
    /// What may be read.
    public let items: [GrantItem]
    /// When it was made: the writer's claim.
    public let madeAt: Instant
    /// DER of the grant.
    public let bytes: [UInt8]
    /// SHA-256 of ``bytes``: what both shares are bound to.
    public let digest: Digest32

    /// Largest grant in octets.
    public static let largest = 262_144
    /// Most items.
    public static let mostItems = 256
    private static let object = "grant"

    /// No release service holds a share: nobody enforces end, number of uses and revocation, and nobody writes a log.
    public var isUnattended: Bool { service == nil }

    /// The vault.
    public var vault: VaultID { card.vault }

    /// The key that signed it: the owner's, or the one that the mandate names.
    public var signer: VaultVerificationKey { mandate?.delegate ?? card.ownerKey }

    /// What a grant says before it is signed.
    struct Draft {
        var id: GrantID
        var card: VaultCard
        var mandate: Mandate?
        var recipient: ValidatedCard
        var service: ValidatedCard?
        var terms: GrantTerms
        var items: [GrantItem]
        var madeAt: Instant
    }

    init(_ draft: Draft, signedBy key: borrowing VaultSigningKey) throws(VaultError) {
        let body = DERWriter.bytes { grant in
            grant.sequence {
                $0.integer(1)
                $0.octetString(draft.id.octets)
                $0.octetString(draft.card.bytes)
                if let mandate = draft.mandate { $0.octetString(mandate.bytes, tag: .contextPrimitive(0)) }
                $0.sequence { recipient in
                    recipient.octetString(draft.recipient.card.digest.octets)
                    recipient.octetString(draft.recipient.certificate.octets)
                    recipient.utf8String(draft.recipient.card.name)
                    recipient.utf8String(draft.recipient.card.code)
                }
                if let service = draft.service {
                    $0.constructed(.context(1)) {
                        $0.octetString(service.card.digest.octets)
                        $0.utf8String(service.card.name)
                        $0.octetString(service.card.verification.octets)
                    }
                }
                draft.terms.write(to: &$0)
                $0.sequence { list in
                    for item in draft.items { item.write(to: &list) }
                }
                $0.integer(draft.madeAt.seconds)
            }
        }
        try self.init(parsing: SignedBody(.grant, body, by: key).bytes)
    }

    /// Reads a grant and checks its signature, and the mandate's where there is one.
    ///
    /// Whether it is in force, revoked or used up is not judged here.
    ///
    /// - Throws: ``VaultError``: `damaged` when it is malformed or not signed by who may, `newerVersion`.
    public init(parsing bytes: [UInt8]) throws(VaultError) {
        let object = Self.object
        let statement = try SignedBody(parsing: bytes, largest: Self.largest, object: object)
        // One encoding only, or one grant would have two digests.
        guard statement.bytes == bytes else { throw VaultError(.damaged, object: object, "not in DER") }
        (id, card, mandate, recipient, service, terms, items, madeAt) = try statement.members(object) {
            (reader) throws in
            let id = try reader.id(GrantID.self, object: object)
            let card = try VaultCard(reader.next().octetString())
            let mandate = try reader.optional(.contextPrimitive(0)).map {
                try Mandate(parsing: $0.contentBytes, card: card)
            }
            let recipient = try Recipient(reader.next(), object: object)
            let service = try reader.optional(.context(1)).map { try Service($0, object: object) }
            let terms = try GrantTerms(&reader, object: object)
            let items = try reader.next(.sequence).elements().map { try GrantItem($0, object: object) }
            return (id, card, mandate, recipient, service, terms, items, try reader.instant(object: object))
        }
        self.bytes = bytes
        digest = try Digest32(of: bytes)
        guard (1...Self.mostItems).contains(items.count), Set(items.map(\.version)).count == items.count else {
            throw VaultError(.damaged, object: object, "\(items.count) items, or one of them twice")
        }
        guard mandate?.scope.allows(terms.procedure, items.map(\.type)) ?? true else {
            throw VaultError(.damaged, object: object, "it is outside the scope of its mandate")
        }
        guard statement.isSigned(.grant, by: mandate?.delegate ?? card.ownerKey) else {
            throw VaultError(.damaged, object: object, "nobody who may has signed it")
        }
    }
}

extension Grant.Recipient {
    fileprivate init(_ element: DERElement, object: String) throws {
        var reader = try element.reader(.sequence)
        card = try reader.digest(object: object)
        certificate = try reader.digest(object: object)
        name = try reader.text(255, object: object)
        code = try reader.text(64, object: object)
        try reader.end()
    }
}

extension Grant.Service {
    fileprivate init(_ element: DERElement, object: String) throws {
        var reader = try element.reader(.context(1))
        card = try reader.digest(object: object)
        name = try reader.text(255, object: object)
        verification = try VaultVerificationKey(reader.next().octetString())
        try reader.end()
    }
}
