// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import DossierKit
import Foundation
import TestSupport
import Testing

@Suite struct `DossierManifest (docs/formats/dossier-v1.md)` {
    private static let zeros = String(repeating: "0", count: 64)
    private static let good =
        #"{"attachments":[{"mediaType":"application/pdf","name":"a.pdf","ordinal":1,"sha256":"\#(zeros)","size":7,"#
        + #""type":"birth-certificate"},{"mediaType":"image/jpeg","name":"b.jpg","ordinal":2,"sha256":"\#(zeros)","#
        + #""size":0,"type":"other"}],"dossier":"T01.01-261121-0001","#
        + #""procedure":{"code":"1.004222","version":"2026-07-01"},"version":1}"#

    private func code(_ text: String) -> DossierError.Code? { code(Array(text.utf8)) }

    private func code(_ bytes: [UInt8]) -> DossierError.Code? {
        do {
            let manifest = try DossierManifest(parsing: bytes)
            // What is read is written back as the same bytes.
            return manifest.bytes == bytes ? nil : .incomplete
        } catch {
            return error.code
        }
    }

    /// One rule: what stands in the good manifest, what may stand there as well, and what may not.
    struct Rule: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let text: String
        let accepted: [String]
        let refused: [String]

        init(_ description: String, _ text: String, accepted: [String], refused: [String]) {
            testDescription = description
            self.text = text
            self.accepted = accepted
            self.refused = refused
        }
    }

    private static func quoted(_ texts: [String]) -> [String] { texts.map { "\"\($0)\"" } }

    static let rules = [
        Rule(
            "dossier", #""T01.01-261121-0001""#,
            accepted: quoted(["A", "Ab_1.2-3", String(repeating: "x", count: 64)]),
            refused: quoted(["", "T 1", "Đ1", "a/b", "a+b", String(repeating: "x", count: 65)]) + ["1", "null", "[]"]),
        Rule(
            "procedure.code", #""1.004222""#, accepted: quoted(["1", "TTHC-01", String(repeating: "9", count: 32)]),
            refused: quoted(["", "a_b", "1 2", String(repeating: "9", count: 33)]) + ["1.004222"]),
        Rule(
            "procedure.version", #""2026-07-01""#, accepted: quoted(["1"]),
            refused: quoted(["", "2026/07", String(repeating: "1", count: 33)])),
        Rule(
            "ordinal", #""ordinal":2"#, accepted: [#""ordinal":2"#],
            refused: ["0", "1", "3", "-2", "2.0", "2e0", "\"2\"", "null", "02"].map { "\"ordinal\":\($0)" }),
        Rule(
            "type", #""other""#, accepted: quoted(["x", "id-2", String(repeating: "t", count: 64)]),
            refused: quoted(["", "Other", "a_b", "a b", String(repeating: "t", count: 65)])),
        Rule(
            "mediaType", #""image/jpeg""#,
            accepted: quoted(["application/vnd.a-b+xml", "x/y", "application/x_y", "model/3d"]),
            refused: quoted([
                "", "image", "image/", "/jpeg", "image/jpeg/x", "Image/jpeg", "image/jp eg", "-a/b", "a/.b", "a/b;c=d",
            ])),
        Rule(
            "size", #""size":0"#, accepted: ["0", "1", "9007199254740991"].map { "\"size\":\($0)" },
            refused: ["-1", "9007199254740992", "9223372036854775808", "1.0", "1e3", "0.5", "\"0\"", "true", "-0"].map {
                "\"size\":\($0)"
            }),
        Rule(
            "sha256", "\"\(zeros)\",\"size\":0",
            accepted: [String(repeating: "af", count: 32)].map { "\"\($0)\",\"size\":0" },
            refused: [
                "", String(repeating: "AF", count: 32), String(repeating: "0", count: 63),
                String(repeating: "0", count: 65), String(repeating: "g", count: 64), String(repeating: "０", count: 64),
            ].map { "\"\($0)\",\"size\":0" }),
        Rule(
            "name", #""b.jpg""#,
            accepted: quoted([
                "giấy khai sinh.pdf", "b", ".hidden", "...", "ảnh 3×4 – «mới».jpg", "日本語.pdf", "😀.png", "x\u{301}.pdf",
                #"\"trích\".pdf"#, String(repeating: "n", count: 200),
            ]),
            refused: quoted([
                "", ".", "..", "a/b", #"a\\b"#, "../a", "a.pdf", "A.PDF", " a", "a ", "a\u{2028}", "gia\u{301}y.pdf",
                "a\u{202e}fdp.exe", "a\u{200f}b", "a\u{2066}b", "a\u{200b}b", "\u{feff}a", #"a\nb"#, #"a\u0000b"#,
                #"a\u007fb"#, "a\u{7f}b", String(repeating: "n", count: 201), String(repeating: "ả", count: 67),
            ])),
    ]

    @Test(arguments: rules) func `each member has its rule`(_ rule: Rule) throws {
        #expect(Self.good.components(separatedBy: rule.text).count == 2, "the place is unique")
        for text in rule.accepted {
            #expect(code(Self.good.replacingOccurrences(of: rule.text, with: text)) == nil, "\(text)")
        }
        for text in rule.refused {
            #expect(code(Self.good.replacingOccurrences(of: rule.text, with: text)) == .invalidManifest, "\(text)")
        }
    }

    @Test func `the example of the format's description is its own canonical form`() throws {
        #expect(code(Self.good) == nil)
        let entry = DossierManifest.Entry(
            ordinal: 1, name: "to-khai.pdf", type: "declaration-form", mediaType: "application/pdf", size: 48211,
            sha256: Self.zeros)
        let manifest = try DossierManifest(
            dossier: "T01.01-261121-0001", procedure: .init(code: "1.004222", version: "2026-07-01"),
            attachments: [entry])
        let expected =
            #"{"attachments":[{"mediaType":"application/pdf","name":"to-khai.pdf","ordinal":1,"sha256":"\#(Self.zeros)","#
            + #""size":48211,"type":"declaration-form"}],"dossier":"T01.01-261121-0001","#
            + #""procedure":{"code":"1.004222","version":"2026-07-01"},"version":1}"#
        #expect(String(decoding: manifest.bytes, as: UTF8.self) == expected)
    }

    @Test func `another version is told from a damaged one`() {
        for version in ["2", "99"] {
            #expect(
                code(Self.good.replacingOccurrences(of: "\"version\":1}", with: "\"version\":\(version)}"))
                    == .newerFormat)
        }
        // A newer format may have other members; that it is newer is still said.
        #expect(code(#"{"version":3,"unheardOf":[]}"#) == .newerFormat)
        for version in ["0", "-1", "1.0", "1.5", "\"1\"", "null", "true", "1e0", "9223372036854775808"] {
            let text = Self.good.replacingOccurrences(of: "\"version\":1}", with: "\"version\":\(version)}")
            #expect(code(text) == .invalidManifest, "\(version)")
        }
    }

    @Test func `a second spelling of the same manifest is refused`() {
        let good = Self.good
        let cases = [
            "white space": good.replacingOccurrences(of: ",", with: ", "), "line feed at the end": good + "\n",
            "byte-order mark": "\u{feff}" + good, "leading space": " " + good,
            "unknown member": good.replacingOccurrences(of: "\"version\":1}", with: "\"version\":1,\"x\":1}"),
            "unknown member of an attachment": good.replacingOccurrences(
                of: "{\"mediaType\"", with: "{\"a\":1,\"mediaType\""),
            "repeated member": good.replacingOccurrences(of: "\"size\":7", with: "\"size\":7,\"size\":7"),
            "repeated member with another value": good.replacingOccurrences(
                of: "\"size\":7", with: "\"size\":8,\"size\":7"),
            "repeated dossier": good.replacingOccurrences(of: "\"dossier\"", with: "\"dossier\":\"X\",\"dossier\""),
            "members in another order": good.replacingOccurrences(
                of: #""code":"1.004222","version":"2026-07-01""#, with: #""version":"2026-07-01","code":"1.004222""#),
            "escaped letter": good.replacingOccurrences(of: "a.pdf", with: #"\u0061.pdf"#),
            "escaped slash": good.replacingOccurrences(of: "application/pdf", with: #"application\/pdf"#),
            "missing member": good.replacingOccurrences(of: "\"size\":7,", with: ""),
            "comment": good + "/* */", "trailing comma": good.replacingOccurrences(of: "1}", with: "1,}"),
            "two manifests": good + good,
        ]
        for (name, text) in cases {
            #expect(text != good, "\(name)")
            #expect(code(text) == .invalidManifest, "\(name)")
        }
        #expect(code(good) == nil)
    }

    @Test func `bytes that are no manifest are refused without a trap`() {
        let texts = [
            "", "{", "null", "[]", "\"\"", "1", "{}", #"{"version":1}"#, String(repeating: "[", count: 200_000),
            String(repeating: #"{"a":"#, count: 50_000),
            Self.good.replacingOccurrences(of: "a.pdf", with: #"\ud800.pdf"#),
        ]
        for text in texts { #expect(code(text) == .invalidManifest, "\(text.prefix(20))") }
        let good = Array(Self.good.utf8)
        #expect(
            code(Array(Self.good.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })) == .invalidManifest
        )
        #expect(code(good + [0xff]) == .invalidManifest)
        #expect(code([UInt8](repeating: 32, count: 1 << 22) + good) == .invalidManifest)
        for length in stride(from: 0, to: good.count, by: 7) {
            #expect(code(Array(good.prefix(length))) == .invalidManifest)
        }
        // A changed byte is another manifest or none, but never the same one.
        let manifest = try? DossierManifest(parsing: good)
        for offset in good.indices {
            let changed = good.flipped(at: offset)
            #expect((try? DossierManifest(parsing: changed)) != manifest || manifest == nil)
        }
    }

    @Test func `one to a thousand attachments`() throws {
        func manifest(_ count: Int) throws(DossierError) -> DossierManifest {
            try DossierManifest(
                dossier: "T", procedure: .init(code: "1", version: "1"),
                attachments: (0..<count).map {
                    .init(ordinal: $0 + 1, name: "\($0)", type: "other", mediaType: "a/b", size: 0, sha256: Self.zeros)
                })
        }
        #expect(throws: DossierError(.invalidManifest, "")) { try manifest(0) }
        #expect(throws: DossierError(.invalidManifest, "")) { try manifest(1001) }
        let largest = try manifest(1000)
        #expect(try DossierManifest(parsing: largest.bytes) == largest)
    }

    @Test func `the canonical bytes are those of another writer`() throws {
        let names = [
            "giấy khai sinh.pdf", "ĐƠN đề nghị – bản «chính».pdf", "a\"b\".pdf", "a<b>&c'.pdf", "日本.pdf", "😀.jpg",
            "x\u{301}.pdf", "é\u{e9}.pdf", "a\u{a0}b", "\u{10ffff}", "ß ſ ﬁ", "a%2fb",
        ]
        let manifests = try names.enumerated().map { index, name in
            try DossierManifest(
                dossier: "T-\(index)", procedure: .init(code: "1.004222", version: "2026-07-01"),
                attachments: [
                    .init(
                        ordinal: 1, name: AttachmentName.normalized(name), type: "other", mediaType: "application/pdf",
                        size: Int64(1) << Int64(index * 4), sha256: Self.zeros)
                ])
        }
        // The peer is given another order of members and other escapes.
        let input = try manifests.map { manifest in
            try JSONSerialization.data(withJSONObject: JSONSerialization.jsonObject(with: Data(manifest.bytes)))
                + Data([10])
        }
        let outcome = try PythonPeer.run(
            "Tests/Python/peers/canonical.py", input: Data(input.joined()), cases: "canonical JSON by Python")
        guard let outcome else { return }
        try #require(outcome.status == 0, "\(outcome.errors)")
        let lines = outcome.output.split(separator: 10)
        #expect(lines.count == manifests.count)
        for (manifest, line) in zip(manifests, lines) { #expect(Data(manifest.bytes) == line) }
    }
}
