// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Named sets of certificates that paths may end in.
///
/// A dossier normally carries signatures from two unrelated infrastructures (public, public-duty); a result says in which
/// domain a path ended.
public struct TrustDomain: Sendable {
    /// The domain's name, for example `public-duty`.
    public let name: String
    /// The anchors. Their own signature, validity and revocation are not judged (RFC 5280 §6.1.1).
    public let anchors: [Certificate]
    /// OCSP responders that may answer for every certificate of the domain, whoever certified them (RFC 6960 §4.2.2.2 (1)).
    public let responders: [Certificate]

    /// Makes a domain.
    public init(name: String, anchors: [Certificate], responders: [Certificate] = []) {
        self.name = name
        self.anchors = anchors
        self.responders = responders
    }
}

/// Certificates, revocation lists and OCSP responses that may help to judge, from any source; none of it is trusted.
public struct ValidationMaterial: Sendable {
    /// Certificates to complete paths with.
    public var certificates: [Certificate]
    /// Revocation lists.
    public var revocationLists: [CertificateRevocationList]
    /// OCSP responses.
    public var ocspResponses: [OCSPResponse]

    /// Makes a collection.
    public init(
        certificates: [Certificate] = [], revocationLists: [CertificateRevocationList] = [],
        ocspResponses: [OCSPResponse] = []
    ) {
        self.certificates = certificates
        self.revocationLists = revocationLists
        self.ocspResponses = ocspResponses
    }

    /// Both collections together.
    public func merging(_ other: ValidationMaterial) -> ValidationMaterial {
        ValidationMaterial(
            certificates: certificates + other.certificates, revocationLists: revocationLists + other.revocationLists,
            ocspResponses: ocspResponses + other.ocspResponses)
    }
}
