// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import TestSupport
import Testing
import VaultObjectStore

@Suite("Addresses and keys of an object store — docs/object-store.md") struct LocationTests {
    @Test func `gateways, bucket, prefix and region are read`() throws {
        let location = try ObjectStoreLocation(
            "s3://ho-so.2026/kho/chung/?endpoint=http://10.0.0.1:7480,HTTPS.example:443".replacing(
                "HTTPS.example", with: "https://s3.example.vn")
                + "&region=vn-1&authorities=/etc/ca.pem&credentials=keys")
        #expect(location.endpoints == ["http://10.0.0.1:7480", "https://s3.example.vn:443"])
        #expect(location.bucket == "ho-so.2026" && location.prefix == "kho/chung" && location.region == "vn-1")
        #expect(location.authorities == "/etc/ca.pem" && location.credentials == "keys")
        let least = try ObjectStoreLocation("s3://abc?endpoint=http://[::1]:80")
        #expect(least.endpoints == ["http://[::1]:80"] && least.prefix.isEmpty && least.region == "us-east-1")
        #expect(least.authorities == nil && least.credentials == nil)
        #expect(try ObjectStoreLocation(location.description).endpoints == location.endpoints)
    }

    @Test(arguments: [
        "", "s3:", "s3://", "S3://abc?endpoint=http://a", "https://abc?endpoint=http://a", "s3://ab?endpoint=http://a",
        "s3://Abc?endpoint=http://a", "s3://-abc?endpoint=http://a", "s3://a..b?endpoint=http://a", "s3://abc",
        "s3://abc?region=x", "s3://abc?endpoint=", "s3://abc?endpoint=a:80", "s3://abc?endpoint=ftp://a",
        "s3://abc?endpoint=http://a/path", "s3://abc?endpoint=http://a:0", "s3://abc?endpoint=http://a:65536",
        "s3://abc?endpoint=http://a:+1", "s3://abc?endpoint=http://", "s3://abc?endpoint=http://a,",
        "s3://abc?endpoint=http://a,http://a", "s3://abc?endpoint=http://a&endpoint=http://b",
        "s3://abc?endpoint=http://a&x=1", "s3://abc?endpoint=http://a&region=", "s3://abc?endpoint=http://a&region=a/b",
        "s3://abc/../x?endpoint=http://a", "s3://abc//x?endpoint=http://a", "s3://abc/%41?endpoint=http://a",
        "s3://abc/ế?endpoint=http://a", "s3://abc?endpoint=http://a\r\nx", "s3://abc?endpoint=http://[::1",
    ])
    func `what is no address is refused`(text: String) {
        #expect(throws: VaultError(.notAStore, "")) { try ObjectStoreLocation(text) }
    }

    @Test(arguments: [
        "s3://key:geheim@abc?endpoint=http://a", "s3://abc?endpoint=http://key:geheim@a:80",
        "s3://abc?endpoint=http://a&secret=geheim",
    ])
    func `keys in an address are refused and not repeated`(text: String) {
        do {
            _ = try ObjectStoreLocation(text)
            Issue.record("taken")
        } catch {
            #expect(error.code == .notAStore && !"\(error)".contains("geheim"))
        }
    }

    @Test func `everything behind contents= belongs to the object store`() throws {
        let (store, contents) = try ObjectStoreLocation.split(
            "sqlite:/var/kho?contents=s3://abc/x?endpoint=http://a,http://b&region=r")
        #expect(store == "sqlite:/var/kho" && contents?.endpoints.count == 2 && contents?.region == "r")
        let (other, more) = try ObjectStoreLocation.split(
            "postgres://h/db?sslmode=verify-full&contents=s3://abc?endpoint=http://a")
        #expect(other == "postgres://h/db?sslmode=verify-full" && more?.bucket == "abc")
        let (whole, none) = try ObjectStoreLocation.split("sqlite:kho?x=1")
        #expect(whole == "sqlite:kho?x=1" && none == nil)
        #expect(throws: VaultError(.notAStore, "")) { try ObjectStoreLocation.split("sqlite:kho?contents=x") }
    }

    @Test func `keys are read from a file, and no text of them has the secret`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            """
            # thử nghiệm
            [other]
            aws_access_key_id = wrong
            [default]
            aws_access_key_id = khoá
            aws_access_key_id=key1
            aws_secret_access_key =  geheim/+=x
            region = x
            """, as: "keys")
        let keys = try ObjectStoreCredentials(file: file)
        var dumped = ""
        dump(keys, to: &dumped)
        #expect(keys.accessKey == "key1")
        for text in ["\(keys)", String(reflecting: keys), dumped] {
            #expect(!text.contains("geheim") && text.contains("key1"))
        }
        let location = try ObjectStoreLocation("s3://abc?endpoint=http://a&credentials=\(file)")
        #expect(try ObjectStoreCredentials(for: location).accessKey == "key1")
        for text in ["", "aws_access_key_id = a", "[x]\naws_access_key_id = a\naws_secret_access_key = b"] {
            let bad = try folder.write(text, as: "bad")
            #expect(throws: VaultError(.notPermitted, "")) { try ObjectStoreCredentials(file: bad) }
        }
        #expect(throws: VaultError(.notPermitted, "")) { try ObjectStoreCredentials(file: folder.path("none")) }
        for (key, secret) in [("", "x"), ("x", ""), ("a b", "x"), ("x", "a\nb"), ("x", "ế")] {
            #expect(throws: VaultError(.notPermitted, "")) {
                try ObjectStoreCredentials(accessKey: key, secretKey: secret)
            }
        }
    }
}
