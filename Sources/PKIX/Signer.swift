// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives

/// Whoever holds a private key: a file, a token, a remote service with a person who confirms.
///
/// Conforming types live in their own modules; everything above sees only this protocol.
public protocol Signer: Sendable {
    /// The certificate of the key.
    var certificate: Certificate { get }
    /// Further certificates of the path, issuer first; may be empty.
    var chain: [Certificate] { get }
    /// The scheme of the signatures that this signer makes.
    var scheme: SignatureScheme { get }

    /// The signature value over bytes, in the encoding that ``CryptoPrimitives/SignatureScheme`` states.
    ///
    /// - Parameter dataToBeSigned: The bytes themselves; the signer takes their digest.
    /// - Throws: Errors of the signer's own, passed through unchanged.
    func signature(over dataToBeSigned: [UInt8]) async throws -> [UInt8]
}
