// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DERSyntax
public import DossierCore

/// A certificate revocation list (RFC 5280 §5), read but not judged.
///
/// Entries are searched where they stand; a list of 100,000 entries is not expanded.
public final class CertificateRevocationList: Sendable, Hashable {
    /// One revoked certificate.
    public struct Entry: Sendable, Hashable {
        /// Serial number as in ``Certificate/serialNumber``.
        public let serialNumber: [UInt8]
        /// When the issuer declared the revocation.
        public let revocationDate: Instant
        /// Why, when stated.
        public let reason: RevocationReason?
        /// When the key is said to have become unsafe, when stated; reported only.
        public let invalidityDate: Instant?

        /// Makes an entry.
        public init(
            serialNumber: [UInt8], revocationDate: Instant, reason: RevocationReason? = nil,
            invalidityDate: Instant? = nil
        ) {
            self.serialNumber = serialNumber
            self.revocationDate = revocationDate
            self.reason = reason
            self.invalidityDate = invalidityDate
        }
    }
    /// The whole list as received, DER.
    public let bytes: [UInt8]
    /// The issuer.
    public let issuer: DistinguishedName
    /// When the list was issued.
    public let thisUpdate: Instant
    /// When the next list comes; a list without it is never fresh.
    public let nextUpdate: Instant?
    /// All extensions of the list.
    public let extensions: [CertificateExtension]
    /// Which certificates the list speaks of.
    public let scope: RevocationListScope
    /// Octets of the keyIdentifier of AuthorityKeyIdentifier, when present.
    public let authorityKeyIdentifier: [UInt8]?
    /// SHA-256 of ``bytes``.
    public let fingerprint: [UInt8]
    /// The name of the distribution point that the list is for; `nil` when it is for none in particular.
    let distributionPoint: DistributionPointName?
    private let signedBytes: [UInt8]
    private let signatureAlgorithm: AlgorithmIdentifier
    private let signature: [UInt8]
    private let entries: DERElement?

    /// Reads a list of at most 256 MiB in DER.
    ///
    /// Entries are checked when they are searched, so an unreadable entry makes the search fail, not the reading.
    /// - Throws: ``DERSyntax/DERSyntaxError``.
    public init(parsing bytes: [UInt8]) throws(DERSyntaxError) {
        var outer = try DERElement(parsing: bytes).reader(.sequence)
        let body = try outer.next(.sequence)
        signatureAlgorithm = try AlgorithmIdentifier(outer.next())
        signature = try outer.next().octetAlignedBitString()
        try outer.end()
        self.bytes = bytes
        signedBytes = body.bytes

        var reader = try body.reader()
        if let version = try reader.optional(.integer), try version.integer() != 1 {
            throw DERSyntaxError(
                .invalidValue, at: version.range.lowerBound, clause: "RFC 5280 5.1.2.1", "not version 2")
        }
        let inner = try reader.next()
        guard try AlgorithmIdentifier(inner) == signatureAlgorithm else {
            throw DERSyntaxError(
                .invalidValue, at: inner.range.lowerBound, clause: "RFC 5280 5.1.1.2",
                "two different signature algorithms")
        }
        issuer = try DistinguishedName(reader.next(.sequence))
        thisUpdate = try reader.next().time()
        if let tag = reader.peekTag(), tag == .utcTime || tag == .generalizedTime {
            nextUpdate = try reader.next().time()
        } else {
            nextUpdate = nil
        }
        entries = try reader.optional(.sequence)
        if let list = try reader.optional(.context(0)) {
            extensions = try CertificateExtension.readAll(list.explicitContent())
        } else {
            extensions = []
        }
        try reader.end()
        scope = try RevocationListScope(extensions)
        let issuer = issuer
        distributionPoint = try extensions.first { $0.identifier == .issuingDistributionPoint }
            .flatMap { item throws(DERSyntaxError) in
                var point = try DERElement(parsing: item.value).reader(.sequence)
                return try point.optional(.context(0)).map { name throws(DERSyntaxError) in
                    try DistributionPointName(name, issuer: issuer)
                }
            }
        authorityKeyIdentifier = try extensions.first { $0.identifier == .authorityKeyIdentifier }
            .flatMap { item throws(DERSyntaxError) in
                var identifier = try DERElement(parsing: item.value).reader(.sequence)
                return try identifier.optional(.contextPrimitive(0))?.contentBytes
            }
        do {
            fingerprint = try DigestAlgorithm.sha256.digest(of: bytes)
        } catch {
            throw DERSyntaxError(.invalidValue, at: 0, "SHA-256 is not available")
        }
    }

    /// The entry for a serial number, or `nil` when the list has none.
    ///
    /// - Throws: ``DERSyntax/DERSyntaxError`` when an entry on the way cannot be read; the list then answers nothing.
    /// - Complexity: one walk over the entries.
    public func entry(for serialNumber: [UInt8]) throws(DERSyntaxError) -> Entry? {
        guard let entries else { return nil }
        var reader = try entries.reader()
        var found: Entry?
        while !reader.isAtEnd {
            var entry = try reader.next().reader(.sequence)
            let serial = try entry.next(.integer)
            guard serial.input[serial.content].elementsEqual(serialNumber) else { continue }
            // Later entries override earlier ones only by being stricter; the first in time counts.
            let read = try Self.readEntry(serialNumber, &entry)
            if let earlier = found, earlier.revocationDate <= read.revocationDate { continue }
            found = read
        }
        return found
    }

    /// Whether the list was signed with a key.
    ///
    /// - Throws: ``PKIXError`` when the algorithm cannot be used.
    public func isSigned(by issuer: PublicKey) throws(PKIXError) -> Bool {
        try PKIXSignature.isValid(signature, over: signedBytes, algorithm: signatureAlgorithm, key: issuer)
    }

    /// Whether the list answers for a certificate of its issuer: its scope and its distribution point.
    func covers(_ certificate: Certificate) -> Bool {
        scope.covers(certificate) && (distributionPoint.map(certificate.names) ?? true)
    }

    /// The signature algorithm, for the algorithm policy.
    public var scheme: SignatureScheme? { SignatureScheme(signatureAlgorithm) }

    private static func readEntry(_ serial: [UInt8], _ reader: inout DERReader) throws(DERSyntaxError) -> Entry {
        let date = try reader.next().time()
        var reason: RevocationReason?
        var invalidity: Instant?
        if let list = try reader.optional(.sequence) {
            for item in try CertificateExtension.readAll(list) {
                switch item.identifier {
                case "2.5.29.21":
                    let number = try DERElement(parsing: item.value).integer(.enumerated)
                    reason = RevocationReason(rawValue: Int(clamping: number)) ?? .unspecified
                case "2.5.29.24": invalidity = try DERElement(parsing: item.value).time()
                default:
                    guard !item.isCritical else {
                        throw DERSyntaxError(
                            .invalidValue, at: list.range.lowerBound, clause: "RFC 5280 5.3",
                            "critical entry extension \(item.identifier)")
                    }
                }
            }
        }
        try reader.end()
        return Entry(serialNumber: serial, revocationDate: date, reason: reason, invalidityDate: invalidity)
    }

    public static func == (left: CertificateRevocationList, right: CertificateRevocationList) -> Bool {
        left.fingerprint == right.fingerprint
    }
    public func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }
}

/// CRLReason (RFC 5280 §5.3.1).
public enum RevocationReason: Int, Sendable, Hashable {
    /// No reason given.
    case unspecified = 0
    /// The subject's key was compromised.
    case keyCompromise = 1
    /// The authority's key was compromised.
    case caCompromise = 2
    /// The subject left the organisation.
    case affiliationChanged = 3
    /// Replaced by another certificate.
    case superseded = 4
    /// No longer needed.
    case cessationOfOperation = 5
    /// Suspended; may become good again.
    case certificateHold = 6
    /// Taken off the list again (delta lists only).
    case removeFromCRL = 8
    /// A right was withdrawn.
    case privilegeWithdrawn = 9
    /// The attribute authority's key was compromised.
    case aaCompromise = 10
}
