// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DERSyntax
public import DossierCore

/// What a recipient is handed of a grant: the grant, its sealed share, and the sealed keys of the items (grant format §6).
///
/// It travels with the dossier and holds no secret that opens by itself: without the release service's share, or the
/// recipient's private key, it is of no use.
public struct GrantPackage: Sendable, Hashable {
    /// The grant.
    public let grant: Grant
    /// DER of the package.
    public let bytes: [UInt8]
    private let share: [UInt8]
    private let items: [[UInt8]]

    private static let object = "grant package"
    /// Largest package in octets.
    public static let largest = 4 << 20

    init(_ grant: Grant, share: [UInt8], items: [[UInt8]]) {
        self.grant = grant
        self.share = share
        self.items = items
        bytes = DERWriter.bytes { package in
            package.sequence {
                $0.integer(1)
                $0.octetString(grant.bytes)
                $0.octetString(share)
                $0.sequence { list in
                    for item in items { list.octetString(item) }
                }
            }
        }
    }

    /// Reads a package and checks the grant's signature.
    ///
    /// - Throws: As ``Grant/init(parsing:)``.
    public init(parsing bytes: [UInt8]) throws(VaultError) {
        let object = Self.object
        guard bytes.count <= Self.largest else { throw VaultError(.damaged, object: object, "\(bytes.count) octets") }
        (grant, share, items) = try parsed(object) {
            var reader = try DERElement(parsing: bytes).reader(.sequence)
            try reader.version(1, object: object)
            let grant = try Grant(parsing: reader.next().octetString())
            let share = try reader.next().octetString()
            let items = try reader.next(.sequence).elements().map { try $0.octetString() }
            try reader.end()
            guard items.count == grant.items.count else {
                throw VaultError(.damaged, object: object, "\(items.count) keys for \(grant.items.count) items")
            }
            return (grant, share, items)
        }
        self.bytes = bytes
    }

    /// The request with which the recipient asks the release service for its share.
    ///
    /// - Parameters:
    ///   - key: The private keys of the recipient's card.
    ///   - official: Who asks, as the recipient names its staff; stands in the access log, at most 255 octets.
    ///   - repeated: An earlier request for which a use was counted and no answer came: it is answered anew without counting
    ///     another use, within ten minutes and three times.
    ///   - time: Now; a request is refused five minutes later.
    /// - Throws: ``VaultError`` with code `invalidMetadata`, `cryptographyFailure`.
    public func request(
        by key: DeviceKey, official: String, repeating repeated: RequestID? = nil, at time: Instant,
        random: any RandomSource = SystemRandom()
    ) throws(VaultError) -> AccessRequest {
        try AccessRequest(
            grant: grant, id: RequestID(random: random), repeated: repeated, official: official, at: time, signedBy: key
        )
    }

    /// Opens the package with the share that the release service gave for a request.
    ///
    /// - Parameters:
    ///   - release: The service's answer; `nil` for an unattended grant.
    ///   - request: The request that it answers.
    ///   - key: The private keys of the recipient's card.
    /// - Returns: The granted documents and values, in the order of the grant's items.
    /// - Throws: ``VaultError``: `damaged` when something is not what was sealed for this grant, request and key;
    ///   `notPermitted` without a release for a grant that needs one.
    public func open(
        with release: Release?, for request: AccessRequest?, by key: DeviceKey
    ) throws(VaultError) -> [GrantedItem] {
        var second: SharedSecret?
        if let service = grant.service {
            guard let release, let request else {
                throw VaultError(
                    .notPermitted, object: "grant \(grant.id)", "the release service has not given its share")
            }
            guard release.receipt.isSigned(by: service.verification), release.receipt.grant == grant.digest,
                release.receipt.kind == .released, release.receipt.request == request.digest
            else { throw VaultError(.damaged, object: "receipt", "not of the release service for this request") }
            second = SharedSecret(
                try GrantKeys.open(
                    release.share, for: .release, with: key.agreement, of: grant.digest, request: request.digest.octets)
            )
        }
        let first = try GrantKeys.open(share, for: .recipient, with: key.agreement, of: grant.digest)
        let opened = try GrantKeys.key(first, second, of: grant.digest)
        var granted: [GrantedItem] = []
        for (item, sealed) in zip(grant.items, items) {
            let secret = try GrantedSecret.open(sealed, for: item, of: grant.digest, under: opened)
            granted.append(GrantedItem(item, secret, vault: grant.vault))
        }
        return granted
    }
}
