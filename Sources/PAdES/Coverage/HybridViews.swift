// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// The two views of a hybrid file: readers that know `/XRefStm` see objects that others take for absent (ISO 32000-2
/// §7.5.8.4).
///
/// The views agree when everything that is shown or filled in is the same in both: honest writers hide only what old
/// readers do not use, such as the structure tree.
struct HybridViews {
    /// Entries below which nothing is shown: logical structure, metadata, private data.
    private static let unseen: Set<PDFName> = [
        "StructTreeRoot", "MarkInfo", "Metadata", "PieceInfo", "LastModified", "Lang", "ViewerPreferences",
    ]

    private static let mostRevisions = 256

    /// Whether both views show the same in every state of a file.
    ///
    /// What cannot be read, or takes more steps than the budget has objects, counts as different.
    static func agree(in file: PDFFile) -> Bool {
        guard file.isHybrid else { return true }
        // Every state is walked; a hybrid file with more of them is not an old program's.
        guard file.revisions.count <= mostRevisions else { return false }
        var steps = 0
        for revision in file.revisions {
            let hidden = file.objectsSeenOtherwise(asOf: revision.index)
            steps += hidden.count
            guard !hidden.isEmpty else { continue }
            guard let reached = try? shown(in: file, asOf: revision.index, &steps), reached.isDisjoint(with: hidden)
            else {
                return false
            }
        }
        return true
    }

    /// The numbers of all objects on whose value something shown depends.
    private static func shown(
        in file: PDFFile, asOf revision: Int, _ steps: inout Int
    ) throws(PDFSyntaxError) -> Set<Int> {
        var reached: Set<Int> = []
        var pending = PDFObject.dictionary(file.revisions[revision].trailer.removing(["Prev", "XRefStm"])).references
        while let reference = pending.popLast() {
            guard reached.insert(reference.number).inserted else { continue }
            steps += 1
            guard steps <= file.budget.objects else {
                throw PDFSyntaxError(.limitExceeded, "the views of a hybrid file")
            }
            let object = try file.object(reference, asOf: revision)
            switch object {
            case .dictionary(let dictionary): pending += dictionary.removing(unseen).references
            case .stream(let stream): pending += stream.dictionary.removing(unseen).references
            default: pending += object.references
            }
        }
        return reached
    }
}
