// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore

/// What a release service keeps of a grant, as a record beside the vault's log.
struct KeptGrant: Sendable {
    let escrow: GrantEscrow
    var used: Int64
    var revokedAt: Instant?
    /// Of its registration, later of its revocation.
    var receipt: GrantReceipt

    static func key(of grant: Digest32) -> [UInt8] { Array("grant/".utf8) + grant.octets }

    /// Where the receipt of a revocation lies that came before its grant.
    static func revokedKey(of grant: Digest32) -> [UInt8] { Array("revoked/".utf8) + grant.octets }

    static func mandateKey(of mandate: Digest32) -> [UInt8] { Array("mandate/".utf8) + mandate.octets }

    init(escrow: GrantEscrow, used: Int64, revokedAt: Instant?, receipt: GrantReceipt) {
        self.escrow = escrow
        self.used = used
        self.revokedAt = revokedAt
        self.receipt = receipt
    }

    init(parsing bytes: [UInt8], object: String) throws(VaultError) {
        self = try parsed(object) {
            var reader = try DERElement(parsing: bytes).reader(.sequence)
            try reader.version(1, object: object)
            let escrow = try GrantEscrow(parsing: reader.next().octetString())
            let used = try reader.next().integer()
            let receipt = try GrantReceipt(parsing: reader.next().octetString())
            let revoked = try reader.optional(.contextPrimitive(0))?.integer(.contextPrimitive(0))
            try reader.end()
            guard (0...GrantTerms.mostUses).contains(used) else {
                throw VaultError(.damaged, object: object, "\(used) uses")
            }
            return KeptGrant(
                escrow: escrow, used: used, revokedAt: revoked.map { Instant(seconds: $0) }, receipt: receipt)
        }
    }

    var bytes: [UInt8] {
        DERWriter.bytes { record in
            record.sequence {
                $0.integer(1)
                $0.octetString(escrow.bytes)
                $0.integer(used)
                $0.octetString(receipt.bytes)
                if let revokedAt { $0.integer(revokedAt.seconds, tag: .contextPrimitive(0)) }
            }
        }
    }
}
