// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore

extension DocumentPage {
    /// A row that names the entries of a document's versions instead of repeating them (format §10 LongRow).
    ///
    /// What a document's entries say may sum up to any size, a page may not: where its rows would make it larger than readers
    /// take, the long ones stand so, and whoever reads the page reads those versions in the journal.
    struct LongRow: Sendable, Hashable {
        let document: DocumentID
        let status: DeclaredStatus
        /// Entries of kind 4 that speak of it.
        let others: [Int64]
        /// The entries that brought the versions, the oldest first.
        let versions: [Int64]
        let hold: LegalHold?

        static let tag = DERTag.context(2)
        /// Octets of a row's DER above which it is a long one: 32 of that size make half of the largest page.
        static let least = 524_288

        init(_ record: DocumentRecord) {
            document = record.id
            status = record.declaredStatus
            others = record.otherEntries
            versions = record.versionEntries
            hold = record.hold
        }

        /// The row of a document that has one version and nothing else.
        init(_ new: NewDocument) {
            document = new.document
            status = .active
            others = []
            versions = [new.sequence]
            hold = nil
        }

        init(_ element: DERElement, _ object: String) throws {
            func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
            var reader = try element.reader(Self.tag)
            guard let document = DocumentID(octets: try reader.next().octetString()) else {
                throw damaged("a document")
            }
            guard let status = DeclaredStatus(number: try reader.next().integer(.enumerated)) else {
                throw damaged("a status")
            }
            others = try reader.next(.sequence).elements().map { try $0.integer() }
            versions = try reader.next(.sequence).elements().map { try $0.integer() }
            hold = try DocumentPage.hold(&reader, object)
            try reader.end()
            guard !versions.isEmpty else { throw damaged("a document without versions") }
            (self.document, self.status) = (document, status)
        }

        func write(to writer: inout DERWriter) {
            writer.constructed(Self.tag) {
                $0.octetString(document.octets)
                $0.integer(status.number, tag: .enumerated)
                $0.sequence { list in
                    for sequence in others { list.integer(sequence) }
                }
                $0.sequence { list in
                    for sequence in versions { list.integer(sequence) }
                }
                DocumentPage.write(hold, to: &$0)
            }
        }

        /// The whole record, with the versions that were read in the journal.
        func record(_ read: [DocumentVersion]) -> DocumentRecord? {
            guard let first = read.first, let last = read.last, read.count == versions.count,
                read.allSatisfy({ $0.document == document })
            else { return nil }
            var record = DocumentRecord(first, in: versions[0])
            record.versions = read
            record.current = last
            record.declaredStatus = status
            record.versionEntries = versions
            record.otherEntries = others
            record.hold = hold
            return record
        }
    }

    /// Whether readers take a page with so many octets of DER.
    static func isReadable(_ count: Int) -> Bool {
        let padded = Padding.paddedSize(of: Int64(count), least: Padding.leastDocument)
        guard let sealed = try? Cobblestone256.sealedSize(ofPlaintext: padded) else { return false }
        return sealed <= Int64(ObjectLimit.page.octets)
    }
}

extension SnapshotReader {
    /// The rows of one page of documents; versions that only the journal has are read there.
    func rows(
        _ element: DERElement, object: String, of root: SnapshotRoot
    ) async throws(VaultError) -> [DocumentPage.Row] {
        var rows: [DocumentPage.Row] = []
        for stored in try DocumentPage.rows(element, object: object) {
            switch stored {
            case .row(let row): rows.append(row)
            case .long(let long): rows.append(.document(try await record(of: long, in: root, object: object)))
            }
        }
        return rows
    }

    // The entries are those of the snapshot's own hashes. One that is not is a fault of the page, as of any other that does
    // not hold: the journal is read instead, from its beginning.
    private func record(
        of long: DocumentPage.LongRow, in root: SnapshotRoot, object: String
    ) async throws(VaultError) -> DocumentRecord {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        let perPage = Int64(Self.hashesPerPage)
        var known: (place: Int64, octets: [UInt8])?
        var versions: [DocumentVersion] = []
        for sequence in long.versions {
            guard (0...root.covered.sequence).contains(sequence) else { throw damaged("entry \(sequence)") }
            let place = sequence / perPage
            if known?.place != place { known = (place, try Self.hashes(try await leaf(Int(place), of: root.hashes))) }
            let start = Int(sequence % perPage) * 32
            guard let octets = known?.octets, start + 32 <= octets.count,
                let hash = Digest32(octets: octets[start..<start + 32]),
                let stored = try await store.entries(of: vault, from: sequence, limit: 1).first,
                let bytes = stored.payload
            else { throw damaged("entry \(sequence): missing, or its payload is") }
            let entry = try JournalEntry(parsing: stored.entry, object: object)
            let payload = try Payload(parsing: bytes, object: object)
            guard entry.hash == hash, payload.hash == entry.payloadHash, let secret = secrets[payload.epoch] else {
                throw damaged("entry \(sequence): another one than the snapshot covers")
            }
            let event = try payload.open(vault: vault, operation: entry.operation, under: secret, object: object).event
            guard let version = event.version else { throw damaged("entry \(sequence) brings no document") }
            versions.append(version)
        }
        guard let record = long.record(versions) else { throw damaged("entries of another document") }
        return record
    }
}
