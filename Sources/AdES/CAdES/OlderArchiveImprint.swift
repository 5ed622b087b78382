// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import PKIX

/// What archive-time-stamp and archive-time-stamp-v2 digest (TS 101 733 §6.4.1, RFC 5126 §6.4.1): the structure itself.
///
/// Only enclosed content in DER can be read here: a detached one would have to stand between two parts, and of BER the
/// octets that were digested are not kept.
struct OlderArchiveImprint {
    private let parts: SignedDataParts
    private let index: Int

    init(_ parts: SignedDataParts, signer index: Int) {
        self.parts = parts
        self.index = index
    }

    /// The forms that producers wrote, the standard's first; empty for a detached signature.
    ///
    /// - Parameter attributes: The values of unsigned attributes that were there before the time-stamp.
    func forms(before attributes: Set<[UInt8]>) -> [[UInt8]] {
        guard let content = try? DERElement(parsing: parts.encapsulatedContent).elements(), content.count == 2 else {
            return []
        }
        let certificates =
            parts.certificates.isEmpty
            ? [] : DERWriter.bytes { $0.element(.context(0), parts.certificates.joined().map(\.self)) }
        let information =
            parts.revocationInformation.isEmpty
            ? [] : DERWriter.bytes { $0.element(.context(1), parts.revocationInformation.joined().map(\.self)) }
        let signer = parts.signers[index]
        let before = parts.encapsulatedContent + certificates + information + signer.fields.joined()
        let kept = signer.unsignedAttributes.filter { attribute in
            SignedDataParts.AttributeValue.all(attribute).allSatisfy { attributes.contains($0.bytes) }
        }
        let joined = kept.joined().map(\.self)
        // With and without the tag and length around the unsigned attributes; TS 101 733 was read both ways.
        return [before + DERWriter.bytes { $0.element(.context(1), joined) }, before + joined]
    }
}
