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
        let key = MaterialCache.Key(issuer: issuer.fingerprint, .serialNumber(certificate.serialNumber))
        if let bytes = cache.bytes(for: key, at: time), let response = try? OCSPResponse(parsing: bytes) {
            return response
        }
        let addresses = certificate.responderAddresses
        guard !addresses.isEmpty else { return nil }
        let question: OCSPRequest
        do {
            question = OCSPRequest([try OCSPCertificateID(of: certificate, issuer: issuer)], nonce: nonces?.bytes(16))
        } catch {
            throw TrustServicesError(.internalFailure, "\(error)")
        }
        var failure: TrustServicesError?
        for address in addresses {
            do {
                let response = try await ask(address, question)
                if let basic = response.basic, Self.isVouchedFor(basic, by: issuer),
                    let single = basic.responses.first(where: { question.certificateIDs.contains($0.certificateID) })
                {
                    cache.keep(response.bytes, for: key, from: single.thisUpdate, until: single.nextUpdate)
                }
                return response
            } catch {
                if error.code == .cancelled { throw error }
                failure = error
            }
        }
        if let failure { throw failure }
        return nil
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

    /// Whether the issuer's key, or a responder that it certified for this purpose, signed the response.
    private static func isVouchedFor(_ basic: BasicOCSPResponse, by issuer: Certificate) -> Bool {
        guard let key = try? issuer.subjectPublicKeyInfo.publicKey() else { return false }
        if basic.names(issuer) { return (try? basic.isSigned(by: key)) == true }
        return basic.certificates.prefix(8).contains { responder in
            basic.names(responder) && responder.issuer == issuer.subject
                && responder.extendedKeyUsage?.contains("1.3.6.1.5.5.7.3.9") == true
                && (try? responder.isSigned(by: key)) == true
                && (try? basic.isSigned(by: responder.subjectPublicKeyInfo.publicKey())) == true
        }
    }
}
