// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import PDFSyntax

/// What programs write beside the value when they fill a field: MuPDF states every entry of the field anew, with its defaults
/// and the digits that it keeps.
extension RevisionComparison {
    /// Whether a field is a push button, which has no value of its own (ISO 32000-2 §12.7.5.2.2).
    func isPushButton(_ node: FormTree.Node, _ form: FormTree) throws(PDFSyntaxError) -> Bool {
        guard node.type == "Btn" else { return false }
        return try flags(of: node, form) { (value) throws(PDFSyntaxError) in try new(value) } & 65_536 != 0
    }

    /// The flags of a field, its own or inherited; 0 where nobody states them (Table 226).
    private func flags(
        of node: FormTree.Node, _ form: FormTree, _ resolve: (PDFObject?) throws(PDFSyntaxError) -> PDFObject
    ) throws(PDFSyntaxError) -> Int64 {
        var current: FormTree.Node? = node
        for _ in 0..<64 {
            guard let dictionary = current?.dictionary else { return 0 }
            if let flags = try resolve(dictionary["Ff"]).integer { return flags }
            current = dictionary["Parent"]?.reference.flatMap { form.nodes[$0] }
        }
        return 0
    }

    /// Whether an entry of a field says the same in other words: the rectangle with fewer digits, flags that were the default,
    /// choices in another encoding of text.
    func isSaidAgain(
        _ key: PDFName, _ old: FormTree.Node, _ new: FormTree.Node, _ before: FormTree, _ after: FormTree
    ) throws(PDFSyntaxError) -> Bool {
        let (first, second) = (old.dictionary[key], new.dictionary[key])
        switch key {
        case "Rect": return isSameRectangle(first, second)
        case "Ff":
            // What is no integer is no flag to us, and may be one to others.
            for value in [first, second] { if let value, value.integer == nil { return false } }
            let flags = try flags(of: old, before) { (value) throws(PDFSyntaxError) in try self.old(value) }
            return try flags == self.flags(of: new, after) { (value) throws(PDFSyntaxError) in try self.new(value) }
        default: return areSameTexts(first, second, depth: 2)
        }
    }

    /// Whether two values are the same texts in the same order (§7.9.2.2).
    private func areSameTexts(_ first: PDFObject?, _ second: PDFObject?, depth: Int) -> Bool {
        switch (first, second) {
        case (.string(let left, _), .string(let right, _)):
            let text = TextString.decode(left)
            // What no encoding has may be anything.
            return left == right || text == TextString.decode(right) && !text.contains("\u{FFFD}")
        case (.array(let left), .array(let right)) where depth > 0:
            steps += left.count / 8
            return left.count == right.count
                && zip(left, right).allSatisfy { areSameTexts($0, $1, depth: depth - 1) }
        default: return false
        }
    }

    /// How a widget's border, face and list are drawn: this comes with a new value, and only beside an appearance, by which readers
    /// show the field instead.
    func checkDrawing(
        _ key: PDFName, _ old: FormTree.Node, _ new: FormTree.Node, mayChange: Bool
    ) throws(PDFSyntaxError) {
        let isOfField = [old.dictionary[key], new.dictionary[key]].allSatisfy { Self.isFieldEntry(key, $0) }
        let normal = try self.new(self.new(new.dictionary["AP"]).dictionary?["N"])
        let isShown = normal.stream != nil || normal.dictionary != nil
        if !mayChange || !isOfField || !isShown || !(new.dictionary[key]?.references.isEmpty ?? true) {
            refuse(.fieldChanged, old.reference)
        }
    }
}
