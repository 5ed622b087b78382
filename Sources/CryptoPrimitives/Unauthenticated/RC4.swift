// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The stream cipher RC4, broken; only to read old encrypted PDF files (ISO 32000-2 §7.6, Annex L).
///
/// OpenSSL 3 has it in its legacy provider only, which need not be installed.
public enum RC4 {
    /// The message exclusive-or'ed with the key stream: encrypts and decrypts.
    ///
    /// - Parameter key: 1 to 256 octets.
    /// - Throws: ``CryptoPrimitivesError`` `invalidLength` for another length of the key.
    public static func apply(_ key: [UInt8], to message: [UInt8]) throws(CryptoPrimitivesError) -> [UInt8] {
        guard (1...256).contains(key.count) else {
            throw CryptoPrimitivesError(.invalidLength, "an RC4 key of \(key.count) octets")
        }
        var state = (0...255).map { UInt8($0) }
        var second: UInt8 = 0
        for index in 0..<256 {
            second = second &+ state[index] &+ key[index % key.count]
            state.swapAt(index, Int(second))
        }
        var first: UInt8 = 0
        second = 0
        return message.map { octet in
            first = first &+ 1
            second = second &+ state[Int(first)]
            state.swapAt(Int(first), Int(second))
            return octet ^ state[Int(state[Int(first)] &+ state[Int(second)])]
        }
    }
}
