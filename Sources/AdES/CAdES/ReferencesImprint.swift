// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import PKIX

/// What CAdES-C-timestamp and time-stamped-certs-crls-references digest (EN 319 122-1 A.1.5, TS 101 733 §6.3.5 and §6.3.6): the
/// signature value, then type and values of attributes without what encloses each.
struct ReferencesImprint {
    private let encodings: [StampedParts]

    /// Takes the structure apart; `nil` when the signer is not one of it.
    init?(
        of signer: SignerInfo, in signedData: SignedData, content: StampedContent
    ) throws(DERSyntaxError) {
        guard let index = signedData.signers.firstIndex(where: { $0.bytes == signer.bytes }) else { return nil }
        encodings = try StampedParts.all(
            signedData.received == nil ? [.received] : [.received, .definite],
            of: content.structures(of: signedData.received ?? signedData.bytes), signer: index)
    }

    /// The forms: the attributes in the order of the standard, and in that of the file, as some producers wrote. Empty when
    /// there is nothing that a time-stamp could be over.
    func forms(_ type: ObjectIdentifier) -> [[UInt8]] {
        let isOverSignature = type == .cadesCTimeStamp
        let types: [ObjectIdentifier] =
            (isOverSignature ? [.signatureTimeStamp] : []) + [.certificateReferences, .revocationReferences]
        return encodings.flatMap { parts -> [[UInt8]] in
            let present = parts.attributes.filter { types.contains($0.type) }
            guard present.contains(where: { $0.type != .signatureTimeStamp }) else { return [] }
            let ordered = types.flatMap { type in present.filter { $0.type == type } }
            return [ordered, present].map { (isOverSignature ? parts.signature : []) + $0.flatMap(\.typeAndValues) }
        }
    }
}
