// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierCore

/// One file of a dossier.
public struct Attachment: Sendable {
    /// File name; brought to NFC when the dossier is made.
    public let name: String
    /// Code of the document type, for example `birth-certificate`; `other` always exists.
    public let type: String
    /// The bytes.
    public let source: any ByteSource

    /// Makes an attachment.
    public init(name: String, type: String, source: any ByteSource) {
        self.name = name
        self.type = type
        self.source = source
    }

    /// The manifest's entry for this attachment at a place.
    func entry(ordinal: Int) throws -> DossierManifest.Entry {
        DossierManifest.Entry(
            ordinal: ordinal, name: name, type: type, mediaType: try MediaType.of(source), size: source.size,
            sha256: Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: source)))
    }
}

/// Media types decided by the first bytes of a file, never by its name.
public enum MediaType {
    /// The media type, `application/octet-stream` when none is recognised.
    public static func of(_ source: any ByteSource) throws -> String {
        let head = try source.bytes(at: 0, count: Int(min(source.size, 1024)))
        let signatures: [([UInt8], String)] = [
            (Array("%PDF-".utf8), "application/pdf"), ([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], "image/png"),
            ([0xff, 0xd8, 0xff], "image/jpeg"), (Array("PK\u{3}\u{4}".utf8), "application/zip"),
            (Array("II*\u{0}".utf8), "image/tiff"), (Array("MM\u{0}*".utf8), "image/tiff"),
        ]
        if let found = signatures.first(where: { head.starts(with: $0.0) }) { return found.1 }
        let text = head.starts(with: [0xef, 0xbb, 0xbf]) ? head.dropFirst(3) : head[...]
        return text.drop { $0 == 32 || (9...13).contains($0) }.starts(with: Array("<?xml".utf8))
            ? "application/xml" : "application/octet-stream"
    }
}
