// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import PKIX
import TestSupport
import Testing

@Suite("Certificate bundles — RFC 5652, certificates only")
struct CertificateBundleTests {
    @Test func `official bundles in BER and DER give the certificates that openssl finds`() throws {
        guard let corpus = Corpora.path("vietnam", cases: "bundles of certificates") else { return }
        let names = (FileManager.default.enumerator(atPath: corpus.path())?.compactMap { $0 as? String } ?? [])
            .filter { $0.hasSuffix(".p7b") || $0.hasSuffix(".p7c") }.sorted()
        let folder = try TemporaryFolder()
        var certificates = 0
        var ber = 0
        for name in names {
            let path = corpus.appending(path: name).path()
            var bytes = Array(try Data(contentsOf: URL(filePath: path)))
            if bytes.first != 0x30 { bytes = try #require(try PEM.blocks(in: bytes).first).bytes }
            let bundle = try SignedData(parsing: bytes)
            ber += bundle.wasBER ? 1 : 0
            #expect(bundle.unreadable.isEmpty, "\(name)")
            #expect(!bundle.certificates.isEmpty, "\(name)")
            certificates += bundle.certificates.count
            guard
                let peer = try OpenSSLPeer.run(
                    ["pkcs7", "-inform", "DER", "-print_certs", "-noout"], input: bytes, in: folder, cases: name)
            else { continue }
            #expect(
                peer.text.split(separator: "\n").filter { $0.hasPrefix("subject=") }.count == bundle.certificates.count,
                "\(name)")
        }
        print("bundles: \(names.count), of them \(ber) in BER, \(certificates) certificates")
    }
}
