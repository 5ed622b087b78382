// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import PKIX
import TestSupport
import Testing

@Suite struct `PEM (RFC 7468)` {
    private func blocks(_ text: String) throws -> [PEM.Block] { try PEM.blocks(in: Array(text.utf8)) }

    @Test(arguments: [
        "-----BEGIN X-----\nAQID\n-----END X-----\n", "-----BEGIN X-----\r\nAQID\r\n-----END X-----",
        "Subject: test\n-----BEGIN X-----\nAQ\n ID \n-----END X-----\ntext after",
        "-----BEGIN X-----\nProc-Type: 4\n\nAQID\n-----END X-----  \n",
    ])
    func `a block is read with text around it`(_ text: String) throws {
        let found = try blocks(text)
        #expect(found.map(\.label) == ["X"])
        #expect(found.first?.bytes == [1, 2, 3])
    }

    @Test(arguments: [
        "-----BEGIN X-----\nAQID\n", "-----BEGIN X-----\nAQID\n-----END Y-----\n", "-----END X-----\n",
        "-----BEGIN X-----\nA\n-----END X-----\n", "-----BEGIN X-----\n!!!!\n-----END X-----\n",
        "-----BEGIN X-----\nAQID\n-----BEGIN X-----\nAQID\n-----END X-----\n",
    ])
    func `a faulty block is refused`(_ text: String) {
        #expect(throws: PKIXError(.invalidPEM, clause: "", "")) { try blocks(text) }
    }

    @Test func `what is written is read, and OpenSSL reads it`() throws {
        let certificate = try Fixture.shared.get().leaf
        let text = PEM.encode(certificate.bytes, label: "CERTIFICATE")
        #expect(try Certificate.all(in: Array((text + text).utf8)) == [certificate, certificate])
        #expect(try Certificate.all(in: certificate.bytes) == [certificate])
        let folder = try TemporaryFolder()
        let path = try folder.write(text, as: "a.pem")
        guard
            let outcome = try OpenSSLPeer.run(
                ["x509", "-in", path, "-outform", "DER"], in: folder, cases: "PEM read by OpenSSL")
        else { return }
        #expect(outcome.output == certificate.bytes)
    }

    @Test(arguments: ["", "no certificate", "-----BEGIN PRIVATE KEY-----\nAQID\n-----END PRIVATE KEY-----\n"])
    func `a file without a certificate is refused`(_ text: String) {
        #expect(throws: PKIXError(.invalidStructure, clause: "", "")) { try Certificate.all(in: Array(text.utf8)) }
    }

    @Test func `a block that holds no certificate is refused`() {
        #expect(throws: DERSyntaxError.self) {
            try Certificate.all(in: Array("-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n".utf8))
        }
    }
}
