// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierOpenSSL

/// AES in CBC mode without padding (SP 800-38A §6.2), for formats that prescribe it.
///
/// It protects nothing against change: use ``AESGCM`` or ``Cobblestone256`` wherever there is a choice.
public enum AESCBC {
    /// The ciphertext of whole blocks.
    ///
    /// - Parameters:
    ///   - key: 16 or 32 octets.
    ///   - vector: 16 octets.
    /// - Throws: ``CryptoPrimitivesError``: `invalidLength` for another length of key or vector, or a message that is not
    ///   whole blocks of 16 octets.
    public static func encrypt(
        _ message: [UInt8], key: [UInt8], vector: [UInt8]
    ) throws(CryptoPrimitivesError) -> [UInt8] {
        try run(message, key, vector, encrypting: true)
    }

    /// The message of a ciphertext of whole blocks, its padding included.
    ///
    /// - Throws: As ``encrypt(_:key:vector:)``. A wrong key gives another message, not an error.
    public static func decrypt(
        _ ciphertext: [UInt8], key: [UInt8], vector: [UInt8]
    ) throws(CryptoPrimitivesError) -> [UInt8] {
        try run(ciphertext, key, vector, encrypting: false)
    }

    private static func run(
        _ input: [UInt8], _ key: [UInt8], _ vector: [UInt8], encrypting: Bool
    ) throws(CryptoPrimitivesError) -> [UInt8] {
        guard key.count == 16 || key.count == 32, vector.count == 16, input.count.isMultiple(of: 16),
            input.count <= Int(Int32.max) - 64
        else {
            throw CryptoPrimitivesError(
                .invalidLength, clause: "SP 800-38A 6.2",
                "a key of \(key.count), a vector of \(vector.count) and a message of \(input.count) octets")
        }
        guard !input.isEmpty else { return [] }
        let handle = EVPCipherContext()
        let cipher = unsafe key.count == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc()
        let begun = unsafe EVP_CipherInit_ex(handle.pointer, cipher, nil, key, vector, encrypting ? 1 : 0)
        try OpenSSLStatus.check(begun, "EVP_CipherInit_ex")
        try OpenSSLStatus.check(unsafe EVP_CIPHER_CTX_set_padding(handle.pointer, 0), "EVP_CIPHER_CTX_set_padding")
        var output = [UInt8](repeating: 0, count: input.count + 16)
        var written: Int32 = 0
        let status = unsafe output.withUnsafeMutableBufferPointer {
            unsafe EVP_CipherUpdate(handle.pointer, $0.baseAddress, &written, input, Int32(input.count))
        }
        try OpenSSLStatus.check(status, "EVP_CipherUpdate")
        guard Int(written) == input.count else { throw .library("EVP_CipherUpdate") }
        output.removeLast(16)
        return output
    }
}
