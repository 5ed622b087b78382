// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import PKIX
import TestPKI
import Testing

@Suite struct `Certificates that were read before` {
    @Test func `an enclosed certificate is the known one with the same octets and no other`() throws {
        let fixture = try Fixture.shared.get()
        let genuine = fixture.leaf
        // The same name, number and key, and another value of the signature.
        var octets = genuine.bytes
        octets[octets.count - 1] ^= 1
        let forged = try Certificate(parsing: octets)
        func certificates(enclosing enclosed: [Certificate], knowing known: [Certificate]) throws -> [Certificate] {
            let bytes = SignedData.encode(
                digestAlgorithms: [], content: nil, certificates: enclosed, signers: [])
            return try SignedData(parsing: bytes, knowing: known).certificates
        }
        let issuing = fixture.issuing.certificate
        let taken = try certificates(enclosing: [genuine, issuing], knowing: [forged, issuing, genuine])
        // A SET OF stands in an order of its own.
        #expect(taken.count == 2 && taken.contains { $0 === genuine } && taken.contains { $0 === issuing })
        let partly = try certificates(enclosing: [genuine, issuing], knowing: [issuing])
        #expect(Set(partly) == [genuine, issuing] && !partly.contains { $0 === genuine })
        #expect(partly.contains { $0 === issuing })
        // However many are known, reading takes no longer than without them.
        let late = try certificates(
            enclosing: [genuine], knowing: Array(repeating: issuing, count: 64) + [genuine])
        #expect(late == [genuine] && late[0] !== genuine)
        let readAnew = try certificates(enclosing: [forged], knowing: [genuine])
        #expect(readAnew.map(\.bytes) == [octets] && readAnew != [genuine])
        let reversed = try certificates(enclosing: [genuine], knowing: [forged])
        #expect(reversed.map(\.bytes) == [genuine.bytes] && reversed != [forged])
    }
}
