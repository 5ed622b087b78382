// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// Who refers to what in one state of a document: needed because an object may be changed only when every place that
/// uses it allows the change.
struct ReferenceIndex {
    /// A place that refers to an object: the keys from an indirect object (or the trailer, `nil`) down to the reference,
    /// arrays left out.
    struct Use: Hashable {
        let source: IndirectReference?
        let path: [PDFName]
    }

    private let file: PDFFile
    private var uses: [Int: [Use]] = [:]
    private var targets: [IndirectReference: [Int]] = [:]
    private var trailerTargets: [Int] = []
    private var count = 0
    /// The state that the index shows.
    private(set) var revision: Int

    /// Reads all objects of a revision.
    init(_ file: PDFFile, asOf revision: Int) throws(PDFSyntaxError) {
        self.file = file
        self.revision = revision
        for reference in file.objectsInUse(asOf: revision) {
            try add(reference, file.object(reference, asOf: revision))
        }
        try addTrailer()
    }

    /// Goes on to the next revision by reading only what it changed.
    mutating func advance() throws(PDFSyntaxError) {
        let next = revision + 1
        remove(trailerTargets) { $0 == nil }
        for change in file.changes(in: next) {
            remove(change.reference)
            if let before = file.reference(of: change.reference.number, asOf: revision) { remove(before) }
            if change.kind != .freed { try add(change.reference, file.object(change.reference, asOf: next)) }
        }
        revision = next
        try addTrailer()
    }

    /// The places that refer to an object number, whatever the generation.
    func uses(of number: Int) -> [Use] { uses[number] ?? [] }

    /// Number of objects that refer to others.
    var objectCount: Int { targets.count }

    /// The numbers of all objects that can be reached from the trailer.
    func reachableNumbers() -> Set<Int> {
        var reached = Set(trailerTargets)
        var pending = trailerTargets
        while let number = pending.popLast() {
            guard let source = file.reference(of: number, asOf: revision) else { continue }
            for target in targets[source] ?? [] where reached.insert(target).inserted { pending.append(target) }
        }
        return reached
    }

    private mutating func addTrailer() throws(PDFSyntaxError) {
        var found: [Int] = []
        let trailer = file.revisions[revision].trailer
        try collect(.dictionary(trailer.removing(["Prev"])), Use(source: nil, path: []), &found)
        trailerTargets = found
    }

    private mutating func add(_ source: IndirectReference, _ object: PDFObject) throws(PDFSyntaxError) {
        var found: [Int] = []
        try collect(object, Use(source: source, path: []), &found)
        if !found.isEmpty { targets[source] = found }
    }

    private mutating func remove(_ source: IndirectReference) {
        remove(targets.removeValue(forKey: source) ?? []) { $0 == source }
    }

    private mutating func remove(_ numbers: [Int], where isSource: (IndirectReference?) -> Bool) {
        for number in Set(numbers) {
            uses[number]?.removeAll { isSource($0.source) }
        }
    }

    private mutating func collect(_ object: PDFObject, _ use: Use, _ found: inout [Int]) throws(PDFSyntaxError) {
        switch object {
        case .reference(let reference):
            count += 1
            guard count <= file.budget.objects else {
                throw PDFSyntaxError(.limitExceeded, "more references than the budget has objects")
            }
            uses[reference.number, default: []].append(use)
            found.append(reference.number)
        case .array(let elements):
            for element in elements { try collect(element, use, &found) }
        case .dictionary(let dictionary): try collect(dictionary, use, &found)
        case .stream(let stream):
            // A cross-reference stream's dictionary is a trailer, not content.
            guard stream.dictionary["Type"]?.name != "XRef" else { return }
            try collect(stream.dictionary, use, &found)
        case .null, .boolean, .integer, .real, .string, .name: break
        }
    }

    private mutating func collect(
        _ dictionary: PDFDictionary, _ use: Use, _ found: inout [Int]
    ) throws(PDFSyntaxError) {
        for key in dictionary.keys {
            guard let value = dictionary[key] else { continue }
            switch value {
            case .null, .boolean, .integer, .real, .string, .name: continue
            default: try collect(value, Use(source: use.source, path: use.path + [key]), &found)
            }
        }
    }
}
