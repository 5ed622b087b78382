// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DERSyntax
import PKIX

/// Builds a Name for test certificates, one attribute per relative name.
public struct NameBuilder: Sendable {
    private var attributes: [(ObjectIdentifier, String)] = []

    /// Begins an empty name.
    public init() {}

    /// Adds an attribute: country as PrintableString, everything else as UTF8String (RFC 5280 §4.1.2.4).
    public func with(_ type: ObjectIdentifier, _ value: String) -> NameBuilder {
        var copy = self
        copy.attributes.append((type, value))
        return copy
    }

    /// The DER of the Name.
    public var bytes: [UInt8] {
        DERWriter.bytes { writer in
            writer.sequence { name in
                for (type, value) in attributes {
                    let pair = DERWriter.bytes { writer in
                        writer.sequence { pair in
                            pair.objectIdentifier(type)
                            if type == "2.5.4.6" { pair.printableString(value) } else { pair.utf8String(value) }
                        }
                    }
                    name.setOf([pair])
                }
            }
        }
    }

    /// A name of C=VN, an organisation where given, a common name and identifiers in UID.
    public static func vietnam(
        commonName: String, organization: String? = nil, title: String? = nil, identifiers: [String] = []
    ) -> NameBuilder {
        var name = NameBuilder().with("2.5.4.6", "VN")
        if let organization { name = name.with(.organization, organization) }
        if let title { name = name.with("2.5.4.12", title) }
        name = name.with(.commonName, commonName)
        for identifier in identifiers { name = name.with(.userIdentifier, identifier) }
        return name
    }
}
