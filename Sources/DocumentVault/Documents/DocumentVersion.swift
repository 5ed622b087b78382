// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
public import DossierCore

/// One immutable version of a document, as its journal entry records it (format §4 VersionBody).
public struct DocumentVersion: Sendable, Hashable {
    /// The document.
    public let document: DocumentID
    /// This version.
    public let id: VersionID
    /// Octets of the document.
    public let size: Int64
    /// SHA-256 of the document.
    public let sha256: Digest32
    /// The version that this one corrects.
    public let previous: VersionID?
    /// What the owner's software says of it.
    public let metadata: DocumentMetadata
    /// Where it comes from and who vouches for it.
    public let provenance: Provenance
    /// Values that it holds.
    public let fields: [DocumentField]
    /// When it was stored: the writer's claim.
    public let storedAt: Instant

    let content: ContentID
    private let members: Members
    let commitment: Digest32
    var paddedSize: Int64 { Padding.paddedSize(of: size, least: Padding.leastDocument) }

    init(
        document: DocumentID, id: VersionID, content: ContentID, size: Int64, commitment: Digest32,
        previous: VersionID?,
        metadata: DocumentMetadata, provenance: Provenance, fields: [DocumentField], storedAt: Instant
    ) throws(VaultError) {
        self.init(
            document: document, id: id, content: content, size: size, commitment: commitment, previous: previous,
            metadata: metadata, members: try metadata.members(), provenance: provenance, fields: fields,
            storedAt: storedAt)
    }

    private init(
        document: DocumentID, id: VersionID, content: ContentID, size: Int64, commitment: Digest32,
        previous: VersionID?,
        metadata: DocumentMetadata, members: Members, provenance: Provenance, fields: [DocumentField], storedAt: Instant
    ) {
        self.document = document
        self.id = id
        self.content = content
        self.size = size
        sha256 = provenance.sha256
        self.commitment = commitment
        self.previous = previous
        self.metadata = metadata
        self.members = members
        self.provenance = provenance
        self.fields = fields
        self.storedAt = storedAt
    }

    /// The same from elsewhere; who asks for it anew need not have the metadata checked once more.
    func with(_ provenance: Provenance) -> Self {
        Self(
            document: document, id: id, content: content, size: size, commitment: commitment, previous: previous,
            metadata: metadata, members: members, provenance: provenance, fields: fields, storedAt: storedAt)
    }

    init(_ reader: inout DERReader, storedAt: Instant, object: String) throws {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        guard let document = DocumentID(octets: try reader.next().octetString()),
            let id = VersionID(octets: try reader.next().octetString()),
            let content = ContentID(octets: try reader.next().octetString())
        else { throw damaged("an id of the wrong length") }
        size = try reader.next().integer()
        let padded = try reader.next().integer()
        guard let sha256 = Digest32(octets: try reader.next().octetString()),
            let commitment = Digest32(octets: try reader.next().octetString())
        else { throw damaged("a digest of the wrong length") }
        if let element = try reader.optional(.contextPrimitive(0)) {
            guard let previous = VersionID(octets: element.contentBytes) else { throw damaged("previous version") }
            self.previous = previous
        } else {
            previous = nil
        }
        members = try Members(try reader.next(), object: object)
        metadata = try DocumentMetadata(members, object: object)
        provenance = try Provenance(Members(try reader.next(), object: object), sha256: sha256, object: object)
        fields = try reader.next(.sequence).elements().map { element in
            var field = try element.reader(.sequence)
            let name = try field.next(.utf8String).validText()
            let value = try field.next(.utf8String).validText()
            guard let origin = DocumentField.Origin(rawValue: try field.next(.utf8String).validText()) else {
                throw damaged("origin of a field")
            }
            let location = try field.next(.utf8String).validText()
            try field.end()
            return DocumentField(name: name, value: value, origin: origin, location: location)
        }
        try reader.end()
        self.document = document
        self.id = id
        self.content = content
        self.sha256 = sha256
        self.commitment = commitment
        self.storedAt = storedAt
        guard size >= 0, padded == Padding.paddedSize(of: size, least: Padding.leastDocument) else {
            throw damaged("a padded size of \(padded) octets for \(size)")
        }
    }

    func write(to writer: inout DERWriter) {
        writer.sequence {
            $0.octetString(document.octets)
            $0.octetString(id.octets)
            $0.octetString(content.octets)
            $0.integer(size)
            $0.integer(paddedSize)
            $0.octetString(sha256.octets)
            $0.octetString(commitment.octets)
            if let previous { $0.octetString(previous.octets, tag: .contextPrimitive(0)) }
            members.write(to: &$0)
            provenance.members.write(to: &$0)
            $0.sequence { list in
                for field in fields {
                    list.sequence {
                        $0.utf8String(field.name)
                        $0.utf8String(field.value)
                        $0.utf8String(field.origin.rawValue)
                        $0.utf8String(field.location)
                    }
                }
            }
        }
    }
}
