// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
public import PKIX
public import SignatureValidation

/// Reads the time-stamps inside one signer's signature and holds them against what they stamp (EN 319 122-1 §5.2.8, §5.3).
struct CMSTimeStamps {
    private let signer: SignerInfo
    private let signedData: SignedData
    private let candidates: [Certificate]
    private let content: StampedContent
    private let references: CompleteReferences

    init(
        _ signer: SignerInfo, of signedData: SignedData, candidates: [Certificate], content: StampedContent,
        references: CompleteReferences
    ) {
        self.signer = signer
        self.signedData = signedData
        self.candidates = candidates
        self.content = content
        self.references = references
    }

    /// All time-stamps: over the content, over the value, over references, over everything, each in the order of the
    /// attributes.
    func all() throws -> [AttachedTimeStamp] {
        var found: [AttachedTimeStamp] = []
        for value in values(.contentTimeStamp, in: signer.signedAttributes ?? []) {
            let covered = try content.digest(.sha256).map { [ValidationObject(.content, digest: $0)] } ?? []
            found.append(try stamp(value, .content, covers: covered, imprint: content.digest))
        }
        found += try values(.signatureTimeStamp, in: signer.unsignedAttributes).map(signature)
        return try found + overReferences() + archive()
    }

    /// CAdES-C-timestamp and time-stamped-certs-crls-references (EN 319 122-1 A.1.5).
    private func overReferences() throws -> [AttachedTimeStamp] {
        let types: [ObjectIdentifier] = [.cadesCTimeStamp, .referencesTimeStamp]
        let attributes = signer.unsignedAttributes.filter { types.contains($0.type) }
        guard !attributes.isEmpty, let imprint = try ReferencesImprint(of: signer, in: signedData, content: content)
        else { return [] }
        return try attributes.flatMap { attribute in
            let forms = imprint.forms(attribute.type)
            var covers = references.proved
            if attribute.type == .cadesCTimeStamp {
                covers.append(ValidationObject(.signature, bytes: signer.signature))
                for value in values(.signatureTimeStamp, in: signer.unsignedAttributes) {
                    guard let token = try? TimeStampToken(parsing: value.bytes) else { continue }
                    covers += [ValidationObject(token)] + token.material.validationObjects
                }
            }
            return try attribute.values.map { value in
                let stated = (try? TimeStampToken(parsing: value.bytes))?.information.imprint.value
                return try stamp(value, .references, covers: covers) { digest in
                    let digests = try forms.map { try digest.digest(of: $0) }
                    return digests.first { $0 == stated } ?? digests.first
                }
            }
        }
    }

    /// Archive time-stamps in the order of their times, as each covers those before it.
    private func archive() throws -> [AttachedTimeStamp] {
        let types: [ObjectIdentifier] = [.archiveTimeStamp, .archiveTimeStampV2, .archiveTimeStampV3]
        let attributes = signer.unsignedAttributes.filter { types.contains($0.type) }
        guard !attributes.isEmpty,
            var reader = try ArchiveTimeStampReader(
                signer, of: signedData, candidates: candidates, content: content)
        else { return [] }
        var found: [AttachedTimeStamp] = []
        for attribute in attributes {
            for value in attribute.values {
                // Each lists what it covers; renewal once a year does not reach the limit.
                guard found.count < 256 else { return found }
                found.append(try reader.read(value, attribute.type))
            }
        }
        return found.enumerated().sorted { left, right in
            let (first, second) = (left.element.token?.information.time, right.element.token?.information.time)
            guard let first, let second, first != second else { return left.offset < right.offset }
            return first < second
        }.map(\.element)
    }

    private func values(_ type: ObjectIdentifier, in attributes: [CMSAttribute]) -> [DERElement] {
        attributes.filter { $0.type == type }.flatMap(\.values)
    }

    private func signature(_ value: DERElement) throws -> AttachedTimeStamp {
        try stamp(value, .signature, covers: [ValidationObject(.signature, bytes: signer.signature)]) {
            try? $0.digest(of: signer.signature)
        }
    }

    private func stamp(
        _ value: DERElement, _ kind: TimeStampKind, covers: [ValidationObject],
        imprint: (DigestAlgorithm) throws -> [UInt8]?
    ) throws -> AttachedTimeStamp {
        guard let token = try? TimeStampToken(parsing: value.bytes, knowing: candidates) else {
            return .unreadable(kind)
        }
        return AttachedTimeStamp(
            id: "", kind: kind, token: token,
            facts: try token.verify(imprint: imprint, candidates: signedData.certificates + candidates), covers: covers,
            material: token.material)
    }
}

extension SignedData {
    /// What the structure brings along.
    public var material: ValidationMaterial {
        ValidationMaterial(
            certificates: certificates, revocationLists: revocationLists, ocspResponses: ocspResponses)
    }
}

extension TimeStampToken {
    /// What the token brings along: in its SignedData, and in certificate-values and revocation-values among its unsigned
    /// attributes, where EN 319 122-1 A.1.1.2 and A.1.2.2 want what the authority's path needs.
    public var material: ValidationMaterial {
        signer.unsignedAttributes.filter { AttributeMaterial.types.contains($0.type) }
            .flatMap { attribute in attribute.values.map { AttributeMaterial(attribute.type, $0).material } }
            .reduce(signedData.material) { $0.merging($1) }
    }
}

extension AttachedTimeStamp {
    /// A time-stamp whose token cannot be read.
    public static func unreadable(_ kind: TimeStampKind) -> AttachedTimeStamp {
        AttachedTimeStamp(
            id: "", kind: kind, token: nil, facts: nil, covers: [],
            formatFaults: [
                FormatFault(
                    code: "time-stamp-unreadable", clause: "RFC 3161 2.4.2",
                    phrase: Phrase(vi: "không đọc được dấu thời gian", en: "the time-stamp cannot be read"))
            ])
    }
}

/// Numbers the time-stamps of a file: `T-1` upwards in its order.
public struct TimeStampNumbering: Sendable {
    private var count = 0

    /// Begins at 1.
    public init() {}

    /// The time-stamps with the next numbers.
    public mutating func numbered(_ timeStamps: [AttachedTimeStamp]) -> [AttachedTimeStamp] {
        timeStamps.map { timeStamp in
            count += 1
            var timeStamp = timeStamp
            timeStamp.id = "T-\(count)"
            return timeStamp
        }
    }
}
