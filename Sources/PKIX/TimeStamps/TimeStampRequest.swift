// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DERSyntax

/// TimeStampReq (RFC 3161 §2.4.1), as received.
public struct TimeStampRequest: Sendable, Hashable {
    /// The whole request as received, DER.
    public let bytes: [UInt8]
    /// What is to be time-stamped.
    public let imprint: MessageImprint
    /// The policy that is asked for.
    public let policy: ObjectIdentifier?
    /// The nonce, big-endian two's complement; the response must repeat it.
    public let nonce: [UInt8]?
    /// Whether the token shall enclose the authority's certificate.
    public let wantsCertificate: Bool
    /// All extensions; an authority that does not know one must refuse (§2.4.1).
    public let extensions: [CertificateExtension]

    /// Reads a request of at most 64 KiB.
    ///
    /// - Throws: ``DERSyntax/DERSyntaxError``.
    public init(parsing bytes: [UInt8]) throws(DERSyntaxError) {
        var reader = try DERElement(parsing: bytes, limit: 1 << 16).reader(.sequence)
        let version = try reader.next().integer()
        guard version == 1 else {
            throw DERSyntaxError(.invalidValue, at: 0, clause: "RFC 3161 2.4.1", "version \(version)")
        }
        imprint = try MessageImprint(reader.next())
        policy = try reader.optional(.objectIdentifier)?.objectIdentifier()
        nonce = try reader.optional(.integer)?.integerOctets()
        wantsCertificate = try reader.optional(.boolean)?.boolean() ?? false
        if let list = try reader.optional(.context(0)) {
            extensions = try CertificateExtension.readAll(
                DERElement(parsing: list.bytes(retaggedAs: .sequence)))
        } else {
            extensions = []
        }
        try reader.end()
        self.bytes = bytes
    }

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - nonce: Unpredictable octets, read as a non-negative number; `nil` for none.
    ///   - wantsCertificate: A token without its certificate can hardly be judged later.
    public init(
        _ imprint: MessageImprint, nonce: [UInt8]? = nil, policy: ObjectIdentifier? = nil,
        wantsCertificate: Bool = true
    ) {
        self.imprint = imprint
        self.policy = policy
        self.wantsCertificate = wantsCertificate
        extensions = []
        self.nonce = nonce.map { magnitude in
            let octets = Array(magnitude.drop { $0 == 0 })
            return (octets.first.map { $0 < 0x80 } ?? false) ? octets : [0] + octets
        }
        let number = self.nonce
        bytes = DERWriter.bytes { writer in
            writer.sequence { request in
                request.integer(1)
                request.raw(imprint.bytes)
                if let policy { request.objectIdentifier(policy) }
                if let number { request.element(.integer, number) }
                if wantsCertificate { request.boolean(true) }
            }
        }
    }

    public static func == (left: Self, right: Self) -> Bool { left.bytes == right.bytes }
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
