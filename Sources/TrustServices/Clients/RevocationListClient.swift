// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
public import PKIX

/// Fetches the revocation lists that certificates name.
///
/// A list is material, not trust: whoever judges checks its signature again. Only lists that the issuer's key signed are
/// kept in the cache, so that nobody on the way can plant one that lasts.
public struct RevocationListClient: Sendable {
    private let access: ServiceAccess
    private let cache: MaterialCache
    private let limits: HTTPRequest.Limits

    /// Makes a client.
    public init(
        _ access: ServiceAccess, cache: MaterialCache = MaterialCache(),
        limits: HTTPRequest.Limits = HTTPRequest.Limits(bytes: 256 << 20)
    ) {
        self.access = access
        self.cache = cache
        self.limits = limits
    }

    /// The list of the first address that gives a readable one.
    ///
    /// - Parameters:
    ///   - certificate: Its cRLDistributionPoints are asked, in order.
    ///   - issuer: The issuer's certificate; its key decides what is kept.
    ///   - time: Now; the cache answers only with lists that have not ended then.
    /// - Returns: The list, or `nil` when the certificate names no address over HTTP.
    /// - Throws: ``TrustServicesError`` of the last address; `unexpectedContent` for bytes that are no list.
    public func revocationList(
        for certificate: Certificate, issuedBy issuer: Certificate, at time: Instant
    ) async throws(TrustServicesError) -> CertificateRevocationList? {
        var failure: TrustServicesError?
        for address in certificate.revocationListAddresses {
            do {
                return try await revocationList(at: address, issuedBy: issuer, at: time)
            } catch {
                if error.code == .cancelled { throw error }
                failure = error
            }
        }
        if let failure { throw failure }
        return nil
    }

    /// The list of one address, from the cache when that has one which holds.
    func revocationList(
        at address: String, issuedBy issuer: Certificate, at time: Instant
    ) async throws(TrustServicesError) -> CertificateRevocationList {
        let key = MaterialCache.Key(issuer: issuer.fingerprint, .list(address))
        if let bytes = cache.bytes(for: key, at: time), let list = try? CertificateRevocationList(parsing: bytes) {
            return list
        }
        let list = try Self.read(try await access.body(at: address, limits: limits))
        if list.issuer == issuer.subject, let issuerKey = try? issuer.publicKey(),
            (try? list.isSigned(by: issuerKey)) == true
        {
            cache.keep(list.bytes, for: key, until: list.nextUpdate)
        }
        return list
    }

    private static func read(_ body: [UInt8]) throws(TrustServicesError) -> CertificateRevocationList {
        do {
            // RFC 5280 asks for DER; PEM occurs.
            let isPEM = body.first != 0x30
            let bytes = try isPEM ? PEM.blocks(in: body).first { $0.label == "X509 CRL" }?.bytes ?? [] : body
            return try CertificateRevocationList(parsing: bytes)
        } catch {
            throw TrustServicesError(.unexpectedContent, "no revocation list: \(error)")
        }
    }
}
