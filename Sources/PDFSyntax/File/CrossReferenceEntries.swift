// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Entries by object number, each number once, in ascending order.
///
/// Sixteen octets per entry: files of a million objects are read within a small multiple of their tables' size.
public struct CrossReferenceEntries: Sendable {
    /// The object numbers that are listed, ascending.
    package private(set) var numbers: [UInt32] = []
    /// An offset; or the number of an object stream and, in the lower half, the position in it.
    private var places: [Int64] = []
    /// A generation, and in the two highest bits the kind.
    private var tags: [UInt32] = []

    private static let inUse: UInt32 = 1 << 30
    private static let compressed: UInt32 = 2 << 30
    private static let generations: UInt32 = 1 << 30 - 1

    init() {}

    /// Takes entries in the order of a section.
    ///
    /// - Returns: `nil` when a number occurs twice.
    init?(_ section: UnsortedEntries) {
        let entries = section.entries
        var isSorted = true
        for index in entries.numbers.indices.dropFirst() where entries.numbers[index - 1] >= entries.numbers[index] {
            isSorted = false
            break
        }
        guard !isSorted else {
            self = entries
            return
        }
        // Number and position in one integer sort without a closure.
        let order = entries.numbers.enumerated().map { UInt64($0.element) << 32 | UInt64($0.offset) }.sorted()
        reserve(order.count)
        for key in order {
            let index = Int(truncatingIfNeeded: key & 0xffff_ffff)
            guard numbers.last != entries.numbers[index] else { return nil }
            numbers.append(entries.numbers[index])
            places.append(entries.places[index])
            tags.append(entries.tags[index])
        }
    }

    /// Number of entries.
    public var count: Int { numbers.count }

    /// Whether there is no entry.
    public var isEmpty: Bool { numbers.isEmpty }

    /// The entry of an object number, or `nil`.
    ///
    /// - Complexity: logarithmic.
    public subscript(number: Int) -> CrossReferenceEntry? {
        guard let number = UInt32(exactly: number) else { return nil }
        var (low, high) = (0, numbers.count)
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < numbers.count && numbers[low] == number ? entry(at: low) : nil
    }

    private func entry(at index: Int) -> CrossReferenceEntry {
        let generation = Int(tags[index] & Self.generations)
        return switch tags[index] & ~Self.generations {
        case Self.inUse: .inUse(offset: places[index], generation: generation)
        case Self.compressed:
            .compressed(stream: Int(places[index] >> 32), index: Int(places[index] & 0xffff_ffff))
        default: .free(generation: generation)
        }
    }

    /// The offsets of the objects outside object streams, in the order of the numbers.
    var offsets: [Int64] {
        var offsets: [Int64] = []
        offsets.reserveCapacity(count)
        for index in tags.indices where tags[index] & ~Self.generations == Self.inUse { offsets.append(places[index]) }
        return offsets
    }

    /// Appends an entry in the order of a section, which ``init(_:)`` puts right.
    fileprivate mutating func append(_ number: UInt32, _ entry: CrossReferenceEntry) {
        numbers.append(number)
        switch entry {
        case .free(let generation):
            places.append(0)
            tags.append(UInt32(clamping: generation) & Self.generations)
        case .inUse(let offset, let generation):
            places.append(offset)
            tags.append(UInt32(clamping: generation) & Self.generations | Self.inUse)
        case .compressed(let stream, let index):
            places.append(Int64(stream) << 32 | Int64(index))
            tags.append(Self.compressed)
        }
    }

    fileprivate mutating func reserve(_ count: Int) {
        numbers.reserveCapacity(count)
        places.reserveCapacity(count)
        tags.reserveCapacity(count)
    }

    /// Both together; where both list a number, this one counts.
    func merging(_ other: CrossReferenceEntries) -> CrossReferenceEntries {
        guard !isEmpty else { return other }
        guard !other.isEmpty else { return self }
        var merged = CrossReferenceEntries()
        merged.reserve(count + other.count)
        var (own, theirs) = (0, 0)
        while own < count || theirs < other.count {
            if theirs == other.count || own < count && numbers[own] <= other.numbers[theirs] {
                if theirs < other.count, numbers[own] == other.numbers[theirs] { theirs += 1 }
                merged.append(numbers[own], entry(at: own))
                own += 1
            } else {
                merged.append(other.numbers[theirs], other.entry(at: theirs))
                theirs += 1
            }
        }
        return merged
    }
}

extension CrossReferenceEntries: Sequence {
    /// Goes through the entries in the order of their numbers.
    public func makeIterator() -> some IteratorProtocol<(number: Int, entry: CrossReferenceEntry)> {
        var index = 0
        return AnyIterator {
            guard index < count else { return nil }
            defer { index += 1 }
            return (Int(numbers[index]), entry(at: index))
        }
    }
}

/// The entries of one section in the order in which they stand there.
struct UnsortedEntries {
    fileprivate var entries = CrossReferenceEntries()

    var isEmpty: Bool { entries.isEmpty }

    /// Makes room for more entries.
    mutating func reserve(_ count: Int) { entries.reserve(entries.count + count) }

    /// Takes one more entry; the number is at most 2³¹ − 1.
    mutating func append(_ number: Int64, _ entry: CrossReferenceEntry) {
        entries.append(UInt32(truncatingIfNeeded: number), entry)
    }
}
