// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// The form fields of a document as of one revision, with what they inherit.
struct FormTree {
    /// One dictionary of the tree: a field, a widget, or both in one.
    struct Node {
        let reference: IndirectReference
        /// Fully qualified name of the field, or of the field that the widget belongs to.
        let name: String
        /// `/FT`, own or inherited.
        let type: PDFName?
        let dictionary: PDFDictionary
        /// The field that this node is a widget of, when it has no `/T` of its own.
        let field: IndirectReference
        let isInForm: Bool
        let hasKids: Bool
    }

    let file: PDFFile
    let revision: Int
    /// Every node by its object, in the order of ``order``.
    private(set) var nodes: [IndirectReference: Node] = [:]
    private(set) var order: [IndirectReference] = []
    private var partsByField: [IndirectReference: [IndirectReference]] = [:]
    private var fieldsByName: [String: Set<IndirectReference>] = [:]
    private(set) var pageCount = 0
    /// The annotations of the pages.
    private(set) var annotations: Set<IndirectReference> = []

    /// Reads the form of one state.
    ///
    /// - Parameter objects: Of the same file, where the forms of several states are read.
    init(_ file: PDFFile, asOf revision: Int, objects: StateObjects? = nil) throws(PAdESError) {
        let objects = objects ?? StateObjects(file)
        self.file = file
        self.revision = revision
        let catalog = try reading { () throws(PDFSyntaxError) in try file.catalog(asOf: revision).dictionary }
        let form = try reading { () throws(PDFSyntaxError) in
            try objects.resolve(catalog["AcroForm"], asOf: revision).dictionary
        }
        let roots = try reading { () throws(PDFSyntaxError) in
            try objects.resolve(form?["Fields"], asOf: revision).array ?? []
        }
        for root in roots { try walk(root, isInForm: true, objects) }
        let pages = try reading { () throws(PDFSyntaxError) in try objects.pages(asOf: revision) }
        pageCount = pages.count
        for page in pages {
            let elements = try reading { () throws(PDFSyntaxError) in
                let dictionary = try objects.object(page, asOf: revision).dictionary ?? [:]
                return try objects.resolve(dictionary["Annots"], asOf: revision).array ?? []
            }
            for element in elements {
                guard let reference = element.reference, annotations.insert(reference).inserted,
                    nodes[reference] == nil
                else { continue }
                if let root = try Self.root(of: reference, objects, revision), nodes[root] == nil {
                    try walk(.reference(root), isInForm: false, objects)
                }
            }
        }
    }

    /// The field at the top of the tree that an annotation belongs to; `nil` for an annotation that is no field.
    private static func root(
        of annotation: IndirectReference, _ objects: StateObjects, _ revision: Int
    ) throws(PAdESError) -> IndirectReference? {
        var reference = annotation
        var isField = false
        for _ in 0...64 {
            let current = reference
            let dictionary = try reading { () throws(PDFSyntaxError) in
                try objects.object(current, asOf: revision).dictionary ?? [:]
            }
            if dictionary["FT"] != nil || dictionary["T"] != nil { isField = true }
            guard let parent = dictionary["Parent"]?.reference else { return isField ? reference : nil }
            reference = parent
        }
        throw PAdESError(.malformedForm, clause: "ISO 32000-2 §12.7.4.1", "an annotation whose parents do not end")
    }

    private mutating func walk(_ root: PDFObject, isInForm: Bool, _ objects: StateObjects) throws(PAdESError) {
        struct Pending {
            let value: PDFObject
            let parent: Node?
            let depth: Int
        }
        var pending = [Pending(value: root, parent: nil, depth: 0)]
        while let item = pending.popLast() {
            guard let reference = item.value.reference else {
                throw PAdESError(.malformedForm, clause: "ISO 32000-2 §12.7.4.1", "a field that is not indirect")
            }
            let file = file
            let revision = revision
            guard
                let dictionary = try reading({ () throws(PDFSyntaxError) in
                    try objects.object(reference, asOf: revision).dictionary
                })
            else { continue }
            guard nodes[reference] == nil else {
                throw PAdESError(.malformedForm, clause: "ISO 32000-2 §12.7.4.1", "a field that is reached twice")
            }
            guard item.depth <= file.budget.depth, nodes.count < file.budget.objects else {
                throw PAdESError(.malformedForm, "a form that passes the limits for depth or objects")
            }
            let partial = try reading { () throws(PDFSyntaxError) in
                try objects.resolve(dictionary["T"], asOf: revision).string.map(TextString.decode)
            }
            let type = try reading { () throws(PDFSyntaxError) in
                try objects.resolve(dictionary["FT"], asOf: revision).name
            }
            let kids = try reading { () throws(PDFSyntaxError) in
                try objects.resolve(dictionary["Kids"], asOf: revision).array ?? []
            }
            let isField = partial != nil || item.parent == nil
            let prefix = item.parent.map(\.name) ?? ""
            let node = Node(
                reference: reference,
                name: partial.map { prefix.isEmpty ? $0 : prefix + "." + $0 } ?? prefix,
                type: type ?? item.parent?.type, dictionary: dictionary,
                field: isField ? reference : item.parent?.field ?? reference, isInForm: isInForm,
                hasKids: !kids.isEmpty)
            nodes[reference] = node
            order.append(reference)
            partsByField[node.field, default: []].append(reference)
            fieldsByName[node.name, default: []].insert(node.field)
            for kid in kids.reversed() {
                pending.append(Pending(value: kid, parent: node, depth: item.depth + 1))
            }
        }
    }

    /// A field's own dictionary and its widgets.
    func parts(of field: IndirectReference) -> [Node] { (partsByField[field] ?? []).compactMap { nodes[$0] } }

    /// How many fields have a name.
    func fieldCount(named name: String) -> Int { fieldsByName[name]?.count ?? 0 }

    /// The signature fields.
    ///
    /// - Parameter isWanted: Leaves out fields before their signatures are read.
    func signatureFields(where isWanted: (Node) -> Bool = { _ in true }) throws(PAdESError) -> [SignatureField] {
        var parents: Set<IndirectReference> = []
        for reference in order {
            guard let node = nodes[reference] else { continue }
            if let parent = node.dictionary["Parent"]?.reference, node.field == reference { parents.insert(parent) }
        }
        var fields: [SignatureField] = []
        for reference in order {
            guard let node = nodes[reference], node.field == reference, node.type == "Sig",
                !parents.contains(reference),
                isWanted(node)
            else { continue }
            fields.append(try field(node, widgets: parts(of: reference)))
        }
        return fields
    }

    private func field(_ node: Node, widgets: [Node]) throws(PAdESError) -> SignatureField {
        try reading { () throws(PDFSyntaxError) in
            var shown: [SignatureField.Widget] = []
            for widget in widgets where try file.resolve(widget.dictionary["Subtype"], asOf: revision).name == "Widget"
            {
                shown.append(try Self.widget(widget, file, revision))
            }
            let value = node.dictionary["V"]
            let isSigned = try file.resolve(value, asOf: revision).dictionary != nil
            return SignatureField(
                name: node.name, reference: node.reference, widgets: shown,
                lock: try FieldLock(node.dictionary["Lock"] ?? .null, in: file, asOf: revision),
                signature: isSigned ? try SignatureDictionary(value ?? .null, in: file, asOf: revision) : nil,
                isInForm: node.isInForm, isOnPage: widgets.contains { annotations.contains($0.reference) })
        }
    }

    private static func widget(
        _ node: Node, _ file: PDFFile, _ revision: Int
    ) throws(PDFSyntaxError) -> SignatureField.Widget {
        var numbers: [Double] = []
        for element in try file.resolve(node.dictionary["Rect"], asOf: revision).array ?? [] {
            if let number = try file.resolve(element, asOf: revision).number { numbers.append(number) }
        }
        let rectangle = numbers.count == 4 ? numbers : nil
        let flags = try file.resolve(node.dictionary["F"], asOf: revision).integer ?? 0
        let hasArea = rectangle.map { $0[0] != $0[2] && $0[1] != $0[3] } ?? true
        return SignatureField.Widget(
            reference: node.reference, rectangle: rectangle, isVisible: hasArea && flags & (2 | 32) == 0)
    }
}
