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

    /// Takes a signer of a structure apart.
    ///
    /// - Returns: `nil` when there is no such signer.
    init?(_ structure: StampedStructure, signer index: Int) throws(DERSyntaxError) {
        let encoding = structure.encoding
        func written(_ element: BERElement) throws(DERSyntaxError) -> [UInt8] { try encoding.written(element) }
        encapsulatedContent = structure.encapsulatedContent
        isDetached = structure.isDetached
        certificates = structure.certificates
        revocationInformation = structure.revocationInformation
        guard structure.signers.indices.contains(index) else { return nil }
        var parts = try structure.signers[index].elements()
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

    /// A signer of the same structure in several encodings.
    static func all(
        _ encodings: [Encoding], of structures: StampedStructures, signer index: Int
    ) throws(DERSyntaxError) -> [StampedParts] {
        var all: [StampedParts] = []
        for encoding in encodings {
            guard let structure = try structures[encoding] else { continue }
            if let parts = try StampedParts(structure, signer: index) { all.append(parts) }
        }
        return all
    }
}

/// The parts of a SignedData that all its signers have in common, in one encoding.
struct StampedStructure {
    let encoding: StampedParts.Encoding
    /// EncapsulatedContentInfo.
    let encapsulatedContent: [UInt8]
    /// Whether the content is a file of its own.
    let isDetached: Bool
    /// The elements `certificates` and `crls`, each empty when absent.
    let certificates: [UInt8]
    let revocationInformation: [UInt8]
    /// As received, whatever the encoding.
    let signers: [BERElement]

    /// Takes a ContentInfo apart that ``PKIX/SignedData`` could read; `nil` when it is none.
    init?(_ bytes: [UInt8], as encoding: StampedParts.Encoding) throws(DERSyntaxError) {
        let information = try BERElement(first: bytes).elements()
        guard information.count == 2, let data = try information[1].elements().first?.elements(), data.count >= 4,
            let last = data.last
        else { return nil }
        self.encoding = encoding
        encapsulatedContent = encoding == .receivedContent ? data[2].bytes : try encoding.written(data[2])
        isDetached = try data[2].elements().count < 2
        let optional = data[3..<data.count - 1]
        certificates =
            try optional.first { $0.tag == .context(0) }
            .map { element throws(DERSyntaxError) in try encoding.written(element) } ?? []
        revocationInformation =
            try optional.first { $0.tag == .context(1) }
            .map { element throws(DERSyntaxError) in try encoding.written(element) } ?? []
        signers = try last.elements()
    }
}

/// A SignedData in its encodings, each made once for all signers: rewriting large certificates for each of many signers would
/// take minutes.
final class StampedStructures {
    /// As received.
    let bytes: [UInt8]
    private var known: [StampedParts.Encoding: StampedStructure] = [:]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    subscript(_ encoding: StampedParts.Encoding) -> StampedStructure? {
        get throws(DERSyntaxError) {
            if let made = known[encoding] { return made }
            let made = try StampedStructure(bytes, as: encoding)
            known[encoding] = made
            return made
        }
    }
}

extension StampedParts.Encoding {
    /// The octets of an element in this encoding.
    fileprivate func written(_ element: BERElement) throws(DERSyntaxError) -> [UInt8] {
        self == .received ? element.bytes : try BERTranscoding.der(from: element.bytes)
    }
}
