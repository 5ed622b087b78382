// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import PDFSyntax

/// Fonts that programs add to the dictionary of fonts that a form shares with its pages: Poppler for letters that no font of the
/// form has, PDFBox those that every form should have.
extension RevisionComparison {
    /// Explains dictionaries of fonts that gained new fonts under names for which nothing asks that was there before.
    ///
    /// - Parameters:
    ///   - catalog: The catalogue before.
    ///   - form: The form before.
    func explainAddedFonts(_ catalog: PDFDictionary, _ form: FormTree) throws(PDFSyntaxError) {
        guard catalog["AcroForm"] != nil else { return }
        for reference in changes.keys.filter({ isChanged($0) && !claimed.contains($0) }).sorted() {
            guard isUsedForFonts(reference.number),
                let first = try object(reference, asOf: before).dictionary, !first.isEmpty,
                let second = try object(reference, asOf: after).dictionary,
                try first.keys.allSatisfyThrowing({ (key) throws(PDFSyntaxError) in
                    first[key] == second[key] ? isFont(try old(first[key])) : false
                })
            else { continue }
            let gained = second.keys.filter { first[$0] == nil }
            guard
                try gained.allSatisfyThrowing({ (key) throws(PDFSyntaxError) in
                    let isNew = second[key]?.reference.map { isAdded($0) } ?? false
                    return isNew && !Self.fontEntries.contains(key) ? isFont(try new(second[key])) : false
                }), try !isAskedFor(Set(gained), catalog, form)
            else { continue }
            kinds.insert(.formFill)
            claim(reference)
            try claimNewObjects(from: .dictionary(second))
        }
    }

    /// Entries that mean something in a font itself (ISO 32000-2 Tables 109 to 119): a dictionary that is one may not gain them.
    private static let fontEntries: Set<PDFName> = [
        "Type", "Subtype", "Name", "BaseFont", "FirstChar", "LastChar", "Widths", "FontDescriptor", "Encoding",
        "ToUnicode",
        "DescendantFonts", "FontBBox", "FontMatrix", "CharProcs", "Resources", "CIDSystemInfo", "CIDToGIDMap", "W",
        "W2",
        "DW", "DW2",
    ]

    private func isFont(_ value: PDFObject) -> Bool { value.dictionary?["Type"]?.name == "Font" }

    /// Whether an object is used under the key `Font` only, as resources have it.
    private func isUsedForFonts(_ number: Int) -> Bool {
        let most = 4096
        let uses = index.uses(of: number, atMost: most + 1)
        steps += uses.count / 16
        return !uses.isEmpty && uses.count <= most && uses.allSatisfy { $0.path.last == "Font" }
    }

    /// Whether a default appearance or a content stream of the state before may name one of some fonts.
    private func isAskedFor(
        _ names: Set<PDFName>, _ catalog: PDFDictionary, _ form: FormTree
    ) throws(PDFSyntaxError) -> Bool {
        var dictionaries = [try old(catalog["AcroForm"]).dictionary ?? [:]]
        for reference in form.order + Array(form.annotations) where !isAdded(reference) {
            steps += 1
            dictionaries.append(try object(reference, asOf: before).dictionary ?? [:])
        }
        for dictionary in dictionaries {
            guard let text = try old(dictionary["DA"]).string else { continue }
            if Self.names(text).contains(where: names.contains) { return true }
        }
        var room = Self.mostContent
        var isAsked = false
        try file.forEachObjectInUse(asOf: before) { (reference) throws(PDFSyntaxError) in
            // Streams to which nothing refers hold objects or cross-references.
            guard !isAsked, index.isUsed(reference.number),
                let stream = try file.object(reference, asOf: before).stream
            else { return }
            do throws(PDFSyntaxError) {
                let bytes = try file.decodedBytes(of: stream, asOf: before)
                room -= bytes.count
                steps += bytes.count / 256
                isAsked = room < 0 || Self.asks(for: names, in: bytes)
            } catch {
                // What only a filter for pictures opens is a picture where it is used as one.
                isAsked = error.code != .unsupportedFilter || !isUsedAsPicture(reference.number, stream)
            }
        }
        return isAsked
    }

    /// So much content is looked through for a name, in bytes.
    private static let mostContent = 64 << 20

    private func isUsedAsPicture(_ number: Int, _ stream: PDFStream) -> Bool {
        guard stream.dictionary["Subtype"]?.name == "Image" else { return false }
        let uses = index.uses(of: number, atMost: 257)
        return uses.count <= 256
            && uses.allSatisfy { $0.path.last == "SMask" || $0.path.dropLast().last == "XObject" }
    }

    /// Whether content has one of some names, its escapes resolved.
    private static func asks(for names: Set<PDFName>, in bytes: [UInt8]) -> Bool {
        let firsts = Set(names.compactMap { $0.bytes.first } + [UInt8(ascii: "#")])
        var index = 0
        while index + 1 < bytes.count {
            defer { index += 1 }
            guard bytes[index] == UInt8(ascii: "/"), firsts.contains(bytes[index + 1]) else { continue }
            let text = Array(bytes[index..<min(index + 400, bytes.count)])
            if Self.names(text).first.map(names.contains) ?? false { return true }
        }
        return false
    }
}

extension Array {
    fileprivate func allSatisfyThrowing<E>(_ condition: (Element) throws(E) -> Bool) throws(E) -> Bool {
        for element in self where try !condition(element) { return false }
        return true
    }
}
