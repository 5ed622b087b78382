// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX
import SoftwareKeys
import TestSupport
import Testing

@Suite struct `Private keys in PEM (RFC 5958, RFC 5915)` {
    static let passphrase = "mật khẩu thử ✓"

    @Test(arguments: KeyFile.all) func `a plain key of openssl is read`(_ file: KeyFile) throws {
        let folder = try TemporaryFolder()
        guard let certificate = try file.make(in: folder) else { return }
        let key = try SoftwareKey(pem: folder.read("key.pem"))
        #expect(key.subjectPublicKeyInfo.bytes == certificate.subjectPublicKeyInfo.bytes)
        _ = try SoftwareSigner(key: key, certificate: certificate)
    }

    @Test(
        arguments: KeyFile.all,
        [
            ["-v2", "aes-256-cbc"], ["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512"], ["-v2", "des3"],
            ["-v2", "aes-256-cbc", "-scrypt"],
        ])
    func `a protected key opens with its passphrase only`(_ file: KeyFile, _ protection: [String]) throws {
        let folder = try TemporaryFolder()
        guard let certificate = try file.make(in: folder) else { return }
        try file.run(
            ["pkcs8", "-topk8", "-in", "key.pem", "-out", "protected.pem", "-passout", "pass:\(Self.passphrase)"]
                + protection, folder)
        let bytes = try folder.read("protected.pem")
        let key = try SoftwareKey(pem: bytes, passphrase: secret(Self.passphrase))
        #expect(key.subjectPublicKeyInfo.bytes == certificate.subjectPublicKeyInfo.bytes)
        #expect(try code { _ = try SoftwareKey(pem: bytes) } == .passphraseNeeded)
        #expect(try code { _ = try SoftwareKey(pem: bytes, passphrase: secret("khác")) } == .wrongPassphrase)
        #expect(try code { _ = try SoftwareKey(pem: bytes, passphrase: secret("")) } == .wrongPassphrase)
    }

    @Test func `the older forms of openssl are read`() throws {
        for file in KeyFile.all where file.isElliptic || file.generation.contains("RSA") {
            let folder = try TemporaryFolder()
            guard let certificate = try file.make(in: folder) else { return }
            let command = file.isElliptic ? ["ec", "-in", "key.pem"] : ["rsa", "-in", "key.pem", "-traditional"]
            try file.run(command + ["-out", "old.pem"], folder)
            let text = String(decoding: try folder.read("old.pem"), as: UTF8.self)
            #expect(text.contains(file.isElliptic ? "BEGIN EC PRIVATE KEY" : "BEGIN RSA PRIVATE KEY"))
            let key = try SoftwareKey(pem: folder.read("old.pem"))
            #expect(key.subjectPublicKeyInfo.bytes == certificate.subjectPublicKeyInfo.bytes)
            // The protection of that time derives its key with one round of MD5: refused, with the way out.
            try file.run(command + ["-aes256", "-passout", "pass:test", "-out", "oldest.pem"], folder)
            let oldest = try folder.read("oldest.pem")
            #expect(try code { _ = try SoftwareKey(pem: oldest, passphrase: secret("test")) } == .unreadable)
        }
    }

    @Test func `a protection that only the legacy provider has is unsupported, not a wrong passphrase`() throws {
        let folder = try TemporaryFolder()
        let file = KeyFile.all[1]
        guard try file.make(in: folder) != nil else { return }
        try file.run(
            ["pkcs8", "-topk8", "-in", "key.pem", "-out", "old.pem", "-passout", "pass:test", "-v1", "PBE-MD5-DES"]
                + ["-provider", "legacy", "-provider", "default"], folder)
        let bytes = try folder.read("old.pem")
        #expect(try code { _ = try SoftwareKey(pem: bytes, passphrase: secret("test")) } == .unsupported)
    }

    @Test(arguments: KeyFile.all) func `what we write openssl reads`(_ file: KeyFile) throws {
        let folder = try TemporaryFolder()
        guard let certificate = try file.make(in: folder) else { return }
        let key = try SoftwareKey(pem: folder.read("key.pem"))
        try folder.write(key.dangerouslyUnprotectedPEM(), as: "ours.pem")
        guard let outcome = try file.run(["pkey", "-in", "ours.pem", "-pubout", "-outform", "DER"], folder) else {
            return
        }
        #expect(outcome.output == certificate.subjectPublicKeyInfo.bytes)
    }

    @Test(arguments: KeyFile.all) func `a damaged key is refused or the same key`(_ file: KeyFile) throws {
        let folder = try TemporaryFolder()
        guard try file.make(in: folder) != nil else { return }
        let whole = try SoftwareKey(pem: folder.read("key.pem"))
        let der = try #require(try PEM.blocks(in: folder.read("key.pem")).first).bytes
        func read(_ bytes: [UInt8]) throws -> SoftwareKey? {
            do {
                return try SoftwareKey(pem: Array(PEM.encode(bytes, label: "PRIVATE KEY").utf8))
            } catch {
                return nil
            }
        }
        #expect(try read(der) != nil)
        #expect(try read(der + [0]) == nil, "trailing byte")
        for length in der.cutLengths(50) { #expect(try read(Array(der.prefix(length))) == nil, "cut at \(length)") }
        var generator = SeededGenerator(seed: 50)
        var same = 0
        for _ in 0..<50 {
            // Where the key that is read is another one, it is another consistent pair, which no certificate of ours names.
            guard let changed = try read(der.changingOneByte(&generator)) else { continue }
            let value = try changed.signature(over: [1, 2, 3], scheme: changed.defaultScheme())
            let isValid = try changed.subjectPublicKeyInfo.publicKey()
                .isValidSignature(value, over: [1, 2, 3], scheme: changed.defaultScheme())
            #expect(isValid)
            if changed.subjectPublicKeyInfo.bytes == whole.subjectPublicKeyInfo.bytes { same += 1 }
        }
        print("damaged keys of \(file.testDescription): \(same) of 50 are still the same key")
    }

    @Test(arguments: ["", "text", "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n"])
    func `a file without a key is refused`(_ text: String) throws {
        #expect(try code { _ = try SoftwareKey(pem: Array(text.utf8)) } == .unreadable)
    }

    @Test func `a kind of key block that is not known is unsupported`() throws {
        let text = "-----BEGIN OPENSSH PRIVATE KEY-----\nAQID\n-----END OPENSSH PRIVATE KEY-----\n"
        #expect(try code { _ = try SoftwareKey(pem: Array(text.utf8)) } == .unsupported)
    }
}
