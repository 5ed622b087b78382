// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The entries of an encryption dictionary with the standard handler (ISO 32000-2 Table 20, Table 21).
struct EncryptionDictionary {
    /// How a string or stream is encrypted.
    enum Method {
        case identity
        case rc4
        case aes128
        case aes256
    }

    let revision: Int
    /// Length of the file key in bytes.
    let keyLength: Int
    let owner: [UInt8]
    let user: [UInt8]
    let ownerKey: [UInt8]
    let userKey: [UInt8]
    let permissions: Int32
    let encryptsMetadata: Bool
    let strings: Method
    let streams: Method

    init(_ dictionary: PDFDictionary) throws(PDFSyntaxError) {
        func refused(_ detail: String) -> PDFSyntaxError {
            PDFSyntaxError(.encrypted, clause: "ISO 32000-2 §7.6", detail)
        }
        guard dictionary["Filter"]?.name == "Standard" else {
            throw refused("encrypted by a handler other than the password handler")
        }
        guard let version = dictionary["V"]?.integer, let revision = dictionary["R"]?.integer,
            [1, 2, 4, 5].contains(version), (2...6).contains(revision), (version == 5) == (revision >= 5),
            let owner = dictionary["O"]?.string, let user = dictionary["U"]?.string,
            let permissions = dictionary["P"]?.integer
        else { throw refused("an encryption dictionary of an unknown version, or without its entries") }
        self.revision = Int(revision)
        // Written as a signed or an unsigned number of 32 bits.
        self.permissions = Int32(truncatingIfNeeded: permissions)
        let needed = version == 5 ? 48 : 32
        guard owner.count >= needed, user.count >= needed else { throw refused("passwords' digests are cut short") }
        self.owner = Array(owner.prefix(needed))
        self.user = Array(user.prefix(needed))
        ownerKey = dictionary["OE"]?.string ?? []
        userKey = dictionary["UE"]?.string ?? []
        guard version < 5 || (ownerKey.count == 32 && userKey.count == 32) else {
            throw refused("the file key is missing")
        }
        encryptsMetadata = version < 4 || dictionary["EncryptMetadata"]?.boolean ?? true
        let bits = version == 1 ? 40 : version == 4 ? 128 : dictionary["Length"]?.integer ?? 40
        guard version == 5 || (bits.isMultiple(of: 8) && (40...128).contains(bits)) else {
            throw refused("a key of another length than 40 to 128 bits")
        }
        keyLength = version == 5 ? 32 : Int(bits / 8)
        guard version >= 4 else {
            (strings, streams) = (.rc4, .rc4)
            return
        }
        func method(_ key: PDFName) throws(PDFSyntaxError) -> Method {
            let name = dictionary[key]?.name ?? "Identity"
            guard name != "Identity" else { return .identity }
            switch dictionary["CF"]?.dictionary?[name]?.dictionary?["CFM"]?.name {
            case "V2" where version == 4: return .rc4
            case "AESV2" where version == 4: return .aes128
            case "AESV3" where version == 5: return .aes256
            default: throw refused("a crypt filter that does not exist")
            }
        }
        strings = try method("StrF")
        streams = try method("StmF")
    }
}
