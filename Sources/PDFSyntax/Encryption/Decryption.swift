// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

/// Decrypts the strings and streams of a file whose password was given (ISO 32000-2 §7.6.3).
struct Decryption: Sendable {
    private let key: [UInt8]
    private let revision: Int
    private let strings: EncryptionDictionary.Method
    private let streams: EncryptionDictionary.Method
    private let encryptsMetadata: Bool
    /// The encryption dictionary, whose own strings are not encrypted.
    private let dictionary: IndirectReference?

    /// Opens a file.
    ///
    /// - Throws: ``PDFSyntaxError``: `passwordRequired` when the password is neither the user's nor the owner's;
    ///   `encrypted` for a handler or version that is not read.
    init(
        _ entries: EncryptionDictionary, reference: IndirectReference?, identifier: [UInt8], password: String
    ) throws(PDFSyntaxError) {
        let found: [UInt8]?
        do throws(CryptoPrimitivesError) {
            found = try FileKey(dictionary: entries, identifier: identifier).key(for: password)
        } catch { throw PDFSyntaxError(.encrypted, clause: "ISO 32000-2 §7.6.4", "the ciphers are not available") }
        guard let found else {
            throw PDFSyntaxError(
                .passwordRequired, clause: "ISO 32000-2 §7.6.4",
                password.isEmpty ? "the file asks for a password" : "the password is not the file's")
        }
        key = found
        revision = entries.revision
        strings = entries.strings
        streams = entries.streams
        encryptsMetadata = entries.encryptsMetadata
        dictionary = reference
    }

    /// An object with its strings decrypted and its stream marked.
    ///
    /// Left alone are the encryption dictionary, cross-reference streams and the contents of signatures, which are never
    /// encrypted (§7.6.2).
    func decrypted(_ object: PDFObject, of reference: IndirectReference) throws(PDFSyntaxError) -> PDFObject {
        guard reference != dictionary else { return object }
        if case .stream(let stream) = object {
            guard stream.dictionary["Type"]?.name != "XRef" else { return object }
            let entries = try decrypted(.dictionary(stream.dictionary), reference, 0).dictionary
            return .stream(PDFStream(dictionary: entries ?? [:], range: stream.range, owner: reference))
        }
        return try decrypted(object, reference, 0)
    }

    /// The bytes of a stream before its filters.
    func decrypted(stream: PDFStream, _ bytes: [UInt8]) throws(PDFSyntaxError) -> [UInt8] {
        guard let owner = stream.owner else { return bytes }
        let filter = stream.dictionary["Filter"]
        let isCrypt = filter?.name == "Crypt" || filter?.array?.first?.name == "Crypt"
        if isCrypt {
            let parameters = stream.dictionary["DecodeParms"]
            let own = parameters?.dictionary ?? parameters?.array?.first?.dictionary
            guard own?["Name"]?.name ?? "Identity" == "Identity" else {
                throw PDFSyntaxError(
                    .encrypted, clause: "ISO 32000-2 §7.4.10", "a crypt filter of its own for a stream")
            }
            return bytes
        }
        if !encryptsMetadata, stream.dictionary["Type"]?.name == "Metadata" { return bytes }
        return try decrypted(bytes, owner, streams)
    }

    private func decrypted(
        _ object: PDFObject, _ reference: IndirectReference, _ depth: Int
    ) throws(PDFSyntaxError) -> PDFObject {
        switch object {
        case .string(let bytes, let hexadecimal):
            return .string(try decrypted(bytes, reference, strings), hexadecimal: hexadecimal)
        case .array(let elements):
            var result: [PDFObject] = []
            result.reserveCapacity(elements.count)
            for element in elements { result.append(try decrypted(element, reference, depth + 1)) }
            return .array(result)
        case .dictionary(let dictionary):
            var result = dictionary
            let isSignature = dictionary["ByteRange"] != nil
            for key in dictionary.keys where !(isSignature && key == "Contents") {
                guard let value = dictionary[key] else { continue }
                switch value {
                case .string, .array, .dictionary: result[key] = try decrypted(value, reference, depth + 1)
                default: continue
                }
            }
            return .dictionary(result)
        default: return object
        }
    }

    private func decrypted(
        _ bytes: [UInt8], _ reference: IndirectReference, _ method: EncryptionDictionary.Method
    ) throws(PDFSyntaxError) -> [UInt8] {
        do throws(CryptoPrimitivesError) {
            switch method {
            case .identity: return bytes
            case .rc4: return try RC4.apply(objectKey(reference, isAES: false), to: bytes)
            case .aes128: return try unpadded(bytes, key: objectKey(reference, isAES: true))
            case .aes256: return try unpadded(bytes, key: key)
            }
        } catch {
            throw PDFSyntaxError(
                .malformedStream, clause: "ISO 32000-2 §7.6.3", "encrypted data that are not whole blocks")
        }
    }

    /// Algorithm 1.
    private func objectKey(_ reference: IndirectReference, isAES: Bool) throws(CryptoPrimitivesError) -> [UInt8] {
        var input = key
        for shift in [0, 8, 16] { input.append(UInt8(truncatingIfNeeded: reference.number >> shift)) }
        for shift in [0, 8] { input.append(UInt8(truncatingIfNeeded: reference.generation >> shift)) }
        if isAES { input += Array("sAlT".utf8) }
        return Array(try DigestAlgorithm.md5.digest(of: input).prefix(min(key.count + 5, 16)))
    }

    /// Vector, blocks, and between 1 and 16 bytes of padding. Some writers leave an empty string empty.
    private func unpadded(_ bytes: [UInt8], key: [UInt8]) throws(CryptoPrimitivesError) -> [UInt8] {
        guard bytes.count >= 32 else { return [] }
        var plain = try AESCBC.decrypt(Array(bytes[16...]), key: key, vector: Array(bytes[..<16]))
        if let last = plain.last, (1...16).contains(last), Int(last) <= plain.count { plain.removeLast(Int(last)) }
        return plain
    }
}
