// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A dictionary object (ISO 32000-2 §7.3.7): keys are unique and keep the order of the file.
///
/// Two dictionaries are equal when they have equal values for equal keys, in whatever order.
public struct PDFDictionary: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// The keys in their order.
    public private(set) var keys: [PDFName] = []
    /// The values in the order of the keys.
    private(set) var values: [PDFObject] = []
    /// Where each key stands, once there are too many to look through.
    private var positions: [PDFName: Int] = [:]

    /// Up to so many keys looking through them is quicker than hashing.
    private static let few = 16

    /// Makes an empty dictionary.
    public init() {}

    public init(dictionaryLiteral elements: (PDFName, PDFObject)...) {
        for (key, value) in elements { self[key] = value }
    }

    /// Makes an empty dictionary with room for some entries.
    init(capacity: Int) {
        keys.reserveCapacity(capacity)
        values.reserveCapacity(capacity)
    }

    /// Number of entries.
    public var count: Int { keys.count }

    /// Whether there is no entry.
    public var isEmpty: Bool { keys.isEmpty }

    private func position(of key: PDFName) -> Int? {
        guard positions.isEmpty else { return positions[key] }
        return keys.firstIndex(of: key)
    }

    /// The value of a key, or `nil`.
    ///
    /// Setting `nil` removes the entry, a new key goes to the end.
    ///
    /// A value is not resolved: it may be a reference. A key with the value `null` counts as present here.
    public subscript(key: PDFName) -> PDFObject? {
        get { position(of: key).map { values[$0] } }
        set {
            let position = position(of: key)
            guard let newValue else {
                guard let position else { return }
                keys.remove(at: position)
                values.remove(at: position)
                positions = [:]
                if keys.count > Self.few { index() }
                return
            }
            if let position {
                values[position] = newValue
                return
            }
            append(key, newValue)
        }
    }

    /// Adds an entry at the end.
    ///
    /// - Returns: `false`, and nothing is added, when the key is there already.
    mutating func add(_ key: PDFName, _ value: PDFObject) -> Bool {
        guard position(of: key) == nil else { return false }
        append(key, value)
        return true
    }

    private mutating func append(_ key: PDFName, _ value: PDFObject) {
        keys.append(key)
        values.append(value)
        if !positions.isEmpty {
            positions[key] = keys.count - 1
        } else if keys.count > Self.few {
            index()
        }
    }

    private mutating func index() {
        for (position, key) in keys.enumerated() { positions[key] = position }
    }

    /// The references that stand directly in this dictionary, in order, containers included.
    public var references: [IndirectReference] { PDFObject.dictionary(self).references }

    /// A copy without some keys.
    public func removing(_ removed: Set<PDFName>) -> PDFDictionary {
        var copy = PDFDictionary()
        for (key, value) in zip(keys, values) where !removed.contains(key) { copy[key] = value }
        return copy
    }

    public static func == (left: PDFDictionary, right: PDFDictionary) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left.keys, left.values).allSatisfy { key, value in right[key] == value }
    }
}
