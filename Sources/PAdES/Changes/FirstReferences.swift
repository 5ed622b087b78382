// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import PDFSyntax

/// The references of one state of a document as arrays of integers: sixteen octets each and ten per object.
struct FirstReferences {
    /// The objects that refer to others, ascending: number and generation.
    private var sources: [UInt64] = []
    /// Where the references of each of these begin.
    private var starts: [UInt32] = []
    private var targets: [UInt32] = []
    private var paths: [UInt32] = []
    /// The positions of all references in the order of their targets.
    private var byTarget: [UInt32] = []

    /// Takes the references of the next object.
    mutating func append(_ source: UInt64, _ references: some Sequence<(UInt32, UInt32)>) {
        sources.append(source)
        starts.append(UInt32(clamping: targets.count))
        for (target, path) in references {
            targets.append(target)
            paths.append(path)
        }
    }

    /// Puts the references in order, when all have been taken.
    mutating func finish() {
        let order = targets.enumerated().map { UInt64($0.element) << 32 | UInt64($0.offset) }.sorted()
        byTarget = order.map { UInt32(truncatingIfNeeded: $0) }
    }

    /// The positions of the references to an object number.
    func positions(of target: UInt32) -> ArraySlice<UInt32> {
        let start = Self.partition(byTarget.count) { targets[Int(byTarget[$0])] >= target }
        let end = Self.partition(byTarget.count) { targets[Int(byTarget[$0])] > target }
        return byTarget[start..<end]
    }

    /// Whether a condition holds for an object number that is referred to.
    func containsTarget(where condition: (UInt32) -> Bool) -> Bool {
        var last: UInt32?
        for position in byTarget {
            let target = targets[Int(position)]
            if target != last, condition(target) { return true }
            last = target
        }
        return false
    }

    /// The object in which a reference stands.
    func source(of position: UInt32) -> UInt64 {
        sources[Self.partition(starts.count) { starts[$0] > position } - 1]
    }

    /// The keys that lead to a reference.
    func path(of position: UInt32) -> UInt32 { paths[Int(position)] }

    /// Whether an object refers to others.
    func contains(_ source: UInt64) -> Bool {
        let index = Self.partition(sources.count) { sources[$0] >= source }
        return index < sources.count && sources[index] == source
    }

    /// The first index at which a condition holds that holds for all after it too.
    private static func partition(_ count: Int, _ condition: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if condition(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// Paths of keys as numbers: most references of a document stand under a few of them.
struct ReferencePaths {
    private struct Step: Hashable {
        let parent: UInt32
        let key: PDFName
    }

    private var numbers: [Step: UInt32] = [:]
    private var steps: [Step] = []
    /// The path of the first key of each path; 0 for the empty one.
    private var roots: [UInt32] = [0]

    /// The path one key further; 0 is the empty path.
    mutating func extend(_ path: UInt32, by key: PDFName) -> UInt32 {
        let step = Step(parent: path, key: key)
        if let known = numbers[step] { return known }
        steps.append(step)
        let number = UInt32(clamping: steps.count)
        numbers[step] = number
        roots.append(path == 0 ? number : roots[Int(path)])
        return number
    }

    /// The path of a path's first key.
    func root(of path: UInt32) -> UInt32 { roots[Int(path)] }

    /// The path of one key, when there is a reference below it.
    func known(_ key: PDFName) -> UInt32? { numbers[Step(parent: 0, key: key)] }

    /// The keys of a path.
    subscript(path: UInt32) -> [PDFName] {
        var keys: [PDFName] = []
        var current = path
        while current != 0 {
            let step = steps[Int(current) - 1]
            keys.append(step.key)
            current = step.parent
        }
        return keys.reversed()
    }
}
