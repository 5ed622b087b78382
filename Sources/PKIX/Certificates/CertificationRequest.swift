// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DERSyntax

/// A certification request (PKCS#10, RFC 2986), read but not judged.
///
/// Attributes are kept as received and not interpreted.
public struct CertificationRequest: Sendable {
    /// The whole request as received, DER.
    public let bytes: [UInt8]
    /// The bytes that the requester signed (certificationRequestInfo).
    public let signedBytes: [UInt8]
    /// The subject asked for.
    public let subject: DistinguishedName
    /// The key to be certified.
    public let subjectPublicKeyInfo: SubjectPublicKeyInfo
    /// The attributes, each one DER element.
    public let attributes: [[UInt8]]
    /// The algorithm of the signature.
    public let signatureAlgorithm: AlgorithmIdentifier
    /// The signature value.
    public let signature: [UInt8]

    /// Reads a request of at most 1 MiB.
    ///
    /// - Throws: ``DERSyntax/DERSyntaxError`` for anything that is not a request, with offset and clause.
    public init(parsing bytes: [UInt8]) throws(DERSyntaxError) {
        var outer = try DERElement(parsing: bytes, limit: 1 << 20).reader(.sequence)
        let body = try outer.next(.sequence)
        signatureAlgorithm = try AlgorithmIdentifier(outer.next())
        signature = try outer.next().octetAlignedBitString()
        try outer.end()
        self.bytes = bytes
        signedBytes = body.bytes
        var reader = try body.reader()
        let version = try reader.next(.integer)
        guard try version.integer() == 0 else {
            throw DERSyntaxError(.invalidValue, at: version.range.lowerBound, clause: "RFC 2986 4.1", "not version 1")
        }
        subject = try DistinguishedName(reader.next(.sequence))
        subjectPublicKeyInfo = try SubjectPublicKeyInfo(reader.next())
        // Some producers leave the attributes out altogether, although the set may only be empty.
        attributes = try reader.optional(.context(0))?.elements().map(\.bytes) ?? []
        try reader.end()
    }

    /// Whether the request was signed with the key that it asks to certify (proof of possession).
    ///
    /// - Throws: ``PKIXError`` when key or algorithm cannot be used.
    public func isSignedByOwnKey() throws(PKIXError) -> Bool {
        try PKIXSignature.isValid(
            signature, over: signedBytes, algorithm: signatureAlgorithm, key: subjectPublicKeyInfo.publicKey())
    }
}
