// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import PDFSyntax

extension RevisionComparison {
    /// The document security store (ISO 32000-2 §12.8.4.3, EN 319 142-1 §5.4): new streams may be named.
    ///
    /// Streams may also be named no longer, as writers do that keep only what they use; they stay in the file, and the store
    /// of the earlier revision still names them.
    func compareSecurityStores(
        _ first: PDFDictionary, _ second: PDFDictionary, _ place: Place
    ) throws(PDFSyntaxError) {
        guard first["DSS"] != nil || second["DSS"] != nil else { return }
        let before = claimed.count
        let entry = try enter("DSS", first, second, at: place)
        if first["DSS"] == second["DSS"], entry.before == entry.after, !mentionsChange(entry.after) { return }
        guard let new = entry.after.dictionary, entry.before.isNull || entry.before.dictionary != nil else {
            refuse(.securityStoreUnsuitable, second["DSS"]?.reference)
            return
        }
        let old = entry.before.dictionary ?? [:]
        var known: Set<IndirectReference> = []
        for key in Set(old.keys + new.keys) {
            switch key {
            case "Certs", "CRLs", "OCSPs": known.formUnion(try compareLists(key, old, new, entry.place, known: []))
            case "VRI", "Type": break
            default: if old[key] != new[key] { refuse(.securityStoreUnsuitable, entry.place.source) }
            }
        }
        if let type = new["Type"], type.name != "DSS" {
            refuse(.securityStoreUnsuitable, entry.place.source)
        }
        try compareValidationInformation(old, new, entry.place, known)
        if claimed.count > before || old != new { kinds.insert(.securityStore) }
    }

    private func mentionsChange(_ value: PDFObject) -> Bool { value.references.contains { changes[$0] != nil } }

    /// An array of references to streams; gives those that it holds now.
    private func compareLists(
        _ key: PDFName, _ old: PDFDictionary, _ new: PDFDictionary, _ place: Place, known: Set<IndirectReference>
    ) throws(PDFSyntaxError) -> Set<IndirectReference> {
        let entry = try enter(key, old, new, at: place)
        let before = entry.before.array ?? []
        let after = entry.after.array ?? []
        let references = Set(after.compactMap(\.reference))
        let kept = Set(before.compactMap(\.reference))
        guard after.allSatisfy({ $0.reference != nil }) else {
            refuse(.securityStoreUnsuitable, place.source)
            return references
        }
        for reference in references.subtracting(kept).subtracting(known) {
            guard isAdded(reference), try object(reference, asOf: self.after).stream != nil else {
                refuse(.referenceRedirected, reference)
                continue
            }
            try claimNewObjects(from: .reference(reference))
        }
        return references
    }

    private func compareValidationInformation(
        _ old: PDFDictionary, _ new: PDFDictionary, _ place: Place, _ known: Set<IndirectReference>
    ) throws(PDFSyntaxError) {
        guard old["VRI"] != nil || new["VRI"] != nil else { return }
        let entry = try enter("VRI", old, new, at: place)
        let before = entry.before.dictionary ?? [:]
        guard let after = entry.after.dictionary else {
            refuse(.securityStoreUnsuitable, place.source)
            return
        }
        for key in Set(before.keys + after.keys) where key != "Type" {
            guard after[key] != nil else { continue }
            let item = try enter(key, before, after, at: entry.place)
            let first = item.before.dictionary ?? [:]
            guard let second = item.after.dictionary else {
                refuse(.securityStoreUnsuitable, after[key]?.reference)
                continue
            }
            for part in Set(first.keys + second.keys) {
                switch part {
                case "Cert", "CRL", "OCSP": _ = try compareLists(part, first, second, item.place, known: known)
                case "TS":
                    if first[part] != second[part] {
                        guard first[part] == nil, let reference = second[part]?.reference, isAdded(reference) else {
                            refuse(.securityStoreUnsuitable, item.place.source)
                            continue
                        }
                        try claimNewObjects(from: second[part])
                    }
                case "TU", "Type":
                    if !(second[part]?.references.isEmpty ?? true) {
                        refuse(.securityStoreUnsuitable, item.place.source)
                    }
                default: if first[part] != second[part] { refuse(.securityStoreUnsuitable, item.place.source) }
                }
            }
        }
    }
}
