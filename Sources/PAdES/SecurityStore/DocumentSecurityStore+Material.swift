// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import PKIX

extension DocumentSecurityStore {
    /// The material that can be read; what cannot is left out, which can only make a verdict worse.
    public var material: ValidationMaterial {
        ValidationMaterial(
            certificates: certificates.compactMap { try? Certificate(parsing: $0) },
            revocationLists: revocationLists.compactMap { try? CertificateRevocationList(parsing: $0) },
            ocspResponses: ocspResponses.compactMap { try? OCSPResponse(parsing: $0) })
    }

    /// The material as a store.
    public init(_ material: ValidationMaterial) {
        self.init(
            certificates: material.certificates.map(\.bytes), revocationLists: material.revocationLists.map(\.bytes),
            ocspResponses: material.ocspResponses.map(\.bytes))
    }
}
