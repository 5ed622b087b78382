// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DERSyntax
public import DossierCore
import Synchronization

/// A certificate revocation list (RFC 5280 §5), read but not judged.
///
/// Entries stay where they stand; the first search makes an index of 16 bytes for each.
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
    /// IssuingDistributionPoint, when present; a list without it is about all certificates of its issuer.
    public let issuingDistributionPoint: IssuingDistributionPoint?
    /// cRLNumber, big-endian, when present.
    public let number: [UInt8]?
    /// BaseCRLNumber of a delta list (RFC 5280 §5.2.4); `nil` for a complete one.
    public let baseNumber: [UInt8]?
    /// expiredCertsOnCRL (X.509 §9.5.2.9): since when the list keeps certificates that have expired.
    public let keepsExpiredSince: Instant?
    /// Whether a critical extension is not processed here; such a list says nothing (RFC 5280 §5.2).
    let hasUnprocessed: Bool
    /// Octets of the keyIdentifier of AuthorityKeyIdentifier, when present.
    public let authorityKeyIdentifier: [UInt8]?
    /// SHA-256 of ``bytes``.
    public let fingerprint: [UInt8]
    private let signedBytes: [UInt8]
    private let signatureAlgorithm: AlgorithmIdentifier
    private let signature: [UInt8]
    private let hasWholeSignature: Bool
    private let entries: DERElement?
    /// Made by the first search. Several that come at once may each make one; the first to end is kept, and nobody waits.
    private let index = AtomicLazyReference<Index>()

    /// Reads a list of at most 256 MiB in DER.
    ///
    /// Entries are checked when they are searched, so an unreadable entry makes the search fail, not the reading.
    /// - Throws: ``DERSyntax/DERSyntaxError``.
    public init(parsing bytes: [UInt8]) throws(DERSyntaxError) {
        var outer = try DERElement(parsing: bytes).reader(.sequence)
        let body = try outer.next(.sequence)
        signatureAlgorithm = try AlgorithmIdentifier(outer.next())
        let signatureBits = try outer.next().bitString()
        signature = signatureBits.octets
        hasWholeSignature = signatureBits.unusedBits == 0
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
        let extensions = extensions
        func value(_ identifier: ObjectIdentifier) -> [UInt8]? {
            extensions.first { $0.identifier == identifier }?.value
        }
        let issuer = issuer
        issuingDistributionPoint = try value(.issuingDistributionPoint).map { bytes throws(DERSyntaxError) in
            try IssuingDistributionPoint(parsing: bytes, issuer: issuer)
        }
        number = try value(.crlNumber).map { bytes throws(DERSyntaxError) in
            try DERElement(parsing: bytes).integerOctets()
        }
        baseNumber = try value(.deltaCRLIndicator).map { bytes throws(DERSyntaxError) in
            try DERElement(parsing: bytes).integerOctets()
        }
        // Only ever a reason to accept more, so an unreadable one is as good as none.
        keepsExpiredSince = value("2.5.29.60").flatMap { try? DERElement(parsing: $0).time() }
        let processed: Set<ObjectIdentifier> = [
            .issuingDistributionPoint, .crlNumber, .deltaCRLIndicator, .authorityKeyIdentifier, "2.5.29.60",
        ]
        hasUnprocessed = extensions.contains { $0.isCritical && !processed.contains($0.identifier) }
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

    /// The entry for a certificate of the list's own issuer, or `nil` when the list has none.
    ///
    /// - Throws: ``DERSyntax/DERSyntaxError`` when an entry cannot be read or has a critical extension that is not
    ///   processed; the list then answers nothing (RFC 5280 §5.3).
    /// - Complexity: The first search walks over all entries and sorts their places; every further one is a binary search.
    public func entry(for serialNumber: [UInt8]) throws(DERSyntaxError) -> Entry? {
        try entry(for: serialNumber, issuedBy: issuer)
    }

    /// The entry for a certificate, or `nil` when the list has none.
    ///
    /// - Parameter certificateIssuer: The certificate's issuer; another than the list's only in an indirect list.
    func entry(for serialNumber: [UInt8], issuedBy certificateIssuer: DistinguishedName) throws(DERSyntaxError)
        -> Entry?
    {
        guard let entries else { return nil }
        let isIndirect = issuingDistributionPoint?.isIndirect == true
        let index = index.load() ?? index.storeIfNil(Index(entries, isIndirect: isIndirect))
        return try index.result.get().entry(for: serialNumber, issuedBy: certificateIssuer, listIssuer: issuer)
    }

    /// Whether the list was signed with a key.
    ///
    /// - Throws: ``PKIXError`` when the algorithm cannot be used.
    public func isSigned(by issuer: PublicKey) throws(PKIXError) -> Bool {
        // A signature value of every algorithm known here is a string of whole octets.
        guard hasWholeSignature else { return false }
        return try PKIXSignature.isValid(signature, over: signedBytes, algorithm: signatureAlgorithm, key: issuer)
    }

    /// The signature algorithm, for the algorithm policy.
    public var scheme: SignatureScheme? { SignatureScheme(signatureAlgorithm) }

    /// The index, or why it cannot be made.
    private final class Index: Sendable {
        let result: Result<RevocationListIndex, DERSyntaxError>

        init(_ entries: DERElement, isIndirect: Bool) {
            result = Result { () throws(DERSyntaxError) in
                try RevocationListIndex(entries, isIndirect: isIndirect)
            }
        }
    }

    public static func == (left: CertificateRevocationList, right: CertificateRevocationList) -> Bool {
        left.fingerprint == right.fingerprint
    }
    public func hash(into hasher: inout Hasher) { hasher.combine(OctetString(fingerprint)) }
}

extension ObjectIdentifier {
    /// cRLReason.
    static let reasonCode: ObjectIdentifier = "2.5.29.21"
    /// deltaCRLIndicator.
    static let deltaCRLIndicator: ObjectIdentifier = "2.5.29.27"
    /// certificateIssuer.
    static let certificateIssuer: ObjectIdentifier = "2.5.29.29"
}
