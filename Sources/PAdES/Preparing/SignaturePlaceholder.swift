// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
public import PDFSyntax

/// Lays out the revision that a signature needs: field, widget, signature dictionary and the room for the CMS.
public struct SignaturePlaceholder: Sendable {
    private let file: PDFFile
    private var request: SignatureRequest
    private var form: FormUpdate
    private var fieldName = ""

    /// Lays out a revision for one signature.
    ///
    /// The file's bytes stay as they are; the new revision writes the catalogue, the form, the page and the field again
    /// only as far as they change. `/SigFlags` becomes 3, the widget is printed and locked.
    ///
    /// - Parameters:
    ///   - identifier: The second element of the new `/ID`; 16 bytes, different for every call (a digest of file and time
    ///     will do).
    /// - Throws: ``PAdESError``: `unsuitableFile` for a hybrid file or one with cross-references to bytes behind the end of
    ///   their revision, `notPermitted` when a certification or a lock forbids it or a certification is not the first signature, `notFound`, `unusableFieldName`, `unusableField`,
    ///   `malformedForm`, `unreadable`.
    public static func prepare(
        _ file: PDFFile, in choice: FieldChoice, _ request: SignatureRequest, identifier: [UInt8]
    ) throws(PAdESError) -> PreparedRevision {
        var placeholder = try SignaturePlaceholder(file, request)
        return try placeholder.layOut(choice, identifier, DocumentSignatures(in: file))
    }

    /// The same for a file whose signatures may be known.
    static func prepare(
        _ document: PDFDocument, in choice: FieldChoice, _ request: SignatureRequest, identifier: [UInt8]
    ) throws(PAdESError) -> PreparedRevision {
        var placeholder = try SignaturePlaceholder(document.file, request)
        return try placeholder.layOut(choice, identifier, document.signatures())
    }

    private init(_ file: PDFFile, _ request: SignatureRequest) throws(PAdESError) {
        self.file = file
        self.request = request
        // Bytes that come later could become such an object: the signature would never be taken for whole.
        if let number = file.revisions.lazy.flatMap(\.entriesBeyondEnd).first {
            throw PAdESError(
                .unsuitableFile, clause: "ISO 32000-2 §7.5.4",
                "the entry of object \(number) points behind the end of its revision")
        }
        form = try FormUpdate(of: file)
        guard request.reservedBytes > 0, request.reservedBytes <= 1 << 28 else {
            throw PAdESError(.contentsTooLarge, "the room for the contents must be 1 byte to 256 MiB")
        }
    }

    private mutating func layOut(
        _ choice: FieldChoice, _ identifier: [UInt8], _ document: DocumentSignatures
    ) throws(PAdESError) -> PreparedRevision {
        var choice = choice
        if let visible = request.appearance {
            choice = try visible.shown(
                in: choice, of: file, signer: request.name, at: request.time, offset: request.timeOffset)
        }
        try checkPermission(document, choice)
        let signature = form.update.reserve()
        switch choice {
        case .existing(let name, let appearance): try fill(name, appearance, document, signature)
        case .new(let name, let page, let appearance): try add(name, page, appearance, signature)
        }
        if case .certification = request.purpose {
            var permissions = try form.resolved(form.catalog["Perms"])?.dictionary ?? [:]
            permissions["DocMDP"] = .reference(signature)
            form.catalog["Perms"] = .dictionary(permissions)
        }
        try form.finish(signatureFlags: 3)
        form.update.set(
            request.dictionary(),
            placeholders: [
                ("ByteRange", Self.byteRange([0, 0, 0, 0])),
                ("Contents", [UInt8(ascii: "<")] + Self.zeros(request.reservedBytes * 2) + [UInt8(ascii: ">")]),
            ], for: signature)
        do throws(PDFSyntaxError) {
            var appended = try form.update.appended(identifier: identifier)
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

    /// A new visible field over what an earlier signer signed could hide it, and would break that signature.
    private func checkPlace(_ page: Int, _ appearance: SignatureAppearance?) throws(PAdESError) {
        guard let appearance else { return }
        let isCovering = try reading { () throws(PDFSyntaxError) in
            let pages = try file.pages()
            guard pages.indices.contains(page - 1) else { return false }
            return try PaintedPages(file).isCovered(by: appearance.rectangle, onPage: pages[page - 1])
        }
        guard !isCovering else {
            throw PAdESError(
                .notPermitted, clause: "ISO 32000-2 §12.8.2.2",
                "a new visible field would lie over what was signed; sign into a field reserved before")
        }
    }

    private func checkPermission(_ document: DocumentSignatures, _ choice: FieldChoice) throws(PAdESError) {
        let clause = "ISO 32000-2 §12.8.2.2"
        if case .certification = request.purpose, !document.signatures.isEmpty {
            throw PAdESError(.notPermitted, clause: clause, "a certification must be the first signature")
        }
        var isVisible = false
        var name = ""
        switch choice {
        case .new(_, let page, let appearance):
            isVisible = appearance != nil
            if !document.signatures.isEmpty { try checkPlace(page, appearance) }
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
        guard var dictionary = try form.resolved(.reference(field.reference))?.dictionary else {
            throw PAdESError(.malformedForm, "a field that is no dictionary")
        }
        dictionary["V"] = .reference(signature)
        fieldName = name
        // The signature states the lock that its field asks for (ISO 32000-2 Table 236).
        if request.lock == nil, request.purpose != .documentTimeStamp { request.lock = field.lock }
        if let appearance {
            guard let widget = field.widgets.first else {
                throw PAdESError(.unusableField, "a field without a widget cannot be shown")
            }
            let shown = PDFObject.dictionary(["N": .reference(try write(appearance))])
            if widget.reference == field.reference {
                dictionary["AP"] = shown
            } else if var other = try form.resolved(.reference(widget.reference))?.dictionary {
                other["AP"] = shown
                form.update.set(.dictionary(other), for: widget.reference)
            }
        }
        form.update.set(.dictionary(dictionary), for: field.reference)
    }

    private mutating func add(
        _ name: String, _ page: Int, _ appearance: SignatureAppearance?, _ signature: IndirectReference
    ) throws(PAdESError) {
        var entries: PDFDictionary = [
            "FT": .name("Sig"), "F": .integer(132), "Rect": (appearance?.rectangle ?? .empty).object,
            "V": .reference(signature),
        ]
        if let appearance { entries["AP"] = .dictionary(["N": .reference(try write(appearance))]) }
        _ = try form.add(entries, name: name, page: page)
        fieldName = name
    }

    private mutating func write(_ appearance: SignatureAppearance) throws(PAdESError) -> IndirectReference {
        do throws(PDFSyntaxError) { return try appearance.write(into: &form.update) } catch { throw PAdESError(error) }
    }
}
