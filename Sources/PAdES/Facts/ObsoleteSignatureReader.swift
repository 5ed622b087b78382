// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DERSyntax
import DossierCore
import PDFSyntax
import PKIX
import SignatureValidation

/// Reads the forms that ISO 32000-2 §12.8.3 deprecates: `adbe.pkcs7.sha1`, a CMS structure around the SHA-1 of the byte
/// range, and `adbe.x509.rsa_sha1`, a bare RSA value with the certificates in `/Cert`. They say who signed and whether the
/// bytes are those; they never pass.
struct ObsoleteSignatureReader {
    static let subFilters: Set<String> = ["adbe.pkcs7.sha1", "adbe.x509.rsa_sha1"]

    let file: PDFFile
    /// Certificates from elsewhere among which the signer's may be.
    let candidates: [Certificate]
    private(set) var numbering: TimeStampNumbering
    /// What the signature brings along.
    private(set) var ownMaterial = ValidationMaterial()

    init(file: PDFFile, candidates: [Certificate], numbering: TimeStampNumbering) {
        self.file = file
        self.candidates = candidates
        self.numbering = numbering
    }

    mutating func read(_ signature: DocumentSignatures.Signature, into facts: inout SignatureFacts) throws {
        facts.obsoleteForm = signature.dictionary.subFilter
        if signature.dictionary.subFilter == "adbe.pkcs7.sha1" {
            try readStructure(signature, into: &facts)
        } else {
            try readValue(signature, into: &facts)
        }
    }

    private mutating func readStructure(
        _ signature: DocumentSignatures.Signature, into facts: inout SignatureFacts
    ) throws {
        let signedData = try SignedData(parsing: signature.dictionary.contents, allowsTrailingZeros: true)
        guard signedData.signers.count == 1, let enclosed = signedData.content else {
            facts.formatFaults.append(
                FormatFault(
                    code: "signer-count", clause: "ISO 32000-2 12.8.3.3.1",
                    phrase: Phrase(
                        vi: "chữ ký adbe.pkcs7.sha1 phải có đúng một người ký và chứa giá trị băm SHA-1",
                        en: "an adbe.pkcs7.sha1 signature must have exactly one signer and enclose the SHA-1 digest")))
            return
        }
        ownMaterial = signedData.material
        facts.material = facts.material.merging(ownMaterial)
        let read = try CMSSignatureFacts(
            signedData.signers[0], of: signedData, candidates: candidates,
            content: StampedContent(MemorySource(enclosed)))
        ownMaterial = ownMaterial.merging(read.attributeMaterial)
        read.add(to: &facts, source: nil, ranges: nil, numbering: &numbering)
        // The digest is no content that could be the attributes of another signature.
        facts.signsContentDirectly = false
        if facts.claimedSigningTime == nil { facts.claimedSigningTime = read.signingTime }
        let ranges = signature.coverage.signedRanges
        guard !ranges.isEmpty else {
            facts.reference = .notFound
            return
        }
        let digest = try DigestAlgorithm.sha1.digest(of: file.source, ranges: ranges)
        if enclosed != digest { facts.reference = .broken }
        facts.digest = .sha1
    }

    /// `/Contents` is an OCTET STRING with the value; its DigestInfo names the digest.
    private mutating func readValue(
        _ signature: DocumentSignatures.Signature, into facts: inout SignatureFacts
    ) throws {
        ownMaterial = ValidationMaterial(
            certificates: signature.dictionary.certificates.compactMap { try? Certificate(parsing: $0) })
        facts.material = facts.material.merging(ownMaterial)
        var reader = DERReader(signature.dictionary.contents)
        let value = try reader.next(.octetString).octetString()
        facts.signatureObject = ValidationObject(.signature, bytes: value)
        facts.signingCertificate = ownMaterial.certificates.first
        facts.digest = .sha1
        facts.scheme = .rsaPKCS1(.sha1)
        let ranges = signature.coverage.signedRanges
        guard let key = try? ownMaterial.certificates.first?.subjectPublicKeyInfo.publicKey(), !ranges.isEmpty else {
            return
        }
        facts.value = .invalid
        facts.reference = .broken
        for algorithm in [DigestAlgorithm.sha1, .sha256, .sha384, .sha512] {
            let digest = try algorithm.digest(of: file.source, ranges: ranges)
            let scheme = SignatureScheme.rsaPKCS1(algorithm)
            guard (try? key.isValidSignature(value, overDigest: digest, scheme: scheme)) == true else { continue }
            (facts.value, facts.reference) = (.valid, .intact)
            (facts.digest, facts.scheme) = (algorithm, scheme)
            return
        }
    }
}
