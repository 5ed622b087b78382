// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import PDFSyntax

/// Which form fields a signature locks: a field's `/Lock` or a FieldMDP transform's parameters (ISO 32000-2 §12.7.5.5,
/// §12.8.2.4).
public struct FieldLock: Sendable, Hashable {
    /// How ``FieldLock/names`` are meant.
    public enum Action: Sendable, Hashable {
        /// All fields are locked.
        case all
        /// The named fields are locked.
        case include
        /// All fields but the named ones are locked.
        case exclude
    }
    /// How ``names`` are meant.
    public let action: Action
    /// Fully qualified field names; a name stands for its descendants too.
    public let names: [String]
    /// The `/P` of a lock dictionary: the document permission that takes effect with the signature.
    public let permission: DocumentPermission?

    /// Makes a lock.
    public init(_ action: Action, names: [String] = [], permission: DocumentPermission? = nil) {
        self.action = action
        self.names = names
        self.permission = permission
    }

    /// Whether a field is locked. `form` stands for `form` and `form.name`, not for `form2`.
    public func locks(_ name: String) -> Bool {
        switch action {
        case .all: true
        case .include: contains(name)
        case .exclude: !contains(name)
        }
    }

    private func contains(_ name: String) -> Bool { names.contains { name == $0 || name.hasPrefix($0 + ".") } }

    /// Reads a lock or transform parameter dictionary; an unknown or missing action counts as `All`, the strictest.
    init?(_ value: PDFObject, in file: PDFFile, asOf revision: Int) throws(PDFSyntaxError) {
        guard let dictionary = try file.resolve(value, asOf: revision).dictionary else { return nil }
        var names: [String] = []
        var isReadable = true
        for element in try file.resolve(dictionary["Fields"], asOf: revision).array ?? [] {
            if let bytes = try file.resolve(element, asOf: revision).string {
                names.append(TextString.decode(bytes))
            } else {
                isReadable = false
            }
        }
        self.names = names
        switch try file.resolve(dictionary["Action"], asOf: revision).name {
        // A name that cannot be read may be any.
        case "Include": action = isReadable ? .include : .all
        case "Exclude": action = .exclude
        default: action = .all
        }
        permission = try DocumentPermission(file.resolve(dictionary["P"], asOf: revision))
    }
}

/// What a certification allows after signing (ISO 32000-2 Table 257, `/P`).
public enum DocumentPermission: Int, Sendable, Hashable, Comparable, Codable {
    /// Nothing but validation material and document time-stamps.
    case noChanges = 1
    /// Filling forms and signing.
    case fillForms = 2
    /// The same, and annotations.
    case annotate = 3

    public static func < (left: DocumentPermission, right: DocumentPermission) -> Bool {
        left.rawValue < right.rawValue
    }

    init?(_ value: PDFObject) {
        guard let number = value.integer, let permission = DocumentPermission(rawValue: Int(clamping: number)) else {
            return nil
        }
        self = permission
    }
}
