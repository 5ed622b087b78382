// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
public import PDFSyntax

/// Lays out the revision that a signature needs: field, widget, signature dictionary and the room for the CMS.
public struct SignaturePlaceholder: Sendable {
    private let file: PDFFile
    private let request: SignatureRequest
    private var update: IncrementalUpdate
    private var catalog: PDFDictionary
    private let catalogReference: IndirectReference
    private var fieldName = ""

    /// Lays out a revision for one signature.
    ///
    /// The file's bytes stay as they are; the new revision writes the catalogue, the form, the page and the field again
    /// only as far as they change. `/SigFlags` becomes 3, the widget is printed and locked.
    ///
    /// - Parameters:
    ///   - identifier: The second element of the new `/ID`; 16 bytes, different for every call (a digest of file and time
    ///     will do).
    /// - Throws: ``PAdESError``: `unsuitableFile` for a hybrid file, `notPermitted` when a certification or a lock forbids
    ///   it or a certification is not the first signature, `notFound`, `unusableFieldName`, `unusableField`,
    ///   `malformedForm`, `unreadable`.
    public static func prepare(
        _ file: PDFFile, in choice: FieldChoice, _ request: SignatureRequest, identifier: [UInt8]
    ) throws(PAdESError) -> PreparedRevision {
        var placeholder = try SignaturePlaceholder(file, request)
        return try placeholder.layOut(choice, identifier)
    }

    private init(_ file: PDFFile, _ request: SignatureRequest) throws(PAdESError) {
        self.file = file
        self.request = request
        do throws(PDFSyntaxError) {
            update = try IncrementalUpdate(of: file)
            (catalogReference, catalog) = try file.catalog()
        } catch { throw PAdESError(error) }
        guard request.reservedBytes > 0, request.reservedBytes <= 1 << 28 else {
            throw PAdESError(.contentsTooLarge, "the room for the contents must be 1 byte to 256 MiB")
        }
    }

    private mutating func layOut(_ choice: FieldChoice, _ identifier: [UInt8]) throws(PAdESError) -> PreparedRevision {
        let document = try DocumentSignatures(in: file)
        let form = try FormTree(file, asOf: file.revisions.count - 1)
        try checkPermission(document, choice)
        let signature = update.reserve()
        switch choice {
        case .existing(let name, let appearance): try fill(name, appearance, document, signature)
        case .new(let name, let page, let appearance): try add(name, page, appearance, form, signature)
        }
        try writeForm()
        if case .certification = request.purpose {
            var permissions = try resolved(catalog["Perms"])?.dictionary ?? [:]
            permissions["DocMDP"] = .reference(signature)
            catalog["Perms"] = .dictionary(permissions)
        }
        if try resolved(.reference(catalogReference))?.dictionary != catalog {
            update.set(.dictionary(catalog), for: catalogReference)
        }
        update.set(
            request.dictionary(),
            placeholders: [
                ("ByteRange", Self.byteRange([0, 0, 0, 0])),
                ("Contents", [UInt8(ascii: "<")] + Self.zeros(request.reservedBytes * 2) + [UInt8(ascii: ">")]),
            ], for: signature)
        do throws(PDFSyntaxError) {
            var appended = try update.appended(identifier: identifier)
            guard let contents = appended.range(of: "Contents", in: signature),
                let range = appended.range(of: "ByteRange", in: signature)
            else { throw PDFSyntaxError(.unwritableObject, "the placeholders are missing") }
            let numbers = [0, contents.lowerBound, contents.upperBound, appended.endOffset - contents.upperBound]
            try appended.overwrite(at: range.lowerBound, with: Self.byteRange(numbers))
            return PreparedRevision(
                startOffset: appended.startOffset, appendedBytes: appended.bytes, byteRange: numbers,
                reservedBytes: request.reservedBytes, fieldName: fieldName)
        } catch { throw PAdESError(error) }
    }

    /// `[0 … ]` with room for twenty digits per number, so that it never moves what follows.
    private static func byteRange(_ numbers: [Int64]) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        for number in numbers {
            let digits = Array(String(number).utf8)
            bytes += digits + [UInt8](repeating: 32, count: max(1, 21 - digits.count))
        }
        return bytes + [UInt8(ascii: "]")]
    }

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: UInt8(ascii: "0"), count: count) }

    private func resolved(_ value: PDFObject?) throws(PAdESError) -> PDFObject? {
        do throws(PDFSyntaxError) {
            let object = try file.resolve(value)
            return object.isNull ? nil : object
        } catch { throw PAdESError(error) }
    }

    private func checkPermission(_ document: DocumentSignatures, _ choice: FieldChoice) throws(PAdESError) {
        let clause = "ISO 32000-2 §12.8.2.2"
        if case .certification = request.purpose, !document.signatures.isEmpty {
            throw PAdESError(.notPermitted, clause: clause, "a certification must be the first signature")
        }
        var isVisible = false
        var name = ""
        switch choice {
        case .new(_, _, let appearance): isVisible = appearance != nil
        case .existing(let existing, let appearance):
            name = existing
            isVisible = appearance != nil && request.purpose == .documentTimeStamp
        }
        for signature in document.signatures {
            let certification = signature.dictionary.certification
            let locks = signature.field.effectiveLocks
            if request.purpose != .documentTimeStamp, ([certification] + locks.map(\.permission)).contains(.noChanges) {
                throw PAdESError(.notPermitted, clause: clause, "a signature forbids every later change")
            }
            if certification != nil, isVisible, name.isEmpty {
                throw PAdESError(.notPermitted, clause: clause, "a certified document takes no new visible field")
            }
            if !name.isEmpty, locks.contains(where: { $0.locks(name) }) {
                throw PAdESError(.notPermitted, clause: "ISO 32000-2 §12.8.2.4", "a signature locked the field")
            }
        }
        if request.purpose == .documentTimeStamp, isVisible {
            throw PAdESError(.unusableField, clause: "EN 319 142-1 §5.5", "a document time-stamp is not shown")
        }
    }

    // MARK: Fields

    private mutating func fill(
        _ name: String, _ appearance: SignatureAppearance?, _ document: DocumentSignatures,
        _ signature: IndirectReference
    ) throws(PAdESError) {
        guard let field = document.fields.first(where: { $0.name == name }) else {
            throw PAdESError(.notFound, "no signature field of that name")
        }
        guard field.signature == nil else { throw PAdESError(.unusableField, "the field is signed already") }
        guard var dictionary = try resolved(.reference(field.reference))?.dictionary else {
            throw PAdESError(.malformedForm, "a field that is no dictionary")
        }
        dictionary["V"] = .reference(signature)
        fieldName = name
        if let appearance {
            guard let widget = field.widgets.first else {
                throw PAdESError(.unusableField, "a field without a widget cannot be shown")
            }
            let shown = PDFObject.dictionary(["N": .reference(write(appearance))])
            if widget.reference == field.reference {
                dictionary["AP"] = shown
            } else if var other = try resolved(.reference(widget.reference))?.dictionary {
                other["AP"] = shown
                update.set(.dictionary(other), for: widget.reference)
            }
        }
        update.set(.dictionary(dictionary), for: field.reference)
    }

    private mutating func add(
        _ name: String, _ page: Int, _ appearance: SignatureAppearance?, _ form: FormTree,
        _ signature: IndirectReference
    ) throws(PAdESError) {
        let isTaken = form.nodes.values.contains { $0.name == name || $0.name.hasPrefix(name + ".") }
        guard !name.isEmpty, !name.contains("."), !isTaken else {
            throw PAdESError(
                .unusableFieldName, clause: "ISO 32000-2 §12.7.4.2", "the name is empty, holds a period, or is taken")
        }
        let pages = try reading { () throws(PDFSyntaxError) in try file.pages() }
        guard pages.indices.contains(page - 1),
            let pageDictionary = try resolved(.reference(pages[page - 1]))?.dictionary
        else { throw PAdESError(.notFound, "the document has \(pages.count) pages, page \(page) is asked for") }
        let field = update.reserve()
        var dictionary: PDFDictionary = [
            "Type": .name("Annot"), "Subtype": .name("Widget"), "FT": .name("Sig"),
            "T": .string(TextString.encode(name), hexadecimal: false), "F": .integer(132),
            "Rect": (appearance?.rectangle ?? .empty).object, "P": .reference(pages[page - 1]),
            "V": .reference(signature),
        ]
        if let appearance { dictionary["AP"] = .dictionary(["N": .reference(write(appearance))]) }
        update.set(.dictionary(dictionary), for: field)
        try appendAnnotation(field, to: pageDictionary, of: pages[page - 1], among: pages)
        newField = field
        fieldName = name
    }

    private var newField: IndirectReference?

    /// Appends to `/Annots`: in its own object when it is a reference that no other page uses, else in the page.
    private mutating func appendAnnotation(
        _ annotation: IndirectReference, to dictionary: PDFDictionary, of page: IndirectReference,
        among pages: [IndirectReference]
    ) throws(PAdESError) {
        let value = try resolved(dictionary["Annots"])
        guard value == nil || value?.array != nil else {
            throw PAdESError(.malformedForm, clause: "ISO 32000-2 §12.5.2", "/Annots is no array")
        }
        let array = PDFObject.array((value?.array ?? []) + [.reference(annotation)])
        var isShared = false
        if let reference = dictionary["Annots"]?.reference {
            for other in pages where other != page {
                if try resolved(.reference(other))?.dictionary?["Annots"]?.reference == reference { isShared = true }
            }
        }
        if let reference = dictionary["Annots"]?.reference, value != nil, !isShared {
            update.set(array, for: reference)
        } else {
            var dictionary = dictionary
            dictionary["Annots"] = array
            update.set(.dictionary(dictionary), for: page)
        }
    }

    private mutating func write(_ appearance: SignatureAppearance) -> IndirectReference {
        var resources = appearance.resources
        for item in appearance.embedded {
            let reference = update.add(stream: item.dictionary, bytes: item.bytes)
            var category = resources[item.category]?.dictionary ?? [:]
            category[item.name] = .reference(reference)
            resources[item.category] = .dictionary(category)
        }
        let box = PageRectangle(x: 0, y: 0, width: appearance.rectangle.width, height: appearance.rectangle.height)
        return update.add(
            stream: [
                "Type": .name("XObject"), "Subtype": .name("Form"), "BBox": box.object,
                "Resources": .dictionary(resources),
            ], bytes: appearance.content)
    }

    /// Writes the form dictionary where it is, with the new field and `/SigFlags 3` (ISO 32000-2 Table 225).
    private mutating func writeForm() throws(PAdESError) {
        let value = try resolved(catalog["AcroForm"])
        guard value == nil || value?.dictionary != nil else {
            throw PAdESError(.malformedForm, clause: "ISO 32000-2 §12.7.3", "/AcroForm is no dictionary")
        }
        var form = value?.dictionary ?? ["Fields": .array([])]
        form["SigFlags"] = .integer(3)
        if let newField {
            let fields = try resolved(form["Fields"])
            let array = PDFObject.array((fields?.array ?? []) + [.reference(newField)])
            if let reference = form["Fields"]?.reference, fields != nil {
                update.set(array, for: reference)
            } else {
                form["Fields"] = array
            }
        }
        if let reference = catalog["AcroForm"]?.reference, value != nil {
            if form != value?.dictionary { update.set(.dictionary(form), for: reference) }
        } else {
            catalog["AcroForm"] = .dictionary(form)
        }
    }
}
