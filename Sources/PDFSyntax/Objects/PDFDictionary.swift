// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A dictionary object (ISO 32000-2 §7.3.7): keys are unique and keep the order of the file.
///
/// Two dictionaries are equal when they have equal values for equal keys, in whatever order.
public struct PDFDictionary: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// The keys in their order.
    public private(set) var keys: [PDFName]
    private var values: [PDFName: PDFObject]

    /// Makes an empty dictionary.
    public init() {
        keys = []
        values = [:]
    }

    public init(dictionaryLiteral elements: (PDFName, PDFObject)...) {
        self.init()
        for (key, value) in elements { self[key] = value }
    }

    /// Number of entries.
    public var count: Int { keys.count }

    /// Whether there is no entry.
    public var isEmpty: Bool { keys.isEmpty }

    /// The value of a key, or `nil`.
    ///
    /// Setting `nil` removes the entry, a new key goes to the end.
    ///
    /// A value is not resolved: it may be a reference. A key with the value `null` counts as present here.
    public subscript(key: PDFName) -> PDFObject? {
        get { values[key] }
        set {
            if let newValue {
                if values.updateValue(newValue, forKey: key) == nil { keys.append(key) }
            } else if values.removeValue(forKey: key) != nil {
                keys.removeAll { $0 == key }
            }
        }
    }

    /// The references that stand directly in this dictionary, in order, containers included.
    public var references: [IndirectReference] { PDFObject.dictionary(self).references }

    /// A copy without some keys.
    public func removing(_ removed: Set<PDFName>) -> PDFDictionary {
        var copy = PDFDictionary()
        for key in keys where !removed.contains(key) { copy[key] = values[key] }
        return copy
    }

    public static func == (left: PDFDictionary, right: PDFDictionary) -> Bool { left.values == right.values }
}
