// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax

/// All references of one list of a snapshot: the leaves, and the levels above them.
struct PageIndex: Sendable {
    /// References in a page of references, and at most in the root.
    static let widest = 64
    /// Levels, the leaves first; the last one stands in the root.
    private(set) var levels: [[PageReference]]

    init(levels: [[PageReference]] = [[]]) { self.levels = levels }

    var leaves: [PageReference] { levels[0] }

    /// Every page of the list.
    var all: [PageReference] { levels.flatMap { $0 } }

    func tree(items: Int64) -> SnapshotRoot.Tree {
        SnapshotRoot.Tree(items: items, depth: levels.count - 1, top: levels[levels.count - 1])
    }

    /// The plaintext of a page of references, before padding.
    static func bytes(_ references: some Sequence<PageReference>) -> [UInt8] {
        DERWriter.bytes { PageReference.write(Array(references), to: &$0) }
    }

    /// Puts new leaves at their places and makes anew the pages of references above them.
    ///
    /// - Parameters:
    ///   - leaves: By place; places behind the last one follow without a gap.
    ///   - seal: Makes a page of references.
    /// - Returns: The references that are no longer used.
    mutating func replace(
        _ leaves: [Int: PageReference], sealing seal: ([UInt8]) throws(VaultError) -> PageReference
    ) throws(VaultError) -> [PageReference] {
        var changed = leaves
        var level = 0
        var replaced: [PageReference] = []
        while true {
            for (place, reference) in changed.sorted(by: { $0.key < $1.key }) {
                if place < levels[level].count {
                    replaced.append(levels[level][place])
                    levels[level][place] = reference
                } else {
                    levels[level].append(reference)
                }
            }
            guard levels[level].count > Self.widest else {
                // The root holds this level now; levels above it, if there were any, are not needed.
                replaced += levels[(level + 1)...].flatMap { $0 }
                levels.removeSubrange((level + 1)...)
                return replaced
            }
            var above: [Int: PageReference] = [:]
            let isNew = levels.count == level + 1
            let count = (levels[level].count + Self.widest - 1) / Self.widest
            let places = isNew ? Set(0..<count) : Set(changed.keys.map { $0 / Self.widest })
            for place in places {
                let range = place * Self.widest..<min((place + 1) * Self.widest, levels[level].count)
                above[place] = try seal(Self.bytes(levels[level][range]))
            }
            if isNew { levels.append([]) }
            changed = above
            level += 1
        }
    }
}
