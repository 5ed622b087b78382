// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import PDFSyntax

extension RevisionComparison {
    /// The interactive form: new signature fields at its end, values of existing fields.
    func compareForms(_ first: PDFDictionary, _ second: PDFDictionary, _ place: Place) throws(PAdESError) {
        let step = try states.forms.step(to: after)
        let (before, after) = (step.before, step.after)
        steps += changes.count
        try reading { () throws(PDFSyntaxError) in
            try compareFormDictionaries(first, second, place, before, after)
            try explainAddedFonts(first, before)
            let hanging = fieldsAboveChanges(in: before)
            guard !step.isGrown else {
                // Every node that was there is as it was; only what hangs on it can have changed.
                steps += after.origin.added.count + after.origin.looked / 8
                for reference in hanging.sorted() {
                    if let node = after.nodes[reference], try hangsOnChange(node) {
                        try compareFields(node, node, before, after)
                    }
                }
                return
            }
            steps += before.order.count + after.order.count + after.annotations.count
            for reference in before.order {
                guard let old = before.nodes[reference] else { continue }
                guard let new = after.nodes[reference], new.name == old.name, new.type == old.type else {
                    refuse(.fieldChanged, reference)
                    continue
                }
                // A node may stay as it is while an object of its appearance or value changes in place.
                if isChanged(reference) {
                    try compareFields(old, new, before, after)
                } else if hanging.contains(reference), try hangsOnChange(new) {
                    try compareFields(old, new, before, after)
                }
            }
        }
    }

    private func compareFormDictionaries(
        _ first: PDFDictionary, _ second: PDFDictionary, _ place: Place, _ before: FormTree, _ after: FormTree
    ) throws(PDFSyntaxError) {
        guard first["AcroForm"] != nil || second["AcroForm"] != nil else { return }
        let entry = try enter("AcroForm", first, second, at: place)
        let old = entry.before.dictionary ?? [:]
        guard let new = entry.after.dictionary else {
            refuse(.formChanged, second["AcroForm"]?.reference)
            return
        }
        for key in changedKeys(old, new) {
            switch key {
            case "Fields": break
            case "SigFlags":
                let flags = new[key]?.integer ?? 0
                let before = old[key]?.integer ?? 0
                if flags & before != before || flags & ~3 != 0 { refuse(.formChanged, entry.place.source) }
            case "NeedAppearances":
                // Without the entry it is false: saying so changes nothing. A reader that no longer draws fields anew may show
                // other appearances than the signer saw.
                let (first, second) = (try self.old(old[key]), try self.new(new[key]))
                let isFalse = [first, second].allSatisfy { $0.isNull || $0.boolean == false }
                if !isFalse { refuse(.formChanged, entry.place.source) }
            case "DR", "DA":
                if try mayGainDefaults(key, old, new, before) {
                    try claimNewObjects(from: new[key])
                } else {
                    refuse(.formChanged, entry.place.source)
                }
            default: refuse(.formChanged, entry.place.source)
            }
        }
        let fields = try enter("Fields", old, new, at: entry.place)
        let oldFields = fields.before.array ?? []
        let newFields = fields.after.array ?? []
        guard let added = insertions(oldFields, newFields) else {
            refuse(.formChanged, fields.place.source)
            return
        }
        for element in added {
            guard let reference = element.reference, isAdded(reference), let node = after.nodes[reference] else {
                refuse(.newFieldUnsuitable, element.reference)
                continue
            }
            try explainNewField(node, before, after)
        }
    }

    /// A new signature field: a root field with a name of its own, made of new objects only.
    private func explainNewField(_ node: FormTree.Node, _ before: FormTree, _ after: FormTree) throws(PDFSyntaxError) {
        let allowed: Set<PDFName> = [
            "FT", "T", "TU", "TM", "Ff", "V", "Type", "Subtype", "F", "Rect", "P", "AP", "AS", "MK", "DA", "Lock", "SV",
            "Border", "BS", "Kids", "Parent", "H", "M", "NM", "Q", "DR", "DV",
        ]
        let own = after.parts(of: node.field)
        let isNameTaken = after.fieldCount(named: node.name) > 1
        guard node.type == "Sig", node.dictionary["FT"]?.name == "Sig", !node.name.isEmpty, !isNameTaken,
            node.dictionary["Parent"] == nil
        else {
            refuse(.newFieldUnsuitable, node.reference)
            return
        }
        for part in own {
            guard isAdded(part.reference), part.dictionary.keys.allSatisfy(allowed.contains) else {
                refuse(.newFieldUnsuitable, part.reference)
                return
            }
            // LibreOffice names the signature as the default value too, which shows nothing; another one might be restored.
            guard part.dictionary["DV"] == nil || part.dictionary["DV"] == node.dictionary["V"] else {
                refuse(.newFieldUnsuitable, part.reference)
                return
            }
            // Readers draw what a page lists as an annotation by its kind: only a widget is a field.
            let isDrawn = ["Subtype", "Rect", "AP"].contains { part.dictionary[$0] != nil }
            let isWidget = try self.new(part.dictionary["Subtype"]).name == "Widget"
            guard isWidget || !isDrawn else {
                refuse(.newFieldUnsuitable, part.reference)
                return
            }
            claim(part.reference)
            if let kids = part.dictionary["Kids"]?.reference, isAdded(kids) { claim(kids) }
            newWidgets.insert(part.reference)
            if let appearance = part.dictionary["AP"] {
                try explainAppearance(nil, appearance, at: Place(source: part.reference, path: ["AP"]), before)
            }
            for key in ["Lock", "SV", "MK", "BS", "DR"] as [PDFName] { try claimNewObjects(from: part.dictionary[key]) }
            if try isVisible(part) { addsVisibleField = true }
        }
        guard let value = node.dictionary["V"] else {
            kinds.insert(.signature)
            return
        }
        try explainSignature(value, of: node.reference)
        if kinds.contains(.timeStamp), addsVisibleField { refuse(.newFieldUnsuitable, node.reference) }
    }

    private func isVisible(_ node: FormTree.Node) throws(PDFSyntaxError) -> Bool {
        guard try new(node.dictionary["Subtype"]).name == "Widget" else { return false }
        return try isVisible(node.dictionary)
    }

    /// The value of a field that is signed now: a new signature dictionary.
    private func explainSignature(_ value: PDFObject, of field: IndirectReference) throws(PDFSyntaxError) {
        guard let reference = value.reference, isAdded(reference),
            let dictionary = try object(reference, asOf: after).dictionary
        else {
            refuse(.signatureNotNew, field)
            return
        }
        try claimNewObjects(from: value)
        switch try new(dictionary["Type"]).name {
        case "DocTimeStamp":
            // What a certification allows as a time-stamp must be one (EN 319 142-1 §5.5).
            guard try new(dictionary["SubFilter"]).name == "ETSI.RFC3161" else {
                refuse(.signatureNotNew, field)
                return
            }
            kinds.insert(.timeStamp)
        case nil, "Sig": kinds.insert(.signature)
        default: refuse(.signatureNotNew, field)
        }
    }

    /// The nodes below whose appearance or value an object may have changed in place.
    private func fieldsAboveChanges(in form: FormTree) -> Set<IndirectReference> {
        var found: Set<IndirectReference> = []
        for reference in changes.keys where isChanged(reference) {
            for user in index.users(of: reference.number, throughAppearances: "AP", orDirectly: "V", steps: &steps)
            where form.nodes[user] != nil { found.insert(user) }
        }
        return found
    }

    private func hangsOnChange(_ node: FormTree.Node) throws(PDFSyntaxError) -> Bool {
        if let value = node.dictionary["V"]?.reference, isChanged(value) { return true }
        return try hangsOnChange(node.dictionary["AP"], depth: 2)
    }

    /// Whether an appearance dictionary, the states in it or a stream that it shows was changed.
    private func hangsOnChange(_ appearance: PDFObject?, depth: Int) throws(PDFSyntaxError) -> Bool {
        for reference in appearance?.references ?? [] {
            if isChanged(reference) { return true }
            guard depth > 0, let inner = try object(reference, asOf: after).dictionary else { continue }
            if try hangsOnChange(.dictionary(inner), depth: depth - 1) { return true }
        }
        return false
    }

    private func compareFields(
        _ old: FormTree.Node, _ new: FormTree.Node, _ before: FormTree, _ after: FormTree
    ) throws(PDFSyntaxError) {
        let place = Place(source: old.reference, path: [])
        let keys = changedKeys(old.dictionary, new.dictionary)
        let fieldBefore = before.nodes[old.field]?.dictionary ?? [:]
        let fieldAfter = after.nodes[new.field]?.dictionary ?? [:]
        let isSignature = old.type == "Sig"
        // What is written as the value of a push button is no reason to show something else.
        let hasNoValue = try isPushButton(new, after)
        let isEqual = try self.old(fieldBefore["V"]) == self.new(fieldAfter["V"])
        let isSameValue = hasNoValue || isEqual
        if isSignature {
            guard try self.old(fieldBefore["V"]).isNull else {
                refuse(.signedFieldChanged, old.reference)
                return
            }
            guard let value = fieldAfter["V"] else {
                refuse(.fieldChanged, old.reference)
                return
            }
            if old.field == old.reference { try explainSignature(value, of: old.reference) }
        } else {
            kinds.insert(.formFill)
        }
        filledFields.append(old.name)
        if isChanged(old.reference) { claim(old.reference) }
        for key in keys {
            switch key {
            case "V" where isSignature, "AP": break
            case "V": break
            case "F" where isSignature:
                // Signing may make the widget printed and locked; it may not show or hide it.
                let (first, second) = (old.dictionary[key]?.integer ?? 0, new.dictionary[key]?.integer ?? 0)
                if first & ~132 != second & ~132 || Self.isShown(first) != Self.isShown(second) {
                    refuse(.fieldChanged, old.reference)
                }
            case "Rect", "Ff", "Opt":
                if try !isSaidAgain(key, old, new, before, after) { refuse(.fieldChanged, old.reference) }
            case "BS", "Border", "TI":
                try checkDrawing(key, old, new, mayChange: !isSignature && !isSameValue)
            case "MK" where !isSignature:
                try checkDrawing(key, old, new, mayChange: !isSameValue)
            case "M", "AS", "I", "MK", "DA":
                // Filling may draw the new value in another way; without one nothing else may be drawn either.
                let mayChange =
                    key == "M" || key == "DA" && (isSignature || !isSameValue)
                    || (isSignature ? key == "MK" || key == "AS" : key == "AS" || key == "I")
                // An object can be a field and something else, where these keys mean something else.
                let isOfField = [old.dictionary[key], new.dictionary[key]].allSatisfy { Self.isFieldEntry(key, $0) }
                if !mayChange || !isOfField || !(new.dictionary[key]?.references.isEmpty ?? true) {
                    refuse(.fieldChanged, old.reference)
                }
            default: refuse(.fieldChanged, old.reference)
            }
        }
        if isSignature, try self.new(self.new(fieldAfter["V"]).dictionary?["Type"]).name == "DocTimeStamp" {
            // Whatever a certification permits, a time-stamp shows nothing (ISO 32000-2 §12.8.5).
            let isBelowChanged = try hangsOnChange(new)
            let isDrawnAnew = ["AP", "AS", "MK"].contains(where: keys.contains) || isBelowChanged
            if isDrawnAnew, try isVisible(new) { refuse(.appearanceWithoutValue, old.reference) }
        }
        if !isSignature, old.dictionary["V"] != nil || new.dictionary["V"] != nil {
            let entry = try enter("V", old.dictionary, new.dictionary, at: place)
            for reference in entry.after.references { refuse(.fieldChanged, reference) }
        }
        if !isSignature {
            // The "replace" shadow attack: the value that is checked stays, what the reader sees does not.
            let hangsOnChange = try hangsOnChange(new)
            // A field without an appearance shows its value as readers draw it, so that a first one counts like another.
            if isSameValue, keys.contains("AP") || keys.contains("AS") || keys.contains("I") || hangsOnChange {
                refuse(.appearanceWithoutValue, old.reference)
            }
            if new.type == "Btn" {
                for part in after.parts(of: new.field) { try checkState(part, value: self.new(fieldAfter["V"])) }
            }
        }
        if old.dictionary["AP"] != nil || new.dictionary["AP"] != nil {
            try explainAppearance(old.dictionary["AP"], new.dictionary["AP"], at: place.entry("AP"), before)
        }
    }

    /// Whether a value is one that a field or widget has under a key (ISO 32000-2 Tables 166, 168, 234).
    static func isFieldEntry(_ key: PDFName, _ value: PDFObject?) -> Bool {
        switch (key, value) {
        case (_, nil), (_, .null), ("AS", .name), ("I", .array), ("MK", .dictionary), ("M", _), ("DA", _),
            ("BS", .dictionary), ("Border", .array), ("TI", .integer):
            true
        default: false
        }
    }

    /// A check box or radio button shows the state that its field's value names, and no other (ISO 32000-2 §12.7.5.2.3).
    private func checkState(_ widget: FormTree.Node, value: PDFObject) throws(PDFSyntaxError) {
        guard let states = try new(new(widget.dictionary["AP"]).dictionary?["N"]).dictionary else { return }
        let selected = value.name.flatMap { states[$0] == nil ? nil : $0 } ?? "Off"
        let shown = try new(widget.dictionary["AS"]).name ?? "Off"
        if shown != selected { refuse(.appearanceWithoutValue, widget.reference) }
    }

    /// Whether an appearance has the box that it needs (ISO 32000-2 §8.10.2): without it PDFium cuts nothing off, and draws all
    /// over the page.
    func hasBox(_ stream: PDFStream) throws(PDFSyntaxError) -> Bool {
        let box = try new(stream.dictionary["BBox"]).array ?? []
        for element in box.prefix(5) where try new(element).number == nil { return false }
        return box.count == 4
    }

    /// Whether all streams of an appearance dictionary have their box.
    func haveBoxes(_ appearance: PDFObject?, depth: Int = 3) throws(PDFSyntaxError) -> Bool {
        switch try new(appearance) {
        case .stream(let stream): return try hasBox(stream)
        case .dictionary(let dictionary) where depth > 0:
            steps += dictionary.count
            for key in dictionary.keys where try !haveBoxes(dictionary[key], depth: depth - 1) { return false }
            return true
        case let other: return other.isNull
        }
    }

    /// An appearance dictionary: every part is as before, changed in place while nothing but appearances of fields uses
    /// it, or new.
    private func explainAppearance(
        _ old: PDFObject?, _ new: PDFObject?, at place: Place, _ form: FormTree, depth: Int = 3
    ) throws(PDFSyntaxError) {
        let isAppearanceUse = { (use: ReferenceIndex.Use) -> Bool in
            if use == ReferenceIndex.Use(source: place.source, path: place.path) { return true }
            return use.source.map { form.nodes[$0] != nil } ?? false && use.path.first == "AP"
        }
        if let replaced = old?.reference, new?.reference != replaced {
            // An appearance that is used elsewhere too is not replaced by a field alone.
            if isUsedOnly(replaced, at: place, isAppearanceUse) {
                replacedAppearances.insert(replaced.number)
            } else {
                refuse(.sharedObjectChanged, replaced)
            }
        }
        let entry = try enter(old, new, at: place, isAllowedUse: isAppearanceUse)
        switch entry.after {
        case .null:
            // Poppler leaves a field without an appearance where readers are to draw it.
            for reference in entry.before.dictionary?.references ?? [] { replacedAppearances.insert(reference.number) }
        case .stream(let stream):
            try claimNewObjects(from: .dictionary(stream.dictionary))
            let isWritten = new?.reference.map { isAdded($0) || isChanged($0) } ?? true
            if isWritten, try !hasBox(stream) { refuse(.fieldChanged, new?.reference) }
        case .dictionary(let dictionary) where depth > 0:
            let before = entry.before.dictionary ?? [:]
            for key in dictionary.keys {
                try explainAppearance(
                    before[key], dictionary[key], at: entry.place.entry(key), form, depth: depth - 1)
            }
        default: refuse(.fieldChanged, place.source)
        }
    }
}
