// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DERSyntax
public import DossierCore

/// The signed head of an access log: how many entries it has and the root of their tree (grant format §11).
public struct Checkpoint: Sendable, Hashable {
    /// The vault whose log it is.
    public let log: VaultID
    /// Number of entries.
    public let size: Int64
    /// Root of the tree over all of them (RFC 9162 §2.1.1).
    public let root: Digest32
    /// When it was signed, by the clock of who keeps the log.
    public let time: Instant
    /// DER of the checkpoint.
    public let bytes: [UInt8]
    /// SHA-256 of ``bytes``: what a witness signs.
    public let digest: Digest32
    private let statement: SignedBody

    /// Largest checkpoint in octets.
    public static let largest = 1024

    init(
        of log: VaultID, size: Int64, root: Digest32, at time: Instant, signedBy key: borrowing VaultSigningKey
    ) throws(VaultError) {
        let body = DERWriter.bytes { checkpoint in
            checkpoint.sequence {
                $0.integer(1)
                $0.octetString(log.octets)
                $0.integer(size)
                $0.octetString(root.octets)
                $0.integer(time.seconds)
            }
        }
        try self.init(parsing: SignedBody(.checkpoint, body, by: key).bytes)
    }

    /// Reads a checkpoint; who signed it is asked with ``isSigned(by:)``.
    ///
    /// - Throws: ``VaultError``: `damaged`, `newerVersion`.
    public init(parsing bytes: [UInt8]) throws(VaultError) {
        let object = "checkpoint"
        let statement = try SignedBody(parsing: bytes, largest: Self.largest, object: object)
        (log, size, root, time) = try statement.members(object) { (reader) throws in
            let log = try reader.vault(object: object)
            let size = try reader.next().integer()
            guard size >= 0 else { throw VaultError(.damaged, object: object, "a size of \(size)") }
            let root = try reader.digest(object: object)
            return (log, size, root, try reader.instant(object: object))
        }
        self.statement = statement
        self.bytes = bytes
        digest = try Digest32(of: bytes)
    }

    /// Whether the key of a log signed it.
    public func isSigned(by key: VaultVerificationKey) -> Bool { statement.isSigned(.checkpoint, by: key) }
}
