// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import PKIX

/// The parts of a SignedData and of one of its signers that the time-stamps of older profiles digest, in one encoding.
struct StampedParts {
    /// In which octets a structure that was BER is digested. TS 101 733 §6.4.1 wants them as they were stored; many producers
    /// read the structure, and digested it as they would write it.
    enum Encoding: CaseIterable {
        /// As received.
        case received
        /// In definite lengths.
        case definite
        /// What encloses the content as received, the rest in definite lengths.
        case receivedContent
    }

    /// One unsigned attribute.
    struct Attribute {
        let type: ObjectIdentifier
        /// Type and set of values without what encloses them (EN 319 122-1 A.1.5.2, note 2).
        let typeAndValues: [UInt8]
        /// The whole attribute.
        let bytes: [UInt8]
    }

    /// EncapsulatedContentInfo.
    let encapsulatedContent: [UInt8]
    /// Whether the content is a file of its own.
    let isDetached: Bool
    /// The elements `certificates` and `crls`, each empty when absent.
    let certificates: [UInt8]
    let revocationInformation: [UInt8]
    /// The signer's fields before the unsigned attributes.
    let fields: [[UInt8]]
    /// The octets inside the signed attributes.
    let signedAttributes: [UInt8]
    /// The octets of the signature value.
    let signature: [UInt8]
    let attributes: [Attribute]
    /// Whether the length around the unsigned attributes is indefinite.
    let hasIndefiniteAttributes: Bool

    /// Takes a ContentInfo apart that ``PKIX/SignedData`` could read.
    ///
    /// - Returns: `nil` when there is no such signer.
    init?(_ bytes: [UInt8], signer index: Int, as encoding: Encoding) throws(DERSyntaxError) {
        func written(_ element: BERElement?) throws(DERSyntaxError) -> [UInt8] {
            guard let element else { return [] }
            return encoding == .received ? element.bytes : try BERTranscoding.der(from: element.bytes)
        }
        let information = try BERElement(first: bytes).elements()
        guard information.count == 2, let data = try information[1].elements().first?.elements(), data.count >= 4,
            let last = data.last
        else { return nil }
        encapsulatedContent = encoding == .receivedContent ? data[2].bytes : try written(data[2])
        isDetached = try data[2].elements().count < 2
        let optional = data[3..<data.count - 1]
        certificates = try written(optional.first { $0.tag == .context(0) })
        revocationInformation = try written(optional.first { $0.tag == .context(1) })
        let signers = try last.elements()
        guard signers.indices.contains(index) else { return nil }
        var parts = try signers[index].elements()
        let unsigned = parts.last?.tag == .context(1) ? parts.removeLast() : nil
        fields = try parts.map { part throws(DERSyntaxError) in try written(part) }
        // The second field names the signer and may bear the same number.
        let signed = try parts.dropFirst(2).first { $0.tag == .context(0) }
            .map { part throws(DERSyntaxError) in try BERElement(first: written(part)) }
        signedAttributes = signed?.contentBytes ?? []
        signature =
            try parts.last.map { part throws(DERSyntaxError) in
                try DERElement(parsing: BERTranscoding.der(from: part.bytes)).octetString()
            } ?? []
        hasIndefiniteAttributes = encoding == .received && unsigned?.isIndefinite == true
        var attributes: [Attribute] = []
        for attribute in try unsigned?.elements() ?? [] {
            let inner = try attribute.elements()
            guard inner.count == 2 else { return nil }
            let type = try DERElement(parsing: BERTranscoding.der(from: inner[0].bytes)).objectIdentifier()
            attributes.append(
                Attribute(
                    type: type, typeAndValues: try written(inner[0]) + written(inner[1]), bytes: try written(attribute))
            )
        }
        self.attributes = attributes
    }

    /// The same structure in several encodings.
    static func all(
        _ encodings: [Encoding], of bytes: [UInt8], signer index: Int
    ) throws(DERSyntaxError) -> [StampedParts] {
        var all: [StampedParts] = []
        for encoding in encodings {
            if let parts = try StampedParts(bytes, signer: index, as: encoding) { all.append(parts) }
        }
        return all
    }
}
