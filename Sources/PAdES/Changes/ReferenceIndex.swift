// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// Who refers to what in one state of a document: needed because an object may be changed only when every place that
/// uses it allows the change.
///
/// The references of the first state, which may be millions, are arrays of integers; those of later revisions lie over them.
struct ReferenceIndex {
    /// A place that refers to an object: the keys from an indirect object (or the trailer, `nil`) down to the reference,
    /// arrays left out.
    struct Use: Hashable {
        let source: IndirectReference?
        let path: [PDFName]
    }

    private let file: PDFFile
    private var paths = ReferencePaths()
    private var first = FirstReferences()
    /// The objects of the first state that were written again or freed.
    private var replaced: Set<UInt64> = []
    private var later: [UInt32: [LaterUse]] = [:]
    private var laterTargets: [UInt64: [UInt32]] = [:]
    private var count = 0
    /// The state that the index shows.
    private(set) var revision: Int

    private struct LaterUse {
        let source: UInt64
        let path: UInt32
    }

    /// The trailer as a source; no object has the number 0.
    private static let trailer: UInt64 = 0

    /// Reads all objects of a revision.
    init(_ file: PDFFile, asOf revision: Int) throws(PDFSyntaxError) {
        self.file = file
        self.revision = revision
        var found: [Found] = []
        try file.forEachObjectInUse(asOf: revision) { (reference) throws(PDFSyntaxError) in
            found.removeAll(keepingCapacity: true)
            try collect(file.object(reference, asOf: revision), 0, &found)
            guard !found.isEmpty else { return }
            first.append(Self.packed(reference), found.lazy.map { ($0.target, $0.path) })
        }
        first.finish()
        try addTrailer()
    }

    /// Goes on to the next revision by reading only what it changed.
    mutating func advance() throws(PDFSyntaxError) {
        let next = revision + 1
        remove(Self.trailer)
        for change in file.changes(in: next) {
            remove(Self.packed(change.reference))
            if let before = file.reference(of: change.reference.number, asOf: revision) { remove(Self.packed(before)) }
            if change.kind != .freed {
                try add(Self.packed(change.reference), file.object(change.reference, asOf: next))
            }
        }
        revision = next
        try addTrailer()
    }

    /// Some places that refer to an object number, whatever the generation.
    ///
    /// - Parameter limit: No more than these are given.
    func uses(of number: Int, atMost limit: Int) -> [Use] {
        var found: [Use] = []
        forEachUse(of: number) { source, path in
            found.append(Use(source: Self.reference(source), path: paths[path]))
            return found.count < limit
        }
        return found
    }

    /// Whether anything refers to an object number.
    func isUsed(_ number: Int) -> Bool { !uses(of: number, atMost: 1).isEmpty }

    /// The objects that refer to an object number below one key of their dictionary, themselves or through one or two other
    /// objects, and those that do so by another key directly.
    ///
    /// - Parameter steps: Counts the uses that were looked at, sixteen as one.
    func users(
        of number: Int, throughAppearances key: PDFName, orDirectly other: PDFName, steps: inout Int
    ) -> [IndirectReference] {
        let (below, direct) = (paths.known(key), paths.known(other))
        var found: [IndirectReference] = []
        var looked = 0
        var visited: Set<Int> = [number]
        var level = [number]
        for depth in 0..<3 {
            var next: [Int] = []
            for target in level {
                forEachUse(of: target) { source, path in
                    looked += 1
                    guard let reference = Self.reference(source) else { return true }
                    let isBelow = below != nil && paths.root(of: path) == below
                    if isBelow || depth == 0 && path == direct { found.append(reference) }
                    // Further down an appearance dictionary has the states of one kind of appearance, and nothing more.
                    let isOneKey = path != 0 && paths.root(of: path) == path
                    if depth < 2, depth == 0 || isOneKey, visited.insert(reference.number).inserted {
                        next.append(reference.number)
                    }
                    return true
                }
            }
            guard below != nil else { break }
            level = next
        }
        steps += looked / 16
        return found
    }

    /// Whether an object number is referred to that no cross-reference section lists up to this state.
    func refersToUnlisted() -> Bool {
        let revisions = file.revisions[...revision]
        func isUnlisted(_ number: UInt32) -> Bool { revisions.allSatisfy { $0.entries[Int(number)] == nil } }
        return first.containsTarget(where: isUnlisted) || later.contains { !$0.value.isEmpty && isUnlisted($0.key) }
    }

    /// The objects that refer to an object number by one key of their dictionary.
    ///
    /// - Parameter steps: Counts the uses that were looked at, sixteen as one.
    func sources(of number: Int, key: PDFName, steps: inout Int) -> [IndirectReference] {
        guard let wanted = paths.known(key) else { return [] }
        var found: [IndirectReference] = []
        var looked = 0
        defer { steps += looked / 16 }
        forEachUse(of: number) { source, path in
            looked += 1
            if path == wanted, let reference = Self.reference(source) { found.append(reference) }
            return true
        }
        return found
    }

    /// Whether an object can be reached from the trailer, found out from the object upwards.
    ///
    /// - Parameters:
    ///   - known: What was found out about this state before.
    ///   - steps: Counts the uses that were looked at.
    func isReachable(_ number: Int, known: inout [Int: Bool], steps: inout Int) -> Bool {
        if let answer = known[number] { return answer }
        var visited: Set<Int> = [number]
        var pending = [number]
        while let current = pending.popLast() {
            var isReached = false
            forEachUse(of: current) { source, _ in
                steps += 1
                let user = Int(source >> 16)
                isReached = source == Self.trailer || known[user] == true
                if !isReached, known[user] == nil, visited.insert(user).inserted { pending.append(user) }
                return !isReached
            }
            if isReached {
                known[number] = true
                return true
            }
        }
        for other in visited { known[other] = false }
        return false
    }

    /// Calls a closure for each use until it gives `false`.
    private func forEachUse(of number: Int, _ body: (_ source: UInt64, _ path: UInt32) -> Bool) {
        guard let target = UInt32(exactly: number) else { return }
        for position in first.positions(of: target) {
            let source = first.source(of: position)
            if !replaced.contains(source), !body(source, first.path(of: position)) { return }
        }
        for use in later[target] ?? [] where !body(use.source, use.path) { return }
    }

    private static func packed(_ reference: IndirectReference) -> UInt64 {
        UInt64(truncatingIfNeeded: reference.number) << 16 | UInt64(truncatingIfNeeded: reference.generation)
    }

    private static func reference(_ source: UInt64) -> IndirectReference? {
        source == trailer ? nil : IndirectReference(Int(source >> 16), generation: Int(source & 0xffff))
    }

    private mutating func addTrailer() throws(PDFSyntaxError) {
        try add(Self.trailer, .dictionary(file.revisions[revision].trailer.removing(["Prev"])))
    }

    private mutating func add(_ source: UInt64, _ object: PDFObject) throws(PDFSyntaxError) {
        var found: [Found] = []
        try collect(object, 0, &found)
        guard !found.isEmpty else { return }
        for use in found { later[use.target, default: []].append(LaterUse(source: source, path: use.path)) }
        laterTargets[source] = found.map(\.target)
    }

    private mutating func remove(_ source: UInt64) {
        if first.contains(source) { replaced.insert(source) }
        for target in Set(laterTargets.removeValue(forKey: source) ?? []) {
            later[target]?.removeAll { $0.source == source }
        }
    }

    private struct Found {
        let target: UInt32
        let path: UInt32
    }

    private mutating func collect(_ object: PDFObject, _ path: UInt32, _ found: inout [Found]) throws(PDFSyntaxError) {
        switch object {
        case .reference(let reference):
            count += 1
            guard count <= file.budget.objects else {
                throw PDFSyntaxError(.limitExceeded, "more references than the budget has objects")
            }
            found.append(Found(target: UInt32(truncatingIfNeeded: reference.number), path: path))
        case .array(let elements):
            for element in elements { try collect(element, path, &found) }
        case .dictionary(let dictionary): try collect(dictionary, path, &found)
        case .stream(let stream):
            // A cross-reference stream's dictionary is a trailer, not content.
            guard stream.dictionary["Type"]?.name != "XRef" else { return }
            try collect(stream.dictionary, path, &found)
        case .null, .boolean, .integer, .real, .string, .name: break
        }
    }

    private mutating func collect(
        _ dictionary: PDFDictionary, _ path: UInt32, _ found: inout [Found]
    ) throws(PDFSyntaxError) {
        for key in dictionary.keys {
            guard let value = dictionary[key] else { continue }
            switch value {
            case .null, .boolean, .integer, .real, .string, .name: continue
            default: try collect(value, paths.extend(path, by: key), &found)
            }
        }
    }
}
