// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
public import DossierCore

/// A grant as the vault's journal tells it: what a list of consents shows. ``Vault/grant(_:)`` gives the whole.
public struct GrantRecord: Sendable, Hashable {
    /// The grant.
    public let id: GrantID
    /// SHA-256 of the grant, by which access log and receipts name it.
    public let digest: Digest32
    /// Name of the recipient.
    public let recipient: String
    /// Code of the procedure.
    public let procedure: String
    /// Code of the dossier.
    public let dossier: String
    /// Code of the purpose.
    public let purpose: String
    /// What may be read.
    public let items: [AccessRecord.Item]
    /// From when.
    public let notBefore: Instant
    /// Until when.
    public let notAfter: Instant
    /// How many times.
    public let uses: Int64
    /// No release service enforces end, uses and revocation, and nobody writes a log.
    public let isUnattended: Bool
    /// When it was made: the writer's claim.
    public let madeAt: Instant
    /// When it was revoked: the writer's claim.
    public internal(set) var revokedAt: Instant?
    /// The entry that holds the grant.
    let sequence: Int64

    init(_ grant: Grant, in sequence: Int64) {
        id = grant.id
        digest = grant.digest
        recipient = grant.recipient.name
        procedure = grant.terms.procedure
        dossier = grant.terms.dossier
        purpose = grant.terms.purpose
        items = grant.items.map { AccessRecord.Item(document: $0.document, version: $0.version) }
        notBefore = grant.terms.notBefore
        notAfter = grant.terms.notAfter
        uses = grant.terms.uses
        isUnattended = grant.isUnattended
        madeAt = grant.madeAt
        self.sequence = sequence
    }

    /// How a grant stands on its own terms; how often it was used, the release service knows.
    public enum Standing: String, Sendable, Hashable, CaseIterable, Codable {
        /// Its period has not begun.
        case pending
        /// It can be used.
        case inForce = "in-force"
        /// Its period has ended.
        case ended
        /// It was revoked.
        case revoked

        /// The standing in words.
        public var name: Phrase {
            switch self {
            case .pending: Phrase(vi: "chưa đến thời hạn", en: "not begun")
            case .inForce: Phrase(vi: "đang có hiệu lực", en: "in force")
            case .ended: Phrase(vi: "đã hết hạn", en: "ended")
            case .revoked: Phrase(vi: "đã rút lại", en: "revoked")
            }
        }
    }

    /// How it stands at a time.
    public func standing(at time: Instant) -> Standing {
        if revokedAt != nil { return .revoked }
        if time < notBefore { return .pending }
        return time <= notAfter ? .inForce : .ended
    }

    init(_ element: DERElement, object: String) throws {
        var reader = try element.reader(.sequence)
        id = try reader.id(object: object)
        digest = try reader.digest(object: object)
        sequence = try reader.next().integer()
        recipient = try reader.text(255, object: object)
        procedure = try reader.text(255, object: object)
        dossier = try reader.text(255, object: object)
        purpose = try reader.text(255, object: object)
        items = try reader.next(.sequence).elements().map { element in
            var item = try element.reader(.sequence)
            let document = try item.id(DocumentID.self, object: object)
            let version = try item.id(VersionID.self, object: object)
            try item.end()
            return AccessRecord.Item(document: document, version: version)
        }
        notBefore = try reader.instant(object: object)
        notAfter = try reader.instant(object: object)
        uses = try reader.next().integer()
        isUnattended = try reader.next().integer(.enumerated) == 1
        madeAt = try reader.instant(object: object)
        if let seconds = try reader.optional(.contextPrimitive(0))?.integer(.contextPrimitive(0)) {
            guard VaultEvent.times.contains(seconds) else { throw VaultError(.damaged, object: object, "a time") }
            revokedAt = Instant(seconds: seconds)
        }
        try reader.end()
    }

    func write(to writer: inout DERWriter) {
        writer.sequence {
            $0.octetString(id.octets)
            $0.octetString(digest.octets)
            $0.integer(sequence)
            $0.utf8String(recipient)
            $0.utf8String(procedure)
            $0.utf8String(dossier)
            $0.utf8String(purpose)
            $0.sequence { list in
                for item in items {
                    list.sequence {
                        $0.octetString(item.document.octets)
                        $0.octetString(item.version.octets)
                    }
                }
            }
            $0.integer(notBefore.seconds)
            $0.integer(notAfter.seconds)
            $0.integer(uses)
            $0.integer(isUnattended ? 1 : 0, tag: .enumerated)
            $0.integer(madeAt.seconds)
            if let revokedAt { $0.integer(revokedAt.seconds, tag: .contextPrimitive(0)) }
        }
    }
}
