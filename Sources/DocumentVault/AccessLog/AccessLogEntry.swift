// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
public import DossierCore

/// One entry of an access log: the leaf of the tree, and what opens its commitment (grant format §10).
///
/// The leaf holds a salted commitment and no value. Who keeps leaves and roots, a witness for example, learns from them
/// nothing but how many there are; when record and salt are destroyed, the leaf tells nobody anything any more.
public struct AccessLogEntry: Sendable, Hashable {
    /// Place in the log, from 0.
    public let place: Int64
    /// DER of the leaf.
    public let leaf: [UInt8]
    /// Its hash in the tree.
    public let leafHash: Digest32
    /// From when the citizen sees the record; `nil`: at once. It stands in the leaf, so nobody can put it off later.
    public let visibleFrom: Instant?
    /// What happened; `nil` when it is withheld until ``visibleFrom``, or was destroyed.
    public let record: AccessRecord?
    private let commitment: [UInt8]
    private let salt: [UInt8]

    private static let largest = AccessRecord.largest + 4096

    init(_ record: AccessRecord, at place: Int64, visibleFrom: Instant?, random: any RandomSource) throws(VaultError) {
        let salt = random.bytes(32)
        let commitment = try Self.commitment(to: record.bytes, salt: salt)
        leaf = DERWriter.bytes { leaf in
            leaf.sequence {
                $0.integer(1)
                $0.integer(place)
                $0.octetString(commitment)
                if let visibleFrom { $0.integer(visibleFrom.seconds, tag: .contextPrimitive(0)) }
            }
        }
        leafHash = try MerkleTree.leafHash(leaf)
        self.place = place
        self.visibleFrom = visibleFrom.map { Instant(seconds: $0.seconds) }
        self.record = record
        self.commitment = commitment
        self.salt = salt
    }

    /// Reads an entry and checks that the record is the one that the leaf commits to.
    ///
    /// - Throws: ``VaultError``: `damaged`, `newerVersion`.
    public init(parsing bytes: [UInt8]) throws(VaultError) {
        let object = "log entry"
        guard bytes.count <= Self.largest else { throw VaultError(.damaged, object: object, "\(bytes.count) octets") }
        let opening: [UInt8]?
        (leaf, salt, opening) = try parsed(object) {
            var reader = try DERElement(parsing: bytes).reader(.sequence)
            try reader.version(1, object: object)
            let leaf = try reader.next().octetString()
            guard let element = try reader.optional(.context(0)) else {
                try reader.end()
                return (leaf, [], nil)
            }
            try reader.end()
            var inner = try element.reader()
            let salt = try inner.next().octetString()
            let record = try inner.next().octetString()
            try inner.end()
            guard salt.count == 32 else { throw VaultError(.damaged, object: object, "a salt") }
            return (leaf, salt, record)
        }
        let leaf = leaf
        (place, commitment, visibleFrom) = try parsed(object) {
            var reader = try DERElement(parsing: leaf).reader(.sequence)
            try reader.version(1, object: object)
            let place = try reader.next().integer()
            let commitment = try reader.digest(object: object).octets
            let seconds = try reader.optional(.contextPrimitive(0))?.integer(.contextPrimitive(0))
            try reader.end()
            guard place >= 0, seconds.map(VaultEvent.times.contains) ?? true else {
                throw VaultError(.damaged, object: object, "a place or time")
            }
            return (place, commitment, seconds.map { Instant(seconds: $0) })
        }
        leafHash = try MerkleTree.leafHash(leaf)
        guard let opening else {
            record = nil
            return
        }
        guard try Self.commitment(to: opening, salt: salt) == commitment else {
            throw VaultError(.damaged, object: "log entry \(place)", "the record is not the one that was logged")
        }
        record = try AccessRecord(parsing: opening, object: "log entry \(place)")
    }

    /// DER of the entry, with the record where there is one.
    public var bytes: [UInt8] {
        DERWriter.bytes { entry in
            entry.sequence {
                $0.integer(1)
                $0.octetString(leaf)
                if let record {
                    $0.constructed(.context(0)) {
                        $0.octetString(salt)
                        $0.octetString(record.bytes)
                    }
                }
            }
        }
    }

    /// The entry without what opens its commitment.
    public var withheld: AccessLogEntry { AccessLogEntry(withholding: self) }

    private init(withholding entry: AccessLogEntry) {
        (place, leaf, leafHash, visibleFrom) = (entry.place, entry.leaf, entry.leafHash, entry.visibleFrom)
        (record, commitment, salt) = (nil, entry.commitment, [])
    }

    private static func commitment(to record: [UInt8], salt: [UInt8]) throws(VaultError) -> [UInt8] {
        do {
            var mac = try HMAC(.sha256, key: salt.span)
            try mac.update(record.span)
            return try mac.finalize().withSpan { span in span.indices.map { span[$0] } }
        } catch {
            throw VaultError(.cryptographyFailure, error.description)
        }
    }
}
