// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import PKIX

/// A ``PKIX/Signer`` with a key in the memory of this process.
public struct SoftwareSigner: SelfVerifyingSigner {
    public let certificate: Certificate
    public let chain: [Certificate]
    public let scheme: SignatureScheme
    private let key: SoftwareKey

    /// Makes a signer.
    ///
    /// - Parameter scheme: `nil` for ``SoftwareKey/defaultScheme()``; PKCS#1 v1.5 must be named.
    /// - Throws: ``SoftwareKeysError`` `certificateMismatch` when the certificate belongs to another key.
    public init(
        key: SoftwareKey, certificate: Certificate, chain: [Certificate] = [], scheme: SignatureScheme? = nil
    ) throws(SoftwareKeysError) {
        guard certificate.subjectPublicKeyInfo.bytes == key.subjectPublicKeyInfo.bytes else {
            throw SoftwareKeysError(.certificateMismatch, "the certificate belongs to another key")
        }
        self.key = key
        self.certificate = certificate
        self.chain = chain
        if let scheme {
            self.scheme = scheme
        } else {
            self.scheme = try key.defaultScheme()
        }
    }

    /// Makes a signer from an opened PKCS#12 file.
    public init(_ file: PKCS12File, scheme: SignatureScheme? = nil) throws(SoftwareKeysError) {
        try self.init(key: file.key, certificate: file.certificate, chain: file.chain, scheme: scheme)
    }

    public func signature(over dataToBeSigned: [UInt8]) async throws -> [UInt8] {
        try key.signature(over: dataToBeSigned, scheme: scheme)
    }

    package func signatureValue(over dataToBeSigned: [UInt8]) async throws -> SignatureValue {
        try key.signatureValue(over: dataToBeSigned, scheme: scheme)
    }
}
