// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

extension Vault {
    /// The newest documents, without reading the others: the same cost in a small vault and in a large one.
    ///
    /// - Parameter limit: Most documents that are given, at least 1.
    /// - Returns: At most `limit` documents; see ``NewestDocuments/isJudgedByAll``.
    /// - Throws: As ``list()``.
    public func newest(_ limit: Int) async throws(VaultError) -> NewestDocuments {
        let limit = max(limit, 1)
        for attempt in 0..<3 where state.catalogue == nil {
            guard let snapshot = state.snapshot else { break }
            do throws(VaultError) {
                let part = try await reader.newest(limit, of: snapshot.root)
                guard state.catalogue == nil else { break }
                guard state.snapshot?.sequence == snapshot.sequence else { continue }
                return try newest(limit, in: part)
            } catch {
                // The next snapshot took the pages away: that one is read.
                guard attempt == 0, error.object.hasPrefix("page ") || error.object.hasPrefix("snapshot") else {
                    throw error
                }
                try await refold()
            }
        }
        try await loadDocuments()
        let records = state.catalogue.map { $0.newest(limit) } ?? []
        return NewestDocuments(records: records, total: state.core.documents, isJudgedByAll: true)
    }

    // What waiting entries say of documents on pages that were not read is left aside.
    private func newest(_ limit: Int, in part: Catalogue) throws(VaultError) -> NewestDocuments {
        var part = part
        for (sequence, event) in state.waiting where part.concerns(event) {
            try part.apply(event, in: sequence, hasGaps: true)
        }
        return NewestDocuments(
            records: part.newest(limit), total: state.core.documents,
            isJudgedByAll: Int64(part.documents.count) == state.core.documents)
    }
}

extension Catalogue {
    /// The last documents that are not erased, the newest first.
    func newest(_ limit: Int) -> [DocumentRecord] {
        Array(rows.reversed().lazy.compactMap { documents[$0] }.prefix(limit))
    }

    /// Whether an event is about a document of this part, or brings one.
    fileprivate func concerns(_ event: VaultEvent) -> Bool {
        if let version = event.version { return version.previous == nil || documents[version.document] != nil }
        return switch event {
        case .documentStatus(let document, _, _), .legalHold(let document, _): documents[document] != nil
        case .erased(let erasure): documents[erasure.document] != nil
        default: false
        }
    }
}

extension SnapshotReader {
    /// The last rows of a snapshot: at least `limit` documents that are not erased, or all.
    fileprivate func newest(_ limit: Int, of root: SnapshotRoot) async throws(VaultError) -> Catalogue {
        let perPage = Int64(DocumentPage.rowsPerPage)
        var place = Int(clamping: (root.documents.items + perPage - 1) / perPage)
        var pages: [[DocumentPage.Row]] = []
        var found = 0
        while place > 0, found < limit {
            place -= 1
            let rows = try await self.rows(
                try await leaf(place, of: root.documents), object: "page \(place)", of: root)
            found += rows.count {
                if case .document = $0 { true } else { false }
            }
            pages.append(rows)
        }
        var catalogue = Catalogue()
        for row in pages.reversed().joined() {
            switch row {
            case .document(let record): try catalogue.restore(record)
            case .erased(let document, let tombstone): try catalogue.restore(erased: document, tombstone)
            }
        }
        return catalogue
    }
}
