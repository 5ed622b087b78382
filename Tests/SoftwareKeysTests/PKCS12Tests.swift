// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX
import SoftwareKeys
import TestPKI
import TestSupport
import Testing

@Suite struct `PKCS#12 (RFC 7292)` {
    /// A file by `openssl pkcs12`; `nil` without the program.
    private func export(
        _ file: KeyFile, _ options: [String], passphrase: String = "test", in folder: TemporaryFolder
    ) throws -> (bytes: [UInt8], certificate: Certificate)? {
        guard let certificate = try file.make(in: folder) else { return nil }
        try file.run(
            ["pkcs12", "-export", "-inkey", "key.pem", "-in", "certificate.pem", "-out", "file.p12"]
                + ["-passout", "pass:\(passphrase)"] + options, folder)
        return (try folder.read("file.p12"), certificate)
    }

    @Test(arguments: KeyFile.all) func `a file of openssl opens with its passphrase only`(_ file: KeyFile) throws {
        guard let (bytes, certificate) = try export(file, [], passphrase: "mật khẩu", in: TemporaryFolder()) else {
            return
        }
        let opened = try PKCS12File(opening: bytes, passphrase: secret("mật khẩu"))
        #expect(opened.certificate == certificate && opened.chain.isEmpty)
        _ = try SoftwareSigner(opened)
        for wrong in ["", "mat khau", "mật khẩu ", "mật khẩu\u{0}"] {
            #expect(try code { _ = try PKCS12File(opening: bytes, passphrase: secret(wrong)) } == .wrongPassphrase)
        }
    }

    @Test func `an empty passphrase is a passphrase`() throws {
        guard let (bytes, certificate) = try export(.all[1], [], passphrase: "", in: TemporaryFolder()) else { return }
        #expect(try PKCS12File(opening: bytes, passphrase: secret("")).certificate == certificate)
        #expect(try code { _ = try PKCS12File(opening: bytes, passphrase: secret("test")) } == .wrongPassphrase)
    }

    @Test func `protections of today open, those of the legacy provider are named unsupported`() throws {
        let rows: [([String], SoftwareKeysError.Code?)] = [
            (["-keypbe", "AES-256-CBC", "-certpbe", "AES-256-CBC", "-macalg", "sha512"], nil),
            (["-keypbe", "AES-128-CBC", "-certpbe", "NONE"], nil), (["-iter", "100000"], nil),
            (["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"], nil),
            (["-legacy"], .unsupported), (["-nomac"], .unsupported),
        ]
        for (options, expected) in rows {
            guard let (bytes, _) = try export(.all[1], options, in: TemporaryFolder()) else { return }
            #expect(
                try code { _ = try PKCS12File(opening: bytes, passphrase: secret("test")) } == expected, "\(options)")
        }
    }

    @Test func `a damaged file is refused`() throws {
        guard let (bytes, _) = try export(.all[1], [], in: TemporaryFolder()) else { return }
        _ = try PKCS12File(opening: bytes, passphrase: secret("test"))
        #expect(try code { _ = try PKCS12File(opening: bytes + [0], passphrase: secret("test")) } == .unreadable)
        #expect(try code { _ = try PKCS12File(opening: [], passphrase: secret("test")) } == .unreadable)
        for length in bytes.cutLengths(50) {
            let cut = Array(bytes.prefix(length))
            #expect(try code { _ = try PKCS12File(opening: cut, passphrase: secret("test")) } == .unreadable)
        }
        var codes: [SoftwareKeysError.Code: Int] = [:]
        for index in bytes.cutLengths(50) {
            var changed = bytes
            changed[index] ^= 0x11
            let found = try #require(try code { _ = try PKCS12File(opening: changed, passphrase: secret("test")) })
            codes[found, default: 0] += 1
        }
        print(
            "damaged PKCS#12 files: \(codes.map { "\($0.value) \($0.key.rawValue)" }.sorted().joined(separator: ", "))")
    }

    @Test func `a MAC of too many iterations is refused before it is computed`() throws {
        guard let (bytes, _) = try export(.all[1], ["-iter", "70000"], in: TemporaryFolder()) else { return }
        _ = try PKCS12File(opening: bytes, passphrase: secret("test"))
        // The count is the INTEGER that ends the file: 70,000 becomes 2,147,483,647.
        let start = try #require(bytes.indices.last { bytes[$0...].starts(with: [0x02, 0x03, 0x01, 0x11, 0x70]) })
        var larger = bytes
        larger.replaceSubrange(start..<start + 5, with: [0x02, 0x04, 0x7f, 0xff, 0xff, 0xff])
        // The lengths around it: the file, and MacData, which ends it.
        let macData = try #require(
            bytes.indices.last { $0 < start && bytes[$0] == 0x30 && $0 + 2 + Int(bytes[$0 + 1]) == bytes.count })
        larger[macData + 1] += 1
        #expect(larger[1] == 0x82)
        let length = (Int(larger[2]) << 8 | Int(larger[3])) + 1
        larger[2] = UInt8(length >> 8)
        larger[3] = UInt8(length & 255)
        #expect(try code { _ = try PKCS12File(opening: larger, passphrase: secret("test")) } == .unsupported)
    }

    @Test func `a certificate of another key, or none, is a mismatch`() throws {
        let folder = try TemporaryFolder()
        let file = KeyFile.all[1]
        guard let (_, certificate) = try export(file, [], in: folder) else { return }
        let key = try SoftwareKey(pem: folder.read("key.pem"))
        let other = try SoftwareKey.generate(.elliptic(.p256))
        _ = try SoftwareSigner(key: key, certificate: certificate)
        #expect(try code { _ = try SoftwareSigner(key: other, certificate: certificate) } == .certificateMismatch)
        #expect(
            try code {
                _ = try PKCS12File.encode(
                    key: other, certificate: certificate, chain: [], name: "a", passphrase: "test")
            } == .certificateMismatch)
        try file.run(
            ["pkcs12", "-export", "-nocerts", "-inkey", "key.pem", "-out", "bare.p12", "-passout", "pass:test"], folder)
        let bare = try folder.read("bare.p12")
        #expect(try code { _ = try PKCS12File(opening: bare, passphrase: secret("test")) } == .certificateMismatch)
        try file.run(
            ["pkcs12", "-export", "-nokeys", "-in", "certificate.pem", "-out", "keyless.p12", "-passout", "pass:test"],
            folder)
        let keyless = try folder.read("keyless.p12")
        #expect(try code { _ = try PKCS12File(opening: keyless, passphrase: secret("test")) } == .unreadable)
    }

    @Test(arguments: [SoftwareKey.Kind.rsa(bits: 2048), .elliptic(.p256), .elliptic(.p384), .elliptic(.p521), .ed25519])
    func `what we write openssl opens, and so do we`(_ kind: SoftwareKey.Kind) throws {
        let key = try SoftwareKey.generate(kind)
        let authority = try CertificateAuthority.root(.test("Root"), key: .generate(.elliptic(.p256)))
        let certificate = try authority.issue(.test("Holder"), for: key.subjectPublicKeyInfo)
        let bytes = try PKCS12File.encode(
            key: key, certificate: certificate, chain: [authority.certificate], name: "citizen", passphrase: "test")
        let opened = try PKCS12File(opening: bytes, passphrase: secret("test"))
        #expect(opened.certificate == certificate && opened.chain == [authority.certificate])
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, as: "ours.p12")
        let file = KeyFile.all[1]
        guard
            let outcome = try file.run(["pkcs12", "-in", path, "-passin", "pass:test", "-nodes", "-nocerts"], folder)
        else { return }
        try folder.write(outcome.output, as: "key.pem")
        let read = try file.run(["pkey", "-in", "key.pem", "-pubout", "-outform", "DER"], folder)
        #expect(read?.output == key.subjectPublicKeyInfo.bytes)
        let wrong = try OpenSSLPeer.run(
            ["pkcs12", "-in", path, "-passin", "pass:wrong", "-nodes"], in: folder, cases: "a wrong passphrase")
        #expect(wrong?.status != 0)
    }
}

extension CertificateTemplate {
    /// A certificate of a month around 2026-11-21.
    static func test(_ name: String) -> CertificateTemplate {
        let now = Instant(seconds: 1_795_219_200)
        return CertificateTemplate(
            subject: .vietnam(commonName: "DOSSIERKIT TEST \(name)"), notBefore: now.adding(seconds: -86_400),
            notAfter: now.adding(seconds: 30 * 86_400), basicConstraints: BasicConstraints(isAuthority: name == "Root"),
            keyUsage: name == "Root" ? [.keyCertSign, .crlSign] : [.digitalSignature])
    }
}
