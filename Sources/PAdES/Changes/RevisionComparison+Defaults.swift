// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import PDFSyntax

/// The form's defaults: resources and appearance by which readers draw fields that have no appearance of their own, or all of
/// them anew (ISO 32000-2 §12.7.3, §12.7.4.3).
extension RevisionComparison {
    /// Whether `/DR` or `/DA` of the form may become what it is now: it only gained entries, and nothing that was there is drawn
    /// by them. A font under a name that a field already asked for would turn its value into another.
    func mayGainDefaults(
        _ key: PDFName, _ old: PDFDictionary, _ new: PDFDictionary, _ form: FormTree
    ) throws(PDFSyntaxError) -> Bool {
        guard old[key] == nil || isAddition(old[key], new[key]) else { return false }
        let drawsAll = try self.old(old["NeedAppearances"]).boolean ?? false
        var texts: [[UInt8]] = []
        for reference in form.order where !isAdded(reference) {
            guard let node = form.nodes[reference], node.type != "Sig" else { continue }
            steps += 1
            // A field that has widgets is drawn by them, which inherit what it says.
            if node.hasKids, try self.old(node.dictionary["Subtype"]).isNull { continue }
            if !drawsAll, try hasAppearance(node.dictionary) { continue }
            if let text = try defaultAppearance(of: node, form) {
                texts.append(text)
            } else if key == "DA", node.type != "Btn", !node.hasKids {
                return false
            }
        }
        for reference in form.annotations where !isAdded(reference) && form.nodes[reference] == nil {
            steps += 1
            guard let annotation = try object(reference, asOf: before).dictionary, try !hasAppearance(annotation),
                let text = try self.old(annotation["DA"]).string
            else { continue }
            texts.append(text)
        }
        guard key == "DR" else { return true }
        if let text = try self.old(old["DA"]).string { texts.append(text) }
        let asked = Set(texts.flatMap(Self.names))
        let first = try self.old(old[key]).dictionary ?? [:]
        guard let second = try self.new(new[key]).dictionary else { return false }
        for category in second.keys where second[category] != first[category] {
            let known = first[category]?.dictionary ?? [:]
            guard let entries = try self.new(second[category]).dictionary else { return false }
            if entries.keys.contains(where: { known[$0] == nil && asked.contains($0) }) { return false }
        }
        return true
    }

    /// The default appearance of a field, its own or inherited.
    private func defaultAppearance(of node: FormTree.Node, _ form: FormTree) throws(PDFSyntaxError) -> [UInt8]? {
        var current: FormTree.Node? = node
        for _ in 0..<64 {
            guard let dictionary = current?.dictionary else { return nil }
            if let text = try old(dictionary["DA"]).string { return text }
            current = dictionary["Parent"]?.reference.flatMap { form.nodes[$0] }
        }
        return nil
    }

    /// Whether readers find an appearance to draw, so that they need no default.
    private func hasAppearance(_ annotation: PDFDictionary) throws(PDFSyntaxError) -> Bool {
        let normal = try old(old(annotation["AP"]).dictionary?["N"])
        return normal.stream != nil || normal.dictionary != nil
    }

    /// Whether a dictionary has only gained entries, two levels deep, all of them new objects or direct values.
    private func isAddition(_ old: PDFObject?, _ new: PDFObject?, depth: Int = 2) -> Bool {
        guard old != new else { return true }
        guard depth >= 0, let first = old?.dictionary, let second = new?.dictionary else { return false }
        return first.keys.allSatisfy { isAddition(first[$0], second[$0], depth: depth - 1) }
            && second.keys.allSatisfy { first[$0] != nil || (second[$0]?.references.allSatisfy(isAdded) ?? true) }
    }

    /// The names in the operators of a default appearance, their escapes resolved (§7.3.5).
    static func names(_ text: [UInt8]) -> [PDFName] {
        text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst().map { part in
            let ends: Set<UInt8> = [0, 9, 10, 12, 13, 32, 37, 40, 41, 60, 62, 91, 93, 123, 125]
            var name: [UInt8] = []
            var rest = part.prefix { !ends.contains($0) }
            while let octet = rest.popFirst() {
                let digits = rest.prefix(2)
                if octet == UInt8(ascii: "#"), digits.count == 2,
                    let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
                {
                    name.append(value)
                    rest = rest.dropFirst(2)
                } else {
                    name.append(octet)
                }
            }
            return PDFName(bytes: name)
        }
    }
}
