// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// The objects of form and pages over many states of a document: what did not change from one to the next is parsed once,
/// so that the work grows with what the revisions write and not with their number times the form.
final class StateObjects {
    private struct Known {
        /// The revision that wrote the object.
        let writtenIn: Int
        /// The revision that wrote the object stream that it stands in.
        let containerWrittenIn: Int?
        let object: PDFObject
    }

    private let file: PDFFile
    /// The two states of each object that were asked for last: comparing asks for both in turn.
    private var known: [IndirectReference: (newest: Known, other: Known?)] = [:]
    private var tree: (revision: Int, root: PDFObject?, pages: [IndirectReference], nodes: Set<Int>)?

    init(_ file: PDFFile) { self.file = file }

    func object(_ reference: IndirectReference, asOf revision: Int) throws(PDFSyntaxError) -> PDFObject {
        guard let writtenIn = file.revisionOfLastChange(of: reference.number, asOf: revision) else { return .null }
        var container: Int?
        if case .compressed(let stream, _) = file.entry(for: reference.number, asOf: revision) {
            container = file.revisionOfLastChange(of: stream, asOf: revision)
        }
        let kept = known[reference]
        for state in [kept?.newest, kept?.other] {
            if let state, state.writtenIn == writtenIn, state.containerWrittenIn == container { return state.object }
        }
        let object = try file.object(reference, asOf: revision)
        // Where a stream ends may hang on another object.
        if object.stream?.dictionary["Length"]?.reference == nil {
            let state = Known(writtenIn: writtenIn, containerWrittenIn: container, object: object)
            known[reference] = (state, kept?.newest)
        }
        return object
    }

    /// The catalogue of a state.
    func catalog(asOf revision: Int) throws(PDFSyntaxError) -> PDFDictionary {
        guard let reference = file.revisions[revision].trailer["Root"]?.reference,
            let dictionary = try object(reference, asOf: revision).dictionary
        else { return try file.catalog(asOf: revision).dictionary }
        return dictionary
    }

    func resolve(_ object: PDFObject?, asOf revision: Int) throws(PDFSyntaxError) -> PDFObject {
        guard case .reference(let reference) = object else { return object ?? .null }
        let value = try self.object(reference, asOf: revision)
        return value.reference == nil ? value : try file.resolve(value, asOf: revision)
    }

    /// The pages, walked anew only when a revision wrote one of the tree's nodes.
    func pages(asOf revision: Int) throws(PDFSyntaxError) -> [IndirectReference] {
        let root = try catalog(asOf: revision)["Pages"]
        if let tree, tree.revision <= revision, tree.root == root {
            let isUntouched = (tree.revision..<revision).allSatisfy { index in
                file.revisions[index + 1].entries.allSatisfy { !tree.nodes.contains($0.number) }
            }
            if isUntouched {
                self.tree?.revision = revision
                return tree.pages
            }
        }
        let (pages, references) = try file.pageTree(asOf: revision)
        var nodes = Set(references.map(\.number))
        for reference in references {
            if case .compressed(let stream, _) = file.entry(for: reference.number, asOf: revision) {
                nodes.insert(stream)
            }
        }
        tree = (revision, root, pages, nodes)
        return pages
    }
}
