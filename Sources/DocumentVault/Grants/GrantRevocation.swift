// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
public import DossierCore

/// The signed end of a grant, for the release service (grant format §9).
///
/// It ends what the service would still release. What was read before cannot be taken back.
public struct GrantRevocation: Sendable, Hashable {
    /// The vault.
    public let vault: VaultID
    /// SHA-256 of the grant.
    public let grant: Digest32
    /// Why; without personal data, at most 1,024 octets.
    public let reason: String
    /// When it was made: the writer's claim.
    public let madeAt: Instant
    /// DER of the revocation.
    public var bytes: [UInt8] { statement.bytes }
    private let statement: SignedBody

    init(
        of grant: Digest32, in vault: VaultID, reason: String, at time: Instant,
        signedBy key: borrowing VaultSigningKey
    ) throws(VaultError) {
        let body = DERWriter.bytes { revocation in
            revocation.sequence {
                $0.integer(1)
                $0.octetString(vault.octets)
                $0.octetString(grant.octets)
                $0.utf8String(reason.normalizedNFC)
                $0.integer(time.seconds)
            }
        }
        try self.init(parsing: SignedBody(.revocation, body, by: key).bytes)
    }

    /// Reads a revocation; the release service checks its signature.
    ///
    /// - Throws: ``VaultError``: `damaged`, `newerVersion`.
    public init(parsing bytes: [UInt8]) throws(VaultError) {
        let object = "revocation"
        statement = try SignedBody(parsing: bytes, largest: 4096, object: object)
        (vault, grant, reason, madeAt) = try statement.members(object) { (reader) throws in
            let vault = try reader.vault(object: object)
            let grant = try reader.digest(object: object)
            let reason = try reader.text(1024, object: object)
            return (vault, grant, reason, try reader.instant(object: object))
        }
    }

    /// Whether the vault's owner, or who made the grant, signed it.
    func isSigned(for grant: Grant) -> Bool {
        grant.digest == self.grant && grant.vault == vault
            && (statement.isSigned(.revocation, by: grant.card.ownerKey)
                || statement.isSigned(.revocation, by: grant.signer))
    }

    /// Whether a key signed it.
    func isSigned(by key: VaultVerificationKey) -> Bool { statement.isSigned(.revocation, by: key) }
}
