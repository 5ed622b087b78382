// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax

/// What an entry says of a document that is gone (format §4 ErasedBody): ids and hashes of sealed objects, nothing else.
struct Erasure: Sendable, Hashable {
    struct Version: Sendable, Hashable {
        let version: VersionID
        /// The entry that brought it.
        let sequence: Int64
        let content: ContentID
        /// The commitment of the sealed content.
        let commitment: Digest32
        /// Padded octets that were freed.
        let paddedSize: Int64
    }

    let document: DocumentID
    let versions: [Version]
    /// The entries whose payloads are gone, ascending.
    let entries: [Int64]
    let reason: String

    init(document: DocumentID, versions: [Version], entries: [Int64], reason: String) {
        self.document = document
        self.versions = versions
        self.entries = entries
        self.reason = reason
    }

    /// What erasing a document takes away.
    init(of record: DocumentRecord, reason: String) {
        self.init(
            document: record.id,
            versions: zip(record.versions, record.versionEntries).map { version, sequence in
                Version(
                    version: version.id, sequence: sequence, content: version.content, commitment: version.commitment,
                    paddedSize: version.paddedSize)
            }, entries: record.entries, reason: reason)
    }

    /// Whether it names all of a document, and when `exactly`, nothing else.
    func names(_ record: DocumentRecord, exactly: Bool) -> Bool {
        let own = Erasure(of: record, reason: reason)
        guard !exactly else { return own == self }
        return Set(versions).isSuperset(of: own.versions) && Set(entries).isSuperset(of: own.entries)
    }

    init(_ reader: inout DERReader, object: String) throws {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, "erasure: \(detail)") }
        guard let document = DocumentID(octets: try reader.next().octetString()) else { throw damaged("document") }
        self.document = document
        versions = try reader.next(.sequence).elements().map { element in
            var version = try element.reader(.sequence)
            let sequence: Int64
            guard let id = VersionID(octets: try version.next().octetString()) else { throw damaged("a version") }
            sequence = try version.next().integer()
            guard let content = ContentID(octets: try version.next().octetString()),
                let commitment = Digest32(octets: try version.next().octetString())
            else { throw damaged("a version") }
            let paddedSize = try version.next().integer()
            try version.end()
            guard (0...1 << 56).contains(paddedSize) else { throw damaged("a size") }
            return Version(
                version: id, sequence: sequence, content: content, commitment: commitment, paddedSize: paddedSize)
        }
        var entries: [Int64] = []
        for element in try reader.next(.sequence).elements() {
            let sequence = try element.integer()
            guard sequence > entries.last ?? 1 else { throw damaged("entries that are not in ascending order") }
            entries.append(sequence)
        }
        self.entries = entries
        reason = try reader.next(.utf8String).validText()
        try reader.end()
        guard !versions.isEmpty, Set(entries).isSuperset(of: versions.map(\.sequence)) else {
            throw damaged("nothing that was erased")
        }
    }

    func write(to writer: inout DERWriter) {
        writer.sequence {
            $0.octetString(document.octets)
            $0.sequence { list in
                for version in versions {
                    list.sequence {
                        $0.octetString(version.version.octets)
                        $0.integer(version.sequence)
                        $0.octetString(version.content.octets)
                        $0.octetString(version.commitment.octets)
                        $0.integer(version.paddedSize)
                    }
                }
            }
            $0.sequence { list in
                for sequence in entries { list.integer(sequence) }
            }
            $0.utf8String(reason)
        }
    }
}
