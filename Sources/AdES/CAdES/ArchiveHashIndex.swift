// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import PKIX

/// ats-hash-index (EN 319 122-1 §5.5.2): the digests of what an archive-time-stamp-v3 covers beside the signature.
struct ArchiveHashIndex {
    /// How the unsigned attributes are digested.
    enum Version {
        /// Each Attribute as a whole (TS 101 733 and drafts).
        case wholeAttributes
        /// Each value after its type.
        case values
    }

    /// The whole structure as it is in the token, part of the imprint.
    let bytes: [UInt8]
    let version: Version
    let digest: DigestAlgorithm?
    private let certificates: [[UInt8]]
    private let revocationInformation: [[UInt8]]
    private let attributes: [[UInt8]]

    /// Reads the index of a token; `nil` when it has none.
    ///
    /// - Throws: ``DERSyntax/DERSyntaxError`` for one that cannot be read or stands there twice.
    init?(of token: TimeStampToken) throws(DERSyntaxError) {
        let types: [ObjectIdentifier] = [.archiveHashIndexV3, .archiveHashIndexV2, .archiveHashIndex]
        let found = token.signer.unsignedAttributes.filter { types.contains($0.type) }
        guard let attribute = found.first else { return nil }
        guard found.count == 1, attribute.values.count == 1 else {
            throw DERSyntaxError(.invalidValue, at: 0, clause: "EN 319 122-1 5.5.2", "more than one ats-hash-index")
        }
        version = attribute.type == .archiveHashIndexV3 ? .values : .wholeAttributes
        let value = attribute.values[0]
        bytes = value.bytes
        var parts = try value.elements()
        // Version 1 has SHA-256 as its default; an AlgorithmIdentifier begins with an object identifier.
        if let first = parts.first, parts.count == 4 || (try? first.elements().first?.tag) == .objectIdentifier {
            digest = DigestAlgorithm(try AlgorithmIdentifier(first).algorithm)
            parts.removeFirst()
        } else {
            digest = .sha256
        }
        guard parts.count == 3 else {
            throw DERSyntaxError(
                .invalidValue, at: value.range.lowerBound, clause: "EN 319 122-1 5.5.2",
                "\(parts.count) lists of digests")
        }
        func digests(_ element: DERElement) throws(DERSyntaxError) -> [[UInt8]] {
            try element.elements().map { item throws(DERSyntaxError) in try item.octetString() }
        }
        certificates = try digests(parts[0])
        revocationInformation = try digests(parts[1])
        attributes = try digests(parts[2])
    }

    /// Makes the index of everything that is there now, in version 3.
    init(
        of parts: SignedDataParts, signer index: Int, _ digest: DigestAlgorithm
    ) throws(CryptoPrimitivesError) {
        func digests(_ items: [[UInt8]]) throws(CryptoPrimitivesError) -> [[UInt8]] {
            try items.map { item throws(CryptoPrimitivesError) in try digest.digest(of: item) }
        }
        self.digest = digest
        version = .values
        certificates = try digests(parts.certificates)
        revocationInformation = try digests(parts.revocationInformation)
        attributes = try digests(parts.signers[index].attributeValues.map(\.bytes))
        let lists = [certificates, revocationInformation, attributes]
        bytes = DERWriter.bytes { writer in
            writer.sequence { index in
                index.raw(AlgorithmIdentifier(digest.objectIdentifier).bytes)
                for list in lists { index.sequence { for item in list { $0.octetString(item) } } }
            }
        }
    }

    /// What of a structure the index names.
    struct Covered {
        var certificates: [[UInt8]] = []
        var revocationInformation: [[UInt8]] = []
        /// Values of unsigned attributes with their types.
        var attributes: [SignedDataParts.AttributeValue] = []
    }

    /// What a structure has, by digests of one algorithm.
    struct Catalogue {
        fileprivate let certificates: [[UInt8]: [UInt8]]
        fileprivate let revocationInformation: [[UInt8]: [UInt8]]
        fileprivate let attributes: [[UInt8]: [UInt8]]
        fileprivate let values: [[UInt8]: SignedDataParts.AttributeValue]

        init(of parts: SignedDataParts, signer index: Int, _ digest: DigestAlgorithm) throws(CryptoPrimitivesError) {
            func byDigest(_ items: [[UInt8]]) throws(CryptoPrimitivesError) -> [[UInt8]: [UInt8]] {
                var found: [[UInt8]: [UInt8]] = [:]
                for item in items { found[try digest.digest(of: item)] = item }
                return found
            }
            certificates = try byDigest(parts.certificates)
            revocationInformation = try byDigest(parts.revocationInformation)
            let signer = parts.signers[index]
            attributes = try byDigest(signer.unsignedAttributes)
            var values: [[UInt8]: SignedDataParts.AttributeValue] = [:]
            for value in signer.attributeValues { values[try digest.digest(of: value.bytes)] = value }
            self.values = values
        }
    }

    /// What the index names, or `nil` when it names something that is not there (§5.5.2: then it is not valid).
    ///
    /// What is there beside it does no harm: it was added later.
    func covered(in catalogue: Catalogue) -> Covered? {
        func found<Item>(_ digests: [[UInt8]], _ items: [[UInt8]: Item]) -> [Item]? {
            let found = digests.compactMap { items[$0] }
            return found.count == digests.count ? found : nil
        }
        guard let certificates = found(certificates, catalogue.certificates),
            let information = found(revocationInformation, catalogue.revocationInformation)
        else { return nil }
        let values: [SignedDataParts.AttributeValue]?
        switch version {
        case .values: values = found(attributes, catalogue.values)
        case .wholeAttributes:
            values = found(attributes, catalogue.attributes)?.flatMap(SignedDataParts.AttributeValue.all)
        }
        return values.map {
            Covered(certificates: certificates, revocationInformation: information, attributes: $0)
        }
    }
}
