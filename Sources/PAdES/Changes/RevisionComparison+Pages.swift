// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import PDFSyntax

extension RevisionComparison {
    /// Pages stay as they are, but for widgets of new signature fields in `/Annots`.
    func comparePages() throws(PAdESError) {
        try reading { () throws(PDFSyntaxError) in
            // The tree can differ only when one of its nodes does; nodes and pages are the objects with /Type.
            let pages = try file.pages(asOf: after)
            guard try pages == file.pages(asOf: before) else {
                refuse(.pageChanged)
                return
            }
            let known = Set(pages)
            steps += pages.count
            var touched: Set<IndirectReference> = []
            for reference in changes.keys {
                if known.contains(reference) { touched.insert(reference) }
                for use in index.uses(of: reference.number) where use.path == ["Annots"] {
                    if let source = use.source, known.contains(source) { touched.insert(source) }
                }
            }
            for page in touched.sorted() { try comparePage(page) }
        }
    }

    private func comparePage(_ page: IndirectReference) throws(PDFSyntaxError) {
        let first = try file.object(page, asOf: before).dictionary ?? [:]
        let second = try file.object(page, asOf: after).dictionary ?? [:]
        for key in changedKeys(first, second) where key != "Annots" { refuse(.pageChanged, page) }
        if isChanged(page) { claim(page) }
        guard first["Annots"] != nil || second["Annots"] != nil else { return }
        let entry = try enter("Annots", first, second, at: Place(source: page, path: []))
        let old = entry.before.array ?? []
        guard let new = entry.after.array, let added = insertions(old, new) else {
            kinds.insert(.annotation)
            refuse(.annotationChanged, page)
            return
        }
        for element in added {
            guard let reference = element.reference, newWidgets.contains(reference) else {
                kinds.insert(.annotation)
                refuse(.annotationChanged, element.reference ?? page)
                if let reference = element.reference, isAdded(reference) { try claimNewObjects(from: element) }
                continue
            }
        }
    }
}
