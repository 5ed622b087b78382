// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax

/// What the key of a grant opens for one item: the version's key, or values alone (grant format §5).
enum GrantedSecret {
    case key(SharedSecret)
    case fields([DocumentField])

    func sealed(
        for item: GrantItem, of digest: Digest32, under key: borrowing SecretBytes, random: some RandomSource
    ) throws(VaultError) -> [UInt8] {
        var written = bytes
        let plaintext = SecretBytes(wiping: &written)
        let context = GrantKeys.context(of: item, in: digest)
        do {
            return try plaintext.withSpan { octets throws(CryptoPrimitivesError) in
                try Cobblestone256.seal(octets, key: key, context: context.span, random: random)
            }
        } catch {
            throw VaultError(.cryptographyFailure, error.description)
        }
    }

    private var bytes: [UInt8] {
        DERWriter.bytes { writer in
            switch self {
            case .key(let key): writer.octetString(key.octets.withSpan { span in span.indices.map { span[$0] } })
            case .fields(let fields):
                writer.sequence { list in
                    for field in fields {
                        list.sequence {
                            $0.utf8String(field.name)
                            $0.utf8String(field.value)
                            $0.utf8String(field.origin.rawValue)
                        }
                    }
                }
            }
        }
    }

    static func open(
        _ sealed: [UInt8], for item: GrantItem, of digest: Digest32, under key: borrowing SecretBytes
    ) throws(VaultError) -> GrantedSecret {
        let object = "item \(item.version)"
        let plaintext: [UInt8]
        do {
            plaintext = try Cobblestone256.open(
                sealed.span, key: key, context: GrantKeys.context(of: item, in: digest).span)
        } catch {
            throw VaultError(error, object: object)
        }
        return try parsed(object) {
            let element = try DERElement(parsing: plaintext)
            guard item.isFieldsOnly else {
                var plain = try element.octetString()
                let octets = SecretBytes(wiping: &plain)
                guard octets.byteCount == 32 else { throw VaultError(.damaged, object: object, "a key") }
                return .key(SharedSecret(octets))
            }
            return .fields(
                try element.elements().map { element in
                    var field = try element.reader(.sequence)
                    let name = try field.text(255, object: object)
                    let value = try field.next(.utf8String).validText()
                    guard let origin = DocumentField.Origin(rawValue: try field.text(16, object: object)),
                        item.fields.contains(name)
                    else { throw VaultError(.damaged, object: object, "a field that was not granted") }
                    try field.end()
                    return DocumentField(name: name, value: value, origin: origin)
                })
        }
    }
}
