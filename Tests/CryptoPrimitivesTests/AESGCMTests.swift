// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import Testing

@Suite("AES-256-GCM — SP 800-38D")
struct AESGCMTests {
    struct Group: Decodable {
        struct Case: Decodable {
            let tcId: Int
            let key: Hex
            let iv: Hex
            let aad: Hex
            let msg: Hex
            let ct: Hex
            let tag: Hex
            let result: WycheproofResult
        }
        let ivSize: Int
        let keySize: Int
        let tagSize: Int
        let tests: [Case]
    }

    @Test func `every Wycheproof case has its stated result`() throws {
        guard let file = try WycheproofFile<Group>.load("aes_gcm_test") else { return }
        var (run, otherKeys, otherNonces) = (0, 0, 0)
        for group in file.testGroups {
            for test in group.tests {
                let key = SecretBytes(copying: test.key.octets)
                func open() throws(CryptoPrimitivesError) -> [UInt8] {
                    try AESGCM.open(
                        (test.ct.octets + test.tag.octets).span, key: key, nonce: test.iv.octets.span,
                        authenticating: test.aad.octets.span)
                }
                // AES-128, AES-192 and nonces of other lengths are not offered: the wrapper must refuse them.
                if group.keySize != 256 || group.ivSize != 96 {
                    #expect(throws: CryptoPrimitivesError(.invalidLength, "")) { try open() }
                    if group.keySize != 256 { otherKeys += 1 } else { otherNonces += 1 }
                    continue
                }
                #expect(group.tagSize == 128)
                run += 1
                switch test.result {
                case .valid, .acceptable:
                    #expect(try open() == test.msg.octets, "tcId \(test.tcId)")
                    let sealed = try AESGCM.seal(
                        test.msg.octets.span, key: key, nonce: test.iv.octets.span,
                        authenticating: test.aad.octets.span)
                    #expect(sealed == test.ct.octets + test.tag.octets, "tcId \(test.tcId)")
                case .invalid:
                    #expect(throws: CryptoPrimitivesError(.authenticationFailure, ""), "tcId \(test.tcId)") {
                        try open()
                    }
                }
            }
        }
        #expect(run + otherKeys + otherNonces == file.numberOfTests)
        print(
            "wycheproof aes_gcm: \(run) as stated; refused by length: \(otherKeys) with AES-128 or AES-192 (the format has one key size), \(otherNonces) with a nonce other than 96 bits"
        )
    }
}
