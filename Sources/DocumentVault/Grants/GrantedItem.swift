// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore

/// One item of a grant, opened: the values that were granted, or a key to read the document with.
public struct GrantedItem: Sendable {
    /// What was granted.
    public let item: GrantItem
    /// The granted values; empty when the document itself was granted.
    public let fields: [DocumentField]
    private let key: SharedSecret?
    private let vault: VaultID

    init(_ item: GrantItem, _ secret: GrantedSecret, vault: VaultID) {
        self.item = item
        self.vault = vault
        switch secret {
        case .key(let key):
            self.key = key
            fields = []
        case .fields(let fields):
            key = nil
            self.fields = fields
        }
    }

    private func documentKey() throws(VaultError) -> SharedSecret {
        guard let key else {
            throw VaultError(
                .notPermitted, object: "document \(item.document)", "values were granted, not the document")
        }
        return key
    }

    /// The document, read from the store where the vault lies as it is asked for; nothing is copied before.
    ///
    /// - Throws: ``VaultError`` with code `notPermitted` when only values were granted.
    public func content(in store: any VaultStore) throws(VaultError) -> DocumentContent {
        let key = try documentKey()
        let metadata = DocumentMetadata(type: item.type, name: item.name, mediaType: item.mediaType)
        let version = try DocumentVersion(
            document: item.document, id: item.version, content: item.content, size: item.size,
            commitment: item.commitment, previous: nil, metadata: metadata, provenance: .selfDeclared(item.sha256),
            fields: [], storedAt: Instant(seconds: 0), isNew: false)
        return DocumentContent(version, key: key, vault: vault, store: store)
    }

    /// The document, from its whole sealed content as somebody handed it over.
    ///
    /// - Throws: ``VaultError``: `damaged` when it is not the content that the grant names, `notPermitted` when only values
    ///   were granted.
    public func open(sealed: [UInt8]) throws(VaultError) -> [UInt8] {
        let key = try documentKey()
        let object = "content \(item.content)"
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        guard sealed.count >= Cobblestone256.headerByteCount,
            Array(sealed[Cobblestone256.saltByteCount..<Cobblestone256.headerByteCount]) == item.commitment.octets
        else { throw damaged("another content than was granted") }
        var plaintext = try VaultSeal.open(
            sealed, key: key.octets, .content, [vault.octets, item.document.octets, item.version.octets],
            object: object)
        let size = Int(clamping: item.size)
        guard Int64(plaintext.count) == Padding.paddedSize(of: item.size, least: Padding.leastDocument),
            plaintext[size...].allSatisfy({ $0 == 0 })
        else { throw damaged("padding that is not zero") }
        plaintext.removeSubrange(size...)
        guard try Digest32(of: plaintext) == item.sha256 else { throw damaged("another document than was granted") }
        return plaintext
    }
}
