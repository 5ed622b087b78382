// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SignatureValidation

/// Reads archive time-stamps of one signer and holds them against what they cover (EN 319 122-1 §5.5.3 and A.2.4).
struct ArchiveTimeStampReader {
    private let parts: SignedDataParts
    private let index: Int
    private let signer: SignerInfo
    private let candidates: [Certificate]
    private let wasBER: Bool
    private var catalogues: [DigestAlgorithm: ArchiveHashIndex.Catalogue] = [:]

    /// Takes the structure apart; `nil` when the signer is not one of it.
    init?(_ signer: SignerInfo, of signedData: SignedData, candidates: [Certificate]) throws(DERSyntaxError) {
        parts = try SignedDataParts(signedData.bytes)
        guard let index = signedData.signers.firstIndex(where: { $0.bytes == signer.bytes }) else { return nil }
        self.index = index
        self.signer = signer
        wasBER = signedData.wasBER
        self.candidates = signedData.certificates + candidates
    }

    mutating func read(
        _ value: DERElement, _ type: ObjectIdentifier, contentDigest: (DigestAlgorithm) throws -> [UInt8]?
    ) throws -> AttachedTimeStamp {
        guard let token = try? TimeStampToken(parsing: value.bytes) else { return .unreadable(.archive) }
        guard type == .archiveTimeStampV3 else {
            return try readOlder(token, value, type, contentDigest: contentDigest)
        }
        guard let hashIndex = try? ArchiveHashIndex(of: token),
            let catalogue = try catalogue(hashIndex.digest), let covered = hashIndex.covered(in: catalogue)
        else {
            var stamp = AttachedTimeStamp(
                id: "", kind: .archive, token: token,
                facts: token.verify(imprint: { _ in nil }, candidates: candidates), covers: [],
                material: token.material)
            stamp.formatFaults = [
                FormatFault(
                    code: "ats-hash-index", clause: "EN 319 122-1 5.5.2",
                    phrase: Phrase(
                        vi: "dấu thời gian lưu trữ thiếu bảng giá trị băm hợp lệ của những gì nó bao phủ",
                        en: "the archive time-stamp has no valid index of the digests of what it covers"))
            ]
            return stamp
        }
        let facts = try token.verify(
            imprint: { digest in
                guard let content = try contentDigest(digest) else { return nil }
                return try ArchiveImprint(parts, signer: index).digest(digest, content: content, hashIndex.bytes)
            }, candidates: candidates)
        return AttachedTimeStamp(
            id: "", kind: .archive, token: token, facts: facts,
            covers: try objects(covered, contentDigest: contentDigest), material: token.material)
    }

    /// What is there by its digests, computed once per algorithm.
    private mutating func catalogue(_ digest: DigestAlgorithm?) throws -> ArchiveHashIndex.Catalogue? {
        guard let digest else { return nil }
        if let known = catalogues[digest] { return known }
        let made = try ArchiveHashIndex.Catalogue(of: parts, signer: index, digest)
        catalogues[digest] = made
        return made
    }

    /// The objects that a valid archive time-stamp proves.
    private func objects(
        _ covered: ArchiveHashIndex.Covered, contentDigest: (DigestAlgorithm) throws -> [UInt8]?
    ) throws -> [ValidationObject] {
        var objects = [ValidationObject(.signature, bytes: signer.signature)]
        if let content = try contentDigest(.sha256) { objects.append(ValidationObject(.content, digest: content)) }
        for certificate in covered.certificates { objects.append(ValidationObject(.certificate, bytes: certificate)) }
        objects += covered.revocationInformation.flatMap(RevocationInformation.objects)
        let signed = (signer.signedAttributes ?? []).filter { $0.type == .contentTimeStamp }.flatMap(\.values)
        for token in signed.compactMap({ try? TimeStampToken(parsing: $0.bytes) }) {
            objects += [ValidationObject(token)] + token.material.validationObjects
        }
        for attribute in covered.attributes {
            if let token = try? TimeStampToken(parsing: attribute.value.bytes) {
                objects += [ValidationObject(token)] + token.material.validationObjects
            } else {
                objects += AttributeMaterial(attribute.type, attribute.value).material.validationObjects
            }
        }
        var seen: Set<ValidationObject> = []
        return objects.filter { seen.insert($0).inserted }
    }

    /// archive-time-stamp and archive-time-stamp-v2: the imprint is over the structure itself, of which producers wrote
    /// several forms; one that matches any of them holds.
    private func readOlder(
        _ token: TimeStampToken, _ value: DERElement, _ type: ObjectIdentifier,
        contentDigest: (DigestAlgorithm) throws -> [UInt8]?
    ) throws -> AttachedTimeStamp {
        let earlier = parts.signers[index].attributeValues.filter { other in
            guard other.type == type || other.type == .archiveTimeStampV3 || other.type == .archiveTimeStampV2 else {
                return true
            }
            guard let time = try? TimeStampToken(parsing: other.value.bytes).information.time else { return false }
            return time < token.information.time
        }
        let forms = wasBER ? [] : OlderArchiveImprint(parts, signer: index).forms(before: Set(earlier.map(\.bytes)))
        let facts = token.verify(
            imprint: { digest in
                let digests = forms.compactMap { try? digest.digest(of: $0) }
                return digests.first { $0 == token.information.imprint.value } ?? (forms.isEmpty ? nil : digests.first)
            }, candidates: candidates)
        let covered = ArchiveHashIndex.Covered(
            certificates: parts.certificates, revocationInformation: parts.revocationInformation, attributes: earlier)
        return AttachedTimeStamp(
            id: "", kind: .archive, token: token, facts: facts,
            covers: try objects(covered, contentDigest: contentDigest), material: token.material)
    }
}

/// The imprint of an archive-time-stamp-v3 (EN 319 122-1 §5.5.3).
struct ArchiveImprint {
    private let parts: SignedDataParts
    private let index: Int

    init(_ parts: SignedDataParts, signer index: Int) {
        self.parts = parts
        self.index = index
    }

    /// Digest of content type, content digest, the signer's fields as encoded, and the hash index.
    func digest(
        _ digest: DigestAlgorithm, content: [UInt8], _ hashIndex: [UInt8]
    ) throws(CryptoPrimitivesError) -> [UInt8] {
        var state = try DigestState(digest)
        try state.update(parts.contentType)
        try state.update(content)
        for field in parts.signers[index].fields { try state.update(field) }
        try state.update(hashIndex)
        return try state.finalized()
    }
}
