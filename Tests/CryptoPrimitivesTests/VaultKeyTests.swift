// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing

@Suite("Vault keys: Ed25519 — RFC 8032")
struct VaultKeyTests {
    struct Group: Decodable {
        struct Key: Decodable { let pk: Hex }
        struct Case: Decodable {
            let tcId: Int
            let msg: Hex
            let sig: Hex
            let result: WycheproofResult
        }
        let publicKey: Key
        let tests: [Case]
    }

    @Test func `every Wycheproof case has its stated result`() throws {
        guard let file = try WycheproofFile<Group>.load("ed25519_test") else { return }
        var run = 0
        for group in file.testGroups {
            let key = try VaultVerificationKey(group.publicKey.pk.octets)
            for test in group.tests {
                run += 1
                let valid = key.isValid(signature: test.sig.octets, of: test.msg.octets.span)
                #expect(valid == (test.result == .valid), "tcId \(test.tcId)")
            }
        }
        #expect(run == file.numberOfTests)
        print("wycheproof ed25519: \(run) as stated")
    }

    // RFC 8032 §7.1, TEST 3.
    @Test func `the RFC's own message is signed as printed there`() throws {
        let seed = try #require(octets("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"))
        let key = try VaultSigningKey(seed: SecretBytes(copying: seed))
        #expect(
            key.verificationKey.octets == octets("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"))
        let message: [UInt8] = [0xaf, 0x82]
        let signature = try key.signature(of: message.span)
        #expect(
            signature
                == octets(
                    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
                ))
        let other: [UInt8] = [0xaf, 0x83]
        let (holds, forOther) = (
            key.verificationKey.isValid(signature: signature, of: message.span),
            key.verificationKey.isValid(signature: signature, of: other.span)
        )
        #expect(holds && !forOther)
    }

    private func octets(_ text: String) -> [UInt8]? { Hexadecimal.decode(text) }
}
