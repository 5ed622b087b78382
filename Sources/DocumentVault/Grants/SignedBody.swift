// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore

/// `SEQUENCE { body, signature OCTET STRING (SIZE (64)) }`: an Ed25519 signature over a label and the body as received.
///
/// What grants, access logs and everything about them have in common (grant format §1).
struct SignedBody: Sendable, Hashable {
    /// What a signature is for; it stands before the body, so that a signature for one purpose serves no other.
    enum Label: String {
        case grant = "dossierkit/grant/1/grant"
        case mandate = "dossierkit/grant/1/mandate"
        case request = "dossierkit/grant/1/request"
        case receipt = "dossierkit/grant/1/receipt"
        case revocation = "dossierkit/grant/1/revocation"
        case checkpoint = "dossierkit/log/1/checkpoint"
        case cosignature = "dossierkit/log/1/cosignature"
    }

    /// DER of the body.
    let body: [UInt8]
    let signature: [UInt8]

    /// DER of the whole.
    var bytes: [UInt8] {
        DERWriter.bytes { statement in
            statement.sequence {
                $0.raw(body)
                $0.octetString(signature)
            }
        }
    }

    init(_ label: Label, _ body: [UInt8], by key: borrowing VaultSigningKey) throws(VaultError) {
        self.body = body
        do {
            signature = try key.signature(of: Self.signed(label, body).span)
        } catch {
            throw VaultError(.cryptographyFailure, error.description)
        }
    }

    /// Reads it; whether the signature holds is asked afterwards.
    init(parsing bytes: [UInt8], largest: Int, object: String) throws(VaultError) {
        guard bytes.count <= largest else { throw VaultError(.damaged, object: object, "\(bytes.count) octets") }
        (body, signature) = try parsed(object) {
            var reader = try DERElement(parsing: bytes).reader(.sequence)
            let body = try reader.next(.sequence).bytes
            let signature = try reader.next().octetString()
            try reader.end()
            return (body, signature)
        }
    }

    func isSigned(_ label: Label, by key: VaultVerificationKey) -> Bool {
        key.isValid(signature: signature, of: Self.signed(label, body).span)
    }

    /// Reads the members of the body, of which the first is the version, 1.
    func members<Value>(_ object: String, _ read: (inout DERReader) throws -> Value) throws(VaultError) -> Value {
        try parsed(object) {
            var reader = try DERElement(parsing: body).reader(.sequence)
            try reader.version(1, object: object)
            let value = try read(&reader)
            try reader.end()
            return value
        }
    }

    private static func signed(_ label: Label, _ body: [UInt8]) -> [UInt8] { Array(label.rawValue.utf8) + [0] + body }
}

/// Gives every error of a parser as ``VaultError``.
func parsed<Value>(_ object: String, _ read: () throws -> Value) throws(VaultError) -> Value {
    do {
        return try read()
    } catch let error as VaultError {
        throw error
    } catch {
        throw VaultError(.damaged, object: object, "\(error)")
    }
}

extension DERReader {
    /// Reads a version number, which must be this one; a larger one is of a newer format.
    mutating func version(_ expected: Int64, object: String) throws {
        let found = try next().integer()
        guard found == expected else {
            throw VaultError(found > expected ? .newerVersion : .damaged, object: object, "version \(found)")
        }
    }

    /// Reads a UTF8String of at most so many octets, in NFC.
    mutating func text(_ most: Int, object: String) throws -> String {
        let text = try next(.utf8String).validText()
        // By octets: strings that differ in normalisation only are equal.
        guard text.utf8.count <= most, text.utf8.elementsEqual(text.normalizedNFC.utf8) else {
            throw VaultError(.damaged, object: object, "a text of \(text.utf8.count) octets, at most \(most) in NFC")
        }
        return text
    }

    /// Reads an INTEGER of seconds in the years 1 to 9999.
    mutating func instant(object: String) throws -> Instant {
        let seconds = try next().integer()
        guard VaultEvent.times.contains(seconds) else { throw VaultError(.damaged, object: object, "a time") }
        return Instant(seconds: seconds)
    }

    /// Reads 32 octets.
    mutating func digest(object: String) throws -> Digest32 {
        guard let digest = Digest32(octets: try next().octetString()) else {
            throw VaultError(.damaged, object: object, "a digest of the wrong length")
        }
        return digest
    }

    /// Reads 16 octets.
    mutating func id<Subject>(_ type: ObjectID<Subject>.Type = ObjectID<Subject>.self, object: String) throws
        -> ObjectID<Subject>
    {
        guard let id = ObjectID<Subject>(octets: try next().octetString()) else {
            throw VaultError(.damaged, object: object, "an id of the wrong length")
        }
        return id
    }

    /// Reads a vault's name.
    mutating func vault(object: String) throws -> VaultID {
        guard let vault = VaultID(octets: try next().octetString()) else {
            throw VaultError(.damaged, object: object, "a vault's name of the wrong length")
        }
        return vault
    }

    /// Reads a SEQUENCE OF UTF8String.
    mutating func texts(most: Int, octets: Int, object: String) throws -> [String] {
        var list = try next(.sequence).reader()
        var texts: [String] = []
        while !list.isAtEnd {
            guard texts.count < most else { throw VaultError(.damaged, object: object, "more than \(most) texts") }
            texts.append(try list.text(octets, object: object))
        }
        return texts
    }
}

extension DERWriter {
    /// Writes a SEQUENCE OF UTF8String.
    mutating func texts(_ texts: [String]) {
        sequence { list in
            for text in texts { list.utf8String(text) }
        }
    }
}
