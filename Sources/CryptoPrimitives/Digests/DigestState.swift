// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierOpenSSL

/// A digest under way: bytes go in, in any number of pieces, one value comes out.
public struct DigestState: ~Copyable {
    private let context: EVPDigestContext
    private let byteCount: Int
    /// Whether the function's output may be of any length.
    private let isExtendable: Bool

    /// Begins a digest.
    ///
    /// - Throws: `unsupportedAlgorithm` when the system's OpenSSL refuses the algorithm (MD5 in FIPS mode).
    public init(_ algorithm: DigestAlgorithm) throws(CryptoPrimitivesError) {
        context = EVPDigestContext()
        byteCount = algorithm.byteCount
        isExtendable = algorithm == .shake256
        guard let digest = unsafe algorithm.fetched, unsafe EVP_DigestInit_ex(context.pointer, digest, nil) == 1 else {
            ERR_clear_error()
            throw CryptoPrimitivesError(.unsupportedAlgorithm, "\(algorithm.displayName) is not available")
        }
    }

    private init(copying other: borrowing DigestState) throws(CryptoPrimitivesError) {
        context = EVPDigestContext()
        byteCount = other.byteCount
        isExtendable = other.isExtendable
        try OpenSSLStatus.check(unsafe EVP_MD_CTX_copy_ex(context.pointer, other.context.pointer), "EVP_MD_CTX_copy_ex")
    }

    /// Another digest that has taken in the same bytes.
    ///
    /// - Throws: `libraryFailure`.
    public borrowing func copied() throws(CryptoPrimitivesError) -> DigestState { try DigestState(copying: self) }

    /// Takes in more bytes.
    public mutating func update(_ bytes: [UInt8]) throws(CryptoPrimitivesError) {
        try update(bytes.span)
    }

    /// Takes in more bytes.
    public mutating func update(_ bytes: Span<UInt8>) throws(CryptoPrimitivesError) {
        let status = unsafe bytes.withUnsafeBufferPointer {
            unsafe EVP_DigestUpdate(context.pointer, $0.baseAddress, $0.count)
        }
        try OpenSSLStatus.check(status, "EVP_DigestUpdate")
    }

    /// The digest of all bytes taken in.
    public consuming func finalized() throws(CryptoPrimitivesError) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: byteCount)
        let status = unsafe digest.withUnsafeMutableBufferPointer {
            isExtendable
                ? unsafe EVP_DigestFinalXOF(context.pointer, $0.baseAddress, $0.count)
                : unsafe EVP_DigestFinal_ex(context.pointer, $0.baseAddress, nil)
        }
        try OpenSSLStatus.check(status, "EVP_DigestFinal_ex")
        return digest
    }
}

extension DigestAlgorithm {
    /// The digest of bytes.
    ///
    /// - Throws: `unsupportedAlgorithm`; see ``DigestState/init(_:)``.
    public func digest(of bytes: [UInt8]) throws(CryptoPrimitivesError) -> [UInt8] {
        var state = try DigestState(self)
        try state.update(bytes)
        return try state.finalized()
    }
}

/// One `EVP_MD_CTX`.
@safe struct EVPDigestContext: ~Copyable {
    let pointer: OpaquePointer

    init() {
        guard let pointer = unsafe EVP_MD_CTX_new() else { preconditionFailure("EVP_MD_CTX_new: out of memory") }
        unsafe self.pointer = pointer
    }

    deinit { unsafe EVP_MD_CTX_free(pointer) }
}
