// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DERSyntax
public import DossierCore

/// BasicOCSPResponse (RFC 6960 §4.2.1), as received and not judged; see ``CertificateGraph``.
public struct BasicOCSPResponse: Sendable {
    /// ResponderID.
    public enum ResponderID: Sendable, Hashable {
        /// The subject of the responder's certificate.
        case name(DistinguishedName)
        /// SHA-1 of the content of the BIT STRING of the responder's key.
        case keyHash([UInt8])
    }

    /// The whole BasicOCSPResponse as received.
    public let bytes: [UInt8]
    /// The bytes that the responder signed (tbsResponseData).
    public let signedBytes: [UInt8]
    /// Who says that it signed.
    public let responderID: ResponderID
    /// When the response was signed.
    public let producedAt: Instant
    /// The answers, in order.
    public let responses: [OCSPSingleResponse]
    /// Extensions of the response as a whole.
    public let extensions: [CertificateExtension]
    /// The nonce of the request, when the responder repeats it.
    public let nonce: [UInt8]?
    /// The algorithm that the responder signed with.
    public let signatureAlgorithm: AlgorithmIdentifier
    /// The signature value.
    public let signature: [UInt8]
    /// Enclosed certificates that could be read, in order.
    public let certificates: [Certificate]
    /// Enclosed certificates that could not be read; they are left out, which can only make a verdict worse.
    public let unreadable: [DERSyntaxError]

    /// Reads a BasicOCSPResponse of at most 16 MiB, 10,000 answers and 64 certificates.
    ///
    /// - Throws: ``DERSyntax/DERSyntaxError``.
    public init(parsing bytes: [UInt8]) throws(DERSyntaxError) {
        let whole = try DERElement(parsing: bytes, limit: 1 << 24)
        var outer = try whole.reader(.sequence)
        let body = try outer.next(.sequence)
        signatureAlgorithm = try AlgorithmIdentifier(outer.next())
        signature = try outer.next().octetAlignedBitString()
        let enclosed = try outer.optional(.context(0))
        try outer.end()
        self.bytes = bytes
        signedBytes = body.bytes

        var reader = try body.reader()
        try OCSPVersion.check(&reader, clause: "RFC 6960 4.2.1")
        let responder = try reader.next()
        switch responder.tag {
        case .context(1): responderID = .name(try DistinguishedName(responder.explicitContent()))
        case .context(2): responderID = .keyHash(try responder.explicitContent().octetString())
        default:
            throw DERSyntaxError(
                .unexpectedTag, at: responder.range.lowerBound, clause: "RFC 6960 4.2.1",
                "found \(responder.tag), expected a ResponderID")
        }
        producedAt = try reader.next(.generalizedTime).time()
        let list = try reader.next(.sequence)
        let items = try list.elements()
        guard items.count <= 10_000 else {
            throw DERSyntaxError(
                .limitExceeded, at: list.range.lowerBound, "\(items.count) answers, at most 10000 are read")
        }
        responses = try items.map { item throws(DERSyntaxError) in try OCSPSingleResponse(item) }
        if let list = try reader.optional(.context(1)) {
            extensions = try CertificateExtension.readAll(list.explicitContent())
        } else {
            extensions = []
        }
        try reader.end()
        nonce = OCSPNonce.read(extensions)

        let candidates = try enclosed?.explicitContent().elements() ?? []
        guard candidates.count <= 64 else {
            throw DERSyntaxError(.limitExceeded, at: 0, "\(candidates.count) certificates, at most 64 are read")
        }
        var (read, faults): ([Certificate], [DERSyntaxError]) = ([], [])
        for item in candidates {
            do { read.append(try Certificate(item)) } catch { faults.append(error) }
        }
        (certificates, unreadable) = (read, faults)
    }

    /// Whether the response was signed with a key. Whether that key may answer is another question.
    ///
    /// - Throws: ``PKIXError`` when the algorithm cannot be used.
    public func isSigned(by responder: PublicKey) throws(PKIXError) -> Bool {
        try PKIXSignature.isValid(signature, over: signedBytes, algorithm: signatureAlgorithm, key: responder)
    }

    /// Whether a certificate is the one that ``responderID`` names.
    public func names(_ responder: Certificate) -> Bool {
        switch responderID {
        case .name(let name): return responder.subject == name
        case .keyHash(let hash):
            return (try? DigestAlgorithm.sha1.digest(of: responder.subjectPublicKeyInfo.keyBytes)) == hash
        }
    }

    /// The signature scheme, for the algorithm policy; `nil` for one that is not known.
    public var scheme: SignatureScheme? { SignatureScheme(signatureAlgorithm) }

    /// Whether a critical extension is present that this library does not process.
    var hasUnprocessedExtension: Bool { extensions.contains { $0.isCritical && $0.identifier != .ocspNonce } }
}
