// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DERSyntax
public import DossierCore

/// The release service's signed word on what it did, for the citizen and the recipient (grant format §8).
///
/// It names the leaf of the access log that was written before: a log that lacks the leaf, or has another in its place,
/// is convicted by the receipt.
public struct GrantReceipt: Sendable, Hashable {
    /// What was done.
    public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
        /// The service took a grant into its keeping.
        case registered
        /// It released its share.
        case released
        /// It took note of a revocation.
        case revoked

        var number: Int64 { Int64(Self.allCases.firstIndex(of: self) ?? 0) }
    }

    /// What was done.
    public let kind: Kind
    /// The vault, whose access log it is.
    public let vault: VaultID
    /// SHA-256 of the grant.
    public let grant: Digest32
    /// Place of the leaf in the log, from 0.
    public let place: Int64
    /// Hash of the leaf (RFC 9162 §2.1.1).
    public let leafHash: Digest32
    /// When.
    public let time: Instant
    /// Uses that are left afterwards.
    public let usesLeft: Int64
    /// SHA-256 of the request; for a release only.
    public let request: Digest32?
    /// DER of the receipt.
    public var bytes: [UInt8] { statement.bytes }
    private let statement: SignedBody

    private static let object = "receipt"

    init(
        _ kind: Kind, of grant: Grant, place: Int64, leafHash: Digest32, at time: Instant, usesLeft: Int64,
        request: Digest32?, signedBy key: borrowing VaultSigningKey
    ) throws(VaultError) {
        let body = DERWriter.bytes { receipt in
            receipt.sequence {
                $0.integer(1)
                $0.integer(kind.number, tag: .enumerated)
                $0.octetString(grant.vault.octets)
                $0.octetString(grant.digest.octets)
                $0.integer(place)
                $0.octetString(leafHash.octets)
                $0.integer(time.seconds)
                $0.integer(usesLeft)
                if let request { $0.octetString(request.octets, tag: .contextPrimitive(0)) }
            }
        }
        try self.init(parsing: SignedBody(.receipt, body, by: key).bytes)
    }

    /// Reads a receipt; whether the service signed it is asked with ``isSigned(by:)``.
    ///
    /// - Throws: ``VaultError``: `damaged`, `newerVersion`.
    public init(parsing bytes: [UInt8]) throws(VaultError) {
        let object = Self.object
        statement = try SignedBody(parsing: bytes, largest: 4096, object: object)
        (kind, vault, grant, place, leafHash, time, usesLeft, request) = try statement.members(object) {
            (reader) throws in
            let number = try reader.next().integer(.enumerated)
            guard let kind = Kind.allCases.first(where: { $0.number == number }) else {
                throw VaultError(.newerVersion, object: object, "a kind that is not known")
            }
            let vault = try reader.vault(object: object)
            let grant = try reader.digest(object: object)
            let place = try reader.next().integer()
            let leafHash = try reader.digest(object: object)
            let time = try reader.instant(object: object)
            let left = try reader.next().integer()
            guard place >= 0, left >= 0 else { throw VaultError(.damaged, object: object, "a negative number") }
            let request = try reader.optional(.contextPrimitive(0)).map { element in
                guard let digest = Digest32(octets: element.contentBytes) else {
                    throw VaultError(.damaged, object: object, "a digest of the wrong length")
                }
                return digest
            }
            return (kind, vault, grant, place, leafHash, time, left, request)
        }
    }

    /// Whether a service signed it.
    public func isSigned(by service: VaultVerificationKey) -> Bool { statement.isSigned(.receipt, by: service) }
}
