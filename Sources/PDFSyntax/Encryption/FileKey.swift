// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

/// Finds the key of an encrypted file from a password (ISO 32000-2 §7.6.4).
struct FileKey {
    let dictionary: EncryptionDictionary
    /// The first element of the trailer's `/ID`.
    let identifier: [UInt8]

    private static let padding: [UInt8] = [
        0x28, 0xBF, 0x4E, 0x5E, 0x4E, 0x75, 0x8A, 0x41, 0x64, 0x00, 0x4E, 0x56, 0xFF, 0xFA, 0x01, 0x08, 0x2E, 0x2E,
        0x00, 0xB6, 0xD0, 0x68, 0x3E, 0x80, 0x2F, 0x0C, 0xA9, 0xFE, 0x64, 0x53, 0x69, 0x7A,
    ]

    /// The key when the password is the user's or the owner's; `nil` when it is neither.
    func key(for password: String) throws(CryptoPrimitivesError) -> [UInt8]? {
        let utf8 = Array(password.utf8)
        guard dictionary.revision < 5 else { return try modernKey(Array(utf8.prefix(127))) }
        // Old writers take PDFDocEncoding, which agrees with Latin-1 for letters; some take what they are given.
        let scalars = password.unicodeScalars
        let latin = scalars.allSatisfy { $0.value < 256 } ? scalars.map { UInt8($0.value) } : utf8
        for candidate in latin == utf8 ? [utf8] : [latin, utf8] {
            if let key = try userKey(candidate) { return key }
            if let key = try userKey(userPassword(ofOwner: candidate)) { return key }
        }
        return nil
    }

    // MARK: Revisions 2 to 4

    private static func padded(_ password: [UInt8]) -> [UInt8] { Array((password.prefix(32) + padding).prefix(32)) }

    /// Algorithms 2, 4, 5 and 6.
    private func userKey(_ password: [UInt8]) throws(CryptoPrimitivesError) -> [UInt8]? {
        let length = dictionary.revision == 2 ? 5 : dictionary.keyLength
        var input = Self.padded(password) + dictionary.owner
        let bits = UInt32(bitPattern: dictionary.permissions)
        for shift in [0, 8, 16, 24] as [UInt32] { input.append(UInt8(truncatingIfNeeded: bits >> shift)) }
        input += identifier
        if dictionary.revision >= 4, !dictionary.encryptsMetadata { input += [255, 255, 255, 255] }
        var key = try DigestAlgorithm.md5.digest(of: input)
        if dictionary.revision >= 3 {
            for _ in 0..<50 { key = try DigestAlgorithm.md5.digest(of: Array(key.prefix(length))) }
        }
        key = Array(key.prefix(length))
        if dictionary.revision == 2 {
            return try RC4.apply(key, to: Self.padding) == dictionary.user ? key : nil
        }
        var check = try RC4.apply(key, to: DigestAlgorithm.md5.digest(of: Self.padding + identifier))
        for round in 1...19 as ClosedRange<UInt8> { check = try RC4.apply(key.map { $0 ^ round }, to: check) }
        return Array(dictionary.user.prefix(16)) == check ? key : nil
    }

    /// Algorithm 7: the user's password, padded, out of the owner's.
    private func userPassword(ofOwner password: [UInt8]) throws(CryptoPrimitivesError) -> [UInt8] {
        let length = dictionary.revision == 2 ? 5 : dictionary.keyLength
        var key = try DigestAlgorithm.md5.digest(of: Self.padded(password))
        if dictionary.revision >= 3 { for _ in 0..<50 { key = try DigestAlgorithm.md5.digest(of: key) } }
        key = Array(key.prefix(length))
        guard dictionary.revision >= 3 else { return try RC4.apply(key, to: dictionary.owner) }
        var user = dictionary.owner
        for round in (0...19 as ClosedRange<UInt8>).reversed() {
            user = try RC4.apply(key.map { $0 ^ round }, to: user)
        }
        return user
    }

    // MARK: Revisions 5 and 6

    /// Algorithm 2.A.
    private func modernKey(_ password: [UInt8]) throws(CryptoPrimitivesError) -> [UInt8]? {
        let (owner, user) = (dictionary.owner, dictionary.user)
        func salt(_ value: [UInt8], _ start: Int) -> [UInt8] { Array(value[start..<start + 8]) }
        let zeros = [UInt8](repeating: 0, count: 16)
        if try hash(password, salt(owner, 32), user) == Array(owner.prefix(32)) {
            let key = try hash(password, salt(owner, 40), user)
            return try AESCBC.decrypt(dictionary.ownerKey, key: key, vector: zeros)
        }
        if try hash(password, salt(user, 32), []) == Array(user.prefix(32)) {
            let key = try hash(password, salt(user, 40), [])
            return try AESCBC.decrypt(dictionary.userKey, key: key, vector: zeros)
        }
        return nil
    }

    /// Algorithm 2.B; revision 5 has its first step only.
    private func hash(
        _ password: [UInt8], _ salt: [UInt8], _ user: [UInt8]
    ) throws(CryptoPrimitivesError) -> [UInt8] {
        var key = try DigestAlgorithm.sha256.digest(of: password + salt + user)
        guard dictionary.revision >= 6 else { return key }
        var round = 0
        while true {
            let once = password + key + user
            var repeated: [UInt8] = []
            for _ in 0..<64 { repeated += once }
            let encrypted = try AESCBC.encrypt(
                repeated, key: Array(key.prefix(16)), vector: Array(key[16..<32]))
            let remainder = encrypted.prefix(16).reduce(0) { $0 + Int($1) } % 3
            key = try [DigestAlgorithm.sha256, .sha384, .sha512][remainder].digest(of: encrypted)
            round += 1
            // At most 255 − 32 rounds after the 64th, because a byte decides.
            if round >= 64, Int(encrypted.last ?? 0) <= round - 32 { return Array(key.prefix(32)) }
        }
    }
}
