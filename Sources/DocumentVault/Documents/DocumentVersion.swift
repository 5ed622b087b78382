// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
public import DossierCore

/// One immutable version of a document, as its journal entry records it (format §4 VersionBody).
public struct DocumentVersion: Sendable, Hashable {
    // One reference to all of it: a version passes through many hands while it is stored, and a copy of every text and list
    // in it each time took a tenth of storing a small document.
    private let body: Body

    /// The document.
    public var document: DocumentID { body.parts.document }
    /// This version.
    public var id: VersionID { body.parts.id }
    /// Octets of the document.
    public var size: Int64 { body.parts.size }
    /// SHA-256 of the document.
    public var sha256: Digest32 { body.parts.provenance.sha256 }
    /// The version that this one corrects.
    public var previous: VersionID? { body.parts.previous }
    /// What the owner's software says of it.
    public var metadata: DocumentMetadata { body.parts.metadata }
    /// Where it comes from and who vouches for it.
    public var provenance: Provenance { body.parts.provenance }
    /// Values that it holds.
    public var fields: [DocumentField] { body.parts.fields }
    /// When it was stored: the writer's claim.
    public var storedAt: Instant { body.parts.storedAt }

    var content: ContentID { body.parts.content }
    var commitment: Digest32 { body.parts.commitment }
    var paddedSize: Int64 { Padding.paddedSize(of: size, least: Padding.leastDocument) }

    private struct Parts: Hashable, Sendable {
        let document: DocumentID
        let id: VersionID
        let content: ContentID
        let size: Int64
        let commitment: Digest32
        let previous: VersionID?
        let metadata: DocumentMetadata
        let members: Members
        var provenance: Provenance
        let fields: [DocumentField]
        let storedAt: Instant
    }

    private final class Body: Hashable, Sendable {
        let parts: Parts

        init(_ parts: Parts) { self.parts = parts }

        static func == (left: Body, right: Body) -> Bool { left === right || left.parts == right.parts }

        func hash(into hasher: inout Hasher) { parts.hash(into: &hasher) }
    }

    private init(_ parts: Parts) { body = Body(parts) }

    init(
        document: DocumentID, id: VersionID, content: ContentID, size: Int64, commitment: Digest32,
        previous: VersionID?,
        metadata: DocumentMetadata, provenance: Provenance, fields: [DocumentField], storedAt: Instant,
        isNew: Bool = true
    ) throws(VaultError) {
        self.init(
            Parts(
                document: document, id: id, content: content, size: size, commitment: commitment, previous: previous,
                metadata: metadata, members: try metadata.members(isNew: isNew), provenance: provenance,
                fields: fields, storedAt: storedAt))
    }

    /// The same from elsewhere; who asks for it anew need not have the metadata checked once more.
    func with(_ provenance: Provenance) -> Self {
        var parts = body.parts
        parts.provenance = provenance
        return Self(parts)
    }

    init(_ reader: inout DERReader, storedAt: Instant, object: String) throws {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        guard let document = DocumentID(octets: try reader.next().octetString()),
            let id = VersionID(octets: try reader.next().octetString()),
            let content = ContentID(octets: try reader.next().octetString())
        else { throw damaged("an id of the wrong length") }
        let size = try reader.next().integer()
        let padded = try reader.next().integer()
        guard let sha256 = Digest32(octets: try reader.next().octetString()),
            let commitment = Digest32(octets: try reader.next().octetString())
        else { throw damaged("a digest of the wrong length") }
        var previous: VersionID?
        if let element = try reader.optional(.contextPrimitive(0)) {
            previous = VersionID(octets: element.contentBytes)
            guard previous != nil else { throw damaged("previous version") }
        }
        let members = try Members(try reader.next(), object: object)
        let metadata = try DocumentMetadata(members, object: object)
        let provenance = try Provenance(Members(try reader.next(), object: object), sha256: sha256, object: object)
        let fields = try reader.next(.sequence).elements().map { element in
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
        guard size >= 0, padded == Padding.paddedSize(of: size, least: Padding.leastDocument) else {
            throw damaged("a padded size of \(padded) octets for \(size)")
        }
        self.init(
            Parts(
                document: document, id: id, content: content, size: size, commitment: commitment, previous: previous,
                metadata: metadata, members: members, provenance: provenance, fields: fields, storedAt: storedAt))
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
            body.parts.members.write(to: &$0)
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
