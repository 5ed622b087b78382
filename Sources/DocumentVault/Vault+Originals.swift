// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
import FoundationEssentials

extension Vault {
    /// Writes all documents as they are into one ZIP file, for the person whose they are: no key is needed to read it.
    ///
    /// Beside the documents, under `documents/`, stands `manifest.json` with what the vault knows of each. What lies in the
    /// inbox is not among them: see ``depositsWaiting()``.
    ///
    /// - Parameters:
    ///   - write: Takes the octets, in order; nothing more is read before it returns.
    ///   - time: Now; stands in the file.
    ///   - skipping: Whether documents that are damaged, missing or cannot be read are left out and named, in the answer and
    ///     under `damaged` of the manifest; every content is read twice then. Of one whose newest version is so, the newest that
    ///     can be read stands in the file in its place, which both say.
    ///   - progress: Told the documents done and all there are.
    /// - Returns: The documents that were left out, or of which an older version was written.
    /// - Throws: ``VaultError``: `damaged` for a document that does not hold unless they are skipped, `busy` when one was
    ///   erased meanwhile (begin again), errors of the store; what `write` throws.
    @discardableResult
    public func exportOriginals(
        to write: ([UInt8]) async throws -> Void, at time: Instant, skippingDamaged skipping: Bool = false,
        progress: (@Sendable (Int, Int) -> Void)? = nil
    ) async throws -> [DamagedOriginal] {
        try await refresh()
        let records = try await list()
        var archive = StoredZIPWriter(at: time)
        var rows: [OriginalsManifest.Row] = []
        var damaged: [(original: DamagedOriginal, row: OriginalsManifest.Row)] = []
        for (number, record) in records.enumerated() {
            var row = OriginalsManifest.Row(record, record.current, number: number + 1, on: time.date)
            var version = record.current
            // What was written of a member cannot be taken back: it is known to hold before its first octet is.
            if skipping, case let found = try await readable(record), let fault = found.fault {
                let older = found.content?.version
                damaged.append(
                    (
                        DamagedOriginal(
                            document: record.id, name: record.current.metadata.name, fault: fault, instead: older?.id),
                        row
                    ))
                guard let older else {
                    progress?(number + 1, records.count)
                    continue
                }
                version = older
                row = OriginalsManifest.Row(record, older, number: number + 1, on: time.date)
            }
            try await write(archive.begin(row.file))
            do {
                try await content(of: version).forEachPiece {
                    archive.count($0)
                    try await write($0)
                }
            } catch let error as VaultError {
                try? await refresh()
                guard state.catalogue?.erased[record.id] != nil else { throw error }
                throw VaultError(
                    .busy, object: "export", "a document was erased while the export was written; begin again")
            }
            try await write(archive.end())
            rows.append(row)
            progress?(number + 1, records.count)
        }
        try await write(archive.begin("manifest.json"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let manifest = OriginalsManifest(
            format: "dossierkit-originals", version: 1, vault: id.description, name: name, madeAt: time,
            documents: rows,
            damaged: damaged.isEmpty
                ? nil : damaged.map { OriginalsManifest.Missing($0.row, $0.original) },
            endsBefore: endsBefore?.sequence)
        let text = Array(try encoder.encode(manifest))
        archive.count(text)
        try await write(text)
        try await write(archive.end())
        try await write(archive.directory())
        return damaged.map(\.original)
    }
}

/// `manifest.json` of an archive of originals.
struct OriginalsManifest: Encodable {
    struct Row: Encodable {
        let file: String
        let id: String
        let versions: Int
        /// Which of them it is, from 1.
        let version: Int
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

        init(_ record: DocumentRecord, _ current: DocumentVersion, number: Int, on day: CalendarDate) {
            let metadata = current.metadata
            // Numbered, so that equal names do not meet and none begins with a dot.
            let digits = String(number)
            let place = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            file = "documents/\(place)-\(OriginalsManifest.fileName(metadata.name, most: 254 - place.utf8.count))"
            id = record.id.description
            versions = record.versions.count
            version = (record.versions.firstIndex { $0.id == current.id } ?? versions - 1) + 1
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

    /// A document's name as one that every file system takes: some refuse characters, some read them as another folder, and
    /// most have no more than 255 octets.
    static func fileName(_ name: String, most: Int) -> String {
        var scalars = name.unicodeScalars.map { scalar in
            "<>:\"/\\|?*".unicodeScalars.contains(scalar) || scalar.properties.generalCategory == .format
                || scalar.properties.generalCategory == .control ? "_" : scalar
        }
        if let last = scalars.last, last == "." || last == " " { scalars[scalars.count - 1] = "_" }
        let text = String(String.UnicodeScalarView(scalars))
        guard text.utf8.count > most else { return text }
        // What tells the kind of file stays.
        let kind = text.split(separator: ".").dropFirst().last.map { ".\($0)" } ?? ""
        let kept = kind.utf8.count <= 16 ? kind : ""
        var short = String.UnicodeScalarView()
        var octets = kept.utf8.count
        for scalar in text.unicodeScalars {
            octets += String(scalar).utf8.count
            guard octets <= most else { break }
            short.append(scalar)
        }
        return String(short) + kept
    }

    /// A document whose newest content is not in the archive.
    struct Missing: Encodable {
        let id: String
        let name: String
        let type: String
        let mediaType: String
        let size: Int64
        let sha256: String
        let issuerName: String?
        let number: String?
        let issuedOn: CalendarDate?
        let error: String
        /// Whether an older version of it is among the documents.
        let hasOlderVersion: Bool

        init(_ row: Row, _ original: DamagedOriginal) {
            (id, name, type, mediaType, size, sha256) = (
                row.id, row.name, row.type, row.mediaType, row.size, row.sha256
            )
            (issuerName, number, issuedOn) = (row.issuerName, row.number, row.issuedOn)
            error = original.fault.code.rawValue
            hasOlderVersion = original.instead != nil
        }
    }

    let format: String
    let version: Int
    let vault: String
    let name: String
    let madeAt: Instant
    let documents: [Row]
    let damaged: [Missing]?
    /// The journal's entry that does not hold, before which the vault was read.
    let endsBefore: Int64?
}
