// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import Testing

@Suite("Secret memory")
struct SecretBytesTests {
    @Test func `a secret prints as its length only`() {
        let secret = SecretBytes(copying: Array("hunter2hunter2hunter2hunter2hunt".utf8))
        let text = secret.description
        #expect(text == "<32 secret bytes>")
    }

    @Test func `comparison sees every octet and the length`() {
        let secret = SecretBytes(copying: [1, 2, 3])
        let same = secret.isEqual(to: SecretBytes(copying: [1, 2, 3]))
        let changed = secret.isEqual(to: SecretBytes(copying: [1, 2, 4]))
        let longer = secret.isEqual(to: SecretBytes(copying: [1, 2, 3, 0]))
        let copied = secret.isEqual(to: secret.copy())
        #expect(same && copied)
        #expect(!changed && !longer)
        let none: [UInt8] = []
        let bothEmpty = ConstantTime.areEqual(none.span, none.span)
        #expect(bothEmpty)
    }

    @Test func `secrets that share a page do not touch each other, whatever their order of ending`() {
        // Several pages full, and sizes on both sides of what shares one.
        for size in [0, 1, 32, 63, 64, 65, 200] {
            var kept: [Kept] = []
            for number in 0..<200 {
                kept.append(Kept(SecretBytes(copying: [UInt8](repeating: UInt8(number), count: size))))
                if number % 3 == 0 { kept.removeFirst(number % 2) }
            }
            for (place, one) in kept.enumerated().reversed() where place % 2 == 0 { _ = one.octets.description }
            let values = kept.map { one in one.octets.withSpan { span in span.indices.map { span[$0] } } }
            #expect(values.allSatisfy { $0.count == size && Set($0).count <= 1 })
            if size > 0 { #expect(Set(values.map { $0[0] }).count == kept.count) }
        }
    }

    @Test
    func `a secret that could not be made leaves nothing behind, and the next one is zero where nothing is written`() {
        struct Failure: Error {}
        for _ in 0..<100 {
            #expect(throws: Failure.self) {
                _ = try SecretBytes(byteCount: 32) { span throws(Failure) in
                    span.append(7)
                    throw Failure()
                }
            }
            let next = SecretBytes(byteCount: 32) { $0.append(1) }
            let octets = next.withSpan { span in span.indices.map { span[$0] } }
            #expect(octets == [1] + [UInt8](repeating: 0, count: 31))
        }
    }

    private final class Kept {
        let octets: SecretBytes
        init(_ octets: consuming SecretBytes) { self.octets = octets }
    }

    @Test func `system randomness fills all that is asked for and does not repeat`() {
        #expect(Set((0..<1000).map { _ in SystemRandom().bytes(16) }).count == 1000)
        #expect(SystemRandom().bytes(0).isEmpty)
        #expect(!SystemRandom().bytes(4096).allSatisfy { $0 == 0 })
    }
}
