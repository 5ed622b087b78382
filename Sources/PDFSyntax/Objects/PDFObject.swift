// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// An object of ISO 32000-2 §7.3 as a value.
public enum PDFObject: Sendable, Equatable {
    /// The null object; an absent object has the same meaning (§7.3.9).
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// An integer that fits 64 bits.
    case integer(Int64)
    /// A number written with a decimal point; always finite.
    case real(Double)
    /// A string's bytes after its escapes; `hexadecimal` tells how it was written and is not part of its meaning.
    case string([UInt8], hexadecimal: Bool)
    /// A name.
    case name(PDFName)
    /// An array.
    case array([PDFObject])
    /// A dictionary.
    case dictionary(PDFDictionary)
    /// A stream; only as an indirect object.
    indirect case stream(PDFStream)
    /// A reference to an indirect object, not followed.
    case reference(IndirectReference)

    /// Whether this is the null object.
    public var isNull: Bool { self == .null }

    /// The Boolean, or `nil` for another type.
    public var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }

    /// The integer, or `nil` for another type.
    public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }

    /// An integer or real as a number, or `nil` for another type.
    public var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: nil
        }
    }

    /// The string's bytes, or `nil` for another type.
    public var string: [UInt8]? { if case .string(let value, _) = self { value } else { nil } }

    /// The name, or `nil` for another type.
    public var name: PDFName? { if case .name(let value) = self { value } else { nil } }

    /// The elements, or `nil` for another type.
    public var array: [PDFObject]? { if case .array(let value) = self { value } else { nil } }

    /// The dictionary (a stream's dictionary does not count), or `nil` for another type.
    public var dictionary: PDFDictionary? { if case .dictionary(let value) = self { value } else { nil } }

    /// The stream, or `nil` for another type.
    public var stream: PDFStream? { if case .stream(let value) = self { value } else { nil } }

    /// The reference, or `nil` for another type.
    public var reference: IndirectReference? { if case .reference(let value) = self { value } else { nil } }

    /// The references that stand directly in this object, in order, containers included.
    public var references: [IndirectReference] {
        var found: [IndirectReference] = []
        collectReferences(into: &found)
        return found
    }

    /// Equal in meaning: however a string was written.
    public static func == (left: PDFObject, right: PDFObject) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let first), .boolean(let second)): first == second
        case (.integer(let first), .integer(let second)): first == second
        case (.real(let first), .real(let second)): first == second
        case (.string(let first, _), .string(let second, _)): first == second
        case (.name(let first), .name(let second)): first == second
        case (.array(let first), .array(let second)): first == second
        case (.dictionary(let first), .dictionary(let second)): first == second
        case (.stream(let first), .stream(let second)): first == second
        case (.reference(let first), .reference(let second)): first == second
        default: false
        }
    }

    private func collectReferences(into found: inout [IndirectReference]) {
        switch self {
        case .reference(let reference): found.append(reference)
        case .array(let elements):
            for element in elements { element.collectReferences(into: &found) }
        case .dictionary(let dictionary):
            for key in dictionary.keys { dictionary[key]?.collectReferences(into: &found) }
        case .stream(let stream):
            for key in stream.dictionary.keys { stream.dictionary[key]?.collectReferences(into: &found) }
        case .null, .boolean, .integer, .real, .string, .name: break
        }
    }
}
