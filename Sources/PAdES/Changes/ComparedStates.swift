// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// What the comparisons of a file's revisions share: each state's form and pages are read once, a page's content once.
final class ComparedStates {
    /// Where the pages paint; no revision may change it.
    let painted = PaintedPages()
    private let file: PDFFile
    private let objects: StateObjects
    private var forms: [Int: FormTree] = [:]
    private var pages: [Int: [IndirectReference]] = [:]

    init(_ file: PDFFile) {
        self.file = file
        objects = StateObjects(file)
    }

    /// The form of a state; the state before it is kept too.
    func form(asOf revision: Int) throws(PAdESError) -> FormTree {
        if let form = forms[revision] { return form }
        let form = try FormTree(file, asOf: revision, objects: objects)
        forms = forms.filter { $0.key == revision - 1 }
        forms[revision] = form
        return form
    }

    /// The pages of a state; those of the state before it are kept too.
    func pages(asOf revision: Int) throws(PDFSyntaxError) -> [IndirectReference] {
        if let known = pages[revision] { return known }
        let found = try objects.pages(asOf: revision)
        pages = pages.filter { $0.key == revision - 1 }
        pages[revision] = found
        return found
    }
}
