// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
import DossierCore
import SignatureValidation

extension Attachment {
    /// Document type of the attachment that says where results may be deposited.
    public static let ticketType = "deposit-ticket"
    /// Its file name.
    public static let ticketName = "deposit-ticket.txt"

    /// The citizen's leave to deposit a result, as an attachment that the citizen signs with the dossier.
    ///
    /// The ticket holds the vault card: signed with the dossier, nobody on the way can put another vault in its place.
    public init(_ ticket: DepositTicket) {
        self.init(
            name: Self.ticketName, type: Self.ticketType, source: MemorySource(Array((ticket.description + "\n").utf8)))
    }
}

extension DossierExamination {
    /// The ticket that the citizen signed with the dossier: the only one by which a result may be deposited.
    ///
    /// - Parameter received: The file of that attachment, as it was given to the examination.
    /// - Throws: ``DossierError``: `incomplete` when the dossier has no such attachment, or more than one;
    ///   `invalidAttachment` when the manifest's signature does not hold, the file is not the one that was signed, or it is
    ///   of another dossier or malformed.
    public func depositTicket(in received: [ReceivedAttachment]) throws(DossierError) -> DepositTicket {
        guard manifestReport.indication == .totalPassed, let manifest else {
            throw DossierError(.invalidAttachment, "the signature over the dossier does not hold")
        }
        let items = items.filter { $0.entry.type == Attachment.ticketType }
        guard let item = items.first, items.count == 1 else {
            throw DossierError(.incomplete, "the dossier has \(items.count) tickets")
        }
        guard item.status == .intact,
            let file = received.first(where: { $0.ordinal == item.entry.ordinal && $0.name == item.entry.name })
        else { throw DossierError(.invalidAttachment, "the ticket is not the one that was signed") }
        let ticket: DepositTicket
        do {
            // The digest once more: what was examined and what is read here must be the same octets.
            let bytes = try file.source.allBytes(limit: 16_384)
            guard try Digest32(of: bytes).description == item.entry.sha256 else {
                throw DossierError(.invalidAttachment, "the ticket is not the one that was signed")
            }
            ticket = try DepositTicket(text: String(decoding: bytes, as: UTF8.self))
        } catch let error as DossierError {
            throw error
        } catch {
            throw DossierError(.invalidAttachment, "the ticket cannot be read")
        }
        guard ticket.dossier == manifest.dossier else {
            throw DossierError(.invalidAttachment, "the ticket is of another dossier")
        }
        return ticket
    }
}
