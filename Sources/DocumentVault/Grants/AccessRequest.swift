// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
public import DossierCore

/// A recipient's signed request for the release service's share of a grant (grant format §7).
public struct AccessRequest: Sendable, Hashable {
    /// Names the request; one that was answered is not answered again.
    public let id: RequestID
    /// The vault.
    public let vault: VaultID
    /// SHA-256 of the grant.
    public let grant: Digest32
    /// SHA-256 of the recipient's card.
    public let card: Digest32
    /// For which procedure the recipient asks.
    public let procedure: String
    /// For which dossier.
    public let dossier: String
    /// For which purpose.
    public let purpose: String
    /// Who asks, as the recipient names its staff.
    public let official: String
    /// When: a claim, which the service compares with its clock.
    public let madeAt: Instant
    /// An earlier request that was counted but whose answer was lost.
    public let repeated: RequestID?
    /// DER of the request.
    public let bytes: [UInt8]
    /// SHA-256 of ``bytes``.
    public let digest: Digest32
    private let statement: SignedBody

    private static let object = "request"

    init(
        grant: Grant, card: Digest32? = nil, id: RequestID, repeated: RequestID?, procedure: String? = nil,
        dossier: String? = nil,
        purpose: String? = nil, official: String, at time: Instant, signedBy key: DeviceKey
    ) throws(VaultError) {
        guard (1...255).contains(official.utf8.count), !official.breaksLine else {
            throw VaultError(.invalidMetadata, "a request says who asks, in 1 to 255 octets on one line")
        }
        let body = DERWriter.bytes { request in
            request.sequence {
                $0.integer(1)
                $0.octetString(id.octets)
                $0.octetString(grant.vault.octets)
                $0.octetString(grant.digest.octets)
                $0.octetString((card ?? grant.recipient.card).octets)
                $0.utf8String(procedure ?? grant.terms.procedure)
                $0.utf8String(dossier ?? grant.terms.dossier)
                $0.utf8String(purpose ?? grant.terms.purpose)
                $0.utf8String(official.normalizedNFC)
                $0.integer(time.seconds)
                if let repeated { $0.octetString(repeated.octets, tag: .contextPrimitive(0)) }
            }
        }
        try self.init(parsing: SignedBody(.request, body, by: key.signing).bytes)
    }

    /// Reads a request; the release service checks its signature.
    ///
    /// - Throws: ``VaultError``: `damaged`, `newerVersion`.
    public init(parsing bytes: [UInt8]) throws(VaultError) {
        let object = Self.object
        let statement = try SignedBody(parsing: bytes, largest: 8192, object: object)
        (id, vault, grant, card, procedure, dossier, purpose, official, madeAt, repeated) = try statement.members(
            object
        ) { (reader) throws in
            let id = try reader.id(RequestID.self, object: object)
            let vault = try reader.vault(object: object)
            let grant = try reader.digest(object: object)
            let card = try reader.digest(object: object)
            let procedure = try reader.text(255, object: object)
            let dossier = try reader.text(255, object: object)
            let purpose = try reader.text(255, object: object)
            let official = try reader.text(255, object: object)
            let time = try reader.instant(object: object)
            let repeated = try reader.optional(.contextPrimitive(0)).map { element in
                guard let id = RequestID(octets: element.contentBytes) else {
                    throw VaultError(.damaged, object: object, "an id of the wrong length")
                }
                return id
            }
            return (id, vault, grant, card, procedure, dossier, purpose, official, time, repeated)
        }
        self.statement = statement
        self.bytes = bytes
        digest = try Digest32(of: bytes)
    }

    /// Whether the holder of a card signed it.
    func isSigned(by card: AgencyCard) -> Bool {
        card.digest == self.card && statement.isSigned(.request, by: card.verification)
    }
}
