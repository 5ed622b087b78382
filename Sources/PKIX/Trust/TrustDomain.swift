// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

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
    /// What paths may end in the domain for; a domain that declares nothing serves every usage.
    public let usages: Set<TrustBundle.Usage>
    /// The last instant of trust of anchors whose trust ends (EN 319 102-1 §5.2.6, sunset date).
    public let trustedUntil: [Certificate: Instant]

    /// Makes a domain.
    ///
    /// - Parameters:
    ///   - name: Shown in results.
    ///   - anchors: Trusted without further proof.
    ///   - responders: OCSP responders that answer for the whole domain.
    ///   - usages: What paths may end here for; every usage unless declared.
    ///   - trustedUntil: The last instant of trust of anchors whose trust ends.
    public init(
        name: String, anchors: [Certificate], responders: [Certificate] = [],
        usages: Set<TrustBundle.Usage> = Set(TrustBundle.Usage.allCases), trustedUntil: [Certificate: Instant] = [:]
    ) {
        self.name = name
        self.anchors = anchors
        self.responders = responders
        self.usages = usages
        self.trustedUntil = trustedUntil
    }

    /// The domain with the anchors only that are still trusted at an instant; `nil` when none is.
    public func trusted(at time: Instant) -> TrustDomain? {
        guard trustedUntil.contains(where: { $0.value < time }) else { return self }
        let left = anchors.filter { anchor in trustedUntil[anchor].map { time <= $0 } ?? true }
        guard !left.isEmpty else { return nil }
        return TrustDomain(
            name: name, anchors: left, responders: responders, usages: usages, trustedUntil: trustedUntil)
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
