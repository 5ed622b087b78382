// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import PDFSyntax

/// What a form tree was made of, by which it is known whether a later revision only added to it.
struct FormOrigin {
    /// The roots in `/AcroForm /Fields`.
    var roots: [PDFObject] = []
    /// The nodes that the last revision added.
    var added: [IndirectReference] = []
    /// Elements of arrays that were gone through to follow the last revision, though it may not have written them.
    var looked = 0
    /// Objects, and object streams with such, whose rewriting may change more than what is added.
    private(set) var dependencies: Set<Int> = []
    private(set) var annotations: [IndirectReference: [PDFObject]] = [:]
    /// Pages by the objects, and object streams with such, that hold their `/Annots`.
    private(set) var pages: [Int: [IndirectReference]] = [:]
    private var isSimple = true

    /// Takes an object that the tree follows from.
    ///
    /// - Parameter value: What it holds, where that counts.
    mutating func depend(on number: Int, holding value: PDFObject? = nil, _ file: PDFFile, _ revision: Int) {
        // A reference that leads to a reference would have to be followed further.
        if value?.reference != nil { isSimple = false }
        guard dependencies.insert(number).inserted else { return }
        if case .compressed(let stream, _) = file.entry(for: number, asOf: revision) { dependencies.insert(stream) }
    }

    /// Takes what `/Annots` of a page holds, and the object in which it stands when that is not the page.
    mutating func set(
        _ elements: [PDFObject], _ holder: IndirectReference?, holding value: PDFObject?, of page: IndirectReference,
        _ file: PDFFile, _ revision: Int
    ) {
        annotations[page] = elements
        if value?.reference != nil { isSimple = false }
        hold(page.number, file, revision, page)
        if let holder { hold(holder.number, file, revision, page) }
    }

    /// Notes the object, and the object stream with it, for a page.
    private mutating func hold(_ number: Int, _ file: PDFFile, _ revision: Int, _ page: IndirectReference) {
        note(page, at: number)
        if case .compressed(let stream, _) = file.entry(for: number, asOf: revision) { note(page, at: stream) }
    }

    private mutating func note(_ page: IndirectReference, at place: Int) {
        if !(pages[place]?.contains(page) ?? false) { pages[place, default: []].append(page) }
    }

    /// Whether a revision rewrote nothing that the tree follows from.
    func isKept(by revision: PDFRevision) -> Bool {
        isSimple && revision.entries.allSatisfy { !dependencies.contains($0.number) }
    }

    /// The pages whose annotations a revision may have changed.
    func pages(touchedBy revision: PDFRevision) -> [IndirectReference] {
        var touched: Set<IndirectReference> = []
        for (number, _) in revision.entries { touched.formUnion(pages[number] ?? []) }
        return touched.sorted()
    }
}

extension FormTree {
    /// Goes on to the next revision when that only added roots and annotations.
    ///
    /// - Returns: `false` when the form must be read anew; the tree is then that of no state.
    mutating func follow(_ objects: StateObjects) throws(PAdESError) -> Bool {
        let next = revision + 1
        guard origin.isKept(by: file.revisions[next]) else { return false }
        let roots = try FormTree.roots(objects, next)
        origin.looked = 0
        // An array that is the same value needs no look at its elements.
        if roots != origin.roots {
            origin.looked += roots.count
            guard roots.count >= origin.roots.count, roots.starts(with: origin.roots) else { return false }
        }
        let pages = try reading { () throws(PDFSyntaxError) in try objects.pages(asOf: next) }
        guard pages == self.pages else { return false }
        let touched = origin.pages(touchedBy: file.revisions[next])
        for page in touched {
            let elements = try FormTree.annotations(of: page, objects, next).elements
            guard elements != origin.annotations[page] else { continue }
            origin.looked += elements.count + (origin.annotations[page]?.count ?? 0)
            let kept = Set(elements.compactMap(\.reference))
            guard (origin.annotations[page] ?? []).allSatisfy({ $0.reference.map(kept.contains) ?? true }) else {
                return false
            }
        }
        revision = next
        let new = roots[origin.roots.count...]
        origin.roots = roots
        origin.added = []
        for root in new {
            guard let reference = root.reference, nodes[reference] == nil else { return false }
            try walk(root, isInForm: true, objects)
        }
        for page in touched { try addAnnotations(of: page, objects) }
        return true
    }
}

/// The forms of one state after the other.
final class FormSequence {
    private let file: PDFFile
    let objects: StateObjects
    private var current: FormTree?

    init(_ file: PDFFile, objects: StateObjects) {
        self.file = file
        self.objects = objects
    }

    /// The forms of a state and of the one before.
    struct Step {
        /// The form before; where the revision only added to it, the same as ``after``.
        let before: FormTree
        let after: FormTree
        /// Whether the revision only added the nodes that ``FormTree/origin`` names.
        let isGrown: Bool
    }

    /// The form of a state; quick when that of the state before was asked for last.
    ///
    /// - Returns: The form, and whether the revision only added to the form before.
    func form(asOf revision: Int) throws(PAdESError) -> (tree: FormTree, isGrown: Bool) {
        if current?.revision == revision - 1 {
            // Taken out while it grows, so that it is not copied.
            var tree = current.take()
            // What cannot be followed is read anew, and fails there if it must.
            if let isGrown = try? tree?.follow(objects), isGrown, let tree {
                current = tree
                return (tree, true)
            }
        }
        let tree = try FormTree(file, asOf: revision, objects: objects)
        current = tree
        return (tree, false)
    }

    /// The forms of a state and of the one before it.
    func step(to revision: Int) throws(PAdESError) -> Step {
        var before: FormTree?
        if current?.revision == revision - 1, !(current?.origin.isKept(by: file.revisions[revision]) ?? false) {
            before = current
        }
        let (after, isGrown) = try form(asOf: revision)
        if isGrown { return Step(before: after, after: after, isGrown: true) }
        if let before { return Step(before: before, after: after, isGrown: false) }
        return Step(
            before: try FormTree(file, asOf: revision - 1, objects: objects), after: after, isGrown: false)
    }
}
