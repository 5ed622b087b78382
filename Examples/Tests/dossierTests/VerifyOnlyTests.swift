// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// Private keys are a room of their own: who only verifies does not link it.
@Suite("A program that only verifies")
struct VerifyOnlyTests {
    private let verifyOnly = DossierTool.executable.deletingLastPathComponent().appending(path: "verify-only")

    /// Names of the functions that a program takes from shared libraries; `nil` where there is no `nm`.
    private func imported(by program: URL) throws -> Set<String>? {
        let outcome = try DossierTool.run(
            URL(filePath: "/usr/bin/env"), ["nm", "-D", "--undefined-only", program.path()])
        guard outcome.status == 0 else {
            print("skipped: symbols of \(program.lastPathComponent): no nm")
            return nil
        }
        let names = outcome.output.split(separator: "\n").compactMap { $0.split(separator: " ").last }
        return Set(names.map { String($0.prefix { $0 != "@" }) })
    }

    private static func isForPrivateKeys(_ name: String) -> Bool {
        [
            "EVP_DigestSign", "EVP_SignFinal", "EVP_PKEY_sign", "EVP_PKEY_keygen", "EVP_PKEY_generate", "PKCS12_",
            "d2i_PrivateKey", "d2i_AutoPrivateKey", "d2i_PKCS8", "PEM_read_bio_PrivateKey", "OSSL_DECODER", "CMS_sign",
        ].contains { name.hasPrefix($0) }
    }

    @Test func `it imports no function for private keys, and the whole tool does`() throws {
        guard let names = try imported(by: verifyOnly) else { return }
        #expect(
            names.contains("EVP_DigestVerifyInit") || names.contains("EVP_PKEY_verify"), "it verifies: \(names.count)")
        #expect(names.filter(Self.isForPrivateKeys) == [])
        #expect(names.filter { $0.hasPrefix("curl_") } == [], "and reaches no network")
        let all = try #require(try imported(by: DossierTool.executable))
        #expect(all.contains { $0.hasPrefix("EVP_DigestSign") } && all.contains { $0.hasPrefix("PKCS12_") })
    }

    @Test func `it says of a signed file what the whole tool says`() throws {
        let bench = try Bench()
        let signed = try bench.sign(Bench.sample("pdfs/host-consent.pdf"), as: "signed.pdf")
        // Everything as PEM in one file, as another program writes it.
        var pem = ""
        for name in ["public-root", "public-issuing"] {
            for (kind, label) in [("crt", "CERTIFICATE"), ("crl", "X509 CRL")] {
                let bytes = try Data(contentsOf: URL(filePath: Bench.shared("pki/material/\(name).\(kind)")))
                let text = bytes.base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
                pem += "-----BEGIN \(label)-----\n\(text)\n-----END \(label)-----\n"
            }
        }
        let material = try bench.write(Array(pem.utf8), "material.pem")
        let anchors = Bench.shared("pki/trust/public/root.crt")
        func verify(_ material: String, _ file: String) throws -> DossierTool.Outcome {
            try DossierTool.run(verifyOnly, [anchors, material, file])
        }
        let good = try verify(material, signed)
        #expect(good.status == 0 && good.output.contains("TOTAL-PASSED"), "\(good.output)")
        #expect(try verify("-", signed).status == 2)
        let bytes = try bench.read("signed.pdf")
        let stream = try #require(bytes.offset(of: "stream"))
        #expect(try verify(material, bench.write(bytes.flipped(at: stream + 60), "changed.pdf")).status == 1)
        #expect(try verify(material, Bench.sample("pdfs/host-consent.pdf")).status == 3)
        #expect(try DossierTool.run(verifyOnly, [anchors]).status == 64)
        #expect(try verify(material, bench.path("none")).status == 65)
    }
}
