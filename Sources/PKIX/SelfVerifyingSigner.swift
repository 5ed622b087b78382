// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A signer that can verify its own values faster than anybody who has only the public key.
///
/// Visible in this package alone: nobody else's word is taken for a verification.
package protocol SelfVerifyingSigner: Signer {
    /// As ``Signer/signature(over:)``.
    func signatureValue(over dataToBeSigned: [UInt8]) async throws -> SignatureValue
}
