// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The references of all pages of a snapshot.
struct SnapshotIndexes: Sendable {
    var documents: PageIndex
    var hashes: PageIndex
    var state: ContentID?
    /// The snapshot's entry.
    var sequence: Int64

    static let none = SnapshotIndexes(documents: PageIndex(), hashes: PageIndex(), state: nil, sequence: -1)

    /// Every page.
    var contents: Set<ContentID> {
        Set(documents.all.map(\.content) + hashes.all.map(\.content) + (state.map { [$0] } ?? []))
    }
}

extension SnapshotReader {
    /// The references of all pages of a snapshot.
    func indexes(of root: SnapshotRoot, at sequence: Int64) async throws(VaultError) -> SnapshotIndexes {
        SnapshotIndexes(
            documents: try await index(root.documents, rowsPerPage: DocumentPage.rowsPerPage),
            hashes: try await index(root.hashes, rowsPerPage: Self.hashesPerPage), state: root.state.content,
            sequence: sequence)
    }

    /// The rows of one page of documents.
    func rows(_ reference: PageReference, of root: SnapshotRoot) async throws(VaultError) -> [DocumentPage.Row] {
        try await rows(try await page(reference), object: "page \(reference.content)", of: root)
    }

    /// All documents of a snapshot; pages are read by several tasks at once.
    func catalogue(of root: SnapshotRoot) async throws(VaultError) -> Catalogue {
        let leaves = try await index(root.documents, rowsPerPage: DocumentPage.rowsPerPage).leaves
        let size = max(16, leaves.count / 8 + 1)
        let parts = stride(from: 0, to: leaves.count, by: size).map { leaves[$0..<min($0 + size, leaves.count)] }
        let outcomes = await withTaskGroup { group in
            for (number, part) in parts.enumerated() {
                group.addTask { (number, await self.outcome(part, of: root)) }
            }
            return await group.reduce(into: [Int: Result<[DocumentPage.Row], VaultError>]()) { $0[$1.0] = $1.1 }
        }
        var pages: [[DocumentPage.Row]] = []
        for number in parts.indices { pages.append(try outcomes[number]?.get() ?? []) }
        var catalogue = Catalogue()
        catalogue.reserve(Int(clamping: root.documents.items))
        for row in pages.joined() {
            switch row {
            case .document(let record): try catalogue.restore(record)
            case .erased(let document, let tombstone): try catalogue.restore(erased: document, tombstone)
            }
        }
        guard Int64(catalogue.rows.count) == root.documents.items else {
            throw VaultError(
                .damaged, object: "snapshot", "\(catalogue.rows.count) rows, the root says \(root.documents.items)")
        }
        return catalogue
    }

    @concurrent private func outcome(
        _ references: ArraySlice<PageReference>, of root: SnapshotRoot
    ) async -> Result<[DocumentPage.Row], VaultError> {
        var rows: [DocumentPage.Row] = []
        do throws(VaultError) {
            for start in stride(from: references.startIndex, to: references.endIndex, by: Self.pagesPerRead) {
                let part = references[start..<min(start + Self.pagesPerRead, references.endIndex)]
                for (reference, element) in zip(part, try await pages(part)) {
                    rows += try await self.rows(element, object: "page \(reference.content)", of: root)
                }
            }
        } catch {
            return .failure(error)
        }
        return .success(rows)
    }
}
