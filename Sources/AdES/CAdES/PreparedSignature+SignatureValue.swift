// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

package import PKIX

extension PreparedSignature {
    /// Has a signer sign.
    package func value(by signer: some Signer) async throws -> SignatureValue {
        guard let signer = signer as? any SelfVerifyingSigner else {
            return SignatureValue(try await signer.signature(over: dataToBeSigned))
        }
        return try await signer.signatureValue(over: dataToBeSigned)
    }

    /// As ``completed(with:enclosing:)`` for bytes; a value that is known to hold is not verified again.
    package func completed(
        with value: SignatureValue, enclosing content: [UInt8]? = nil
    ) throws(AdESError) -> [UInt8] {
        try check(value)
        return try assembled(value.bytes, timeStamp: nil, enclosing: content)
    }

    /// As ``completed(with:stampedBy:enclosing:)`` for bytes; a value that is known to hold is not verified again.
    package func completed(
        with value: SignatureValue, stampedBy authority: some TimeStamping, enclosing content: [UInt8]? = nil
    ) async throws -> [UInt8] {
        try check(value)
        let token = try await authority.acceptedToken(over: value.bytes)
        try token.check(stamping: value.bytes, by: certificates[0])
        return try assembled(value.bytes, timeStamp: token, enclosing: content)
    }

    /// DER of the SignerInfo alone, to be added to other signers of the same content; the authority is asked when there is
    /// one.
    func completedSigner(
        with value: SignatureValue, stampedBy authority: (any TimeStamping)?
    ) async throws -> [UInt8] {
        try check(value)
        let token = try await authority?.acceptedToken(over: value.bytes)
        try token?.check(stamping: value.bytes, by: certificates[0])
        return try signerInfo(value.bytes, timeStamp: token)
    }
}
