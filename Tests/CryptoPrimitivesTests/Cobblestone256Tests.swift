// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing

@Suite("Cobblestone-256 — C2SP chunked-encryption")
struct Cobblestone256Tests {
    struct Vector: Decodable {
        let key: Hex
        let context: Hex
        let length: Int
        let header: Hex
        let sha256: Hex
        let sealed: Hex?
    }

    static let sizes = [0, 1, 1023, 1024, 16_383, 16_384, 16_385, 32_767, 32_768, 100_000]
    let failure = CryptoPrimitivesError(.authenticationFailure, "")
    let context = Array("context".utf8)

    @Test func `the peer's messages are opened, and with its salt ours are the same octets`() throws {
        for vector in try TestData.vectors("cobblestone256", as: Vector.self) {
            let key = SecretBytes(copying: vector.key.octets)
            let plaintext = TestData.plaintext(vector.length)
            let ours = try Cobblestone256.seal(
                plaintext.span, key: key, context: vector.context.octets.span,
                random: FixedRandom(Array(vector.header.octets.prefix(24))))
            #expect(try DigestAlgorithm.sha256.digest(of: ours) == vector.sha256.octets, "length \(vector.length)")
            // The same whatever came before the end.
            for first in [1, 1000, 16_384, 20_000] where first <= vector.length {
                var sealer = try Cobblestone256Sealer(
                    key: key, context: vector.context.octets.span,
                    random: FixedRandom(Array(vector.header.octets.prefix(24))))
                let (start, end) = (Array(plaintext[..<first]), Array(plaintext[first...]))
                var inParts = try sealer.update(start.span)
                inParts += try sealer.finish(end.span)
                #expect(inParts == ours, "length \(vector.length)")
            }
            if let sealed = vector.sealed {
                #expect(ours == sealed.octets)
                #expect(
                    try Cobblestone256.open(sealed.octets.span, key: key, context: vector.context.octets.span)
                        == plaintext)
            }
        }
    }

    @Test(arguments: sizes)
    func `a message comes back, whole, in parts and by chunk`(size: Int) throws {
        let key = SystemRandom().secret(32)
        let plaintext = TestData.plaintext(size)
        let sealed = try Cobblestone256.seal(plaintext.span, key: key, context: context.span, random: SystemRandom())
        #expect(try Cobblestone256.sealedSize(ofPlaintext: Int64(size)) == Int64(sealed.count))
        #expect(try Cobblestone256.plaintextSize(ofSealed: Int64(sealed.count)) == Int64(size))
        #expect(try Cobblestone256.open(sealed.span, key: key, context: context.span) == plaintext)

        for step in [1000, 16_384, 50_000] {
            var sealer = try Cobblestone256Sealer(key: key, context: context.span, random: SystemRandom())
            var inParts: [UInt8] = []
            for start in stride(from: 0, to: size, by: step) {
                inParts += try sealer.update(plaintext[start..<min(start + step, size)].span)
            }
            inParts += try sealer.finish()
            #expect(try Cobblestone256.open(inParts.span, key: key, context: context.span) == plaintext)

            let header = Array(sealed.prefix(56))
            var opener = try Cobblestone256Opener(
                header: header.span, sealedSize: Int64(sealed.count), key: key, context: context.span)
            var opened: [UInt8] = []
            for start in stride(from: 56, to: sealed.count, by: step) {
                opened += try opener.update(sealed[start..<min(start + step, sealed.count)].span)
            }
            try opener.finish()
            #expect(opened == plaintext)
        }

        let header = Array(sealed.prefix(56))
        let chunks = try Cobblestone256Chunks(
            header: header.span, sealedSize: Int64(sealed.count), key: key, context: context.span)
        for index in (0..<chunks.count).reversed() {
            let range = chunks.sealedRange(of: index)
            let chunk = try chunks.open(index, sealed[Int(range.lowerBound)..<Int(range.upperBound)].span)
            let start = Int(index) * 16_384
            #expect(chunk == Array(plaintext[start..<min(start + 16_384, size)]))
        }
    }

    @Test func `any octet changed, any cut, any addition and chunks in another order are refused`() throws {
        let key = SystemRandom().secret(32)
        let plaintext = TestData.plaintext(40_000)
        let sealed = try Cobblestone256.seal(plaintext.span, key: key, context: context.span, random: SystemRandom())
        #expect(try Cobblestone256.open(sealed.span, key: key, context: context.span) == plaintext)
        for index in stride(from: 0, to: sealed.count, by: 97) {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: failure) { try Cobblestone256.open(changed.span, key: key, context: context.span) }
        }
        let boundaries = [
            0, 1, 24, 55, 56, 57, 71, 72, 56 + 16_400, 56 + 16_401, 56 + 16_416, 56 + 32_800, 56 + 32_816,
        ]
        for count in boundaries + Array(stride(from: 0, to: sealed.count, by: 501)) {
            let cut = Array(sealed.prefix(count))
            #expect(throws: failure) { try Cobblestone256.open(cut.span, key: key, context: context.span) }
        }
        let added = sealed + [0]
        #expect(throws: failure) { try Cobblestone256.open(added.span, key: key, context: context.span) }
        let swapped = Array(
            sealed[..<56] + sealed[(56 + 16_400)..<(56 + 32_800)] + sealed[56..<(56 + 16_400)]
                + sealed[(56 + 32_800)...])
        #expect(throws: failure) { try Cobblestone256.open(swapped.span, key: key, context: context.span) }
        let other = Array("contexts".utf8)
        #expect(throws: failure) { try Cobblestone256.open(sealed.span, key: key, context: other.span) }
        #expect(throws: failure) {
            try Cobblestone256.open(sealed.span, key: SystemRandom().secret(32), context: context.span)
        }
    }

    @Test func `a stream that ends early is refused at its end`() throws {
        let key = SystemRandom().secret(32)
        let plaintext = TestData.plaintext(20_000)
        let sealed = try Cobblestone256.seal(plaintext.span, key: key, context: context.span, random: SystemRandom())
        let header = Array(sealed.prefix(56))
        var opener = try Cobblestone256Opener(
            header: header.span, sealedSize: Int64(sealed.count), key: key, context: context.span)
        _ = try opener.update(sealed[56..<(56 + 16_400)].span)
        do {
            try opener.finish()
            Issue.record("a cut message was called whole")
        } catch {
            #expect(error == failure)
        }
    }

    @Test func `the peer opens ours and we open the peer's`() throws {
        let key = SystemRandom().secret(32)
        let keyText = Hexadecimal.encode(key.withSpan { span in span.indices.map { span[$0] } })
        var requests: [[String: any Sendable]] = []
        for size in Self.sizes {
            let plaintext = TestData.plaintext(size)
            let ours = try Cobblestone256.seal(plaintext.span, key: key, context: context.span, random: SystemRandom())
            requests.append([
                "do": "cobblestone-open", "key": keyText, "context": Hexadecimal.encode(context),
                "data": Hexadecimal.encode(ours),
            ])
            requests.append([
                "do": "cobblestone-seal", "key": keyText, "context": Hexadecimal.encode(context),
                "data": Hexadecimal.encode(plaintext),
            ])
        }
        // The twin: with another context the peer refuses ours.
        var wrong = requests[4]
        wrong["context"] = "00"
        guard let answers = try PrimitivesPeer.answers(to: requests + [wrong]) else { return }
        for (position, size) in Self.sizes.enumerated() {
            #expect(answers[position * 2] == TestData.plaintext(size))
            let theirs = try #require(answers[position * 2 + 1])
            #expect(try Cobblestone256.open(theirs.span, key: key, context: context.span) == TestData.plaintext(size))
        }
        #expect(answers.last == [UInt8]??.some(nil))
        print("peer: \(requests.count) Cobblestone-256 messages, both directions")
    }
}
