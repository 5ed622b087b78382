// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import PKIX

/// Fetches issuers' certificates from the addresses that a certificate names (caIssuers, RFC 5280 §4.2.2.1).
public struct IssuerClient: Sendable {
    private let access: ServiceAccess
    private let limits: HTTPRequest.Limits

    /// Makes a client.
    public init(_ access: ServiceAccess, limits: HTTPRequest.Limits = HTTPRequest.Limits(bytes: 1 << 20)) {
        self.access = access
        self.limits = limits
    }

    /// Certificates of the first address that gives any whose subject is the certificate's issuer.
    ///
    /// - Returns: Untrusted certificates, at most 64; none when the certificate names no address over HTTP.
    /// - Throws: ``TrustServicesError`` of the last address; `unexpectedContent` for bytes without such a certificate.
    public func issuers(of certificate: Certificate) async throws(TrustServicesError) -> [Certificate] {
        var failure: TrustServicesError?
        for address in certificate.issuerAddresses {
            do {
                return try await issuers(of: certificate, at: address)
            } catch {
                if error.code == .cancelled { throw error }
                failure = error
            }
        }
        if let failure { throw failure }
        return []
    }

    /// Certificates of one address, as ``issuers(of:)`` reads them; never empty.
    func issuers(of certificate: Certificate, at address: String) async throws(TrustServicesError) -> [Certificate] {
        let found = try Self.read(try await access.body(at: address, limits: limits))
            .filter { $0.subject == certificate.issuer }
        guard !found.isEmpty else {
            throw TrustServicesError(.unexpectedContent, "no certificate of the issuer's name")
        }
        return Array(found.prefix(64))
    }

    /// A certificate in DER or PEM, or a certificates-only CMS message (RFC 5280 §4.2.2.1).
    private static func read(_ body: [UInt8]) throws(TrustServicesError) -> [Certificate] {
        if let message = try? SignedData(parsing: body) { return message.certificates }
        do {
            return try Certificate.all(in: body)
        } catch {
            throw TrustServicesError(.unexpectedContent, "no certificate: \(error)")
        }
    }
}
