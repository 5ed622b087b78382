// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax

/// One version of a document that a grant lets a recipient read, or some of its values (grant format §4).
///
/// The document itself stays where it is: a grant cites it, by the hash of its octets and the commitment of its sealed
/// content, and a recipient reads the sealed content from wherever it lies.
public struct GrantItem: Sendable, Hashable {
    /// The document.
    public let document: DocumentID
    /// The version.
    public let version: VersionID
    /// The sealed content in the store.
    public let content: ContentID
    /// Commitment of the sealed content.
    public let commitment: Digest32
    /// SHA-256 of the document.
    public let sha256: Digest32
    /// Octets of the document.
    public let size: Int64
    /// Code of the document type.
    public let type: String
    /// The owner's name for the document.
    public let name: String
    /// RFC 6838.
    public let mediaType: String
    /// The fields whose values are granted instead of the document; empty: the document.
    public let fields: [String]
    /// Number and sign of the document; `nil` where the vault knows none.
    public let number: String?

    static let mostFields = 64

    /// Whether the grant gives values only and no document.
    public var isFieldsOnly: Bool { !fields.isEmpty }

    init(_ version: DocumentVersion, fields: [String]) {
        document = version.document
        self.version = version.id
        content = version.content
        commitment = version.commitment
        sha256 = version.sha256
        size = version.size
        type = version.metadata.type
        name = version.metadata.name
        mediaType = version.metadata.mediaType
        self.fields = fields
        number = version.metadata.number.flatMap { (1...255).contains($0.utf8.count) ? $0 : nil }
    }

    init(_ element: DERElement, object: String) throws {
        var reader = try element.reader(.sequence)
        document = try reader.id(object: object)
        version = try reader.id(object: object)
        content = try reader.id(object: object)
        commitment = try reader.digest(object: object)
        sha256 = try reader.digest(object: object)
        size = try reader.next().integer()
        type = try reader.text(64, object: object)
        name = try reader.text(255, object: object)
        mediaType = try reader.text(255, object: object)
        fields = try reader.texts(most: Self.mostFields, octets: 255, object: object)
        if let element = try reader.optional(.contextPrimitive(0)) {
            guard (1...255).contains(element.contentBytes.count),
                let text = String(validating: element.contentBytes, as: UTF8.self)
            else { throw VaultError(.damaged, object: object, "a number") }
            number = text
        } else {
            number = nil
        }
        try reader.end()
        guard (0...1 << 56).contains(size) else { throw VaultError(.damaged, object: object, "a size") }
    }

    func write(to writer: inout DERWriter) {
        writer.sequence {
            $0.octetString(document.octets)
            $0.octetString(version.octets)
            $0.octetString(content.octets)
            $0.octetString(commitment.octets)
            $0.octetString(sha256.octets)
            $0.integer(size)
            $0.utf8String(type)
            $0.utf8String(name)
            $0.utf8String(mediaType)
            $0.texts(fields)
            if let number { $0.octetString(Array(number.utf8), tag: .contextPrimitive(0)) }
        }
    }
}
