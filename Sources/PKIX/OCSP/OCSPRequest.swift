// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DERSyntax

/// OCSPRequest (RFC 6960 §4.1), as received. A signature over a request is kept in ``bytes`` and not checked.
public struct OCSPRequest: Sendable, Hashable {
    /// The whole request as received, DER.
    public let bytes: [UInt8]
    /// What is asked about, in order; at least one, at most 1,024.
    public let certificateIDs: [OCSPCertificateID]
    /// The nonce, when present.
    public let nonce: [UInt8]?
    /// Whether the requester signed.
    public let isSigned: Bool
    /// Critical extensions that this library does not process; a responder must refuse a request that has any.
    public let unprocessedExtensions: [ObjectIdentifier]

    /// Reads a request of at most 1 MiB.
    ///
    /// - Throws: ``DERSyntax/DERSyntaxError``.
    public init(parsing bytes: [UInt8]) throws(DERSyntaxError) {
        var outer = try DERElement(parsing: bytes, limit: 1 << 20).reader(.sequence)
        var reader = try outer.sequence()
        isSigned = try outer.optional(.context(0)) != nil
        try outer.end()
        try OCSPVersion.check(&reader, clause: "RFC 6960 4.1.1")
        _ = try reader.optional(.context(1))
        let list = try reader.next(.sequence)
        let items = try list.elements()
        guard (1...1_024).contains(items.count) else {
            throw DERSyntaxError(
                .limitExceeded, at: list.range.lowerBound, clause: "RFC 6960 4.1.1",
                "\(items.count) certificates asked about, 1 to 1024 are read")
        }
        var extensions: [CertificateExtension] = []
        certificateIDs = try items.map { item throws(DERSyntaxError) in
            var request = try item.reader(.sequence)
            let identifier = try OCSPCertificateID(request.next())
            if let single = try request.optional(.context(0)) {
                extensions += try CertificateExtension.readAll(single.explicitContent())
            }
            try request.end()
            return identifier
        }
        let own = try reader.optional(.context(2)).map { element throws(DERSyntaxError) in
            try CertificateExtension.readAll(element.explicitContent())
        }
        try reader.end()
        nonce = OCSPNonce.read(own ?? [])
        unprocessedExtensions = (extensions + (own ?? []))
            .filter { $0.isCritical && $0.identifier != .ocspNonce }.map(\.identifier)
        self.bytes = bytes
    }

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - certificateIDs: What to ask about; at least one.
    ///   - nonce: 16 to 32 unpredictable octets (RFC 9654 §2.1), or `nil` to accept a response made in advance.
    public init(_ certificateIDs: [OCSPCertificateID], nonce: [UInt8]? = nil) {
        self.certificateIDs = certificateIDs
        self.nonce = nonce
        isSigned = false
        unprocessedExtensions = []
        bytes = DERWriter.bytes { writer in
            writer.sequence { request in
                request.sequence { body in
                    body.sequence { list in
                        for identifier in certificateIDs { list.sequence { $0.raw(identifier.bytes) } }
                    }
                    if let nonce {
                        body.explicit(2) { explicit in explicit.sequence { OCSPNonce.write(nonce, &$0) } }
                    }
                }
            }
        }
    }

    public static func == (left: Self, right: Self) -> Bool { left.bytes == right.bytes }
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

/// `[0] EXPLICIT Version DEFAULT v1`: only v1 exists; writing the default out is tolerated, because real responders do.
enum OCSPVersion {
    static func check(_ reader: inout DERReader, clause: String) throws(DERSyntaxError) {
        guard let element = try reader.optional(.context(0)) else { return }
        let version = try element.explicitContent().integer()
        guard version == 0 else {
            throw DERSyntaxError(.invalidValue, at: element.range.lowerBound, clause: clause, "version \(version)")
        }
    }
}
