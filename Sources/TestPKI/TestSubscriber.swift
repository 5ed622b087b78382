// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import PKIX
public import SoftwareKeys

/// A holder of a test certificate with the key that belongs to it.
public struct TestSubscriber: Sendable {
    /// Short name, also the name of its files: `citizen`, `company`, `official`, `commune`, …
    public let name: String
    /// The key.
    public let key: SoftwareKey
    /// The certificate.
    public let certificate: Certificate
    /// The issuing authority's certificate.
    public let issuer: Certificate

    /// Makes a subscriber from its parts.
    public init(name: String, key: SoftwareKey, certificate: Certificate, issuer: Certificate) {
        self.name = name
        self.key = key
        self.certificate = certificate
        self.issuer = issuer
    }

    /// A signer with this key.
    ///
    /// - Parameter scheme: `nil` for the key's default.
    public func signer(_ scheme: SignatureScheme? = nil) throws(SoftwareKeysError) -> SoftwareSigner {
        try SoftwareSigner(key: key, certificate: certificate, chain: [issuer], scheme: scheme)
    }
}
