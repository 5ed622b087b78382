// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// What the comparisons of a file's revisions share: each object, form and list of pages is read once per change, a page's
/// content once.
final class ComparedStates {
    /// Where the pages paint; no revision may change it.
    let painted: PaintedPages
    let objects: StateObjects
    /// The forms.
    let forms: FormSequence
    /// The signatures that restrict later changes.
    let restricting: [DocumentSignatures.Signature]
    /// Numbers of object streams, in whatever revision an entry names them.
    private(set) lazy var containers = Self.containers(of: file)
    private let file: PDFFile
    private var pages: [Int: [IndirectReference]] = [:]
    private var pageSet: (pages: [IndirectReference], set: Set<IndirectReference>) = ([], [])

    init(_ document: DocumentSignatures) {
        file = document.file
        painted = PaintedPages(document.file)
        objects = StateObjects(document.file)
        forms = FormSequence(document.file, objects: objects)
        restricting = (document.signatures + document.removedSignatures).filter {
            $0.dictionary.certification != nil || !$0.field.effectiveLocks.isEmpty
        }
    }

    private static func containers(of file: PDFFile) -> Set<Int> {
        var numbers: Set<Int> = []
        for revision in file.revisions {
            for (_, entry) in revision.entries {
                if case .compressed(let stream, _) = entry { numbers.insert(stream) }
            }
        }
        return numbers
    }

    /// The pages as a set.
    func set(of pages: [IndirectReference]) -> Set<IndirectReference> {
        if pageSet.pages != pages { pageSet = (pages, Set(pages)) }
        return pageSet.set
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
