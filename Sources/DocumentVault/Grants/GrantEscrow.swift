// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax

/// What the release service is handed of a grant: the grant and the service's sealed share (grant format §6).
public struct GrantEscrow: Sendable, Hashable {
    /// The grant.
    public let grant: Grant
    /// DER of the escrow.
    public let bytes: [UInt8]
    private let share: [UInt8]

    /// Largest escrow in octets.
    public static let largest = Grant.largest + 1024
    private static let object = "escrow"

    init(_ grant: Grant, share: [UInt8]) {
        self.grant = grant
        self.share = share
        bytes = DERWriter.bytes { escrow in
            escrow.sequence {
                $0.integer(1)
                $0.octetString(grant.bytes)
                $0.octetString(share)
            }
        }
    }

    /// Reads an escrow and checks the grant's signature.
    ///
    /// - Throws: As ``Grant/init(parsing:)``.
    public init(parsing bytes: [UInt8]) throws(VaultError) {
        let object = Self.object
        guard bytes.count <= Self.largest else { throw VaultError(.damaged, object: object, "\(bytes.count) octets") }
        (grant, share) = try parsed(object) {
            var reader = try DERElement(parsing: bytes).reader(.sequence)
            try reader.version(1, object: object)
            let grant = try Grant(parsing: reader.next().octetString())
            let share = try reader.next().octetString()
            try reader.end()
            return (grant, share)
        }
        self.bytes = bytes
    }

    func openShare(with key: DeviceKey) throws(VaultError) -> SecretBytes {
        try GrantKeys.open(share, for: .service, with: key.agreement, of: grant.digest)
    }
}
