// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import PKIX

/// The parts of a SignedData as octets, to which more can be added; what is there is never encoded again.
///
/// Only the lengths around the parts, the version and the order within a SET change. Nothing that a signature, a time-stamp
/// or an ats-hash-index covers depends on them. An archive-time-stamp-v2 does depend on the order; whoever adds something
/// checks afterwards that every time-stamp still holds.
struct SignedDataParts {
    /// One SignerInfo (RFC 5652 §5.3).
    struct Signer {
        /// Everything before the unsigned attributes.
        let fields: [[UInt8]]
        /// The unsigned attributes, each one Attribute.
        var unsignedAttributes: [[UInt8]]
        /// Whether the version is 3: the signer is named by its key identifier.
        let isVersion3: Bool

        /// Each value of the unsigned attributes.
        var attributeValues: [AttributeValue] { unsignedAttributes.flatMap(AttributeValue.all) }

        var bytes: [UInt8] {
            DERWriter.bytes { writer in
                writer.sequence { info in
                    for field in fields { info.raw(field) }
                    if !unsignedAttributes.isEmpty {
                        info.element(.context(1), unsignedAttributes.joined().map(\.self))
                    }
                }
            }
        }
    }

    /// One value of an attribute.
    struct AttributeValue {
        /// The attribute's type.
        let type: ObjectIdentifier
        /// The value.
        let value: DERElement
        /// DER of the type, then the value: what an ats-hash-index-v3 digests.
        let bytes: [UInt8]

        static func all(_ attribute: [UInt8]) -> [AttributeValue] {
            guard let parts = try? DERElement(parsing: attribute).elements(), parts.count == 2,
                let type = try? parts[0].objectIdentifier(), let values = try? parts[1].elements()
            else { return [] }
            return values.map { AttributeValue(type: type, value: $0, bytes: parts[0].bytes + $0.bytes) }
        }
    }

    /// DER of each AlgorithmIdentifier.
    var digestAlgorithms: [[UInt8]]
    /// EncapsulatedContentInfo.
    let encapsulatedContent: [UInt8]
    /// DER of eContentType.
    let contentType: [UInt8]
    /// Each CertificateChoices.
    private(set) var certificates: [[UInt8]]
    /// Each RevocationInfoChoice.
    private(set) var revocationInformation: [[UInt8]]
    /// The signers.
    private(set) var signers: [Signer]

    /// Takes a ContentInfo apart that ``PKIX/SignedData`` could read.
    ///
    /// - Parameter bytes: ``PKIX/SignedData/bytes``.
    init(_ bytes: [UInt8]) throws(DERSyntaxError) {
        var information = try DERElement(parsing: bytes).reader(.sequence)
        _ = try information.objectIdentifier()
        var reader = try information.next(.context(0)).explicitContent().reader(.sequence)
        _ = try reader.next()
        digestAlgorithms = try reader.next(.set).elements().map(\.bytes)
        let encapsulated = try reader.next(.sequence)
        encapsulatedContent = encapsulated.bytes
        var content = try encapsulated.reader()
        contentType = try content.next().bytes
        certificates = try reader.optional(.context(0))?.elements().map(\.bytes) ?? []
        revocationInformation = try reader.optional(.context(1))?.elements().map(\.bytes) ?? []
        signers = try reader.next(.set).elements().map { element throws(DERSyntaxError) in try Self.signer(element) }
    }

    private static func signer(_ element: DERElement) throws(DERSyntaxError) -> Signer {
        var fields = try element.elements()
        var unsigned: [[UInt8]] = []
        if let last = fields.last, last.tag == .context(1) {
            unsigned = try last.elements().map(\.bytes)
            fields.removeLast()
        }
        return Signer(
            fields: fields.map(\.bytes), unsignedAttributes: unsigned, isVersion3: try fields.first?.integer() == 3)
    }

    /// Adds a value as an attribute of its own to a signer's unsigned attributes.
    mutating func add(unsignedAttribute attribute: [UInt8], to index: Int) {
        signers[index].unsignedAttributes = Self.adding([attribute], to: signers[index].unsignedAttributes)
    }

    /// Adds a signer with its digest algorithm; the signer's content type is that of the others.
    mutating func add(signer: [UInt8], digestAlgorithm: [UInt8]) throws(DERSyntaxError) {
        let new = try Self.signer(DERElement(parsing: signer))
        if !digestAlgorithms.contains(digestAlgorithm) {
            digestAlgorithms = Self.adding([digestAlgorithm], to: digestAlgorithms)
        }
        let sorted = Self.isSorted(signers.map(\.bytes))
        let place = sorted ? signers.firstIndex { new.bytes.lexicographicallyPrecedes($0.bytes) } : nil
        signers.insert(new, at: place ?? signers.endIndex)
    }

    /// Adds certificates that are not there yet.
    mutating func add(certificates new: [[UInt8]]) { certificates = Self.adding(new, to: certificates) }

    /// Adds RevocationInfoChoices that are not there yet.
    mutating func add(revocationInformation new: [[UInt8]]) {
        revocationInformation = Self.adding(new, to: revocationInformation)
    }

    /// Keeps the order of DER where there is one, and the order that is there where there is not.
    private static func adding(_ new: [[UInt8]], to present: [[UInt8]]) -> [[UInt8]] {
        var seen = Set(present)
        let missing = new.filter { seen.insert($0).inserted }
        guard !missing.isEmpty else { return present }
        guard isSorted(present) else { return present + missing }
        return (present + missing).sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static func isSorted(_ elements: [[UInt8]]) -> Bool {
        zip(elements, elements.dropFirst()).allSatisfy { !$1.lexicographicallyPrecedes($0) }
    }

    /// RFC 5652 §5.1: the version that belongs to what is inside.
    private var version: Int {
        let tags = certificates.compactMap(\.first)
        if tags.contains(0xa3) || revocationInformation.contains(where: { $0.first == 0xa1 }) { return 5 }
        if tags.contains(0xa2) { return 4 }
        let isData = contentType == DERWriter.bytes { $0.objectIdentifier(.cmsData) }
        return tags.contains(0xa1) || signers.contains(where: \.isVersion3) || !isData ? 3 : 1
    }

    /// The DER of the ContentInfo.
    var bytes: [UInt8] {
        DERWriter.bytes { writer in
            writer.sequence { information in
                information.objectIdentifier(.cmsSignedData)
                information.explicit(0) { explicit in
                    explicit.sequence { data in
                        data.integer(version)
                        data.element(.set, digestAlgorithms.joined().map(\.self))
                        data.raw(encapsulatedContent)
                        if !certificates.isEmpty { data.element(.context(0), certificates.joined().map(\.self)) }
                        if !revocationInformation.isEmpty {
                            data.element(.context(1), revocationInformation.joined().map(\.self))
                        }
                        data.element(.set, signers.map(\.bytes).joined().map(\.self))
                    }
                }
            }
        }
    }
}
