// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Which revisions list which object, as one sorted array of number and revision.
struct ObjectHistory {
    private let keys: [UInt64]

    init(_ revisions: [PDFRevision]) {
        var keys: [UInt64] = []
        keys.reserveCapacity(revisions.reduce(0) { $0 + $1.entries.count })
        for revision in revisions {
            for number in revision.entries.numbers { keys.append(Self.key(number, UInt32(revision.index))) }
        }
        // Of one revision they are sorted.
        if revisions.count > 1 { keys.sort() }
        self.keys = keys
    }

    private static func key(_ number: UInt32, _ revision: UInt32) -> UInt64 { UInt64(number) << 32 | UInt64(revision) }

    /// The last revision up to one that lists an object number; `nil` when none does.
    func lastRevision(listing number: Int, upTo revision: Int) -> Int? {
        guard let number = UInt32(exactly: number), let revision = UInt32(exactly: revision) else { return nil }
        let limit = Self.key(number, revision)
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] <= limit { low = middle + 1 } else { high = middle }
        }
        guard low > 0, UInt32(truncatingIfNeeded: keys[low - 1] >> 32) == number else { return nil }
        return Int(UInt32(truncatingIfNeeded: keys[low - 1]))
    }

    /// Calls a closure for each object number that any revision lists, ascending.
    func forEachNumber<E>(_ body: (Int) throws(E) -> Void) throws(E) {
        var previous: UInt32?
        for key in keys {
            let number = UInt32(truncatingIfNeeded: key >> 32)
            guard number != previous else { continue }
            previous = number
            try body(Int(number))
        }
    }
}
