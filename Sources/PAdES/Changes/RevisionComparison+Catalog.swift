// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

extension RevisionComparison {
    /// Everything that hangs on the trailer: information dictionary, catalogue, and from there all other rules.
    func compareTrailers() throws(PAdESError) {
        let structural: Set<PDFName> = [
            "Size", "Prev", "ID", "Type", "W", "Index", "Length", "Filter", "DecodeParms", "XRefStm", "DL",
        ]
        let first = file.revisions[before].trailer.removing(structural)
        let second = file.revisions[after].trailer.removing(structural)
        let trailer = Place(source: nil, path: [])
        for key in changedKeys(first, second) where key != "Info" && key != "Root" {
            // Writers drop the private entries of others; without them there is less to show, not something else.
            guard let value = second[key] else { continue }
            // A file of which not all revisions are encrypted alike is not read at all.
            if key == "AuthCode", file.isEncrypted, Self.isAuthenticationCode(value) { continue }
            refuse(.trailerChanged, value.reference)
        }
        try reading { () throws(PDFSyntaxError) in
            if first["Info"] != second["Info"] || second["Info"]?.reference.map({ isChanged($0) }) ?? false {
                let entry = try enter("Info", first, second, at: trailer)
                try checkInformation(entry.after)
            }
        }
        let old = try reading { () throws(PDFSyntaxError) in try file.catalog(asOf: before) }
        let new = try reading { () throws(PDFSyntaxError) in try file.catalog(asOf: after) }
        // The catalogue may be written again, in place or as a new object; what it says is compared either way.
        if new.reference != old.reference, !isAdded(new.reference) { refuse(.referenceRedirected, new.reference) }
        try compareCatalogs(old.dictionary, new.dictionary, Place(source: old.reference, path: []))
        if changes[new.reference] != nil { claim(new.reference) }
    }

    /// Whether a value is a MAC over an encrypted file, or says in which signature it stands (ISO/TS 32004): it is another
    /// one in every revision and shows nothing.
    private static func isAuthenticationCode(_ value: PDFObject) -> Bool {
        guard let dictionary = value.dictionary else { return false }
        return dictionary.keys.allSatisfy { key in
            switch key {
            case "MACLocation": dictionary[key]?.name != nil
            case "MAC": dictionary[key]?.string != nil
            case "ByteRange": dictionary[key]?.array?.allSatisfy { $0.integer != nil } == true
            case "SigObjRef": dictionary[key]?.reference != nil
            default: false
            }
        }
    }

    private func checkInformation(_ value: PDFObject) throws(PDFSyntaxError) {
        kinds.insert(.metadata)
        // Writers may leave the dictionary out; there is less to show then, not something else.
        guard !value.isNull else { return }
        guard let dictionary = value.dictionary else {
            refuse(.metadataUnsuitable)
            return
        }
        for key in dictionary.keys {
            switch dictionary[key] {
            case .string, .name, .boolean, .integer, .null: continue
            default: refuse(.metadataUnsuitable)
            }
        }
    }

    private func compareCatalogs(_ first: PDFDictionary, _ second: PDFDictionary, _ place: Place) throws(PAdESError) {
        for key in changedKeys(first, second) {
            switch key {
            case "AcroForm", "DSS", "Metadata", "Extensions": break
            case "Version" where second[key]?.name != nil: kinds.insert(.metadata)
            default: refuse(.catalogChanged, place.source)
            }
        }
        try reading { () throws(PDFSyntaxError) in
            try compareMetadata(first, second, place)
            try compareExtensions(first, second, place)
            try compareSecurityStores(first, second, place)
        }
        try compareForms(first, second, place)
        try comparePages()
    }

    private func touches(_ key: PDFName, _ first: PDFDictionary, _ second: PDFDictionary) -> Bool {
        first[key] != second[key] || second[key]?.reference.map { isChanged($0) } ?? false
    }

    private func compareMetadata(
        _ first: PDFDictionary, _ second: PDFDictionary, _ place: Place
    ) throws(PDFSyntaxError) {
        guard touches("Metadata", first, second) else { return }
        let entry = try enter("Metadata", first, second, at: place)
        guard let stream = entry.after.stream, stream.dictionary["Subtype"]?.name == "XML",
            stream.dictionary.keys.allSatisfy({ stream.dictionary[$0]?.references.isEmpty ?? true || $0 == "Length" })
        else {
            refuse(.metadataUnsuitable, second["Metadata"]?.reference)
            return
        }
        try claimNewObjects(from: .dictionary(stream.dictionary))
        let text = try file.decodedBytes(of: stream, asOf: after)
        // XMP needs no document type; entities could make a reader fetch or multiply text.
        let markers = ["<!DOCTYPE", "<!ENTITY"].map { Array($0.utf8) }
        let ascii = text.filter { $0 != 0 }
        if markers.contains(where: { ascii.contains($0) }) {
            refuse(.metadataUnsuitable, second["Metadata"]?.reference)
        }
        kinds.insert(.metadata)
    }

    private func compareExtensions(
        _ first: PDFDictionary, _ second: PDFDictionary, _ place: Place
    ) throws(PDFSyntaxError) {
        guard touches("Extensions", first, second) else { return }
        let entry = try enter("Extensions", first, second, at: place)
        guard let extensions = entry.after.dictionary, entry.before.isNull || entry.before.dictionary != nil else {
            refuse(.catalogChanged, place.source)
            return
        }
        // An extension dictionary only names versions: it may hold new objects, none that existed.
        for reference in PDFObject.dictionary(extensions).references
        where !isAdded(reference) && !entry.before.references.contains(reference) {
            refuse(.referenceRedirected, reference)
        }
        try claimNewObjects(from: entry.after)
        kinds.insert(.metadata)
    }
}
