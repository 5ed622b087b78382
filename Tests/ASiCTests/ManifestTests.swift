// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing

@testable import ASiC

@Suite struct `Manifests and names (EN 319 162-1 A.4)` {
    private static func manifest(
        _ inner: String = reference, root: String = "ASiCManifest",
        namespace: String = "http://uri.etsi.org/02918/v1.2.1#",
        signature: String = "<SigReference URI='META-INF/signature.p7s'/>"
    ) -> [UInt8] {
        Array(
            "<\(root) xmlns='\(namespace)' xmlns:d='http://www.w3.org/2000/09/xmldsig#'>\(signature)\(inner)</\(root)>"
                .utf8)
    }

    private static let method = "<d:DigestMethod Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'/>"
    private static let reference =
        "<DataObjectReference URI='a' Rootfile='true'>\(method)<d:DigestValue> AA\n== </d:DigestValue></DataObjectReference>"

    @Test func `a manifest is read, and written so that it is read the same`() throws {
        let read = try #require(ASiCManifest(parsing: Self.manifest()))
        #expect(read.signature == "META-INF/signature.p7s")
        #expect(read.references.map(\.uri) == ["a"] && read.references[0].digest == [0])
        #expect(read.references[0].algorithm == .sha256 && read.references[0].isRoot)
        #expect(ASiCManifest(parsing: read.bytes) == read)
        let odd = ASiCManifest(
            signature: "a&b<c>\"'.p7s",
            references: [
                .init(uri: "d%20&", mediaType: "x/y; z=\"1\"", algorithm: .sha3_512, digest: [1, 2], isRoot: false)
            ])
        #expect(ASiCManifest(parsing: odd.bytes) == odd)
    }

    @Test(arguments: [
        manifest(""), manifest(root: "Manifest"), manifest(namespace: "urn:x"), manifest(signature: ""),
        manifest(signature: "<SigReference/>"), manifest(reference + "<SigReference URI='b'/>"),
        manifest(reference + "<Other/>"), manifest("<DataObjectReference URI='a'/>"),
        manifest("<DataObjectReference URI='a'>\(method)</DataObjectReference>"),
        manifest("<DataObjectReference>\(method)<d:DigestValue>AA==</d:DigestValue></DataObjectReference>"),
        manifest("<DataObjectReference URI='a'>\(method)<d:DigestValue>A</d:DigestValue></DataObjectReference>"),
        manifest(
            "<DataObjectReference URI='a'>\(method)\(method)<d:DigestValue>AA==</d:DigestValue></DataObjectReference>"),
        manifest(
            reference + "<ASiCManifestExtensions><Extension Critical='true'/></ASiCManifestExtensions>"),
        Array("<!DOCTYPE x>".utf8) + manifest(), manifest().dropLast(),
    ])
    func `what does not follow the schema is refused`(_ bytes: [UInt8]) { #expect(ASiCManifest(parsing: bytes) == nil) }

    @Test func `an extension that need not be understood is passed over`() {
        let text = "<ASiCManifestExtensions><Extension Critical='false'/></ASiCManifestExtensions>"
        #expect(ASiCManifest(parsing: Self.manifest(Self.reference + text)) != nil)
    }

    @Test func `an unknown algorithm is kept as unknown`() {
        let text = Self.reference.replacing("xmlenc#sha256", with: "xmlenc#ripemd160")
        #expect(ASiCManifest(parsing: Self.manifest(text))?.references.first?.algorithm == nil)
    }

    @Test func `paths become references and come back`() {
        for (path, uri) in [
            ("a/b-c_d.e~f", "a/b-c_d.e~f"), ("tờ khai", "t%E1%BB%9D%20khai"), ("a%20b", "a%2520b"),
            ("#?&+", "%23%3F%26%2B"),
        ] {
            #expect(FileURI.encode(path) == uri)
            #expect(FileURI.decode(uri) == path)
        }
        for broken in ["%", "%4", "%zz", "%ff"] { #expect(FileURI.decode(broken) == nil) }
    }

    /// RFC 3986 §5.2.4 and §6.2.2.2.
    @Test func `dot segments are resolved, escaped or not, in paths as long as an archive may have`() {
        for uri in ["./a/b", "/a/b", "x/../a/b", "a/./b", "%2e/a/b", "x/%2E%2e/a/b", "x/.%2e/a/b", "x/y/../../a/b"] {
            #expect(FileURI.names(uri).contains("a/b"), "\(uri)")
        }
        for uri in [
            "../a/b", "//a/b", "x/../../a/b", "%2f/a/b", "a/b/.", "a/b/..", "a/b/%2e", "x/.../a/b", "x/..%2/a/b",
        ] {
            #expect(!FileURI.names(uri).contains("a/b"), "\(uri)")
        }
        for (count, isResolved) in [(127, true), (128, false)] {
            let uri = String(repeating: "x/../", count: count) + "a/b"
            #expect(FileURI.names(uri).contains("a/b") == isResolved)
            #expect(FileURI.names(uri).contains(uri))
        }
    }

    @Test func `so many manifests are read as files need`() throws {
        let padding = [UInt8](repeating: 0x20, count: 1 << 22)
        for (count, isRead) in [(16, true), (17, false)] {
            let manifests = (1...count).map { (name: "META-INF/ASiCManifest\($0).xml", content: padding) }
            let bytes = try ContainerFixture.archive([(name: "a.txt", content: [1])] + manifests)
            let container = try #require(try ASiCContainer(reading: MemorySource(bytes)))
            if isRead {
                #expect(try ContainerReading(container).hasUnreadableManifest)
            } else {
                #expect(throws: ASiCError(.limitExceeded, "")) { try ContainerReading(container) }
            }
        }
    }

    @Test(arguments: [
        ("META-INF/signature.p7s", ContainerRole.signature), ("META-INF/mySignature2.p7s", .signature),
        ("META-INF/timestamp.tst", .timeStamp), ("META-INF/ASiCManifest.xml", .manifest),
        ("META-INF/ASiCArchiveManifest001.xml", .archiveManifest), ("META-INF/signatures0.xml", .xmlSignatures),
        ("META-INF/evidencerecord.ers", .evidenceRecord),
        ("META-INF/ASiCEvidenceRecordManifest.xml", .evidenceRecordManifest),
        ("META-INF/manifest.xml", .metadata), ("mimetype", .mimetype), ("META-INF/x", .data), ("signature.p7s", .data),
        ("META-INF/a/signature.p7s", .data), ("meta-inf/signature.p7s", .data), ("a/mimetype", .data),
    ])
    func `a name tells what a file is for`(_ path: String, _ role: ContainerRole) {
        #expect(ContainerRole(path: path) == role)
    }
}
