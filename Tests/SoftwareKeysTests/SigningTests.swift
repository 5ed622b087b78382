// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX
import SoftwareKeys
import TestSupport
import Testing

@Suite struct `Signatures of software keys` {
    @Test(arguments: KeyFile.all) func `openssl verifies what we sign`(_ file: KeyFile) throws {
        let folder = try TemporaryFolder()
        guard try file.make(in: folder) != nil else { return }
        try file.run(["pkey", "-in", "key.pem", "-pubout", "-out", "public.pem"], folder)
        let key = try SoftwareKey(pem: folder.read("key.pem"))
        let message = Array("dữ liệu cần ký".utf8)
        try folder.write(message, as: "message")
        try folder.write(message + [0], as: "other")
        for scheme in file.schemes {
            try folder.write(key.signature(over: message, scheme: scheme), as: "value")
            for (name, isValid) in [("message", true), ("other", false)] {
                let outcome = try OpenSSLPeer.run(
                    Self.verification(scheme, name), in: folder, cases: scheme.displayName)
                #expect((outcome?.status == 0) == isValid, "\(scheme.displayName): \(outcome?.errors ?? "")")
            }
        }
    }

    private static func verification(_ scheme: SignatureScheme, _ message: String) -> [String] {
        let files = ["-inkey", "public.pem", "-sigfile", "value", "-in", message]
        let digest = scheme.digest.map { ["-digest", $0.rawValue] } ?? []
        let padding: [String] =
            switch scheme {
            case .rsaPSS(_, let mask, let salt):
                [
                    "-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", "rsa_pss_saltlen:\(salt)", "-pkeyopt",
                    "rsa_mgf1_md:\(mask.rawValue)",
                ]
            default: []
            }
        return ["pkeyutl", "-verify", "-pubin", "-rawin"] + digest + files + padding
    }

    @Test func `a scheme that does not fit the key is refused, its own is not`() throws {
        let elliptic = try SoftwareKey.generate(.elliptic(.p256))
        let edwards = try SoftwareKey.generate(.ed25519)
        for (key, right, wrong) in [
            (elliptic, SignatureScheme.ecdsa(.sha256), SignatureScheme.rsaPSS(.sha256)),
            (edwards, .ed25519, .ed448), (edwards, .ed25519, .ecdsa(.sha256)),
        ] {
            #expect(try key.signature(over: [1], scheme: right).isEmpty == false)
            #expect(try code { _ = try key.signature(over: [1], scheme: wrong) } == .schemeMismatch)
        }
    }

    @Test func `defaults are PSS, ECDSA and Ed25519`() throws {
        #expect(try SoftwareKey.generate(.rsa(bits: 2048)).defaultScheme() == .rsaPSS(.sha256))
        #expect(try SoftwareKey.generate(.elliptic(.p256)).defaultScheme() == .ecdsa(.sha256))
        #expect(try SoftwareKey.generate(.elliptic(.p384)).defaultScheme() == .ecdsa(.sha384))
        #expect(try SoftwareKey.generate(.elliptic(.p521)).defaultScheme() == .ecdsa(.sha512))
        #expect(try SoftwareKey.generate(.ed25519).defaultScheme() == .ed25519)
    }

    @Test func `RSA keys outside 2048 to 8192 bits are not made`() throws {
        #expect(try code { _ = try SoftwareKey.generate(.rsa(bits: 1024)) } == .unsupported)
        #expect(try code { _ = try SoftwareKey.generate(.rsa(bits: 16_384)) } == .unsupported)
        #expect(try code { _ = try SoftwareKey.generate(.rsa(bits: 2048)) } == nil)
    }

    @Test(arguments: KeyFile.all) func `nothing that is printed holds key material`(_ file: KeyFile) throws {
        let folder = try TemporaryFolder()
        guard let certificate = try file.make(in: folder) else { return }
        let bytes = try folder.read("key.pem")
        let block = try #require(try PEM.blocks(in: bytes).first).bytes
        let key = try SoftwareKey(pem: bytes)
        var printed = "\(key)" + String(reflecting: key)
        dump(key, to: &printed)
        let signer = try SoftwareSigner(key: key, certificate: certificate)
        dump(signer, to: &printed)
        dump(
            try PKCS12File(
                opening: PKCS12File.encode(
                    key: key, certificate: certificate, chain: [], name: "test", passphrase: "Bí mật 2026"),
                passphrase: secret("Bí mật 2026")), to: &printed)
        // The private part ends every PKCS#8 file of these kinds except EC, where the public point follows it.
        let windows = stride(from: 0, to: block.count - 16, by: 8).map { Array(block[$0..<$0 + 16]) }
        let isPublic = { (window: [UInt8]) in Hexadecimal.encode(certificate.bytes).contains(Hexadecimal.encode(window))
        }
        for window in windows where !isPublic(window) {
            #expect(!printed.contains(Hexadecimal.encode(window)))
            #expect(!printed.contains(window.map(String.init).joined(separator: ", ")))
        }
        #expect(!printed.contains("Bí mật"))
    }

    @Test func `errors do not hold the passphrase`() throws {
        let folder = try TemporaryFolder()
        let file = KeyFile.all[1]
        guard try file.make(in: folder) != nil else { return }
        try file.run(
            ["pkcs8", "-topk8", "-in", "key.pem", "-out", "protected.pem", "-passout", "pass:test"], folder)
        let bytes = try folder.read("protected.pem")
        do {
            _ = try SoftwareKey(pem: bytes, passphrase: secret("Bí mật 2026"))
            Issue.record("opened")
        } catch {
            #expect(!"\(error)".contains("Bí mật"))
            #expect(error.code == .wrongPassphrase)
        }
    }
}
