// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
public import AdES
public import DERSyntax
public import DossierCore
import PAdES
public import SignatureValidation
import ZIPSyntax

/// Finds the format of a file by its first bytes and opens it for validation.
public enum SignedFile {
    /// Opens a file that may carry signatures inside.
    ///
    /// - Parameter password: Of an encrypted PDF, the user's or the owner's; the empty one is tried anyway.
    /// - Returns: `nil` for a file of no signed format; a PDF without signatures is a document with no facts. A ZIP archive
    ///   is a document when it is an ASiC container, else a file like any other.
    /// - Throws: ``DossierCore/ByteSourceError``, ``PDFSyntax/PDFSyntaxError``, ``DERSyntax/DERSyntaxError``,
    ///   ``ZIPSyntax/ZIPSyntaxError`` for a file of a signed format that cannot be read; ``SecondReading``.
    public static func open(_ source: any ByteSource, password: String? = nil) throws -> (any SignedDocument)? {
        let head = try source.bytes(at: 0, count: Int(min(source.size, 1024)))
        if head.starts(with: Array("%PDF-".utf8)) { return try PDFDocument(parsing: source, password: password) }
        if head.starts(with: Array("PK".utf8)) { return try container(source) }
        if isSignedData(head) || CAdESDocument.isArmoured(head) {
            let bytes = try source.allBytes(limit: 1 << 28)
            let document = try document(bytes, over: nil)
            if isSignedData(head), (document as? CAdESDocument)?.isEnveloping == true,
                let second = SecondReading(in: bytes)
            {
                throw second
            }
            return document
        }
        if TimeStampFile.isClaimed(by: head), source.size <= 1 << 22 {
            return TimeStampFile(parsing: try source.allBytes(limit: 1 << 22))
        }
        // Text may hold a signature, or be one; no text has a NUL in it.
        guard !head.isEmpty, !head.contains(0), source.size <= largestText else { return nil }
        let text = try source.allBytes(limit: largestText)
        // What cannot be read there is named by ``UnjudgedSignatures``: the text itself may be signed by a file beside it.
        return CAdESDocument.isTextual(text) ? try? signature(text, over: nil) : nil
    }

    /// Most bytes of a text in which a signature is looked for.
    private static let largestText: Int64 = 1 << 26

    /// The format of a document that has no signature to say so.
    static func format(of document: any SignedDocument) -> SignatureFormat {
        switch document {
        case is PDFDocument: .pdf
        case let container as ASiCContainer: container.type == .simple ? .asicS : .asicE
        default: .cms
        }
    }

    /// An archive that cannot be read strictly may still be any file; one that says it is a container may not.
    private static func container(_ source: any ByteSource) throws -> (any SignedDocument)? {
        do {
            guard let container = try ASiCContainer(reading: source) else { return nil }
            if let second = try SecondReading(in: container) { throw second }
            return container
        } catch let error as ZIPSyntaxError {
            guard try error.code == .unreadableSource || ASiCContainer.isClaimed(by: source) else { return nil }
            throw error
        }
    }

    /// Opens a CMS signature with the content that it was made over; `nil` when the content is enclosed or missing.
    public static func signature(
        _ bytes: [UInt8], over content: (any ByteSource)?
    ) throws(DERSyntaxError) -> CAdESDocument {
        try CAdESDocument(parsing: bytes, content: content)
    }

    /// Opens a detached signature or a time-stamp with the content that it was made over; `nil` when the content is enclosed or
    /// missing.
    ///
    /// - Throws: ``DERSyntax/DERSyntaxError`` for neither.
    public static func document(
        _ bytes: [UInt8], over content: (any ByteSource)?
    ) throws(DERSyntaxError) -> any SignedDocument {
        if let stamp = TimeStampFile(parsing: bytes, content: content) { return stamp }
        return try signature(bytes, over: content)
    }

    /// Whether bytes begin like a ContentInfo with SignedData (RFC 5652 §3).
    public static func isSignedData(_ head: [UInt8]) -> Bool {
        let identifier: [UInt8] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02]
        guard head.first == 0x30, head.count > 16 else { return false }
        return (2...7).contains {
            head.count >= $0 + identifier.count && Array(head[$0..<$0 + identifier.count]) == identifier
        }
    }
}
