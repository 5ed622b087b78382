// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import Testing

@Suite("X25519 — RFC 7748")
struct X25519Tests {
    struct Group: Decodable {
        struct Case: Decodable {
            let tcId: Int
            let flags: [String]
            let `public`: Hex
            let `private`: Hex
            let shared: Hex
            let result: WycheproofResult
        }
        let tests: [Case]
    }

    @Test func `every Wycheproof case has its stated result, and a secret of zeros is never given out`() throws {
        guard let file = try WycheproofFile<Group>.load("x25519_test") else { return }
        var (agreed, refused) = (0, 0)
        for test in file.testGroups.flatMap(\.tests) {
            let key = try X25519PrivateKey(SecretBytes(copying: test.private.octets))
            let other = try X25519PublicKey(test.public.octets)
            if test.shared.octets.allSatisfy({ $0 == 0 }) {
                #expect(test.result != .valid)
                #expect(throws: CryptoPrimitivesError(.weakPublicKey, ""), "tcId \(test.tcId)") {
                    _ = try key.sharedSecret(with: other)
                }
                refused += 1
            } else {
                let same = try key.sharedSecret(with: other).isEqual(to: SecretBytes(copying: test.shared.octets))
                #expect(same, "tcId \(test.tcId)")
                agreed += 1
            }
        }
        #expect(agreed + refused == file.numberOfTests)
        print(
            "wycheproof x25519: \(agreed) agreed as stated, \(refused) \"acceptable\" ones with a secret of zeros refused"
        )
    }

    @Test func `a key of another length than 32 octets is refused`() {
        #expect(throws: CryptoPrimitivesError(.invalidLength, "")) { try X25519PublicKey([1, 2, 3]) }
        #expect(throws: CryptoPrimitivesError(.invalidLength, "")) {
            _ = try X25519PrivateKey(SecretBytes(copying: [UInt8](repeating: 1, count: 31)))
        }
    }
}
