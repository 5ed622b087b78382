// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The name of an element or attribute with its namespace (Namespaces in XML 1.0); the prefix is gone.
public struct XMLName: Sendable, Hashable {
    /// The namespace; `nil` for none.
    public let namespace: String?
    /// The local part.
    public let local: String

    /// Makes a name.
    public init(_ local: String, in namespace: String? = nil) {
        self.namespace = namespace
        self.local = local
    }
}

/// An element with all that it contains, as a value. Comments and processing instructions are left out.
public struct XMLElement: Sendable, Hashable {
    /// What stands inside an element.
    public enum Child: Sendable, Hashable {
        /// An element.
        case element(XMLElement)
        /// Characters, references and CDATA resolved.
        case text(String)
    }
    /// An attribute; namespace declarations are none.
    public struct Attribute: Sendable, Hashable {
        /// The name.
        public let name: XMLName
        /// The value, normalised as XML 1.0 §3.3.3 says.
        public let value: String
    }

    /// The name.
    public let name: XMLName
    /// The attributes in the document's order, each name once.
    public let attributes: [Attribute]
    /// The content in the document's order.
    public internal(set) var children: [Child]

    /// The elements directly inside.
    public var elements: [XMLElement] {
        children.compactMap { if case .element(let element) = $0 { element } else { nil } }
    }

    /// The characters directly inside, joined.
    public var text: String {
        children.reduce(into: "") { if case .text(let text) = $1 { $0 += text } }
    }

    /// The value of an attribute; `nil` when there is none.
    public func attribute(_ local: String, in namespace: String? = nil) -> String? {
        attributes.first { $0.name == XMLName(local, in: namespace) }?.value
    }
}
