// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax

/// The root of a snapshot, the body of its journal entry (format §10).
struct SnapshotRoot: Sendable, Hashable {
    /// A list cut into pages, with pages of references above them.
    struct Tree: Sendable, Hashable {
        /// Rows in all pages.
        let items: Int64
        /// Levels of references between ``top`` and the rows.
        let depth: Int
        let top: [PageReference]

        static let deepest = 4

        init(items: Int64, depth: Int, top: [PageReference]) {
            self.items = items
            self.depth = depth
            self.top = top
        }

        init(_ element: DERElement, object: String) throws {
            var reader = try element.reader(.sequence)
            items = try reader.next().integer()
            let depth = try reader.next().integer()
            top = try PageReference.list(try reader.next(.sequence), object: object)
            try reader.end()
            guard items >= 0, (0...Int64(Self.deepest)).contains(depth), top.count <= PageIndex.widest else {
                throw VaultError(.damaged, object: object, "a tree of pages")
            }
            self.depth = Int(depth)
        }

        func write(to writer: inout DERWriter) {
            writer.sequence {
                $0.integer(items)
                $0.integer(Int64(depth))
                PageReference.write(top, to: &$0)
            }
        }
    }

    /// The last entry that the snapshot covers: the one before its own.
    let covered: JournalHead
    let state: PageReference
    let documents: Tree
    let hashes: Tree

    init(covered: JournalHead, state: PageReference, documents: Tree, hashes: Tree) {
        self.covered = covered
        self.state = state
        self.documents = documents
        self.hashes = hashes
    }

    init(_ reader: inout DERReader, object: String) throws {
        covered = try JournalHead(reader.next(), object: object)
        state = try PageReference(reader.next(), object: object)
        documents = try Tree(reader.next(), object: object)
        hashes = try Tree(reader.next(), object: object)
        try reader.end()
        guard hashes.items == covered.sequence + 1, documents.items <= covered.sequence else {
            throw VaultError(.damaged, object: object, "a snapshot of other entries than it covers")
        }
    }

    func write(to writer: inout DERWriter) {
        writer.sequence {
            covered.write(to: &$0)
            state.write(to: &$0)
            documents.write(to: &$0)
            hashes.write(to: &$0)
        }
    }
}
