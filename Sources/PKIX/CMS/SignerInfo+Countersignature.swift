// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DERSyntax

extension SignerInfo {
    /// Reads a value of the countersignature attribute (RFC 5652 §11.4): a SignerInfo over a signature value.
    ///
    /// - Throws: ``DERSyntax/DERSyntaxError``.
    public init(countersignature value: DERElement) throws(DERSyntaxError) { try self.init(value) }
}
