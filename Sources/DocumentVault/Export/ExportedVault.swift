// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
public import DossierCore

/// An export file as a store that can be read: a vault opens from it as from any other, without a server.
///
/// Reading the file checks its form and its digest; what is in it is checked like everything that comes from a store.
public struct ExportedVault: VaultStore {
    /// The vault.
    public let vault: VaultID
    /// The head up to which it was exported.
    public let exportedHead: JournalHead
    let header: ExportHeader
    let entries: [StoredEntry]
    let slots: [[UInt8]]
    let keyRecords: [VersionID: [UInt8]]
    let contents: [ContentID: Range<Int64>]
    let source: any ByteSource

    /// Octets of entries, slots and key records that are kept in memory at most.
    static let largestIndex: Int64 = 4 << 30
    static let largestRecord: Int64 = 32 << 20

    public var capabilities: VaultStoreCapabilities {
        VaultStoreCapabilities(inlineContentLimit: 0, isDurable: true, overwritesDeleted: false, depositLimit: 0)
    }

    /// Reads a file from its first to its last octet.
    ///
    /// - Throws: ``VaultError``: `notAStore` for a file that is no export, `damaged`, `newerVersion`;
    ///   ``DossierCore/ByteSourceError``.
    public init(reading source: some ByteSource) throws {
        self.source = source
        var records = try ExportRecords(source)
        var header: ExportHeader?
        var entries: [StoredEntry] = []
        var slots: [[UInt8]] = []
        var keyRecords: [VersionID: [UInt8]] = [:]
        var contents: [ContentID: Range<Int64>] = [:]
        var kept: Int64 = 0
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: "export", detail) }
        while let record = try records.next() {
            guard (header == nil) == (record.type == .header) else {
                throw damaged("the header is not the first record")
            }
            if record.type == .content {
                guard let id = ContentID(octets: try source.bytes(at: record.range.lowerBound, count: 16)),
                    contents.updateValue(record.range.lowerBound + 16..<record.range.upperBound, forKey: id) == nil
                else { throw damaged("a content twice") }
                continue
            }
            let size = record.range.upperBound - record.range.lowerBound
            kept += size
            guard size <= Self.largestRecord, kept <= Self.largestIndex else {
                throw damaged("a record of \(size) octets")
            }
            let bytes = try source.bytes(at: record.range.lowerBound, count: Int(size))
            switch record.type {
            case .header: header = try ExportHeader(bytes)
            case .entry: entries.append(try Self.entry(bytes, Int64(entries.count)))
            case .slot: slots.append(bytes)
            case .keyRecord:
                keyRecords[try KeyRecord(parsing: bytes, object: "key record").version] = bytes
            case .content, .end: break
            }
        }
        guard let header else { throw damaged("no header") }
        self.header = header
        vault = header.vault
        exportedHead = header.head
        self.entries = entries
        self.slots = slots
        self.keyRecords = keyRecords
        self.contents = contents
    }

    private static func entry(_ bytes: [UInt8], _ sequence: Int64) throws -> StoredEntry {
        let object = "entry \(sequence)"
        do {
            var reader = try DERElement(parsing: bytes).reader(.sequence)
            let entry = try reader.next().octetString()
            let payload = reader.isAtEnd ? nil : try reader.next().octetString()
            try reader.end()
            return StoredEntry(
                sequence: sequence, operation: try JournalEntry(parsing: entry, object: object).operation, entry: entry,
                payload: payload)
        } catch let error as VaultError {
            throw error
        } catch {
            throw VaultError(.damaged, object: object, "\(error)")
        }
    }

    public func head(of vault: VaultID) async throws(VaultError) -> JournalHead? {
        vault == self.vault ? exportedHead : nil
    }

    public func entries(of vault: VaultID, from sequence: Int64, limit: Int) async throws(VaultError) -> [StoredEntry] {
        guard vault == self.vault, sequence >= 0 else { return [] }
        return Array(entries.dropFirst(Int(clamping: sequence)).prefix(limit))
    }

    public func slots(of vault: VaultID) async throws(VaultError) -> [[UInt8]] { vault == self.vault ? slots : [] }

    public func keyRecords(
        of versions: [VersionID], in vault: VaultID
    ) async throws(VaultError) -> [VersionID: [UInt8]] {
        guard vault == self.vault else { return [:] }
        return Dictionary(
            versions.compactMap { version in keyRecords[version].map { (version, $0) } },
            uniquingKeysWith: { first, _ in first }
        )
    }

    public func contentSize(_ id: ContentID, of vault: VaultID) async throws(VaultError) -> Int64? {
        vault == self.vault ? contents[id].map { $0.upperBound - $0.lowerBound } : nil
    }

    public func content(
        _ id: ContentID, of vault: VaultID, in range: Range<Int64>
    ) async throws(VaultError) -> [UInt8] {
        guard vault == self.vault, let place = contents[id] else {
            throw VaultError(.notFound, object: "content \(id)", "the export does not have it")
        }
        guard range.lowerBound >= 0, range.upperBound <= place.upperBound - place.lowerBound else {
            throw VaultError(.damaged, object: "content \(id)", "it is shorter")
        }
        do {
            return try source.bytes(
                at: place.lowerBound + range.lowerBound, count: Int(range.upperBound - range.lowerBound))
        } catch {
            throw VaultError(.storeFailure, object: "content \(id)", error.description)
        }
    }

    public func contents(of vault: VaultID, after id: ContentID?, limit: Int) async throws(VaultError) -> [ContentID] {
        guard vault == self.vault else { return [] }
        return Array(contents.keys.filter { content in id.map { $0 < content } ?? true }.sorted().prefix(limit))
    }

    public func deposits(of vault: VaultID, limit: Int) async throws(VaultError) -> [StoredDeposit] { [] }

    private var readOnly: VaultError {
        VaultError(.notPermitted, object: "export", "an export is read, not changed; import it into a store")
    }

    public func append(_ batch: VaultAppend, to vault: VaultID) async throws(VaultError) -> VaultAppendOutcome {
        throw readOnly
    }

    public func replaceKeyRecords(_ records: [VersionID: [UInt8]], in vault: VaultID) async throws(VaultError) {
        throw readOnly
    }

    public func putContent(
        _ id: ContentID, of vault: VaultID, size: Int64, from stream: any ContentStream
    ) async throws { throw readOnly }

    public func deleteContents(_ ids: [ContentID], of vault: VaultID) async throws(VaultError) { throw readOnly }

    public func putDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError) { throw readOnly }
    public func replaceDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError) { throw readOnly }

    public func deleteDeposits(_ ids: [DepositID], of vault: VaultID) async throws(VaultError) { throw readOnly }
}
