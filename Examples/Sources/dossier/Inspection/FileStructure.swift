// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import AdES
import CryptoPrimitives
import DossierCore
import DossierKit
import PAdES
import PDFSyntax
import PKIX
import SignatureValidation
import ZIPSyntax

/// The structure of a signed file, without any judgement of trust (docs/schemas/inspect-v1).
struct FileStructure: Encodable {
    /// A revision of a PDF: from where to where, and what it did.
    struct Revision: Encodable {
        let revision: Int
        let from: Int64
        let to: Int64?
        let objects: Int
        /// `nil` up to the first signature.
        var kind: String?
        var allowed: Bool?
        /// Fields whose signature or time-stamp ends with the revision.
        var signedFields: [String]
    }
    /// A file of a container.
    struct Entry: Encodable {
        let name: String
        let size: Int64
        /// Whether it is one of the files that the container is made for.
        let isData: Bool
    }

    let version = 1
    let path, format, sha256: String
    let size: Int64
    var revisions: [Revision] = []
    var entries: [Entry] = []
    var signatures: [SignatureStructure] = []
    var certificates: [CertificateStructure] = []
    var revocationLists = 0
    var ocspResponses = 0

    /// Whether nothing departs from the formats and every later revision is explained.
    var isRegular: Bool {
        signatures.allSatisfy { $0.formatFaults.isEmpty && $0.changesAfterSigning.allSatisfy(\.allowed) }
            && revisions.allSatisfy { $0.allowed != false }
    }

    /// Reads the structure of a file that was opened.
    ///
    /// - Throws: 65 for a file of no signed format; errors of the formats.
    init(_ opened: OpenedFile, source: any ByteSource) throws {
        guard let document = opened.document else {
            throw CommandFailure(
                .badInput, vi: "\(opened.path): không phải định dạng có chữ ký",
                en: "\(opened.path): no format that carries signatures")
        }
        path = opened.path
        sha256 = opened.sha256
        size = source.size
        let facts = try document.signatureFacts(with: ValidationMaterial())
        var signers: [SignerInfo?] = []
        switch document {
        case let document as PDFDocument:
            format = facts.first?.format.rawValue ?? SignatureFormat.pdf.rawValue
            let found = try DocumentSignatures(in: document.file)
            revisions = try Self.revisions(of: document.file, found)
            signers = found.signatures.filter { !$0.isTimeStamp }.map { signature in
                let cms = try? SignedData(parsing: signature.dictionary.contents, allowsTrailingZeros: true)
                return cms?.signers.first
            }
        case let container as ASiCContainer:
            format = container.type.rawValue
            let data = Set(container.files.map(\.name))
            entries = container.archive.entries.map {
                Entry(name: $0.name, size: $0.size, isData: data.contains($0.name))
            }
            signers = ((try? container.signatureFiles()) ?? []).flatMap { file in
                (try? SignedData(parsing: file.cms))?.signers ?? []
            }
        default:
            format = facts.first?.format.rawValue ?? SignatureFormat.cms.rawValue
            let bytes = try source.allBytes(limit: 1 << 28)
            signers = (try? SignedData(parsing: bytes))?.signers ?? []
        }
        signatures = facts.enumerated().map { index, facts in
            SignatureStructure(facts, signers.indices.contains(index) ? signers[index] : nil)
        }
        var material = ValidationMaterial()
        for facts in facts {
            material = material.merging(facts.material).merging(facts.longTermMaterial)
            for stamp in facts.timeStamps { material = material.merging(stamp.material) }
        }
        var seen: Set<Certificate> = []
        certificates = material.certificates.filter { seen.insert($0).inserted }.map(CertificateStructure.init)
        revocationLists = Set(material.revocationLists.map(\.bytes)).count
        ocspResponses = Set(material.ocspResponses.map { ValidationObject($0) }).count
    }

    private static func revisions(of file: PDFFile, _ found: DocumentSignatures) throws -> [Revision] {
        let changes = try found.changesAfterFirstSignature()
        return file.revisions.map { revision in
            let change = changes.first { $0.revision == revision.index }
            return Revision(
                revision: revision.index + 1, from: revision.startOffset, to: revision.end,
                objects: revision.entries.count, kind: change?.kind.rawValue, allowed: change?.isAllowed,
                signedFields: found.signatures.filter { $0.coverage.revision == revision.index }.map(\.field.name))
        }
    }
}

/// A certificate that a file brings along.
struct CertificateStructure: Encodable {
    /// Numbers of persons are masked.
    let subject, issuer, serial, sha256: String
    let notBefore, notAfter: Instant

    init(_ certificate: Certificate) {
        subject = certificate.subject.maskedDescription
        issuer = certificate.issuer.maskedDescription
        serial = Hexadecimal.encode(certificate.serialNumber)
        sha256 = Hexadecimal.encode(certificate.fingerprint)
        notBefore = certificate.notBefore
        notAfter = certificate.notAfter
    }
}

extension DocumentSignatures.Signature {
    /// Whether it is a document time-stamp and so no signature with a number of its own.
    var isTimeStamp: Bool { dictionary.kind == .documentTimeStamp || dictionary.subFilter == "ETSI.RFC3161" }
}
