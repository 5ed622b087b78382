// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DERSyntax
public import DossierCore
public import PKIX

/// Asks OCSP responders (RFC 6960) about certificates.
///
/// A response is material, not trust: whoever judges checks it again. Only responses that the issuer stands behind are kept
/// in the cache, so that nobody on the way can plant one that lasts.
public struct OCSPClient: Sendable {
    private let access: ServiceAccess
    private let cache: MaterialCache
    private let nonces: (any RandomSource)?
    private let limits: HTTPRequest.Limits

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - nonces: Gives a nonce of 16 octets for each question; `nil` asks without. A response without the nonce is taken,
    ///     because most responders send prepared ones; one with another nonce is refused.
    public init(
        _ access: ServiceAccess, cache: MaterialCache = MaterialCache(), nonces: (any RandomSource)? = nil,
        limits: HTTPRequest.Limits = HTTPRequest.Limits(bytes: 1 << 20)
    ) {
        self.access = access
        self.cache = cache
        self.nonces = nonces
        self.limits = limits
    }

    /// The response of the first address that answers the question.
    ///
    /// - Parameters:
    ///   - certificate: Its authorityInfoAccess names the responders, asked in order.
    ///   - issuer: The issuer's certificate.
    ///   - time: Now; the cache answers only with responses that have not ended then.
    /// - Returns: The response, or `nil` when the certificate names no responder over HTTP.
    /// - Throws: ``TrustServicesError`` of the last address: `serviceRefused`, `serviceBusy`, `wrongAnswer` for a response
    ///   about something else, `unexpectedContent` for bytes that are none.
    public func response(
        about certificate: Certificate, issuedBy issuer: Certificate, at time: Instant
    ) async throws(TrustServicesError) -> OCSPResponse? {
        var failure: TrustServicesError?
        for address in certificate.responderAddresses {
            do {
                return try await response(from: address, about: certificate, issuedBy: issuer, at: time)
            } catch {
                if error.code == .cancelled { throw error }
                failure = error
            }
        }
        if let failure { throw failure }
        return nil
    }

    /// The response of one address, from the cache when that has one about the certificate which holds.
    func response(
        from address: String, about certificate: Certificate, issuedBy issuer: Certificate, at time: Instant
    ) async throws(TrustServicesError) -> OCSPResponse {
        let key = MaterialCache.Key(issuer: issuer.fingerprint, .serialNumber(certificate.serialNumber))
        if let bytes = cache.bytes(for: key, at: time), let response = try? OCSPResponse(parsing: bytes) {
            return response
        }
        let question: OCSPRequest
        do {
            question = OCSPRequest([try OCSPCertificateID(of: certificate, issuer: issuer)], nonce: nonces?.bytes(16))
        } catch {
            throw TrustServicesError(.internalFailure, "\(error)")
        }
        let response = try await ask(address, question)
        if let basic = response.basic, basic.authority(for: issuer) != nil,
            let single = basic.responses.first(where: { question.certificateIDs.contains($0.certificateID) })
        {
            cache.keep(response.bytes, for: key, until: single.nextUpdate)
        }
        return response
    }

    private func ask(_ address: String, _ question: OCSPRequest) async throws(TrustServicesError) -> OCSPResponse {
        let request = try access.request(
            .post(question.bytes, contentType: "application/ocsp-request"), address, limits)
        return try await access.retry.run { () async throws(TrustServicesError) in
            try Self.read(try await access.once(request), question)
        }
    }

    private static func read(_ body: [UInt8], _ question: OCSPRequest) throws(TrustServicesError) -> OCSPResponse {
        let response: OCSPResponse
        do {
            response = try OCSPResponse(parsing: body)
        } catch {
            throw TrustServicesError(.unexpectedContent, "no OCSP response: \(error)")
        }
        switch response.status {
        case .successful: break
        case .tryLater, .internalError: throw TrustServicesError(.serviceBusy, "the responder says \(response.status)")
        default: throw TrustServicesError(.serviceRefused, "the responder says \(response.status)")
        }
        guard response.answers(question) else {
            throw TrustServicesError(.wrongAnswer, "a response to another question")
        }
        return response
    }
}
