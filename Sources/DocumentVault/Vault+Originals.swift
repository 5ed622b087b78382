// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
import FoundationEssentials

extension Vault {
    /// Writes all documents as they are into one ZIP file, for the person whose they are: no key is needed to read it.
    ///
    /// Beside the documents, under `documents/`, stands `manifest.json` with what the vault knows of each.
    ///
    /// - Parameters:
    ///   - write: Takes the octets, in order.
    ///   - time: Now; stands in the file.
    ///   - progress: Told the documents done and all there are.
    /// - Throws: ``VaultError``: `damaged` for a document that does not hold, `busy` when one was erased meanwhile (begin
    ///   again), errors of the store; what `write` throws.
    public func exportOriginals(
        to write: @escaping ([UInt8]) throws -> Void, at time: Instant, progress: (@Sendable (Int, Int) -> Void)? = nil
    ) async throws {
        try await refresh()
        let records = try await list()
        var archive = StoredZIPWriter(at: time, write)
        var rows: [OriginalsManifest.Row] = []
        for (number, record) in records.enumerated() {
            let row = OriginalsManifest.Row(record, number: number + 1, on: time.date)
            try archive.begin(row.file)
            do {
                try await content(of: record.current).forEachPiece { try archive.piece($0) }
            } catch let error as VaultError {
                try? await refresh()
                guard state.catalogue?.erased[record.id] != nil else { throw error }
                throw VaultError(
                    .busy, object: "export", "a document was erased while the export was written; begin again")
            }
            try archive.end()
            rows.append(row)
            progress?(number + 1, records.count)
        }
        try archive.begin("manifest.json")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let manifest = OriginalsManifest(
            format: "dossierkit-originals", version: 1, vault: id.description, name: name, madeAt: time, documents: rows
        )
        try archive.piece(Array(try encoder.encode(manifest)))
        try archive.end()
        try archive.finish()
    }
}

/// `manifest.json` of an archive of originals.
struct OriginalsManifest: Encodable {
    struct Row: Encodable {
        let file: String
        let id: String
        let versions: Int
        let name: String
        let type: String
        let mediaType: String
        let size: Int64
        let sha256: String
        let issuerCode: String?
        let issuerName: String?
        let number: String?
        let issuedOn: CalendarDate?
        let validUntil: CalendarDate?
        let dossier: String?
        let procedure: String?
        let retention: String?
        let source: String
        let assurance: String
        let confidence: String?
        let status: String
        let storedAt: Instant
        let fields: [Field]

        struct Field: Encodable {
            let name: String
            let value: String
            let origin: String
            let location: String
        }

        init(_ record: DocumentRecord, number: Int, on day: CalendarDate) {
            let current = record.current
            let metadata = current.metadata
            // Numbered, so that equal names do not meet and none begins with a dot.
            let digits = String(number)
            file = "documents/\(String(repeating: "0", count: max(0, 4 - digits.count)) + digits)-\(metadata.name)"
            id = record.id.description
            versions = record.versions.count
            name = metadata.name
            type = metadata.type
            mediaType = metadata.mediaType
            size = current.size
            sha256 = current.sha256.description
            issuerCode = metadata.issuerCode
            issuerName = metadata.issuerName
            self.number = metadata.number
            issuedOn = metadata.issuedOn
            validUntil = metadata.validUntil
            dossier = metadata.dossier
            procedure = metadata.procedure
            retention = metadata.retention?.description
            source = current.provenance.source.rawValue
            assurance = current.provenance.assurance.rawValue
            confidence = metadata.confidence?.rawValue
            status = record.status(on: day).rawValue
            storedAt = current.storedAt
            fields = current.fields.map {
                Field(name: $0.name, value: $0.value, origin: $0.origin.rawValue, location: $0.location)
            }
        }
    }

    let format: String
    let version: Int
    let vault: String
    let name: String
    let madeAt: Instant
    let documents: [Row]
}
