// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import Testing

@Suite("HKDF and HMAC — RFC 5869, RFC 2104")
struct HKDFTests {
    struct DerivationGroup: Decodable {
        struct Case: Decodable {
            let tcId: Int
            let ikm: Hex
            let salt: Hex
            let info: Hex
            let size: Int
            let okm: Hex
            let result: WycheproofResult
        }
        let tests: [Case]
    }

    struct CodeGroup: Decodable {
        struct Case: Decodable {
            let tcId: Int
            let key: Hex
            let msg: Hex
            let tag: Hex
            let result: WycheproofResult
        }
        let tagSize: Int
        let tests: [Case]
    }

    @Test(arguments: [HMACHash.sha256, .sha384, .sha512])
    func `every Wycheproof case of HKDF has its stated result`(hash: HMACHash) throws {
        let name = "hkdf_\(hash.rawValue.lowercased())_test"
        guard let file = try WycheproofFile<DerivationGroup>.load(name) else { return }
        var run = 0
        for test in file.testGroups.flatMap(\.tests) {
            run += 1
            func derived() throws(CryptoPrimitivesError) -> SecretBytes {
                try HKDF.derive(
                    hash, salt: test.salt.octets.span, material: test.ikm.octets.span, info: test.info.octets.span,
                    byteCount: test.size)
            }
            switch test.result {
            case .valid, .acceptable:
                let same = try derived().isEqual(to: SecretBytes(copying: test.okm.octets))
                #expect(same, "tcId \(test.tcId)")
            case .invalid:
                #expect(throws: CryptoPrimitivesError(.invalidLength, ""), "tcId \(test.tcId)") { _ = try derived() }
            }
        }
        #expect(run == file.numberOfTests)
        print("wycheproof \(name): \(run) as stated")
    }

    @Test(arguments: [HMACHash.sha256, .sha384, .sha512])
    func `every Wycheproof case of HMAC has its stated result`(hash: HMACHash) throws {
        let name = "hmac_\(hash.rawValue.lowercased())_test"
        guard let file = try WycheproofFile<CodeGroup>.load(name) else { return }
        var run = 0
        for group in file.testGroups {
            for test in group.tests {
                run += 1
                let code = try HMAC.code(hash, key: test.key.octets.span, of: test.msg.octets.span)
                // Groups with shorter tags compare the first octets, as their files ask.
                let first = Array(code.prefix(group.tagSize / 8))
                #expect((first == test.tag.octets) == (test.result != .invalid), "tcId \(test.tcId)")
            }
        }
        #expect(run == file.numberOfTests)
        print("wycheproof \(name): \(run) as stated")
    }

    @Test func `a message in parts has the code of the whole`() throws {
        let message = TestData.plaintext(1000)
        let key = TestData.plaintext(20)
        var mac = try HMAC(.sha256, key: key.span)
        for start in stride(from: 0, to: 1000, by: 37) {
            try mac.update(message[start..<min(start + 37, 1000)].span)
        }
        let code = try mac.finalize()
        let whole = try HMAC.code(.sha256, key: key.span, of: message.span)
        let same = code.isEqual(to: SecretBytes(copying: whole))
        #expect(same)
    }
}
