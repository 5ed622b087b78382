// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import TestSupport
import Testing

@testable import PDFSyntax

@Suite("Encrypted files — ISO 32000-2 §7.6")
struct EncryptionTests {
    struct Kind: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let options: [String]
        init(_ name: String, _ options: String) {
            testDescription = name
            self.options = options.split(separator: " ").map(String.init)
        }
    }

    static let kinds = [
        Kind("RC4 40 bits, revision 2", "40"), Kind("RC4 128 bits, revision 3", "128 --use-aes=n"),
        Kind("RC4 128 bits, revision 4", "128 --use-aes=n --force-V4"),
        Kind("AES 128 bits, revision 4", "128 --use-aes=y"),
        Kind("AES 128 bits, clear metadata", "128 --use-aes=y --cleartext-metadata"),
        Kind("AES 256 bits, revision 5", "256 --force-R5"), Kind("AES 256 bits, revision 6", "256"),
        Kind("AES 256 bits, clear metadata", "256 --cleartext-metadata"),
    ]

    private static let samples = ["birth-registration-form", "notice-of-birth", "lawful-home-proof", "host-consent"]

    private func encrypt(
        _ name: String, _ kind: Kind, user: String = "người dùng".filter(\.isASCII), owner: String = "owner-pass"
    ) throws -> (encrypted: [UInt8], plain: [UInt8])? {
        let folder = try TemporaryFolder()
        let sample = Corpora.packageRoot.appending(path: "testvectors/pdfs/\(name).pdf").path()
        let arguments =
            ["--allow-weak-crypto", "--object-streams=preserve", "--encrypt", user, owner] + kind.options + [
                "--", sample, folder.path("encrypted.pdf"),
            ]
        guard let made = try qpdf(arguments) else { return nil }
        #expect(made.status == 0 || made.status == 3, "\(made.output)")
        // What an independent program decrypts, with the same object numbers.
        let undone = try qpdf([
            "--decrypt", "--password=\(user)", "--object-streams=disable", folder.path("encrypted.pdf"),
            folder.path("plain.pdf"),
        ])
        #expect(undone?.status == 0 || undone?.status == 3)
        return (try folder.read("encrypted.pdf"), try folder.read("plain.pdf"))
    }

    /// Everything that the catalogue leads to, references replaced by what they lead to, as text.
    private func outline(_ file: PDFFile) throws -> [String] {
        var lines: [String] = []
        var visited: Set<Int> = []
        var pending: [PDFObject] = [.reference(try file.catalog().reference)]
        if let info = file.trailer["Info"] { pending.append(info) }
        while let next = pending.popLast() {
            guard let reference = next.reference, visited.insert(reference.number).inserted else { continue }
            let object = try file.object(reference)
            var decoded: [UInt8] = []
            if let stream = object.stream {
                decoded = (try? file.decodedBytes(of: stream)) ?? []
                if decoded.isEmpty, let filter = stream.dictionary["Filter"]?.name { lines.append(filter.text) }
            }
            let dictionary =
                object.stream?.dictionary.removing(["Length", "Filter", "DecodeParms"]) ?? object.dictionary
            let shown = dictionary.map { PDFObject.dictionary($0) } ?? object
            lines.append(Self.strings(shown) + " \(decoded.count) \(decoded.reduce(0) { ($0 &* 31) &+ Int($1) })")
            pending += object.references.map { .reference($0) }
        }
        return lines.sorted()
    }

    /// The strings and names of an object, numbers of references left out.
    private static func strings(_ object: PDFObject) -> String {
        switch object {
        case .string(let bytes, _): "(\(Hexadecimal.encode(bytes)))"
        case .name(let name): name.description
        case .array(let elements): "[" + elements.map(strings).joined(separator: " ") + "]"
        case .dictionary(let dictionary):
            "<<"
                + dictionary.keys.sorted { $0.text < $1.text }.map { "\($0)" + strings(dictionary[$0] ?? .null) }
                .joined() + ">>"
        case .reference: "R"
        default: "\(object)"
        }
    }

    @Test(arguments: kinds, samples)
    func `strings and streams are those that another program decrypts`(kind: Kind, sample: String) throws {
        guard let (encrypted, plain) = try encrypt(sample, kind) else { return }
        let expected = try outline(PDFFile(reading: MemorySource(plain)))
        #expect(expected.count > 8)
        for password in ["ngi dng", "owner-pass"] {
            let file = try PDFFile(reading: MemorySource(encrypted), password: password)
            #expect(file.isEncrypted)
            #expect(try outline(file) == expected)
        }
    }

    @Test(arguments: kinds)
    func `without the password the file is refused, with an empty one it opens by itself`(kind: Kind) throws {
        guard let (encrypted, _) = try encrypt("notice-of-birth", kind) else { return }
        for password in [nil, "", "wrong", "owner"] {
            #expect(throws: PDFSyntaxError(.passwordRequired, "")) {
                try PDFFile(reading: MemorySource(encrypted), password: password)
            }
        }
        guard let (open, _) = try encrypt("notice-of-birth", kind, user: "") else { return }
        #expect(try PDFFile(reading: MemorySource(open)).pages().count == 1)
        #expect(try PDFFile(reading: MemorySource(open), password: "anything").pages().count == 1)
        #expect(throws: PDFSyntaxError(.updateOfEncrypted, "")) {
            try IncrementalUpdate(of: PDFFile(reading: MemorySource(open)))
        }
    }

    @Test func `files that another project encrypted open with its passwords`() throws {
        var counts: [String: Int] = [:]
        for path in Corpora.pdfs(in: "pyhanko") + Corpora.pdfs(in: "dss") + Corpora.pdfs(in: "pdfjs") {
            let source = try FileSource(path: path)
            var results: [String] = []
            for password in [nil, "usersecret", "ownersecret", "secret", "open"] {
                do throws(PDFSyntaxError) {
                    let file = try PDFFile(reading: source, password: password)
                    guard file.isEncrypted else { break }
                    _ = try file.pages()
                    for reference in file.objectsInUse() {
                        if let stream = try file.object(reference).stream { _ = try? file.decodedBytes(of: stream) }
                    }
                    results.append("opened")
                    break
                } catch { results.append("\(error.code)") }
            }
            if let last = results.last, !results.allSatisfy({ ["notAPDF", "brokenCrossReferences"].contains($0) }) {
                counts[last, default: 0] += 1
            }
        }
        let list = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        print(counts.isEmpty ? "skipped: encrypted files of the corpora" : "encrypted files of the corpora: \(list)")
    }

    @Test func `a damaged encryption dictionary is refused with a typed error`() throws {
        guard let (encrypted, _) = try encrypt("birth-registration-form", Self.kinds[6], user: "") else { return }
        let original = encrypted
        var generator = SeededGenerator(seed: 3)
        let start = try #require(
            original.indices.first { original[$0...].starts(with: Array("/Filter /Standard".utf8)) })
        var errors = 0
        for _ in 0..<300 {
            var bytes = original
            for _ in 0..<3 {
                bytes[start - 200 + Int.random(in: 0..<700, using: &generator)] = UInt8.random(
                    in: 32...126, using: &generator)
            }
            if case .failure = readAll(MemorySource(bytes)) { errors += 1 }
        }
        #expect(errors > 50)
    }

    @Test func `revisions that are not encrypted alike are refused`() throws {
        guard let (encrypted, _) = try encrypt("birth-registration-form", Self.kinds[6], user: "") else { return }
        let source = MemorySource(encrypted)
        let file = try PDFFile(reading: source)
        let bytes = try source.allBytes(limit: 1 << 20)
        let trailer = "trailer\n<</Size 900/Root \(try file.catalog().reference)/Prev \(file.newest.startOffset)>>\n"
        let plain = bytes + Array("xref\n0 1\n0000000000 65535 f \n\(trailer)startxref\n\(bytes.count)\n%%EOF\n".utf8)
        #expect(throws: PDFSyntaxError(.encrypted, "")) { try PDFFile(reading: MemorySource(plain)) }
    }
}

@Suite("Ciphers of old formats — SP 800-38A, RC4")
struct OldCipherTests {
    // SP 800-38A F.2.1 and F.2.5, first block.
    @Test func `AES in CBC mode gives the standard's vectors`() throws {
        let message = try #require(Hexadecimal.decode("6bc1bee22e409f96e93d7e117393172a"))
        let vector = try #require(Hexadecimal.decode("000102030405060708090a0b0c0d0e0f"))
        for (key, expected) in [
            ("2b7e151628aed2a6abf7158809cf4f3c", "7649abac8119b246cee98e9b12e9197d"),
            ("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "f58c4c04d6e5f1ba779eabfb5f7bfbd6"),
        ] {
            let key = try #require(Hexadecimal.decode(key))
            let sealed = try AESCBC.encrypt(message, key: key, vector: vector)
            #expect(Hexadecimal.encode(sealed) == expected)
            #expect(try AESCBC.decrypt(sealed, key: key, vector: vector) == message)
            #expect(throws: CryptoPrimitivesError(.invalidLength, "")) {
                try AESCBC.encrypt([1], key: key, vector: vector)
            }
        }
    }

    // RFC 6229 §2, keys of 40 and 128 bits, first 16 octets of the key stream.
    @Test func `RC4 gives the vectors of RFC 6229`() throws {
        for (key, expected) in [
            ("0102030405", "b2396305f03dc027ccc3524a0a1118a8"),
            ("0102030405060708090a0b0c0d0e0f10", "9ac7cc9a609d1ef7b2932899cde41b97"),
        ] {
            let key = try #require(Hexadecimal.decode(key))
            #expect(try Hexadecimal.encode(RC4.apply(key, to: [UInt8](repeating: 0, count: 16))) == expected)
        }
        #expect(throws: CryptoPrimitivesError(.invalidLength, "")) { try RC4.apply([], to: [1]) }
    }
}
