// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore

/// Rows of the catalogue as a page of a snapshot (format §10 DocumentRow).
enum DocumentPage {
    static let rowsPerPage = 32
    private static let erased = DERTag.context(1)
    private static let hold = DERTag.context(0)

    /// The plaintext of a page, before padding.
    static func bytes(_ rows: ArraySlice<DocumentID>, of catalogue: Catalogue) -> [UInt8] {
        bytes(rows, of: catalogue, then: [])
    }

    /// A document that an entry brings which is not appended yet.
    struct NewDocument {
        let document: DocumentID
        let sequence: Int64
        let storedAt: VaultTime
        /// DER of the VersionBody.
        let version: [UInt8]
    }

    /// The plaintext of a page of rows, and of new documents behind them, before padding.
    ///
    /// Of a page that readers would not take, the long rows name their entries only; any other stands as it always did.
    static func bytes(
        _ rows: ArraySlice<DocumentID>, of catalogue: Catalogue, then new: ArraySlice<NewDocument>
    ) -> [UInt8] {
        let whole = bytes(rows, of: catalogue, then: new, cutting: false)
        return isReadable(whole.count) ? whole : bytes(rows, of: catalogue, then: new, cutting: true)
    }

    private static func bytes(
        _ rows: ArraySlice<DocumentID>, of catalogue: Catalogue, then new: ArraySlice<NewDocument>, cutting: Bool
    ) -> [UInt8] {
        DERWriter.bytes(capacity: rowsPerPage * 512) { page in
            page.sequence { list in
                for row in rows {
                    if let record = catalogue.documents[row] {
                        guard cutting else {
                            write(record, to: &list)
                            continue
                        }
                        let row = DERWriter.bytes { write(record, to: &$0) }
                        put(row, or: LongRow(record), to: &list)
                    } else if let tombstone = catalogue.erased[row] {
                        list.constructed(erased) {
                            $0.octetString(row.octets)
                            $0.integer(tombstone.first)
                            $0.integer(tombstone.erasedIn)
                        }
                    }
                }
                for document in new {
                    guard cutting else {
                        write(document, to: &list)
                        continue
                    }
                    let row = DERWriter.bytes { write(document, to: &$0) }
                    put(row, or: LongRow(document), to: &list)
                }
            }
        }
    }

    private static func put(_ row: [UInt8], or long: LongRow, to writer: inout DERWriter) {
        if row.count > LongRow.least {
            long.write(to: &writer)
        } else {
            writer.raw(row)
        }
    }

    private static func write(_ new: NewDocument, to writer: inout DERWriter) {
        writer.sequence {
            $0.integer(DeclaredStatus.active.number, tag: .enumerated)
            $0.sequence { _ in }
            $0.sequence { list in
                list.sequence {
                    $0.integer(new.sequence)
                    $0.integer(new.storedAt.seconds)
                    $0.integer(Int64(new.storedAt.nanoseconds))
                    $0.raw(new.version)
                }
            }
        }
    }

    private static func write(_ record: DocumentRecord, to writer: inout DERWriter) {
        writer.sequence {
            $0.integer(record.declaredStatus.number, tag: .enumerated)
            $0.sequence { list in
                for sequence in record.otherEntries { list.integer(sequence) }
            }
            $0.sequence { list in
                for (version, sequence) in zip(record.versions, record.versionEntries) {
                    list.sequence {
                        $0.integer(sequence)
                        $0.integer(version.storedAt.seconds)
                        $0.integer(Int64(version.storedAt.nanoseconds))
                        version.write(to: &$0)
                    }
                }
            }
            write(record.hold, to: &$0)
        }
    }

    static func write(_ held: LegalHold?, to writer: inout DERWriter) {
        guard let held else { return }
        writer.constructed(hold) {
            $0.utf8String(held.ground)
            $0.utf8String(held.decidedBy)
            $0.integer(held.placedAt.seconds)
            $0.integer(Int64(held.placedAt.nanoseconds))
        }
    }

    /// A row of the catalogue.
    enum Row: Sendable {
        case document(DocumentRecord)
        case erased(DocumentID, Catalogue.Tombstone)
    }

    /// A row as it is read from a page.
    enum StoredRow: Sendable {
        case row(Row)
        case long(LongRow)
    }

    static func rows(_ element: DERElement, object: String) throws(VaultError) -> [StoredRow] {
        do {
            try element.expect(.sequence)
            return try element.elements().map { element in
                guard element.tag != LongRow.tag else { return .long(try LongRow(element, object)) }
                guard element.tag == erased else { return .row(.document(try record(element, object))) }
                var reader = try element.reader(erased)
                guard let document = DocumentID(octets: try reader.next().octetString()) else {
                    throw VaultError(.damaged, object: object, "an erased document")
                }
                let tombstone = Catalogue.Tombstone(
                    first: try reader.next().integer(), erasedIn: try reader.next().integer())
                try reader.end()
                return .row(.erased(document, tombstone))
            }
        } catch let error as VaultError {
            throw error
        } catch {
            throw VaultError(.damaged, object: object, "page: \(error)")
        }
    }

    private static func record(_ element: DERElement, _ object: String) throws -> DocumentRecord {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        var reader = try element.reader(.sequence)
        guard let status = DeclaredStatus(number: try reader.next().integer(.enumerated)) else {
            throw damaged("a status")
        }
        let others = try reader.next(.sequence).elements().map { try $0.integer() }
        var entries: [Int64] = []
        let versions = try reader.next(.sequence).elements().map { element in
            var version = try element.reader(.sequence)
            entries.append(try version.next().integer())
            let time = try instant(&version, object)
            var body = try version.next(.sequence).reader()
            try version.end()
            return try DocumentVersion(&body, storedAt: time, object: object)
        }
        guard let first = versions.first, let last = versions.last,
            versions.allSatisfy({ $0.document == first.document })
        else { throw damaged("a document without versions") }
        var record = DocumentRecord(first, in: entries.first ?? 0)
        record.versions = versions
        record.current = last
        record.declaredStatus = status
        record.versionEntries = entries
        record.otherEntries = others
        record.hold = try hold(&reader, object)
        try reader.end()
        return record
    }

    static func hold(_ reader: inout DERReader, _ object: String) throws -> LegalHold? {
        guard let element = try reader.optional(hold) else { return nil }
        var held = try element.reader(hold)
        let ground = try held.next(.utf8String).validText()
        let decidedBy = try held.next(.utf8String).validText()
        let placed = LegalHold(ground: ground, decidedBy: decidedBy, placedAt: try instant(&held, object))
        try held.end()
        return placed
    }

    private static func instant(_ reader: inout DERReader, _ object: String) throws -> Instant {
        let seconds = try reader.next().integer()
        let nanoseconds = try reader.next().integer()
        guard VaultEvent.times.contains(seconds), (0...999_999_999).contains(nanoseconds) else {
            throw VaultError(.damaged, object: object, "a time outside the years 1 to 9999")
        }
        return Instant(seconds: seconds, nanoseconds: Int32(nanoseconds))
    }
}
