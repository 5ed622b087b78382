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

    @Test func `system randomness fills all that is asked for and does not repeat`() {
        #expect(Set((0..<1000).map { _ in SystemRandom().bytes(16) }).count == 1000)
        #expect(SystemRandom().bytes(0).isEmpty)
        #expect(!SystemRandom().bytes(4096).allSatisfy { $0 == 0 })
    }
}
