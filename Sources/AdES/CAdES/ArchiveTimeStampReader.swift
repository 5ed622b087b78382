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
    private let older: (definite: [UInt8], received: [UInt8]?)
    private let content: StampedContent
    private var olderCount = 0
    /// Taken apart once for all time-stamps.
    private var olderImprint: OlderArchiveImprint?
    private var catalogues: [DigestAlgorithm: ArchiveHashIndex.Catalogue] = [:]

    /// Takes the structure apart; `nil` when the signer is not one of it.
    init?(
        _ signer: SignerInfo, of signedData: SignedData, candidates: [Certificate], content: StampedContent
    ) throws(DERSyntaxError) {
        parts = try SignedDataParts(signedData.bytes)
        guard let index = signedData.signers.firstIndex(where: { $0.bytes == signer.bytes }) else { return nil }
        self.index = index
        self.signer = signer
        older = (signedData.bytes, signedData.received)
        self.content = content
        self.candidates = signedData.certificates + candidates
    }

    mutating func read(_ value: DERElement, _ type: ObjectIdentifier) throws -> AttachedTimeStamp {
        guard let token = try? TimeStampToken(parsing: value.bytes) else { return .unreadable(.archive) }
        guard type == .archiveTimeStampV3 else { return try readOlder(token, type) }
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
                guard let content = try content.digest(digest) else { return nil }
                return try ArchiveImprint(parts, signer: index).digest(digest, content: content, hashIndex.bytes)
            }, candidates: candidates)
        return AttachedTimeStamp(
            id: "", kind: .archive, token: token, facts: facts,
            covers: try objects(covered), referenceDigests: [hashIndex.digest].compactMap(\.self),
            material: token.material)
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
        _ covered: ArchiveHashIndex.Covered, withContent: Bool = true
    ) throws -> [ValidationObject] {
        var objects = [ValidationObject(.signature, bytes: signer.signature)]
        if withContent, let content = try content.digest(.sha256) {
            objects.append(ValidationObject(.content, digest: content))
        }
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
    private mutating func readOlder(_ token: TimeStampToken, _ type: ObjectIdentifier) throws -> AttachedTimeStamp {
        olderCount += 1
        if olderImprint == nil {
            olderImprint = try? OlderArchiveImprint(
                content.structures(of: older.received ?? older.definite), isDefinite: older.received == nil,
                signer: index)
        }
        let kept = parts.signers[index].unsignedAttributes.map { attribute in
            SignedDataParts.AttributeValue.all(attribute).allSatisfy { isOlder($0, than: token) }
        }
        var matching: OlderArchiveImprint.Form?
        let facts = try token.verify(
            imprint: { digest in
                guard olderCount <= Self.mostOlder, var imprint = olderImprint else { return nil }
                defer { olderImprint = imprint }
                let result = try imprint.match(
                    imprint.forms(type, keeping: kept), digest, stated: token.information.imprint.value,
                    content: content.state
                ) { content.mayDigest($0, ofStructure: (older.received ?? older.definite).count) }
                matching = result?.form
                return result?.digest
            }, candidates: candidates)
        // What does not fit any form proves nothing, whatever is named here.
        let present = matching?.kept ?? kept
        let attributes = zip(parts.signers[index].unsignedAttributes, present).filter(\.1)
            .flatMap { SignedDataParts.AttributeValue.all($0.0) }
        var covered = ArchiveHashIndex.Covered(attributes: attributes)
        if matching?.extent != .attributes {
            covered.certificates = parts.certificates
            covered.revocationInformation = parts.revocationInformation
        }
        return AttachedTimeStamp(
            id: "", kind: .archive, token: token, facts: facts,
            covers: try objects(covered, withContent: matching?.extent != .structureWithoutContent),
            material: token.material)
    }

    /// Whether an attribute was there before an older time-stamp: every one that is no archive time-stamp, and those with an
    /// earlier time.
    private func isOlder(_ value: SignedDataParts.AttributeValue, than token: TimeStampToken) -> Bool {
        let types: Set<ObjectIdentifier> = [.archiveTimeStamp, .archiveTimeStampV2, .archiveTimeStampV3]
        guard types.contains(value.type) else { return true }
        guard let time = try? TimeStampToken(parsing: value.value.bytes).information.time else { return false }
        return time < token.information.time
    }

    /// Each is over the whole structure; nobody renewed as often.
    private static let mostOlder = 32
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
