// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A signature with everything that bears on it, every certificate, list and response verified: the engine's whole input.
///
/// Judging it is a pure function; the same value gives the same report each time.
public struct GatheredSignature: Sendable {
    let input: ValidationCase

    /// Judges the signature. No cryptography, clock or network.
    ///
    /// - Parameter expected: The person who was to sign; compared with the signer.
    public func report(expecting expected: ExpectedSigner? = nil) -> SignatureReport {
        SignatureReport(SignatureVerdict(input), of: input, expecting: expected)
    }
}
