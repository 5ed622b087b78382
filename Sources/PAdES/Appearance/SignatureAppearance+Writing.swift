// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import PDFSyntax

extension SignatureAppearance {
    /// Writes the form XObject with everything that it needs.
    func write(into update: inout IncrementalUpdate) throws(PDFSyntaxError) -> IndirectReference {
        var resources = resources
        if let write {
            let written = try write(&update)
            for key in written.keys { resources[key] = written[key] }
        }
        for item in embedded {
            let reference = update.add(stream: item.dictionary, bytes: item.bytes)
            var category = resources[item.category]?.dictionary ?? [:]
            category[item.name] = .reference(reference)
            resources[item.category] = .dictionary(category)
        }
        var dictionary: PDFDictionary = [
            "Type": .name("XObject"), "Subtype": .name("Form"), "Resources": .dictionary(resources),
        ]
        let placement = placement
        for key in placement.keys { dictionary[key] = placement[key] }
        return update.add(stream: dictionary, bytes: content)
    }
}
