// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import PDFSyntax

extension PDFDocument {
    /// The revision that puts empty fields into a document that nobody has signed yet.
    ///
    /// - Parameter identifier: The second element of the new `/ID`; 16 bytes, different for every call.
    /// - Returns: The bytes to append.
    /// - Throws: ``PAdESError``: `notPermitted` for a document that is signed already; `unusableFieldName`, `notFound`,
    ///   `unusableField` for a text field without a rectangle; `unsuitableFile`, `malformedForm`, `unreadable`.
    public func reserving(_ fields: [ReservedField], identifier: [UInt8]) throws(PAdESError) -> [UInt8] {
        guard try signatures().signatures.isEmpty else {
            throw PAdESError(
                .notPermitted, clause: "ISO 32000-2 §12.8.2.2", "fields are reserved before the first signature")
        }
        var form = try FormUpdate(of: file)
        for field in fields {
            let geometry = try form.geometry(ofPage: field.page)
            let place = field.rectangle.map { geometry.onPage(geometry.clamped($0)) }
            guard place.map({ $0.area > 0 && $0.area.isFinite }) ?? (field.kind != .text) else {
                throw PAdESError(.unusableField, "a text field needs a rectangle with an area")
            }
            var entries: PDFDictionary = ["F": .integer(4), "Rect": (place ?? .empty).object]
            if geometry.rotation != 0 { entries["MK"] = .dictionary(["R": .integer(Int64(geometry.rotation))]) }
            switch field.kind {
            case .signature(let lock):
                entries["FT"] = .name("Sig")
                if let lock {
                    var dictionary = lock.dictionary
                    dictionary["Type"] = .name("SigFieldLock")
                    if let permission = lock.permission { dictionary["P"] = .integer(Int64(permission.rawValue)) }
                    entries["Lock"] = .dictionary(dictionary)
                }
            case .text:
                entries["FT"] = .name("Tx")
                entries["DA"] = .string(Array("/Helv 10 Tf 0 g".utf8), hexadecimal: false)
            }
            _ = try form.add(entries, name: field.name, page: field.page)
        }
        let holdsSignature = fields.contains { $0.kind != .text }
        try form.finish(signatureFlags: holdsSignature ? 1 : 0)
        do throws(PDFSyntaxError) { return try form.update.appended(identifier: identifier).bytes } catch {
            throw PAdESError(error)
        }
    }

    /// The revision that writes a text into a text field, with an appearance of its own.
    ///
    /// Earlier signatures stay valid when none of them locked the field or forbids filling forms.
    ///
    /// - Parameters:
    ///   - name: The fully qualified name of the field.
    ///   - font: `nil` for ``TrueTypeFont/installed(covering:)``.
    ///   - identifier: The second element of the new `/ID`; 16 bytes, different for every call.
    /// - Returns: The bytes to append.
    /// - Throws: ``PAdESError``: `notFound`; `unusableField` for a field that is no text field with one widget, or too small
    ///   for the text; `notPermitted` when a signature locked it; `unusableFont`; `unsuitableFile`, `unreadable`.
    public func filling(
        _ name: String, with text: String, font: TrueTypeFont? = nil, identifier: [UInt8]
    ) throws(PAdESError) -> [UInt8] {
        let tree = try FormTree(file, asOf: file.revisions.count - 1)
        guard let node = tree.nodes.values.first(where: { $0.name == name && $0.field == $0.reference }) else {
            throw PAdESError(.notFound, "no field of that name")
        }
        try checkMayFill(name)
        var dictionary = node.dictionary
        let corners = try reading { () throws(PDFSyntaxError) in
            try PageRectangle(file.resolve(dictionary["Rect"]), in: file, asOf: nil)
        }
        guard node.type == "Tx", !node.hasKids, let corners, let page = dictionary["P"]?.reference else {
            throw PAdESError(.unusableField, "no text field that is its own widget")
        }
        let geometry = try PageGeometry(of: page, in: file)
        let content = try AppearanceContent(image: nil, texts: [text.normalizedNFC], font: font)
        let appearance = try content.appearance(in: geometry.asShown(corners), on: geometry)
        do throws(PDFSyntaxError) {
            var update = try IncrementalUpdate(of: file)
            dictionary["V"] = .string(TextString.encode(text.normalizedNFC), hexadecimal: false)
            dictionary["AP"] = .dictionary(["N": .reference(try appearance.write(into: &update))])
            update.set(.dictionary(dictionary), for: node.reference)
            return try update.appended(identifier: identifier).bytes
        } catch { throw PAdESError(error) }
    }

    private func checkMayFill(_ name: String) throws(PAdESError) {
        for signature in try signatures().signatures {
            let locks = signature.field.effectiveLocks
            guard !locks.contains(where: { $0.locks(name) }) else {
                throw PAdESError(.notPermitted, clause: "ISO 32000-2 §12.8.2.4", "a signature locked the field")
            }
            guard !([signature.dictionary.certification] + locks.map(\.permission)).contains(.noChanges) else {
                throw PAdESError(
                    .notPermitted, clause: "ISO 32000-2 §12.8.2.2", "a signature forbids every later change")
            }
        }
    }
}
