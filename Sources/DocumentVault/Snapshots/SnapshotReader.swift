// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax

/// Reads sealed pages of a snapshot from the store (format §10).
struct SnapshotReader: Sendable {
    let vault: VaultID
    let store: any VaultStore
    let secrets: [Int64: EpochSecret]

    static let hashesPerPage = 512

    /// Pages that are read at once.
    static let pagesPerRead = 16

    /// The DER element in a page, after its digest and padding were checked.
    func page(_ reference: PageReference) async throws(VaultError) -> DERElement {
        try open(reference, try await sealed([reference]))
    }

    /// The DER elements in several pages, in order.
    func pages(_ references: ArraySlice<PageReference>) async throws(VaultError) -> [DERElement] {
        var pages: [DERElement] = []
        pages.reserveCapacity(references.count)
        for start in stride(from: references.startIndex, to: references.endIndex, by: Self.pagesPerRead) {
            let part = references[start..<min(start + Self.pagesPerRead, references.endIndex)]
            let sealed = try await sealed(part)
            for reference in part { pages.append(try open(reference, sealed)) }
        }
        return pages
    }

    private func sealed(_ references: ArraySlice<PageReference>) async throws(VaultError) -> [ContentID: [UInt8]] {
        do {
            return try await store.contents(references.map(\.content), of: vault, limit: Int64(ObjectLimit.page.octets))
        } catch {
            guard error.code == .notFound || error.code == .damaged, let first = references.first else { throw error }
            throw VaultError(.damaged, object: "page \(first.content)", "missing or too large")
        }
    }

    private func open(_ reference: PageReference, _ contents: [ContentID: [UInt8]]) throws(VaultError) -> DERElement {
        let object = "page \(reference.content)"
        guard let sealed = contents[reference.content] else {
            throw VaultError(.damaged, object: object, "missing or too large")
        }
        guard let secret = secrets[reference.epoch] else {
            throw VaultError(.damaged, object: object, "of an epoch that is not known")
        }
        let plaintext = try VaultSeal.open(
            sealed, key: secret.octets, .page, Self.fields(vault, reference.content, reference.epoch), object: object)
        guard try Digest32(of: plaintext) == reference.digest else {
            throw VaultError(.damaged, object: object, "another page than the snapshot names")
        }
        do {
            var reader = DERReader(plaintext)
            return try reader.next()
        } catch {
            throw VaultError(.damaged, object: object, "\(error)")
        }
    }

    /// All references of a list.
    func index(_ tree: SnapshotRoot.Tree, rowsPerPage: Int) async throws(VaultError) -> PageIndex {
        var levels = [tree.top]
        for _ in 0..<tree.depth {
            var below: [PageReference] = []
            for (reference, element) in zip(levels[0], try await pages(levels[0][...])) {
                do {
                    below += try PageReference.list(element, object: "page \(reference.content)")
                } catch {
                    throw VaultError(.damaged, object: "page \(reference.content)", "\(error)")
                }
            }
            levels.insert(below, at: 0)
        }
        guard Int64(levels[0].count) == (tree.items + Int64(rowsPerPage) - 1) / Int64(rowsPerPage) else {
            throw VaultError(.damaged, object: "snapshot", "\(levels[0].count) pages for \(tree.items) rows")
        }
        return PageIndex(levels: levels)
    }

    /// One leaf, without reading the pages of references beside its way.
    func leaf(_ place: Int, of tree: SnapshotRoot.Tree) async throws(VaultError) -> DERElement {
        var references = tree.top
        var span = 1
        for _ in 0..<tree.depth { span *= PageIndex.widest }
        var rest = place
        while span > 1 {
            guard references.indices.contains(rest / span) else { break }
            let reference = references[rest / span]
            let element = try await page(reference)
            do {
                references = try PageReference.list(element, object: "page \(reference.content)")
            } catch {
                throw VaultError(.damaged, object: "page \(reference.content)", "\(error)")
            }
            rest %= span
            span /= PageIndex.widest
        }
        guard references.indices.contains(rest) else {
            throw VaultError(.damaged, object: "snapshot", "page \(place) is missing")
        }
        return try await page(references[rest])
    }

    /// The hash of an entry that the snapshot covers.
    func hash(at sequence: Int64, of root: SnapshotRoot) async throws(VaultError) -> Digest32? {
        guard sequence >= 0, sequence < root.hashes.items else { return nil }
        let perPage = Int64(Self.hashesPerPage)
        let element = try await leaf(Int(sequence / perPage), of: root.hashes)
        let octets = try Self.hashes(element)
        let start = Int(sequence % perPage) * 32
        guard start + 32 <= octets.count else { return nil }
        return Digest32(octets: octets[start..<start + 32])
    }

    static func hashes(_ element: DERElement) throws(VaultError) -> [UInt8] {
        do {
            return try element.octetString()
        } catch {
            throw VaultError(.damaged, object: "snapshot", "a page of hashes: \(error)")
        }
    }

    static func fields(_ vault: VaultID, _ content: ContentID, _ epoch: Int64) -> [[UInt8]] {
        [vault.octets, content.octets, VaultSeal.u32(epoch)]
    }
}
