// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

/// The documents of one vault, ordered once so that many procedures can be planned against them.
///
/// Decision order: origin proven by signature or agency, before certified copies, before uploads; then the longest
/// validity; then identifier; then the latest version. The order of the input does not matter.
public struct EvidenceSet: Sendable {
    /// The document types by which the set was ordered.
    public let types: DocumentTypeCatalogue

    /// All documents, those of one type together, in decision order.
    let entries: [Entry]
    /// The distinct values of all documents, by their bytes.
    let texts: [String]
    /// Per text, a number that texts share that are read as the same value.
    let meanings: [Int]
    private let placesByType: [String: Range<Int>]

    /// Orders documents.
    ///
    /// Documents of a type that the catalogue lacks are left out: nothing can ask for them.
    ///
    /// - Throws: ``OnceOnlyError`` with code `duplicateEvidence` when a version of a document occurs twice.
    public init(_ evidence: [Evidence], types: DocumentTypeCatalogue) throws(OnceOnlyError) {
        self.types = types
        var latest: [String: Int] = [:]
        var seen: Set<VersionKey> = []
        for item in evidence {
            guard seen.insert(VersionKey(id: item.id, version: item.version)).inserted else {
                throw OnceOnlyError(.duplicateEvidence, detail: "\(item.id) version \(item.version)")
            }
            latest[item.id] = max(item.version, latest[item.id] ?? .min)
        }
        var drafts: [Entry.Draft] = []
        for item in evidence {
            guard let type = types[item.documentType] else { continue }
            drafts.append(Entry.Draft(item, type: type, isOutdated: latest[item.id].map { item.version < $0 } ?? false))
        }
        drafts.sort { left, right in
            let types = (left.evidence.documentType, right.evidence.documentType)
            return types.0 == types.1 ? Entry.Draft.precedes(left, right) : types.0 < types.1
        }
        var table = TextTable()
        entries = drafts.enumerated().map { Entry($0.element, index: $0.offset, table: &table) }
        texts = table.texts
        meanings = table.meanings
        var places: [String: Range<Int>] = [:]
        for entry in entries {
            let start = places[entry.evidence.documentType]?.lowerBound ?? entry.index
            places[entry.evidence.documentType] = start..<entry.index + 1
        }
        placesByType = places
    }

    /// The documents of a type in decision order.
    func entries(of type: String) -> ArraySlice<Entry> { placesByType[type].map { entries[$0] } ?? [] }

    private struct VersionKey: Hashable {
        let id: String
        let version: Int
    }
}

extension EvidenceSet {
    /// Numbers the values of documents, so that plans compare numbers instead of texts.
    struct TextTable {
        private(set) var texts: [String] = []
        private(set) var meanings: [Int] = []
        private var places: [[UInt8]: Int] = [:]
        private var meaningPlaces: [String: Int] = [:]

        mutating func place(of text: String) -> Int {
            let bytes = Array(text.utf8)
            if let place = places[bytes] { return place }
            let reading = TextReading.reading(of: text)
            let meaning = meaningPlaces[reading] ?? meaningPlaces.count
            meaningPlaces[reading] = meaning
            places[bytes] = texts.count
            texts.append(text)
            meanings.append(meaning)
            return texts.count - 1
        }
    }
}
