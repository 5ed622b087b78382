// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
public import DossierCore

/// The owner's leave to put one document into the inbox, issued with a dossier.
public struct DepositTicket: Sendable, Hashable, CustomStringConvertible {
    /// The vault.
    public let card: VaultCard
    /// Names the ticket, the deposit and, once absorbed, the document: a second deposit by the same ticket is refused.
    public let id: DepositID
    /// Code of the dossier that it was issued with.
    public let dossier: String
    /// Largest document in octets.
    public let largest: Int64
    /// Until when it is good; `nil` when there is no end.
    public let until: Instant?
    /// To which key of the vault the deposit is sealed; `nil` in tickets of the first epoch: the one on the card.
    let sealing: Sealing?
    let bytes: [UInt8]

    /// The key of an epoch: who was removed before it began does not have its private half.
    struct Sealing: Sendable, Hashable {
        let epoch: Int64
        let key: X25519PublicKey
    }

    private static let label = Array("dossierkit/vault/1/ticket".utf8) + [0]

    init(
        card: VaultCard, id: DepositID, dossier: String, largest: Int64, until: Instant?, sealing: Sealing?,
        signedBy key: borrowing VaultSigningKey
    ) throws(VaultError) {
        self.card = card
        self.id = id
        self.dossier = dossier
        self.largest = largest
        self.until = until
        self.sealing = sealing
        let body = DERWriter.bytes { ticket in
            ticket.sequence {
                $0.integer(1)
                $0.octetString(card.vault.octets)
                $0.octetString(id.octets)
                $0.utf8String(dossier)
                $0.integer(largest)
                if let until { $0.integer(until.seconds, tag: .contextPrimitive(0)) }
                if let sealing {
                    $0.constructed(.context(1)) {
                        $0.integer(sealing.epoch)
                        $0.octetString(sealing.key.octets)
                    }
                }
            }
        }
        let signature: [UInt8]
        do {
            signature = try key.signature(of: (Self.label + body).span)
        } catch {
            throw VaultError(.cryptographyFailure, error.description)
        }
        bytes = DERWriter.bytes { ticket in
            ticket.sequence {
                $0.raw(body)
                $0.octetString(signature)
            }
        }
    }

    /// Reads a ticket and checks the owner's signature.
    init(_ bytes: [UInt8], card: VaultCard) throws(VaultError) {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: "ticket", detail) }
        guard bytes.count <= 4096 else { throw damaged("\(bytes.count) octets") }
        do {
            var ticket = try DERElement(parsing: bytes).reader(.sequence)
            let body = try ticket.next(.sequence)
            let signature = try ticket.next().octetString()
            try ticket.end()
            var reader = try body.reader()
            let version = try reader.next().integer()
            let vault = VaultID(octets: try reader.next().octetString())
            let id = DepositID(octets: try reader.next().octetString())
            dossier = try reader.next(.utf8String).validText()
            largest = try reader.next().integer()
            if let element = try reader.optional(.contextPrimitive(0)) {
                let seconds = try element.integer(.contextPrimitive(0))
                guard VaultEvent.times.contains(seconds) else { throw damaged("its end") }
                until = Instant(seconds: seconds)
            } else {
                until = nil
            }
            if let element = try reader.optional(.context(1)) {
                var reader = try element.reader(.context(1))
                let (epoch, key) = (try reader.next().integer(), try reader.next().octetString())
                try reader.end()
                guard (2...Payload.mostEpochs).contains(epoch) else { throw damaged("epoch \(epoch)") }
                sealing = Sealing(epoch: epoch, key: try X25519PublicKey(key))
            } else {
                sealing = nil
            }
            try reader.end()
            guard version == 1, let id, vault == card.vault, largest >= 0 else { throw damaged("of another vault") }
            guard card.ownerKey.isValid(signature: signature, of: (Self.label + body.bytes).span) else {
                throw damaged("the owner did not sign it")
            }
            self.id = id
        } catch let error as VaultError {
            throw error
        } catch {
            throw damaged("\(error)")
        }
        self.card = card
        self.bytes = bytes
    }

    /// Reads the line that ``description`` writes and checks the owner's signature.
    ///
    /// - Throws: ``VaultError`` with code `damaged`.
    public init(text: some StringProtocol) throws(VaultError) {
        let parts = text.split(whereSeparator: \.isWhitespace)
        guard parts.count == 3, parts[0] == "dossier-vault-ticket/1", let own = Hexadecimal.decode(parts[1]),
            let card = Hexadecimal.decode(parts[2])
        else { throw VaultError(.damaged, object: "ticket", "not a ticket") }
        try self.init(own, card: try VaultCard(card))
    }

    /// `dossier-vault-ticket/1 <ticket> <vault card>`, both in hexadecimal.
    public var description: String {
        "dossier-vault-ticket/1 \(Hexadecimal.encode(bytes)) \(Hexadecimal.encode(card.bytes))"
    }

    /// The document that the deposit becomes.
    public var document: DocumentID { Self.document(of: id) }

    static func document(of id: DepositID) -> DocumentID { DocumentID(words: id.words) }
}
