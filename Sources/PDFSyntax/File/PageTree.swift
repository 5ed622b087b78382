// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

extension PDFFile {
    /// The pages of the document in their order (ISO 32000-2 §7.7.3), as of a revision.
    ///
    /// - Throws: ``PDFSyntaxError``: `malformedStructure` for a node that is reached twice, stands directly in its parent
    ///   or is neither page nor node; `limitExceeded` past the budget's objects or depth.
    public func pages(asOf revision: Int? = nil) throws(PDFSyntaxError) -> [IndirectReference] {
        try pageTree(asOf: revision).pages
    }

    /// The pages in their order, and every node of their tree, pages included.
    package func pageTree(
        asOf revision: Int? = nil
    ) throws(PDFSyntaxError) -> (pages: [IndirectReference], nodes: Set<IndirectReference>) {
        guard let root = try catalog(asOf: revision).dictionary["Pages"]?.reference else {
            throw malformed("/Pages is not a reference")
        }
        var pages: [IndirectReference] = []
        var visited: Set<IndirectReference> = []
        var pending: [(node: IndirectReference, depth: Int)] = [(root, 0)]
        while let (node, depth) = pending.popLast() {
            guard visited.insert(node).inserted else { throw malformed("a page tree with a circle") }
            guard visited.count <= budget.objects else {
                throw PDFSyntaxError(LimitExceeded(.objects, allowed: budget.objects))
            }
            guard depth <= budget.depth else { throw PDFSyntaxError(LimitExceeded(.depth, allowed: budget.depth)) }
            guard let dictionary = try object(node, asOf: revision).dictionary else {
                throw malformed("a page tree node that is no dictionary")
            }
            guard let value = dictionary["Kids"] else {
                guard try resolve(dictionary["Type"], asOf: revision).name == "Page" else {
                    throw malformed("a page tree leaf that is no page")
                }
                pages.append(node)
                continue
            }
            guard let kids = try resolve(value, asOf: revision).array else { throw malformed("/Kids is no array") }
            for kid in kids.reversed() {
                guard let reference = kid.reference else { throw malformed("a page tree kid that is no reference") }
                pending.append((reference, depth + 1))
            }
            guard pending.count <= budget.objects else {
                throw PDFSyntaxError(LimitExceeded(.objects, allowed: budget.objects))
            }
        }
        return (pages, visited)
    }

    private func malformed(_ detail: String) -> PDFSyntaxError {
        PDFSyntaxError(.malformedStructure, clause: "ISO 32000-2 §7.7.3", detail)
    }
}
