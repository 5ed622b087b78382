// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DERSyntax
public import DossierCore
public import PKIX
public import SignatureValidation

/// A CMS signature file with its content, enclosed or beside it (EN 319 122-1).
public struct CAdESDocument: SignedDocument {
    private let signedData: SignedData
    private let detachedContent: (any ByteSource)?
    private let fileSHA256: [UInt8]?
    /// Whether text stands around the structure, which nobody signed.
    private let hasTextAround: Bool
    /// Whether zeros or white space follow the structure.
    private let isPadded: Bool

    /// Reads a signature file of at most 256 MiB, in DER or BER, or one such structure in PEM (RFC 7468 §8 and §9) or in base64
    /// alone. Text around a block gets a warning when the content is a file of its own, and is refused when it is enclosed.
    /// Zeros and white space behind DER or BER are passed over, anything else is refused.
    ///
    /// - Parameter content: The content of a detached signature; `nil` when it is not at hand.
    /// - Throws: ``DERSyntax/DERSyntaxError`` when the file is no SignedData.
    public init(parsing bytes: [UInt8], content: (any ByteSource)? = nil) throws(DERSyntaxError) {
        let textual = TextualSignature(bytes)
        let whole = textual?.bytes ?? bytes
        let end = Self.endBeforePadding(whole)
        isPadded = end < whole.count
        signedData = try SignedData(parsing: isPadded ? Array(whole[..<end]) : whole)
        hasTextAround = textual?.hasTextAround ?? false
        // Whoever reads the file reads the text, and would take it for signed.
        guard !hasTextAround || signedData.content == nil else {
            throw DERSyntaxError(
                .trailingBytes, at: 0, clause: TextualSignature.clause,
                "text around a block with content, which nobody signed")
        }
        detachedContent = content.map { DigestedSource.wrapping($0) }
        fileSHA256 = try? DigestAlgorithm.sha256.digest(of: bytes)
    }

    /// Where a structure ends behind which nothing but zeros and white space stands, as tools leave them that reserve room or
    /// end every file with a new line; else where the bytes end.
    private static func endBeforePadding(_ bytes: [UInt8]) -> Int {
        let padding: Set<UInt8> = [0x00, 0x09, 0x0a, 0x0d, 0x20]
        guard let last = bytes.last, padding.contains(last), let end = try? BERElement(first: bytes).range.upperBound,
            bytes[end...].allSatisfy(padding.contains)
        else { return bytes.count }
        return end
    }

    private static let padded = Finding(
        .information, code: "signature-padded",
        Phrase(
            vi: "sau chữ ký trong tệp có byte 0 hoặc khoảng trắng",
            en: "zeros or white space follow the signature in its file"))

    /// Whether bytes begin like a CMS structure in PEM.
    public static func isArmoured(_ head: [UInt8]) -> Bool { TextualSignature.begins(head) }

    /// Whether bytes hold a CMS structure in PEM, with text around it or without, or are one in base64 alone.
    public static func isTextual(_ bytes: [UInt8]) -> Bool { TextualSignature.isClaimed(by: bytes) }

    /// Whether the signature encloses its content.
    public var isEnveloping: Bool { signedData.content != nil }

    public func signatureFacts(with material: ValidationMaterial) throws -> [SignatureFacts] {
        var numbering = TimeStampNumbering()
        // Many signers and time-stamps ask for the same digest of the same content.
        let source = signedData.content.map { MemorySource($0) as any ByteSource } ?? detachedContent
        let content = StampedContent(source)
        return try signedData.signers.enumerated().map { index, signer in
            let read = try CMSSignatureFacts(
                signer, of: signedData, candidates: material.certificates, content: content)
            // EN 319 122-1 §6.3: the signer's certificate stands in the structure.
            let isBaseline =
                read.bindsSigningCertificate && read.signingTime != nil && read.faults.isEmpty
                && read.signingCertificate.map(signedData.certificates.contains) == true
            var facts = SignatureFacts(
                id: "S-\(index + 1)", format: read.bindsSigningCertificate ? .cades : .cms,
                level: isBaseline ? read.hasSignatureTimeStamp ? .t : .b : nil,
                packaging: isEnveloping ? .enveloping : .detached, reference: read.reference, value: read.value,
                coverage: .entireFile, material: signedData.material)
            facts.fileDigest = fileSHA256
            read.add(to: &facts, source: source, ranges: nil, numbering: &numbering)
            // A detached signature must not enclose other content than the one it is shown with.
            if let enclosed = signedData.content, let detachedContent,
                try detachedContent.size != Int64(enclosed.count)
                    || detachedContent.allBytes(limit: Int64(enclosed.count)) != enclosed
            {
                facts.reference = .broken
            }
            facts.claimedSigningTime = read.signingTime
            if hasTextAround { facts.findings.append(TextualSignature.textAround) }
            if isPadded { facts.findings.append(Self.padded) }
            return facts
        }
    }
}
