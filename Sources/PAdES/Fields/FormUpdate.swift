// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// An incremental update that adds fields to a form: catalogue, form dictionary and pages are written again only as far
/// as they change.
struct FormUpdate {
    let file: PDFFile
    var update: IncrementalUpdate
    /// The catalogue as it is to be.
    var catalog: PDFDictionary
    private let catalogReference: IndirectReference
    private let form: FormTree
    private let pages: [IndirectReference]
    private var newFields: [IndirectReference] = []
    private var newNames: Set<String> = []
    private var newAnnotations: [IndirectReference: [IndirectReference]] = [:]

    /// Begins an update.
    ///
    /// - Throws: ``PAdESError``: `unsuitableFile` for a hybrid file, `unreadable`, `malformedForm`.
    init(of file: PDFFile) throws(PAdESError) {
        self.file = file
        do throws(PDFSyntaxError) {
            update = try IncrementalUpdate(of: file)
            (catalogReference, catalog) = try file.catalog()
            pages = try file.pages()
        } catch { throw PAdESError(error) }
        form = try FormTree(file, asOf: file.revisions.count - 1)
    }

    /// Adds a field at the root of the form that is its own widget.
    ///
    /// - Throws: ``PAdESError``: `unusableFieldName`, `notFound` for a page that does not exist.
    mutating func add(_ entries: PDFDictionary, name: String, page: Int) throws(PAdESError) -> IndirectReference {
        let isTaken = form.nodes.values.contains { $0.name == name || $0.name.hasPrefix(name + ".") }
        guard !name.isEmpty, !name.contains("."), !isTaken, newNames.insert(name).inserted else {
            throw PAdESError(
                .unusableFieldName, clause: "ISO 32000-2 §12.7.4.2", "the name is empty, holds a period, or is taken")
        }
        guard pages.indices.contains(page - 1) else {
            throw PAdESError(.notFound, "the document has \(pages.count) pages, page \(page) is asked for")
        }
        var dictionary: PDFDictionary = [
            "Type": .name("Annot"), "Subtype": .name("Widget"),
            "T": .string(TextString.encode(name), hexadecimal: false), "P": .reference(pages[page - 1]),
        ]
        for key in entries.keys { dictionary[key] = entries[key] }
        let field = update.add(.dictionary(dictionary))
        newFields.append(field)
        newAnnotations[pages[page - 1], default: []].append(field)
        return field
    }

    /// The geometry of a page, from 1.
    func geometry(ofPage page: Int) throws(PAdESError) -> PageGeometry {
        guard pages.indices.contains(page - 1) else {
            throw PAdESError(.notFound, "the document has \(pages.count) pages, page \(page) is asked for")
        }
        return try PageGeometry(of: pages[page - 1], in: file)
    }

    /// Writes pages, form and catalogue as far as they changed.
    ///
    /// - Parameter signatureFlags: `/SigFlags` to set (ISO 32000-2 Table 225); flags that are there stay.
    mutating func finish(signatureFlags: Int64) throws(PAdESError) {
        for page in newAnnotations.keys.sorted() { try appendAnnotations(newAnnotations[page] ?? [], to: page) }
        try writeForm(signatureFlags)
        if try resolved(.reference(catalogReference))?.dictionary != catalog {
            update.set(.dictionary(catalog), for: catalogReference)
        }
    }

    func resolved(_ value: PDFObject?) throws(PAdESError) -> PDFObject? {
        do throws(PDFSyntaxError) {
            let object = try file.resolve(value)
            return object.isNull ? nil : object
        } catch { throw PAdESError(error) }
    }

    /// Appends to `/Annots`: in its own object when it is a reference that no other page uses, else in the page.
    private mutating func appendAnnotations(
        _ annotations: [IndirectReference], to page: IndirectReference
    ) throws(PAdESError) {
        guard var dictionary = try resolved(.reference(page))?.dictionary else {
            throw PAdESError(.malformedForm, clause: "ISO 32000-2 §7.7.3", "a page that is no dictionary")
        }
        let value = try resolved(dictionary["Annots"])
        guard value == nil || value?.array != nil else {
            throw PAdESError(.malformedForm, clause: "ISO 32000-2 §12.5.2", "/Annots is no array")
        }
        let array = PDFObject.array((value?.array ?? []) + annotations.map { .reference($0) })
        var isShared = false
        if let reference = dictionary["Annots"]?.reference {
            for other in pages where other != page {
                if try resolved(.reference(other))?.dictionary?["Annots"]?.reference == reference { isShared = true }
            }
        }
        if let reference = dictionary["Annots"]?.reference, value != nil, !isShared {
            update.set(array, for: reference)
        } else {
            dictionary["Annots"] = array
            update.set(.dictionary(dictionary), for: page)
        }
    }

    /// Writes the form dictionary where it is, with the new fields; where there is none, as an object of its own: Poppler adds
    /// fields to a form that stands in the catalogue without writing the catalogue again.
    private mutating func writeForm(_ signatureFlags: Int64) throws(PAdESError) {
        let value = try resolved(catalog["AcroForm"])
        guard value == nil || value?.dictionary != nil else {
            throw PAdESError(.malformedForm, clause: "ISO 32000-2 §12.7.3", "/AcroForm is no dictionary")
        }
        var form = value?.dictionary ?? ["Fields": .array([])]
        if signatureFlags != 0 { form["SigFlags"] = .integer((form["SigFlags"]?.integer ?? 0) & 3 | signatureFlags) }
        if !newFields.isEmpty {
            let fields = try resolved(form["Fields"])
            let array = PDFObject.array((fields?.array ?? []) + newFields.map { .reference($0) })
            if let reference = form["Fields"]?.reference, fields != nil {
                update.set(array, for: reference)
            } else {
                form["Fields"] = array
            }
        }
        if let reference = catalog["AcroForm"]?.reference, value != nil {
            if form != value?.dictionary { update.set(.dictionary(form), for: reference) }
        } else if value == nil {
            catalog["AcroForm"] = .reference(update.add(.dictionary(form)))
        } else {
            catalog["AcroForm"] = .dictionary(form)
        }
    }
}
