// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
public import DossierCore

/// SingleResponse (RFC 6960 §4.2.1): what a responder says of one certificate.
public struct OCSPSingleResponse: Sendable {
    /// CertStatus.
    public enum Status: Sendable, Hashable {
        /// Not revoked as far as the responder knows; it need not know that the certificate exists (RFC 6960 §2.2).
        case good
        /// Revoked or on hold since an instant.
        case revoked(since: Instant, reason: RevocationReason?)
        /// The responder does not know the certificate.
        case unknown
    }

    /// CertHash (Common PKI 2009, part 4 §3.1.2): the responder knew exactly this certificate.
    public struct CertificateHash: Sendable, Hashable {
        /// The digest's algorithm.
        public let algorithm: AlgorithmIdentifier
        /// Digest of the certificate's DER.
        public let value: [UInt8]

        init(parsing bytes: [UInt8]) throws(DERSyntaxError) {
            var reader = try DERElement(parsing: bytes).reader(.sequence)
            algorithm = try AlgorithmIdentifier(reader.next())
            value = try reader.next().octetString()
            try reader.end()
        }
    }

    /// CrlID (RFC 6960 §4.4.2): the list that the answer was taken from.
    public struct ListReference: Sendable, Hashable {
        /// Where the list is found.
        public let url: String?
        /// The list's number, big-endian two's complement.
        public let number: [UInt8]?
        /// When the list was made.
        public let time: Instant?

        init(parsing bytes: [UInt8]) throws(DERSyntaxError) {
            var reader = try DERElement(parsing: bytes).reader(.sequence)
            url = try reader.optional(.context(0))?.explicitContent().text
            number = try reader.optional(.context(1))?.explicitContent().integerOctets()
            time = try reader.optional(.context(2))?.explicitContent().time()
            try reader.end()
        }
    }

    /// The certificate that is spoken of.
    public let certificateID: OCSPCertificateID
    /// What is said.
    public let status: Status
    /// When it was known to be so.
    public let thisUpdate: Instant
    /// When newer information comes; `nil` when newer information is always to be had.
    public let nextUpdate: Instant?
    /// All extensions.
    public let extensions: [CertificateExtension]
    /// CertHash, when present.
    public let certificateHash: CertificateHash?
    /// ArchiveCutoff (RFC 6960 §4.4.4): the responder knows of certificates that expired at this instant or later.
    public let archiveCutoff: Instant?
    /// InvalidityDate (RFC 6960 §4.4.5, RFC 5280 §5.3.2), when present.
    public let invalidityDate: Instant?
    /// CrlID, when present.
    public let listReference: ListReference?

    init(_ element: DERElement) throws(DERSyntaxError) {
        var reader = try element.reader(.sequence)
        certificateID = try OCSPCertificateID(reader.next())
        let choice = try reader.next()
        switch choice.tag {
        case .contextPrimitive(0), .contextPrimitive(2):
            guard choice.content.isEmpty else {
                throw DERSyntaxError(
                    .invalidValue, at: choice.range.lowerBound, clause: "RFC 6960 4.2.1", "a NULL with content")
            }
            status = choice.tag == .contextPrimitive(0) ? .good : .unknown
        case .context(1):
            var revoked = try choice.reader()
            let since = try revoked.next(.generalizedTime).time()
            let reason = try revoked.optional(.context(0)).map { item throws(DERSyntaxError) in
                RevocationReason(rawValue: Int(clamping: try item.explicitContent().integer(.enumerated)))
                    ?? .unspecified
            }
            try revoked.end()
            status = .revoked(since: since, reason: reason)
        default:
            throw DERSyntaxError(
                .unexpectedTag, at: choice.range.lowerBound, clause: "RFC 6960 4.2.1",
                "found \(choice.tag), expected a CertStatus")
        }
        thisUpdate = try reader.next(.generalizedTime).time()
        if let next = try reader.optional(.context(0)) {
            let time = try next.explicitContent()
            try time.expect(.generalizedTime)
            nextUpdate = try time.time()
        } else {
            nextUpdate = nil
        }
        if let list = try reader.optional(.context(1)) {
            extensions = try CertificateExtension.readAll(list.explicitContent())
        } else {
            extensions = []
        }
        try reader.end()
        var (hash, cutoff, invalidity, reference): (CertificateHash?, Instant?, Instant?, ListReference?)
        for item in extensions {
            switch item.identifier {
            case .certHash: hash = try CertificateHash(parsing: item.value)
            case .ocspArchiveCutoff: cutoff = try DERElement(parsing: item.value).time()
            case .ocspCRLReference: reference = try ListReference(parsing: item.value)
            case .invalidityDate: invalidity = try DERElement(parsing: item.value).time()
            default: break
            }
        }
        (certificateHash, archiveCutoff, listReference) = (hash, cutoff, reference)
        invalidityDate = invalidity
    }

    /// Whether a critical extension is present that this library does not process.
    var hasUnprocessedExtension: Bool {
        let processed: Set<ObjectIdentifier> = [.certHash, .ocspArchiveCutoff, .ocspCRLReference, .invalidityDate]
        return extensions.contains { $0.isCritical && !processed.contains($0.identifier) }
    }
}
