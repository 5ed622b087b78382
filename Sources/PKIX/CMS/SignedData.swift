// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DERSyntax

/// SignedData inside a ContentInfo (RFC 5652 §3 and §5.1), as received.
public struct SignedData: Sendable {
    /// The type of the content, usually `id-data`.
    public let contentType: ObjectIdentifier
    /// The content octets when they are enclosed; `nil` for a detached signature.
    public let content: [UInt8]?
    /// The certificates that could be read, in order.
    public let certificates: [Certificate]
    /// The revocation lists that could be read, in order.
    public let revocationLists: [CertificateRevocationList]
    /// Enclosed certificates, lists and responses that could not be read; they are left out, which can only make a verdict worse.
    public let unreadable: [DERSyntaxError]
    /// The OCSP responses that could be read, in order (RFC 5940 §2).
    public let ocspResponses: [OCSPResponse]
    /// The signers.
    public let signers: [SignerInfo]
    /// Digest algorithms announced for the signers.
    public let digestAlgorithms: [AlgorithmIdentifier]

    /// Whether the structure was BER and was read in its definite-length form (``DERSyntax/BERTranscoding``).
    public let wasBER: Bool
    /// The whole ContentInfo as received, without what follows it; for BER its definite-length form.
    public let bytes: [UInt8]
    /// The octets as received of a structure in BER that carries a time-stamp of an older form, which digests them; `nil` for
    /// every other.
    public private(set) var received: [UInt8]?

    /// Reads a ContentInfo that holds SignedData, in DER or BER.
    ///
    /// - Parameters:
    ///   - allowsTrailingZeros: Accepts zero bytes after the structure, as PDF pads /Contents with them.
    ///   - known: Certificates that were read before, of which the first 64 are looked at. One that is enclosed with the same
    ///     octets is taken from here, with the key that was made ready for it; the value is the same without them.
    /// - Throws: ``DERSyntax/DERSyntaxError``.
    public init(
        parsing bytes: [UInt8], allowsTrailingZeros: Bool = false, knowing known: [Certificate] = []
    ) throws(DERSyntaxError) {
        guard bytes.count > 1, bytes[0] == DERTag.sequence.rawValue, bytes[1] == 0x80 else {
            do {
                self = try Self(bytes, allowsTrailingZeros, wasBER: false, known)
            } catch {
                // The outermost element may be DER and an inner one BER: content in pieces, a length that is not shortest.
                guard let der = try? BERTranscoding.der(from: bytes, allowsTrailingZeros: allowsTrailingZeros),
                    !bytes.starts(with: der)
                else { throw error }
                self = try Self(der, false, wasBER: true, known)
                keep(bytes)
            }
            return
        }
        self = try Self(
            BERTranscoding.der(from: bytes, allowsTrailingZeros: allowsTrailingZeros), false, wasBER: true, known)
        keep(bytes)
    }

    /// Each enclosed certificate is held against so many; against thousands it would take longer than reading it.
    private static let mostKnown = 64

    private mutating func keep(_ bytes: [UInt8]) {
        let types: Set<ObjectIdentifier> = [
            .archiveTimeStamp, .archiveTimeStampV2, .cadesCTimeStamp, .referencesTimeStamp,
        ]
        guard signers.contains(where: { $0.unsignedAttributes.contains { types.contains($0.type) } }) else { return }
        received = bytes
    }

    private init(
        _ bytes: [UInt8], _ allowsTrailingZeros: Bool, wasBER: Bool, _ known: [Certificate]
    ) throws(DERSyntaxError) {
        self.wasBER = wasBER
        var whole = DERReader(bytes)
        let outer = try whole.next(.sequence)
        self.bytes = outer.bytes
        if allowsTrailingZeros {
            guard bytes[outer.range.upperBound...].allSatisfy({ $0 == 0 }) else {
                throw DERSyntaxError(
                    .trailingBytes, at: outer.range.upperBound, clause: "ISO 32000-2 12.8.3.3",
                    "bytes other than zero padding")
            }
        } else {
            try whole.end()
        }
        var information = try outer.reader()
        let type = try information.objectIdentifier()
        guard type == .cmsSignedData else {
            throw DERSyntaxError(
                .invalidValue, at: 0, clause: "RFC 5652 5.1", "content type \(type), expected SignedData")
        }
        let explicit = try information.next(.context(0))
        try information.end()

        var reader = try explicit.explicitContent().reader(.sequence)
        let version = try reader.next().integer()
        guard (1...5).contains(version) else {
            throw DERSyntaxError(
                .invalidValue, at: explicit.range.lowerBound, clause: "RFC 5652 5.1", "version \(version)")
        }
        digestAlgorithms = try reader.next(.set).elements().map { item throws(DERSyntaxError) in
            try AlgorithmIdentifier(item)
        }
        var encapsulated = try reader.sequence()
        contentType = try encapsulated.objectIdentifier()
        content = try encapsulated.optional(.context(0))?.explicitContent().octetString()
        try encapsulated.end()

        var unreadable: [DERSyntaxError] = []
        var certificates: [Certificate] = []
        for item in try reader.optional(.context(0))?.elements() ?? [] where item.tag == .sequence {
            let octets = known.isEmpty ? [] : item.bytes
            if let read = known.prefix(Self.mostKnown).first(where: { $0.bytes == octets }) {
                certificates.append(read)
                continue
            }
            do { certificates.append(try Certificate(item)) } catch { unreadable.append(error) }
        }
        var lists: [CertificateRevocationList] = []
        var responses: [OCSPResponse] = []
        for item in try reader.optional(.context(1))?.elements() ?? [] {
            do {
                if item.tag == .sequence {
                    lists.append(try CertificateRevocationList(parsing: item.bytes))
                } else if let response = try OCSPResponse(revocationInformation: item) {
                    responses.append(response)
                }
            } catch { unreadable.append(error) }
        }
        ocspResponses = responses
        self.certificates = certificates
        revocationLists = lists
        self.unreadable = unreadable
        let infos = try reader.next(.set).elements()
        guard infos.count <= 256 else {
            throw DERSyntaxError(
                .limitExceeded, at: explicit.range.lowerBound, "\(infos.count) signers, at most 256 are read")
        }
        signers = try infos.map { item throws(DERSyntaxError) in try SignerInfo(item) }
        try reader.end()
    }

    /// The DER of a ContentInfo with one or more signers.
    ///
    /// - Parameters:
    ///   - signers: DER of each SignerInfo.
    ///   - content: Enclosed content, or `nil` for a detached signature.
    ///   - contentType: The type of the content; the signers' content-type attribute must say the same.
    public static func encode(
        digestAlgorithms: [AlgorithmIdentifier], content: [UInt8]?, contentType: ObjectIdentifier = .cmsData,
        certificates: [Certificate], signers: [[UInt8]]
    ) -> [UInt8] {
        let room = (certificates.map(\.bytes) + signers).reduce(256 + (content?.count ?? 0)) { $0 + $1.count }
        return DERWriter.bytes(capacity: room) { writer in
            writer.sequence { information in
                information.objectIdentifier(.cmsSignedData)
                information.explicit(0) { explicit in
                    explicit.sequence { data in
                        // Version 1: id-data, version 3 certificates, signers by issuer and serial number (§5.1);
                        // version 3 for any other content.
                        data.integer(contentType == .cmsData ? 1 : 3)
                        data.setOf(Array(Set(digestAlgorithms.map(\.bytes))))
                        data.sequence { encapsulated in
                            encapsulated.objectIdentifier(contentType)
                            if let content { encapsulated.explicit(0) { $0.octetString(content) } }
                        }
                        if !certificates.isEmpty { data.setOf(certificates.map(\.bytes), tag: .context(0)) }
                        data.setOf(signers)
                    }
                }
            }
        }
    }
}
