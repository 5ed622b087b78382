// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Names one version of one document, and what it is.
///
/// One word in memory: thousands of plans name the same few documents.
public struct EvidenceReference: Sendable, Hashable, Codable {
    private final class Storage: Sendable {
        let id: String
        let version: Int
        let documentType: String
        let name: String

        init(id: String, version: Int, documentType: String, name: String) {
            self.id = id
            self.version = version
            self.documentType = documentType
            self.name = name
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id, version, documentType, name
    }

    private let storage: Storage

    /// Identifier of the document in the vault.
    public var id: String { storage.id }
    /// Number of the version, from 1.
    public var version: Int { storage.version }
    /// Code of the document type.
    public var documentType: String { storage.documentType }
    /// The holder's name for the document.
    public var name: String { storage.name }

    init(id: String, version: Int, documentType: String, name: String) {
        storage = Storage(id: id, version: version, documentType: documentType, name: name)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(String.self, forKey: .id),
            version: try container.decode(Int.self, forKey: .version),
            documentType: try container.decode(String.self, forKey: .documentType),
            name: try container.decode(String.self, forKey: .name))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(version, forKey: .version)
        try container.encode(documentType, forKey: .documentType)
        try container.encode(name, forKey: .name)
    }

    public static func == (left: EvidenceReference, right: EvidenceReference) -> Bool {
        left.storage === right.storage
            || (left.id == right.id && left.version == right.version && left.documentType == right.documentType
                && left.name == right.name)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(id)
        hasher.combine(version)
    }
}
