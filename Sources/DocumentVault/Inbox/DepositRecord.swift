// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore

/// What a depositor seals to the vault's public key beside the content (format §12).
struct DepositRecord: Sendable {
    let ticket: DepositTicket
    let depositor: String
    let key: SharedSecret
    let version: DocumentVersion

    static let largest = 65_536

    func sealed(random: some RandomSource) throws(VaultError) -> [UInt8] {
        let plaintext = DERWriter.bytes { record in
            record.sequence {
                $0.integer(1)
                $0.octetString(ticket.bytes)
                $0.utf8String(depositor)
                $0.octetString(key.octets.withSpan { span in span.indices.map { span[$0] } })
                $0.integer(version.storedAt.seconds)
                $0.integer(Int64(version.storedAt.nanoseconds))
                version.write(to: &$0)
            }
        }
        let sealed: [UInt8]
        let epoch = ticket.sealing?.epoch
        do {
            sealed =
                try (epoch.map(VaultSeal.u32) ?? [])
                + HPKE.seal(
                    SnapshotPages.padded(plaintext).span, to: ticket.sealing?.key ?? ticket.card.vaultKey,
                    info: Self.info(ticket.card.vault, ticket.id, epoch).span, authenticating: [UInt8]().span,
                    random: random)
        } catch {
            throw VaultError(error, object: "deposit \(ticket.id)")
        }
        guard sealed.count <= Self.largest else {
            throw VaultError(.invalidMetadata, "a description of \(sealed.count) octets, at most \(Self.largest)")
        }
        return sealed
    }

    init(ticket: DepositTicket, depositor: String, key: SharedSecret, version: DocumentVersion) {
        self.ticket = ticket
        self.depositor = depositor
        self.key = key
        self.version = version
    }

    /// Opens a deposit and checks everything that does not need its content.
    init(opening deposit: StoredDeposit, with keys: DepositKeys, card: VaultCard) throws(VaultError) {
        let object = "deposit \(deposit.id)"
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        guard deposit.record.count <= Self.largest else { throw damaged("\(deposit.record.count) octets") }
        let (plaintext, epoch) = try keys.open(deposit)
        do {
            var outer = DERReader(plaintext)
            var reader = try outer.next().reader(.sequence)
            let form = try reader.next().integer()
            ticket = try DepositTicket(reader.next().octetString(), card: card)
            depositor = try reader.next(.utf8String).validText()
            var plain = try reader.next().octetString()
            let secret = SecretBytes(wiping: &plain)
            let seconds = try reader.next().integer()
            let nanoseconds = try reader.next().integer()
            var body = try reader.next(.sequence).reader()
            try reader.end()
            guard form == 1, secret.byteCount == 32, VaultEvent.times.contains(seconds),
                (0...999_999_999).contains(nanoseconds)
            else { throw damaged("a record of another form") }
            version = try DocumentVersion(
                &body, storedAt: Instant(seconds: seconds, nanoseconds: Int32(nanoseconds)), object: object)
            self.key = SharedSecret(secret)
        } catch let error as VaultError {
            throw error
        } catch {
            throw damaged("\(error)")
        }
        guard ticket.id == deposit.id else { throw damaged("by another ticket") }
        guard ticket.sealing?.epoch == epoch else { throw damaged("sealed to another key than its ticket's") }
        guard version.document == ticket.document, version.previous == nil else { throw damaged("another document") }
        guard version.size <= ticket.largest else { throw damaged("larger than its ticket allows") }
        guard ticket.until.map({ version.storedAt <= $0 }) ?? true else { throw damaged("after its ticket's end") }
        guard version.provenance.assurance == .selfDeclared else { throw damaged("it claims an assurance") }
    }

    /// - Parameter epoch: The ticket's; `nil` for one without a key of its own.
    static func info(_ vault: VaultID, _ id: DepositID, _ epoch: Int64?) -> [UInt8] {
        VaultSeal.context(.deposit, [vault.octets, id.octets] + (epoch.map { [VaultSeal.u32($0)] } ?? []))
    }
}
