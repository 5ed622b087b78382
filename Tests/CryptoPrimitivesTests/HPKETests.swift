// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing

@Suite("HPKE base mode — RFC 9180")
struct HPKETests {
    struct Vector: Decodable {
        let info: Hex
        let skRm: Hex
        let pkRm: Hex
        let skEm: Hex
        let enc: Hex
        let aad: Hex
        let pt: Hex
        let ct: Hex
    }

    @Test func `the CFRG vector of this suite is sealed and opened as printed`() throws {
        for vector in try TestData.vectors("hpke", as: Vector.self) {
            let recipient = try X25519PrivateKey(SecretBytes(copying: vector.skRm.octets))
            #expect(recipient.publicKey.octets == vector.pkRm.octets)
            let sealed = try HPKE.seal(
                vector.pt.octets.span, to: recipient.publicKey, info: vector.info.octets.span,
                authenticating: vector.aad.octets.span, random: FixedRandom(vector.skEm.octets))
            #expect(sealed == vector.enc.octets + vector.ct.octets)
            let opened = try HPKE.open(
                sealed.span, with: recipient, info: vector.info.octets.span, authenticating: vector.aad.octets.span)
            #expect(opened == vector.pt.octets)
        }
    }

    @Test func `a message for another key, info or data, or with any octet changed, is refused`() throws {
        let random = SystemRandom()
        let recipient = try X25519PrivateKey(random: random)
        let (info, data, message): ([UInt8], [UInt8], [UInt8]) = ([1], [2], [3, 4])
        let sealed = try HPKE.seal(
            message.span, to: recipient.publicKey, info: info.span, authenticating: data.span, random: random)
        #expect(
            try HPKE.open(sealed.span, with: recipient, info: info.span, authenticating: data.span) == message)
        let failure = CryptoPrimitivesError(.authenticationFailure, "")
        #expect(throws: failure) {
            try HPKE.open(sealed.span, with: recipient, info: data.span, authenticating: data.span)
        }
        #expect(throws: failure) {
            try HPKE.open(sealed.span, with: recipient, info: info.span, authenticating: info.span)
        }
        let other = try X25519PrivateKey(random: random)
        #expect(throws: failure) { try HPKE.open(sealed.span, with: other, info: info.span, authenticating: data.span) }
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x40
            #expect(throws: CryptoPrimitivesError.self) {
                try HPKE.open(changed.span, with: recipient, info: info.span, authenticating: data.span)
            }
        }
        for count in 0..<sealed.count {
            let cut = Array(sealed.prefix(count))
            #expect(throws: CryptoPrimitivesError.self) {
                try HPKE.open(cut.span, with: recipient, info: info.span, authenticating: data.span)
            }
        }
    }

    @Test func `a public key of small order is refused`() throws {
        let zero = try X25519PublicKey([UInt8](repeating: 0, count: 32))
        let message: [UInt8] = [1]
        #expect(throws: CryptoPrimitivesError(.weakPublicKey, "")) {
            try HPKE.seal(
                message.span, to: zero, info: message.span, authenticating: message.span, random: SystemRandom())
        }
    }

    @Test func `the peer opens ours and we open the peer's`() throws {
        let random = SystemRandom()
        let recipient = try X25519PrivateKey(random: random)
        let secret = Hexadecimal.encode(recipient.octets.withSpan { span in span.indices.map { span[$0] } })
        let none: [UInt8] = []
        var requests: [[String: any Sendable]] = []
        for count in [0, 1, 32, 5000] {
            let message = TestData.plaintext(count)
            let info = Array("info \(count)".utf8)
            let ours = try HPKE.seal(
                message.span, to: recipient.publicKey, info: info.span, authenticating: none.span, random: random)
            let hex = Hexadecimal.encode(info)
            requests.append(["do": "hpke-open", "key": secret, "info": hex, "data": Hexadecimal.encode(ours)])
            requests.append([
                "do": "hpke-seal", "key": Hexadecimal.encode(recipient.publicKey.octets), "info": hex,
                "data": Hexadecimal.encode(message),
            ])
        }
        guard let answers = try PrimitivesPeer.answers(to: requests) else { return }
        for (position, count) in [0, 1, 32, 5000].enumerated() {
            #expect(answers[position * 2] == TestData.plaintext(count))
            let theirs = try #require(answers[position * 2 + 1])
            let info = Array("info \(count)".utf8)
            #expect(
                try HPKE.open(theirs.span, with: recipient, info: info.span, authenticating: none.span)
                    == TestData.plaintext(count))
        }
        print("peer: \(requests.count) HPKE messages, both directions")
    }
}
