// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import Testing

@Suite("Argon2id — RFC 9106")
struct Argon2idTests {
    struct Vector: Decodable {
        let password: Hex
        let salt: Hex
        let length: Int
        let memory: Int
        let passes: Int
        let key: Hex
    }

    @Test func `the peer's keys with one lane come out`() throws {
        for vector in try TestData.vectors("argon2id", as: Vector.self) {
            let key = try Argon2id(memory: vector.memory, passes: vector.passes).key(
                from: SecretBytes(copying: vector.password.octets), salt: vector.salt.octets.span,
                byteCount: vector.length)
            let same = key.isEqual(to: SecretBytes(copying: vector.key.octets))
            #expect(same, "\(vector.memory) KiB, \(vector.passes) passes")
        }
    }

    @Test(arguments: [(65_535, 3), (65_536, 2), (0, 3), (-1, -1), (65_536, Int.min)])
    func `a cost below the floor is refused`(memory: Int, passes: Int) {
        #expect(throws: CryptoPrimitivesError(.belowFloor, "")) { try Argon2id(memory: memory, passes: passes) }
    }

    @Test(arguments: [(1_048_577, 3), (65_536, 11), (1_048_576, 5), (Int.max, Int.max)])
    func `a cost above the ceiling is refused`(memory: Int, passes: Int) {
        #expect(throws: CryptoPrimitivesError(.aboveCeiling, "")) { try Argon2id(memory: memory, passes: passes) }
    }

    @Test(arguments: [(65_536, 3), (1_048_576, 4), (65_536, 10), (419_430, 10)])
    func `floor and ceiling themselves are accepted`(memory: Int, passes: Int) throws {
        _ = try Argon2id(memory: memory, passes: passes)
    }
}
