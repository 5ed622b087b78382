// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierOpenSSL

/// Digests fetched once for the life of the process: OpenSSL 3.0 looks an algorithm up anew on every implicit fetch.
///
/// `EVP_MD` is immutable after fetching and may be used from any thread, so the pointers are shared.
private enum FetchedDigests {
    nonisolated(unsafe) static let byAlgorithm: [DigestAlgorithm: OpaquePointer] = {
        var fetched: [DigestAlgorithm: OpaquePointer] = unsafe [:]
        for algorithm in DigestAlgorithm.allCases {
            if let digest = unsafe EVP_MD_fetch(nil, algorithm.openSSLName, nil) { unsafe fetched[algorithm] = digest }
        }
        ERR_clear_error()
        return unsafe fetched
    }()
}

extension DigestAlgorithm {
    /// The fetched `EVP_MD`, owned by the process.
    var fetched: OpaquePointer? { unsafe FetchedDigests.byAlgorithm[self] }

    var openSSLName: String {
        switch self {
        case .md5: "MD5"
        case .sha1: "SHA1"
        case .sha224: "SHA2-224"
        case .sha256: "SHA2-256"
        case .sha384: "SHA2-384"
        case .sha512: "SHA2-512"
        case .sha512_224: "SHA2-512/224"
        case .sha512_256: "SHA2-512/256"
        case .sha3_224: "SHA3-224"
        case .sha3_256: "SHA3-256"
        case .sha3_384: "SHA3-384"
        case .sha3_512: "SHA3-512"
        case .shake256: "SHAKE-256"
        }
    }
}
