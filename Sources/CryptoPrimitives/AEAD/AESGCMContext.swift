// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierOpenSSL

/// One `EVP_CIPHER_CTX` with its key set, for many messages under nonces that the caller keeps distinct.
@safe struct AESGCMContext: ~Copyable {
    enum Direction { case seal, open }

    static let keyByteCount = 32
    static let nonceByteCount = 12
    static let tagByteCount = 16
    // EVP takes lengths as int.
    static let largestMessage = Int(Int32.max) - 64

    // Fetched once: naming it anew costs more than encrypting what is small.
    private nonisolated(unsafe) static let algorithm: OpaquePointer? = unsafe EVP_CIPHER_fetch(
        nil, "AES-256-GCM", nil)

    private let handle: EVPCipherContext
    private let direction: Direction

    init(key: Span<UInt8>, _ direction: Direction) throws(CryptoPrimitivesError) {
        guard key.count == Self.keyByteCount else {
            throw CryptoPrimitivesError(.invalidLength, "an AES-256 key of \(key.count) octets")
        }
        guard let algorithm = unsafe Self.algorithm else { throw .library("EVP_CIPHER_fetch") }
        let handle = EVPCipherContext()
        let status = unsafe key.withCPointer { octets in
            unsafe EVP_CipherInit_ex(
                handle.pointer, algorithm, nil, octets, nil, direction == .seal ? 1 : 0)
        }
        guard status == 1 else { throw .library("EVP_CipherInit_ex") }
        self.handle = handle
        self.direction = direction
    }

    /// Appends ciphertext and tag of one message. Needs room for 16 octets more than the message.
    borrowing func seal(
        _ message: UnsafeBufferPointer<UInt8>, nonce: Span<UInt8>, authenticating data: Span<UInt8>? = nil,
        into output: inout OutputSpan<UInt8>
    ) throws(CryptoPrimitivesError) {
        guard message.count <= Self.largestMessage, output.freeCapacity >= message.count + Self.tagByteCount else {
            throw CryptoPrimitivesError(.invalidLength, "a message of \(message.count) octets")
        }
        try begin(nonce: nonce, authenticating: data)
        let done = unsafe output.append(count: message.count + Self.tagByteCount) { target in
            var written: Int32 = 0
            var rest: Int32 = 0
            if message.count > 0 {
                guard
                    unsafe EVP_EncryptUpdate(
                        handle.pointer, target, &written, message.baseAddress, Int32(message.count)) == 1
                else { return false }
            }
            let end = unsafe target + Int(written)
            guard unsafe EVP_EncryptFinal_ex(handle.pointer, end, &rest) == 1, Int(written) == message.count, rest == 0,
                unsafe EVP_CIPHER_CTX_ctrl(
                    handle.pointer, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagByteCount), end) == 1
            else { return false }
            return true
        }
        guard done else { throw .library("EVP_EncryptUpdate") }
    }

    /// Appends the plaintext of one message, which ends with its tag; nothing is appended when it does not fit.
    borrowing func open(
        _ message: UnsafeBufferPointer<UInt8>, nonce: Span<UInt8>, authenticating data: Span<UInt8>? = nil,
        into output: inout OutputSpan<UInt8>
    ) throws(CryptoPrimitivesError) {
        guard message.count >= Self.tagByteCount else { throw .authentication() }
        let count = message.count - Self.tagByteCount
        guard count <= Self.largestMessage, output.freeCapacity >= count else {
            throw CryptoPrimitivesError(.invalidLength, "a message of \(count) octets")
        }
        try begin(nonce: nonce, authenticating: data)
        var tag = [UInt8](repeating: 0, count: Self.tagByteCount)
        for index in 0..<Self.tagByteCount { tag[index] = unsafe message[count + index] }
        guard unsafe EVP_CIPHER_CTX_ctrl(handle.pointer, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1 else {
            throw .library("EVP_CIPHER_CTX_ctrl")
        }
        let opened = unsafe output.append(count: count) { target in
            var written: Int32 = 0
            var rest: Int32 = 0
            if count > 0 {
                guard
                    unsafe EVP_DecryptUpdate(
                        handle.pointer, target, &written, message.baseAddress, Int32(count)) == 1
                else { return false }
            }
            guard unsafe EVP_DecryptFinal_ex(handle.pointer, target + Int(written), &rest) == 1,
                Int(written) == count, rest == 0
            else {
                // What was decrypted before the tag was refused must not stay behind.
                unsafe OPENSSL_cleanse(target, Int(written))
                return false
            }
            return true
        }
        guard opened else { throw .authentication() }
    }

    private borrowing func begin(nonce: Span<UInt8>, authenticating data: Span<UInt8>?) throws(CryptoPrimitivesError) {
        guard nonce.count == Self.nonceByteCount else {
            throw CryptoPrimitivesError(
                .invalidLength, clause: "SP 800-38D 5.2.1.1", "a nonce of \(nonce.count) octets")
        }
        let status = unsafe nonce.withCPointer { octets in
            unsafe EVP_CipherInit_ex(handle.pointer, nil, nil, nil, octets, direction == .seal ? 1 : 0)
        }
        guard status == 1 else { throw .library("EVP_CipherInit_ex") }
        guard let data, data.count > 0 else { return }
        guard data.count <= Self.largestMessage else {
            throw CryptoPrimitivesError(.invalidLength, "additional data of \(data.count) octets")
        }
        let count = Int32(data.count)
        let accepted = unsafe data.withCPointer { octets in
            var written: Int32 = 0
            return unsafe EVP_CipherUpdate(handle.pointer, nil, &written, octets, count)
        }
        guard accepted == 1 else { throw .library("EVP_CipherUpdate") }
    }
}
