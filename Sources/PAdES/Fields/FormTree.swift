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
    var revision: Int
    /// Every node by its object, in the order of ``order``.
    private(set) var nodes: [IndirectReference: Node] = [:]
    private(set) var order: [IndirectReference] = []
    private var partsByField: [IndirectReference: [IndirectReference]] = [:]
    private var fieldsByName: [String: Set<IndirectReference>] = [:]
    /// Nodes that a field names as its parent.
    private var parents: Set<IndirectReference> = []
    /// The pages.
    private(set) var pages: [IndirectReference] = []
    /// The annotations of the pages.
    private(set) var annotations: Set<IndirectReference> = []
    /// What the tree was made of, for ``follow(_:)``.
    var origin = FormOrigin()

    /// Reads the form of one state.
    ///
    /// - Parameter objects: Of the same file, where the forms of several states are read.
    init(_ file: PDFFile, asOf revision: Int, objects: StateObjects? = nil) throws(PAdESError) {
        let objects = objects ?? StateObjects(file)
        self.file = file
        self.revision = revision
        origin.roots = try Self.roots(objects, revision)
        for root in origin.roots { try walk(root, isInForm: true, objects) }
        pages = try reading { () throws(PDFSyntaxError) in try objects.pages(asOf: revision) }
        for page in pages { try addAnnotations(of: page, objects) }
    }

    /// What `/AcroForm /Fields` holds.
    static func roots(_ objects: StateObjects, _ revision: Int) throws(PAdESError) -> [PDFObject] {
        try reading { () throws(PDFSyntaxError) in
            let form = try objects.resolve(objects.catalog(asOf: revision)["AcroForm"], asOf: revision).dictionary
            return try objects.resolve(form?["Fields"], asOf: revision).array ?? []
        }
    }

    /// What a page's `/Annots` holds, and the object in which it stands when that is not the page.
    static func annotations(
        of page: IndirectReference, _ objects: StateObjects, _ revision: Int
    ) throws(PAdESError) -> (elements: [PDFObject], holder: IndirectReference?) {
        try reading { () throws(PDFSyntaxError) in
            let value = try objects.object(page, asOf: revision).dictionary?["Annots"]
            return (try objects.resolve(value, asOf: revision).array ?? [], value?.reference)
        }
    }

    /// Adds the annotations of a page that are not known yet, and the fields that only they lead to.
    mutating func addAnnotations(of page: IndirectReference, _ objects: StateObjects) throws(PAdESError) {
        let (elements, holder) = try Self.annotations(of: page, objects, revision)
        let isKnown = origin.annotations[page] == elements
        let held = try reading { () throws(PDFSyntaxError) in
            try holder.flatMapThrowing { (holder) throws(PDFSyntaxError) in try objects.object(holder, asOf: revision) }
        }
        origin.set(elements, holder, holding: held, of: page, file, revision)
        guard !isKnown else { return }
        for element in elements {
            guard let reference = element.reference, annotations.insert(reference).inserted else { continue }
            origin.depend(on: reference.number, file, revision)
            guard nodes[reference] == nil else { continue }
            if let root = try root(of: reference, objects), nodes[root] == nil {
                try walk(.reference(root), isInForm: false, objects)
            }
        }
    }

    /// The field at the top of the tree that an annotation belongs to; `nil` for an annotation that is no field.
    private mutating func root(
        of annotation: IndirectReference, _ objects: StateObjects
    ) throws(PAdESError) -> IndirectReference? {
        var reference = annotation
        var isField = false
        let revision = revision
        for _ in 0...64 {
            let current = reference
            origin.depend(on: current.number, file, revision)
            let dictionary = try reading { () throws(PDFSyntaxError) in
                try objects.object(current, asOf: revision).dictionary ?? [:]
            }
            if dictionary["FT"] != nil || dictionary["T"] != nil { isField = true }
            guard let parent = dictionary["Parent"]?.reference else { return isField ? reference : nil }
            reference = parent
        }
        throw PAdESError(.malformedForm, clause: "ISO 32000-2 §12.7.4.1", "an annotation whose parents do not end")
    }

    mutating func walk(_ root: PDFObject, isInForm: Bool, _ objects: StateObjects) throws(PAdESError) {
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
            origin.depend(on: reference.number, file, revision)
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
            origin.added.append(reference)
            if let signature = dictionary["V"]?.reference { origin.depend(on: signature.number, file, revision) }
            for key in ["T", "FT", "Kids"] as [PDFName] {
                guard let part = dictionary[key]?.reference else { continue }
                let value = try reading { () throws(PDFSyntaxError) in try objects.object(part, asOf: revision) }
                origin.depend(on: part.number, holding: value, file, revision)
            }
            if isField, let parent = dictionary["Parent"]?.reference { parents.insert(parent) }
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
    /// - Parameters:
    ///   - candidates: `nil` for all nodes.
    ///   - isWanted: Leaves out fields before their signatures are read.
    func signatureFields(
        among candidates: [IndirectReference]? = nil, where isWanted: (Node) -> Bool = { _ in true }
    ) throws(PAdESError) -> [SignatureField] {
        var fields: [SignatureField] = []
        for reference in candidates ?? order {
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
