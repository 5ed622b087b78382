// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import PKIX

/// A document that may carry signatures; each format conforms in its own module.
///
/// The validator knows no format: it asks for facts and judges them.
public protocol SignedDocument: Sendable {
    /// The facts of every signature, in the document's order; empty when there is none.
    ///
    /// - Parameter material: Certificates from elsewhere, among which a signer that brought none may be found.
    /// - Throws: Only when the document cannot be read at all. A faulty signature is a fact, not an error.
    func signatureFacts(with material: ValidationMaterial) throws -> [SignatureFacts]

    /// The time-stamps of a document that has no signature, which assert when its content existed (EN 319 162-1 §3.1, "time
    /// assertion"); asked for only when there are no signature facts.
    ///
    /// - Parameter material: Certificates from elsewhere, among which an authority that brought none may be found.
    /// - Throws: As ``signatureFacts(with:)``.
    func timeAssertions(with material: ValidationMaterial) throws -> [TimeAssertion]

    /// What has to be said of a document that has no signature.
    ///
    /// - Throws: As ``signatureFacts(with:)``.
    func remarks() throws -> [Finding]

    /// SHA-256 of the whole file, asked for only when a caller's proof may speak of it; `nil` where the format does not know.
    ///
    /// - Throws: Errors of the source.
    func fileDigest() throws -> [UInt8]?
}

extension SignedDocument {
    /// None.
    public func timeAssertions(with material: ValidationMaterial) throws -> [TimeAssertion] { [] }

    /// None.
    public func remarks() throws -> [Finding] { [] }

    /// The format does not know it.
    public func fileDigest() throws -> [UInt8]? { nil }
}
