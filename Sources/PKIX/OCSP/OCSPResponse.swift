// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DERSyntax
import DossierCore

/// OCSPResponse (RFC 6960 §4.2), as received and not judged.
public struct OCSPResponse: Sendable, Hashable {
    /// OCSPResponseStatus: whether the responder answered at all. Nothing protects it but the transport.
    public enum Status: Int, Sendable, Hashable {
        /// An answer is enclosed.
        case successful = 0
        /// The request could not be read.
        case malformedRequest = 1
        /// The responder has a fault of its own.
        case internalError = 2
        /// The responder is busy.
        case tryLater = 3
        /// The request must be signed.
        case signatureRequired = 5
        /// The requester may not ask.
        case unauthorized = 6
    }

    /// The whole response as received, DER. A response made from a bare BasicOCSPResponse has its OCSPResponse here.
    public let bytes: [UInt8]
    /// Whether the responder answered.
    public let status: Status
    /// The answer; there when the status is ``Status/successful``.
    public let basic: BasicOCSPResponse?
    /// SHA-256 of ``bytes``.
    public let fingerprint: [UInt8]

    /// Reads a response of at most 16 MiB.
    ///
    /// - Throws: ``DERSyntax/DERSyntaxError``, also for a status that does not exist, for a type of answer other than
    ///   id-pkix-ocsp-basic, and for an answer beside a status that has none.
    public init(parsing bytes: [UInt8]) throws(DERSyntaxError) {
        var outer = try DERElement(parsing: bytes, limit: 1 << 24).reader(.sequence)
        let number = try outer.next().integer(.enumerated)
        guard let status = Status(rawValue: Int(clamping: number)) else {
            throw DERSyntaxError(.invalidValue, at: 0, clause: "RFC 6960 4.2.1", "response status \(number)")
        }
        let enclosed = try outer.optional(.context(0))
        try outer.end()
        guard (enclosed != nil) == (status == .successful) else {
            throw DERSyntaxError(
                .invalidValue, at: 0, clause: "RFC 6960 4.2.1",
                "status \(number) \(enclosed == nil ? "without" : "with") an answer")
        }
        if let enclosed {
            var reader = try enclosed.explicitContent().reader(.sequence)
            let type = try reader.objectIdentifier()
            guard type == .ocspBasic else {
                throw DERSyntaxError(
                    .invalidValue, at: enclosed.range.lowerBound, clause: "RFC 6960 4.2.1", "response type \(type)")
            }
            basic = try BasicOCSPResponse(parsing: reader.next().octetString())
            try reader.end()
        } else {
            basic = nil
        }
        self.status = status
        self.bytes = bytes
        do {
            fingerprint = try DigestAlgorithm.sha256.digest(of: bytes)
        } catch {
            throw DERSyntaxError(.invalidValue, at: 0, "SHA-256 is not available")
        }
    }

    /// Reads a bare BasicOCSPResponse, as CAdES revocation-values carry it.
    ///
    /// - Throws: ``DERSyntax/DERSyntaxError``.
    public init(parsingBasic bytes: [UInt8]) throws(DERSyntaxError) {
        try self.init(parsing: Self.encode(basic: bytes))
    }

    /// The DER of a successful response around the DER of a BasicOCSPResponse.
    public static func encode(basic: [UInt8]) -> [UInt8] {
        DERWriter.bytes { writer in
            writer.sequence { response in
                response.integer(Status.successful.rawValue, tag: .enumerated)
                response.explicit(0) { explicit in
                    explicit.sequence {
                        $0.objectIdentifier(.ocspBasic)
                        $0.octetString(basic)
                    }
                }
            }
        }
    }

    /// The DER of a response without an answer.
    public static func encode(refusal status: Status) -> [UInt8] {
        DERWriter.bytes { writer in writer.sequence { $0.integer(status.rawValue, tag: .enumerated) } }
    }

    /// Whether this answers a request: about everything it asks, and with its nonce where both have one.
    ///
    /// Whether the answer may be believed is for ``CertificateGraph``.
    /// - Parameter requiresNonce: Refuses a response without the request's nonce; most responders do not send it.
    public func answers(_ request: OCSPRequest, requiresNonce: Bool = false) -> Bool {
        guard let basic else { return false }
        if let nonce = request.nonce {
            guard basic.nonce.map({ $0 == nonce }) ?? !requiresNonce else { return false }
        }
        let answered = Set(basic.responses.map(\.certificateID))
        return request.certificateIDs.allSatisfy(answered.contains)
    }

    public static func == (left: Self, right: Self) -> Bool { left.fingerprint == right.fingerprint }
    public func hash(into hasher: inout Hasher) { hasher.combine(OctetString(fingerprint)) }
}
