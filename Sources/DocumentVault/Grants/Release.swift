// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax

/// The release service's answer to a request: its receipt, and its share sealed to the recipient (grant format §8).
public struct Release: Sendable, Hashable {
    /// The receipt.
    public let receipt: GrantReceipt
    /// DER of the release.
    public let bytes: [UInt8]
    let share: [UInt8]

    private static let object = "release"

    init(_ receipt: GrantReceipt, share: [UInt8]) {
        self.receipt = receipt
        self.share = share
        bytes = DERWriter.bytes { release in
            release.sequence {
                $0.integer(1)
                $0.octetString(receipt.bytes)
                $0.octetString(share)
            }
        }
    }

    /// Reads a release; ``GrantPackage/open(with:for:by:)`` checks the receipt's signature.
    ///
    /// - Throws: ``VaultError``: `damaged`, `newerVersion`.
    public init(parsing bytes: [UInt8]) throws(VaultError) {
        let object = Self.object
        guard bytes.count <= 8192 else { throw VaultError(.damaged, object: object, "\(bytes.count) octets") }
        (receipt, share) = try parsed(object) {
            var reader = try DERElement(parsing: bytes).reader(.sequence)
            try reader.version(1, object: object)
            let receipt = try GrantReceipt(parsing: reader.next().octetString())
            let share = try reader.next().octetString()
            try reader.end()
            return (receipt, share)
        }
        self.bytes = bytes
    }
}
