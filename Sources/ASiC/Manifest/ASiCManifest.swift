// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import FoundationEssentials
import XMLSyntax

/// ASiCManifest (EN 319 162-1 A.4): a signature or time-stamp and the files that it stands over, by digest.
struct ASiCManifest: Sendable, Hashable {
    struct Reference: Sendable, Hashable {
        /// The URI as it stands.
        let uri: String
        let mediaType: String?
        /// `nil` for an algorithm that is not known.
        let algorithm: DigestAlgorithm?
        let digest: [UInt8]
        /// Whether it is marked as the file that the others depend on.
        let isRoot: Bool
    }

    static let namespace = "http://uri.etsi.org/02918/v1.2.1#"
    static let signatureNamespace = "http://www.w3.org/2000/09/xmldsig#"
    static let signatureMediaType = "application/pkcs7-signature"

    static let timeStampMediaType = "application/vnd.etsi.timestamp-token"

    /// The URI of the signature or time-stamp file.
    let signature: String
    let references: [Reference]
    /// Whether the file is said to be a time-stamp; only written, its name decides when a manifest is read.
    let isTimeStamped: Bool

    init(signature: String, references: [Reference], isTimeStamped: Bool = false) {
        self.signature = signature
        self.references = references
        self.isTimeStamped = isTimeStamped
    }

    /// Reads a manifest; `nil` for one that does not follow the schema, or has an extension that must be understood.
    init?(parsing bytes: [UInt8]) {
        guard let root = try? XMLElement(parsing: bytes), root.name == XMLName("ASiCManifest", in: Self.namespace)
        else { return nil }
        var signature: String?
        var isTimeStamped = false
        var references: [Reference] = []
        for element in root.elements {
            switch element.name {
            case XMLName("SigReference", in: Self.namespace):
                guard signature == nil, let uri = element.attribute("URI") else { return nil }
                signature = uri
                isTimeStamped = element.attribute("MimeType") == Self.timeStampMediaType
            case XMLName("DataObjectReference", in: Self.namespace):
                guard signature != nil, let reference = Self.reference(element) else { return nil }
                references.append(reference)
            case XMLName("ASiCManifestExtensions", in: Self.namespace):
                guard Self.mayBeIgnored(element) else { return nil }
            default: return nil
            }
        }
        guard let signature, !references.isEmpty else { return nil }
        self.init(signature: signature, references: references, isTimeStamped: isTimeStamped)
    }

    private static func reference(_ element: XMLElement) -> Reference? {
        var method: String?
        var digest: [UInt8]?
        for child in element.elements {
            switch child.name {
            case XMLName("DigestMethod", in: signatureNamespace):
                guard method == nil, let algorithm = child.attribute("Algorithm") else { return nil }
                method = algorithm
            case XMLName("DigestValue", in: signatureNamespace):
                let text = child.text.filter { !$0.isWhitespace }
                guard digest == nil, child.elements.isEmpty, let data = Data(base64Encoded: text) else { return nil }
                digest = Array(data)
            case XMLName("DataObjectReferenceExtensions", in: namespace):
                guard mayBeIgnored(child) else { return nil }
            default: return nil
            }
        }
        guard let method, let digest, let uri = element.attribute("URI") else { return nil }
        return Reference(
            uri: uri, mediaType: element.attribute("MimeType"), algorithm: DigestAlgorithm(uri: method), digest: digest,
            isRoot: ["true", "1"].contains(element.attribute("Rootfile") ?? ""))
    }

    /// Whether no extension says that it must be understood; a reader has to refuse those (A.4, `Critical`).
    private static func mayBeIgnored(_ extensions: XMLElement) -> Bool {
        extensions.elements.allSatisfy { ["false", "0"].contains($0.attribute("Critical") ?? "false") }
    }
}

extension DigestAlgorithm {
    private static let uris: [(DigestAlgorithm, String)] = [
        (.md5, "http://www.w3.org/2001/04/xmldsig-more#md5"), (.sha1, "http://www.w3.org/2000/09/xmldsig#sha1"),
        (.sha224, "http://www.w3.org/2001/04/xmldsig-more#sha224"),
        (.sha256, "http://www.w3.org/2001/04/xmlenc#sha256"),
        (.sha384, "http://www.w3.org/2001/04/xmldsig-more#sha384"),
        (.sha512, "http://www.w3.org/2001/04/xmlenc#sha512"),
        (.sha3_224, "http://www.w3.org/2007/05/xmldsig-more#sha3-224"),
        (.sha3_256, "http://www.w3.org/2007/05/xmldsig-more#sha3-256"),
        (.sha3_384, "http://www.w3.org/2007/05/xmldsig-more#sha3-384"),
        (.sha3_512, "http://www.w3.org/2007/05/xmldsig-more#sha3-512"),
    ]

    /// The algorithm of an identifier of RFC 9231 §2.1; `nil` when it is not known.
    init?(uri: String) {
        guard let found = Self.uris.first(where: { $0.1 == uri })?.0 else { return nil }
        self = found
    }

    /// The identifier of RFC 9231 §2.1; `nil` for algorithms that have none.
    var uri: String? { Self.uris.first { $0.0 == self }?.1 }

    /// Larger is harder to find collisions for; only to find the weakest of several.
    var strength: Int {
        switch self {
        case .md5: 0
        case .sha1: 1
        default: byteCount
        }
    }
}
