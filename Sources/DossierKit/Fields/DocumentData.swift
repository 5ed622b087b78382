// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
public import DossierCore
import Foundation
public import OnceOnly
import PDFSyntax
import XMLSyntax

/// The values that a document's bytes state in a form that a program can read: XML, JSON, the form fields of a PDF.
///
/// Values are given as they stand; nothing is corrected, merged or guessed from text and pictures. What differs between
/// documents is for ``OnceOnly/PrefilledField`` to show and for a person to decide.
public struct DocumentData: Sendable, Hashable {
    /// One value with the place where it stands.
    public struct Value: Sendable, Hashable {
        /// The path from the root: names of elements, members or partial field names, joined by periods; without the XML
        /// root and without positions in lists.
        public let path: String
        /// The same path with the position of each list element, from 0: one value has one location.
        public let location: String
        /// The value, without white space at its ends.
        public let text: String
    }

    /// In what form the values stand.
    public enum Form: String, Sendable, Hashable, CaseIterable {
        /// XML, UTF-8, without document type.
        case xml
        /// JSON (RFC 8259): strings, numbers and booleans.
        case json
        /// The fields of a PDF's interactive form (ISO 32000-2 §12.7): text and choice.
        case pdfForm = "pdf-form"
    }

    /// In what form they stand.
    public let form: Form
    /// All values, in the document's order; JSON members by name.
    public let values: [Value]

    /// Largest XML or JSON text, in octets: 4 MiB.
    public static let largestText: Int64 = 1 << 22
    /// Most values.
    public static let mostValues = 10_000
    static let deepest = 32

    /// Reads a document; `nil` for one that has no such data: another format, or a PDF without form.
    ///
    /// - Throws: ``DossierError`` `invalidAttachment` for data that is malformed or over a limit;
    ///   ``DossierCore/ByteSourceError`` unchanged.
    public init?(reading source: any ByteSource) throws {
        let head = try source.bytes(at: 0, count: Int(min(source.size, 1024)))
        if head.starts(with: Array("%PDF-".utf8)) {
            form = .pdfForm
            values = try PDFFormReading.values(in: source)
            if values.isEmpty { return nil }
            return
        }
        let start = head.drop { $0 == 0xef || $0 == 0xbb || $0 == 0xbf || $0 == 32 || (9...13).contains($0) }.first
        guard start == UInt8(ascii: "<") || start == UInt8(ascii: "{") || start == UInt8(ascii: "[") else { return nil }
        guard source.size <= Self.largestText else {
            throw DossierError(.invalidAttachment, "\(source.size) octets of data, at most \(Self.largestText)")
        }
        let bytes = try source.allBytes(limit: Self.largestText)
        var collected = Collected()
        if start == UInt8(ascii: "<") {
            form = .xml
            do {
                try collected.add(XMLElement(parsing: bytes))
            } catch let error as XMLSyntaxError {
                throw DossierError(.invalidAttachment, "XML: \(error)")
            }
        } else {
            form = .json
            guard let root = try? JSONSerialization.jsonObject(with: Data(bytes)) else {
                throw DossierError(.invalidAttachment, "not JSON")
            }
            try collected.add(json: root, path: [], location: [])
        }
        values = collected.values
    }

    /// The values that are fields of a document type: the path is a field's id, or `names` gives it one.
    ///
    /// - Parameters:
    ///   - type: The document type.
    ///   - names: Field ids by path, where the document names its data otherwise.
    ///   - isSigned: Whether the signature of the document's issuer covers the data and holds; only then is their origin
    ///     the issuer, else that a program read them.
    public func fields(of type: DocumentType, naming names: [String: String] = [:], isSigned: Bool) -> [DocumentField] {
        values.compactMap { value in
            guard !value.text.isEmpty, let field = type.field(names[value.path] ?? value.path) else { return nil }
            return DocumentField(
                name: field.id, value: value.text, origin: isSigned ? .issuer : .extracted, location: value.location)
        }
    }
}

/// Values on the way out of a tree.
private struct Collected {
    var values: [DocumentData.Value] = []

    mutating func add(_ text: String, _ path: [String], _ location: [String]) throws(DossierError) {
        guard values.count < DocumentData.mostValues else {
            throw DossierError(.invalidAttachment, "more than \(DocumentData.mostValues) values")
        }
        values.append(
            DocumentData.Value(
                path: path.joined(separator: "."), location: location.joined(separator: "."),
                text: text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    // The parser bounds the depth of a tree at 32, so this recursion is bounded.
    mutating func add(_ element: XMLElement, path: [String] = [], location: [String] = []) throws(DossierError) {
        let inner = element.elements
        if inner.isEmpty { return try add(element.text, path, location) }
        let counts = Dictionary(inner.map { ($0.name.local, 1) }, uniquingKeysWith: +)
        var seen: [String: Int] = [:]
        for child in inner {
            let name = child.name.local
            let place = seen[name, default: 0]
            seen[name] = place + 1
            try add(
                child, path: path + [name], location: location + [counts[name] == 1 ? name : "\(name)[\(place)]"])
        }
    }

    mutating func add(json value: Any, path: [String], location: [String]) throws(DossierError) {
        guard path.count + location.count <= 2 * DocumentData.deepest else {
            throw DossierError(.invalidAttachment, "nested deeper than \(DocumentData.deepest)")
        }
        switch value {
        case let members as [String: Any]:
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                try add(json: member, path: path + [name], location: location + [name])
            }
        case let elements as [Any]:
            for (place, element) in elements.enumerated() {
                // A list inside a list adds no name, but depth all the same.
                let last = location.last.map { "\($0)[\(place)]" } ?? "[\(place)]"
                guard last.utf8.count <= 1024 else { throw DossierError(.invalidAttachment, "lists inside lists") }
                try add(json: element, path: path, location: location.dropLast() + [last])
            }
        case let text as String: try add(text, path, location)
        case let number as NSNumber: try add(number.stringValue, path, location)
        default: break
        }
    }
}
