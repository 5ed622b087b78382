// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import PKIX
import SoftwareKeys

extension TestInfrastructure {
    /// The delegated OCSP responder of a domain's issuing authority.
    ///
    /// - Throws: ``SoftwareKeys/SoftwareKeysError`` when the infrastructure has none.
    public func ocspResponder(for domain: Domain) throws -> OCSPResponder {
        let responder = try service("ocsp-\(domain.name)")
        return OCSPResponder(
            issuer: domain.issuing.certificate, key: responder.key, certificate: responder.certificate)
    }

    /// The root of a domain as its own OCSP responder, for the certificate of the issuing authority.
    public func rootResponder(for domain: Domain) -> OCSPResponder {
        OCSPResponder(issuer: domain.root.certificate, key: domain.root.key, certificate: domain.root.certificate)
    }

    /// The time-stamp authority, which the public domain certified.
    ///
    /// - Throws: ``SoftwareKeys/SoftwareKeysError`` when the infrastructure has none.
    public func timeStampAuthority() throws -> TimeStampAuthority {
        let authority = try service("tsa")
        return TimeStampAuthority(key: authority.key, certificate: authority.certificate, chain: [authority.issuer])
    }

    private func service(_ name: String) throws -> TestSubscriber {
        guard let found = subscriber(name) else {
            throw SoftwareKeysError(.unsupported, "the infrastructure has no \(name)")
        }
        return found
    }
}
