// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
public import DossierCore
public import PDFSyntax
public import PKIX
public import SignatureValidation
internal import Synchronization

/// A PDF file as a document that carries signatures (EN 319 142-1).
public struct PDFDocument: SignedDocument {
    /// The file.
    public let file: PDFFile
    private let knownDigest: [UInt8]?
    private let found = FoundSignatures()

    /// Reads a PDF strictly: a file that could be read only by recovery is refused.
    ///
    /// - Parameters:
    ///   - fileDigest: SHA-256 of the file, when it is at hand; else it is computed when it is asked for.
    ///   - password: Of an encrypted file, which can be judged but not signed; the empty one is tried anyway.
    /// - Throws: ``PDFSyntax/PDFSyntaxError``.
    public init(
        parsing source: any ByteSource, fileDigest: [UInt8]? = nil, budget: Budget = .standard,
        password: String? = nil
    ) throws(PDFSyntaxError) {
        file = try PDFFile(reading: DigestedSource.wrapping(source), budget: budget, password: password)
        knownDigest = fileDigest
    }

    /// The signatures of the file, looked for once.
    func signatures() throws(PAdESError) -> DocumentSignatures { try found.signatures(in: file) }

    public func signatureFacts(with material: ValidationMaterial) throws -> [SignatureFacts] {
        let found = try signatures()
        guard !found.signatures.isEmpty || !found.removedSignatures.isEmpty else { return [] }
        let changes = try found.changesAfterFirstSignature()
        let stores = try DocumentSecurityStore.addedByRevision(in: file).map(\.material)
        var reader = PDFSignatureReader(
            file: file, changes: changes, embedded: stores.reduce(ValidationMaterial()) { $0.merging($1) },
            material: material)
        // A document time-stamp belongs to every signature that it covers, and is no signature itself.
        var facts: [(facts: SignatureFacts, revision: Int?)] = []
        var covered = CoveredObjects(stores: stores)
        let areCovered = found.signatures.contains(where: \.isDocumentTimeStamp)
        for signature in found.signatures {
            let revision = signature.coverage.revision
            guard signature.isDocumentTimeStamp else {
                let read = try reader.facts(signature, id: "S-\(facts.count + 1)")
                if areCovered { covered.add(read, own: reader.ownMaterial) }
                facts.append((read, revision))
                continue
            }
            let stamp = try reader.documentTimeStamp(signature, covering: covered.objects(upTo: revision))
            covered.add(stamp)
            guard let revision else { continue }
            for index in facts.indices where facts[index].revision.map({ $0 < revision }) ?? false {
                facts[index].facts.timeStamps.append(stamp)
            }
        }
        var all = facts.map { $0.facts.settingLevel() }
        // A document whose only signature was taken out must not look merely unsigned.
        for removed in found.removedSignatures {
            var lost = try reader.facts(removed, id: "S-\(all.count + 1)")
            lost.formatFaults.append(
                FormatFault(
                    code: "signature-removed", clause: "ISO 32000-2 12.8.2.2",
                    phrase: Phrase(
                        vi: "một bản sửa đổi sau đã gỡ bỏ hoặc ghi lại chữ ký này",
                        en: "a later revision removed this signature or wrote it again")))
            all.append(lost)
        }
        return all
    }

    /// Document time-stamps of a file that nobody signed (EN 319 142-1 §5.5); one that does not reach to the end of the file
    /// stands over an earlier revision.
    public func timeAssertions(with material: ValidationMaterial) throws -> [TimeAssertion] {
        let found = try signatures()
        guard !found.signatures.isEmpty else { return [] }
        let embedded = try DocumentSecurityStore.addedByRevision(in: file).map(\.material)
            .reduce(ValidationMaterial()) { $0.merging($1) }
        let reader = DocumentTimeStampReader(file: file, material: embedded.merging(material))
        return try found.signatures.filter(\.isDocumentTimeStamp).enumerated().map { index, signature in
            var stamp = try reader.read(signature, covering: [])
            stamp.id = "T-\(index + 1)"
            stamp.material = stamp.material.merging(embedded)
            let revision = signature.coverage.revision.map { $0 + 1 }
            let isWhole = revision == file.revisions.count
            return TimeAssertion(stamp, covered: isWhole ? [] : revision.map { ["revision \($0)"] } ?? [])
        }
    }

    public func fileDigest() throws -> [UInt8]? { try knownDigest ?? DigestAlgorithm.sha256.digest(of: file.source) }
}

/// The signatures of a file once they have been looked for.
private final class FoundSignatures: Sendable {
    private let found = Mutex<DocumentSignatures?>(nil)

    func signatures(in file: PDFFile) throws(PAdESError) -> DocumentSignatures {
        if let known = found.withLock({ $0 }) { return known }
        let signatures = try DocumentSignatures(in: file)
        found.withLock { $0 = signatures }
        return signatures
    }
}

/// What stands in a file up to a revision, as objects that a document time-stamp proves.
private struct CoveredObjects {
    private let stores: [ValidationMaterial]
    private var nextRevision = 0
    private var objects: [ValidationObject] = []
    private var seen: Set<ValidationObject> = []

    init(stores: [ValidationMaterial]) { self.stores = stores }

    mutating func add(_ facts: SignatureFacts, own material: ValidationMaterial) {
        add(facts.signatureObject.map { [$0] } ?? [])
        add(material.validationObjects)
        for stamp in facts.timeStamps { add(stamp) }
    }

    mutating func add(_ stamp: AttachedTimeStamp) {
        add(stamp.token.map { [ValidationObject($0)] } ?? [])
        add(stamp.material.validationObjects)
    }

    /// Signatures and time-stamps come in the order of the file, so that what was added before is covered.
    mutating func objects(upTo revision: Int?) -> [ValidationObject] {
        guard let revision else { return [] }
        while nextRevision <= revision, nextRevision < stores.count {
            add(stores[nextRevision].validationObjects)
            nextRevision += 1
        }
        return objects
    }

    private mutating func add(_ new: [ValidationObject]) {
        for object in new where seen.insert(object).inserted { objects.append(object) }
    }
}

extension SignatureFacts {
    /// The level by structure: a document time-stamp counts as the signature's (EN 319 142-1 §6.3).
    fileprivate func settingLevel() -> SignatureFacts {
        guard level == .b, timeStamps.contains(where: { $0.kind == .document && $0.holds }) else { return self }
        var facts = self
        facts.level = .t
        return facts
    }
}
