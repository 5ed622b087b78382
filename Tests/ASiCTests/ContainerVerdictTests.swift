// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import Foundation
import SignatureValidation
import TestSupport
import Testing
import ZIPSyntax

@testable import ASiC

@Suite struct `Containers judged (EN 319 162-1)` {
    private let fixture: ContainerFixture

    init() throws { fixture = try ContainerFixture.shared.get() }

    private let manifest = "META-INF/ASiCManifest001.xml"
    private let signature = "META-INF/signature001.p7s"

    @Test func `a container of several files passes, and its report says what it is`() async throws {
        let report = try fixture.judge(await fixture.extended())
        #expect(Verdict(report) == .passed, "\(Verdict(report))")
        let facts = try #require(report.signatures.first?.facts)
        #expect(facts.id == "S-1" && facts.format == .asicE && facts.packaging == .detached && facts.level == .b)
        #expect(facts.coverage.whole && facts.coverage.uncoveredPaths.isEmpty)
    }

    @Test func `a container of one file passes`() async throws {
        let report = try fixture.judge(await fixture.simple())
        #expect(Verdict(report) == .passed, "\(Verdict(report))")
        #expect(report.signatures.first?.facts.format == .asicS)
    }

    @Test(arguments: [0, 1, 2]) func `a changed file fails`(_ index: Int) async throws {
        let path = ContainerFixture.files[index].path
        let changed = try fixture.rewriting(await fixture.extended()) { $0[$0.index(path)].content.append(1) }
        let verdict = try fixture.verdict(changed)
        #expect(verdict == .failed(.hashFailure), "\(verdict)")
        #expect(verdict.codes.contains("entry-changed"))
    }

    @Test func `bytes changed in place, the checksum left as it was, fail by their digest`() async throws {
        var bytes = try await fixture.extended()
        let container = try fixture.open(bytes)
        bytes[Int(container.files[1].data.lowerBound)] ^= 1
        #expect(try fixture.verdict(bytes) == .failed(.hashFailure))
        var simple = try await fixture.simple()
        simple[Int(try fixture.open(simple).files[0].data.lowerBound)] ^= 1
        #expect(try fixture.verdict(simple) == .failed(.hashFailure))
    }

    @Test func `a file taken away is missed, and two swapped are changed`() async throws {
        let bytes = try await fixture.extended()
        let cut = try fixture.rewriting(bytes) { $0.remove(at: $0.index("dossier.json")) }
        let missing = try fixture.verdict(cut)
        #expect(missing == .open(.signedDataNotFound), "\(missing)")
        #expect(missing.codes.contains("entry-missing"))
        let swapped = try fixture.rewriting(bytes) { entries in
            let (first, second) = (entries.index("dossier.json"), entries.index(ContainerFixture.files[1].path))
            (entries[first].content, entries[second].content) = (entries[second].content, entries[first].content)
        }
        #expect(try fixture.verdict(swapped) == .failed(.hashFailure))
        let renamed = try fixture.rewriting(bytes) { $0[$0.index("dossier.json")].name = "dossier2.json" }
        let verdict = try fixture.verdict(renamed)
        #expect(verdict == .failed(.formatFailure) && verdict.codes.contains("entry-not-covered"), "\(verdict)")
    }

    @Test(arguments: [
        "added.txt", "attachments/003-x.pdf", "META-INF/x.txt", "META-INF/sub/signature001.p7s", "meta-inf2/a",
    ])
    func `an added file is named and fails the signature`(_ path: String) async throws {
        let added = try fixture.rewriting(await fixture.extended()) { $0.append((path, [1])) }
        let report = try fixture.judge(added)
        #expect(Verdict(report) == .failed(.formatFailure), "\(Verdict(report))")
        let coverage = try #require(report.signatures.first?.facts.coverage)
        #expect(coverage.scope == .partial && !coverage.whole && coverage.uncoveredPaths == [path])
        let json = String(decoding: try JSONEncoder().encode(coverage), as: UTF8.self)
        #expect(json.contains("\"uncovered\":[{\"path\":"))
        #expect(try JSONDecoder().decode(SignatureCoverage.self, from: Data(json.utf8)) == coverage)
    }

    @Test func `an added file fails an ASiC-S as well`() async throws {
        let added = try fixture.rewriting(await fixture.simple()) { $0.append(("added.txt", [1])) }
        #expect(try fixture.verdict(added) == .failed(.formatFailure))
        let emptied = try fixture.rewriting(await fixture.simple()) { $0.remove(at: 1) }
        #expect(try fixture.verdict(emptied) == .failed(.formatFailure))
    }

    @Test func `a manifest that was changed, even by white space, fails`() async throws {
        let bytes = try await fixture.extended()
        let spaced = try fixture.rewriting(bytes) { $0[$0.index(manifest)].content.append(10) }
        #expect(try fixture.verdict(spaced) == .failed(.hashFailure))
        // The attacker adds a file and a reference to it.
        let widened = try fixture.rewriting(bytes) { entries in
            entries.append(("added.txt", [1]))
            let digest = (try? DigestAlgorithm.sha256.digest(of: [1])) ?? []
            let text = String(decoding: entries[entries.index(manifest)].content, as: UTF8.self)
            entries[entries.index(manifest)].content = Array(
                text.replacingOccurrences(
                    of: "</asic:ASiCManifest>",
                    with: "<asic:DataObjectReference URI=\"added.txt\"><ds:DigestMethod Algorithm=\""
                        + "http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>"
                        + Data(digest).base64EncodedString()
                        + "</ds:DigestValue></asic:DataObjectReference></asic:ASiCManifest>"
                ).utf8)
        }
        #expect(try fixture.verdict(widened) == .failed(.hashFailure))
    }

    @Test func `a second manifest for the same signature is ambiguous, an unreadable one is a fault`() async throws {
        let bytes = try await fixture.extended()
        let doubled = try fixture.rewriting(bytes) { entries in
            entries.append(("META-INF/ASiCManifest002.xml", entries[entries.index(manifest)].content))
        }
        let ambiguous = try fixture.verdict(doubled)
        #expect(ambiguous == .failed(.formatFailure) && ambiguous.codes.contains("manifest-ambiguous"), "\(ambiguous)")
        let broken = try fixture.rewriting(bytes) { $0.append(("META-INF/ASiCManifest002.xml", Array("bla".utf8))) }
        let unreadable = try fixture.verdict(broken)
        #expect(unreadable == .failed(.formatFailure) && unreadable.codes.contains("manifest-unreadable"))
        let without = try fixture.rewriting(bytes) { $0.remove(at: $0.index(manifest)) }
        let missing = try fixture.verdict(without)
        #expect(missing == .failed(.formatFailure) && missing.codes.contains("manifest-missing"), "\(missing)")
    }

    @Test func `a signature file that is damaged, foreign or enclosing fails`() async throws {
        let bytes = try await fixture.extended()
        let damaged = try fixture.rewriting(bytes) { $0[$0.index(signature)].content = [0x30, 0] }
        #expect(try fixture.verdict(damaged) == .failed(.formatFailure))
        let other = try fixture.open(
            await ASiCContainer.signed(
                .extended, of: [ContainerFixture.files[0]], by: fixture.citizen, claiming: ContainerFixture.now))
        let foreign = try other.archive.bytes(of: #require(other.archive.entry(named: signature)), limit: 1 << 20)
        let replaced = try fixture.rewriting(bytes) { $0[$0.index(signature)].content = foreign }
        #expect(try fixture.verdict(replaced) == .failed(.hashFailure))
        // No signature left: nothing is signed, and nothing passes.
        let bare = try fixture.rewriting(bytes) { $0.remove(at: $0.index(signature)) }
        #expect(try fixture.verdict(bare).indication == nil)
    }

    @Test func `a reference that is repeated, or reads as two files, is ambiguous`() async throws {
        let one = (name: "a b.txt", content: [UInt8](repeating: 1, count: 3))
        let two = (name: "a%20b.txt", content: [UInt8(2)])
        let reference = try ContainerFixture.reference("a%20b.txt", one.content)
        #expect(try fixture.verdict(await fixture.container([one], [reference])) == .passed)
        for (files, references) in [
            ([one, two], [reference, try ContainerFixture.reference("a%2520b.txt", two.content)]),
            ([one], [reference, reference]),
            ([one], [reference, try ContainerFixture.reference("a b.txt", one.content)]),
        ] {
            let verdict = try fixture.verdict(await fixture.container(files, references))
            #expect(verdict == .failed(.formatFailure) && verdict.codes.contains("reference-ambiguous"), "\(verdict)")
        }
        await #expect(throws: ASiCError(.ambiguousPath, "")) {
            try await ASiCContainer.signed(
                .extended, of: [one, two].map { ContainerFile(path: $0.name, source: MemorySource($0.content)) },
                by: fixture.citizen, claiming: ContainerFixture.now)
        }
    }

    @Test func `a reference is relative to the root of the container, and leads out of it nowhere`() async throws {
        let files = [(name: "a/b c.txt", content: [UInt8(1)]), (name: "d.txt", content: [UInt8(2)])]
        func verdict(_ first: String, _ second: String) async throws -> Verdict {
            let references = [
                try ContainerFixture.reference(first, files[0].content),
                try ContainerFixture.reference(second, files[1].content),
            ]
            return try fixture.verdict(await fixture.container(files, references))
        }
        for (first, second) in [
            ("./a/b%20c.txt", "./d.txt"), ("/a/b%20c.txt", "/d.txt"), ("a/./b c.txt", "a/../d.txt"),
            ("x/%2e%2E/a/b%20c.txt", "%2E/d.txt"), ("a/b%20c%2Etxt", "%64.txt"),
        ] {
            #expect(try await verdict(first, second) == .passed, "\(first) \(second)")
        }
        for second in [
            "../d.txt", "a/../../d.txt", "//d.txt", "d.txt/.", "a/%2E%2E%2Fd.txt", "file:///d.txt", "./D.txt",
        ] {
            let refused = try await verdict("a/b%20c.txt", second)
            #expect(
                refused == .failed(.formatFailure) && refused.codes.contains("entry-missing"), "\(second): \(refused)")
        }
        let literal = (name: "x/%2E%2E/d.txt", content: [UInt8(2)])
        for (files, uris) in [
            ([files[1], literal], ["x/%2E%2E/d.txt", "x/%252E%252E/d.txt"]), ([files[1]], ["d.txt", "./d.txt"]),
        ] {
            let references = try uris.map { try ContainerFixture.reference($0, [2]) }
            let ambiguous = try fixture.verdict(await fixture.container(files, references))
            #expect(ambiguous == .failed(.formatFailure) && ambiguous.codes.contains("reference-ambiguous"))
        }
    }

    @Test func `a manifest in UTF-16 is read when it says so, and is signed octet by octet`() async throws {
        let file = (name: "a.txt", content: [UInt8(1)])
        let path = "META-INF/signature001.p7s"
        let text = String(
            decoding: ASiCManifest(
                signature: path, references: [try ContainerFixture.reference("a.txt", file.content)]
            ).bytes, as: UTF8.self)
        func verdict(_ manifest: [UInt8], as other: [UInt8]? = nil) async throws -> Verdict {
            let cms = try await CAdESSignature.detached(
                over: MemorySource(manifest), by: fixture.citizen, claiming: ContainerFixture.now)
            return try fixture.verdict(
                ContainerFixture.archive([file, ("META-INF/ASiCManifest001.xml", other ?? manifest), (path, cms)]))
        }
        func encoded(_ text: String, bigEndian: Bool, mark: [UInt16] = [0xfeff]) -> [UInt8] {
            (mark + Array(text.utf16)).flatMap { unit in
                let octets = [UInt8(unit >> 8), UInt8(unit & 0xff)]
                return bigEndian ? octets : octets.reversed()
            }
        }
        #expect(text.contains("encoding=\"UTF-8\""))
        let stated = text.replacing("encoding=\"UTF-8\"", with: "encoding='utf-16'")
        let unstated = text.replacing(" encoding=\"UTF-8\"", with: "")
        #expect(try await verdict(Array(text.utf8)) == .passed)
        for bigEndian in [true, false] {
            #expect(try await verdict(encoded(stated, bigEndian: bigEndian)) == .passed)
            #expect(try await verdict(encoded(unstated, bigEndian: bigEndian)) == .passed)
            for refused in [
                encoded(text, bigEndian: bigEndian),
                encoded(text.replacing("UTF-8", with: "ISO-8859-1"), bigEndian: bigEndian),
                encoded(stated, bigEndian: bigEndian, mark: []),
                encoded(stated, bigEndian: bigEndian) + encoded(" ", bigEndian: bigEndian, mark: [0xd800]),
                encoded(stated, bigEndian: bigEndian) + [0x20],
            ] {
                let verdict = try await verdict(refused)
                #expect(verdict == .failed(.formatFailure) && verdict.codes.contains("manifest-unreadable"))
            }
        }
        let other = encoded(stated, bigEndian: false)
        #expect(try await verdict(encoded(stated, bigEndian: true), as: other) == .failed(.hashFailure))
    }

    @Test func `a weak or unknown digest in a manifest is judged like one in the signature`() async throws {
        let files = [(name: "a", content: [UInt8(1)]), (name: "b", content: [UInt8(2)])]
        let strong = try ContainerFixture.reference("a", files[0].content, .sha512)
        for (algorithm, expected) in [
            (DigestAlgorithm.sha384, Verdict.passed), (.sha3_256, .passed),
            (.sha1, .open(.cryptoConstraintsFailureNoPOE)),
            (.md5, .open(.cryptoConstraintsFailureNoPOE)),
        ] {
            let reference = try ContainerFixture.reference("b", files[1].content, algorithm)
            let verdict = try fixture.verdict(await fixture.container(files, [strong, reference]))
            #expect(verdict == expected, "\(algorithm): \(verdict)")
        }
        let unknown = ASiCManifest.Reference(uri: "b", mediaType: nil, algorithm: nil, digest: [1], isRoot: false)
        let verdict = try fixture.verdict(await fixture.container(files, [strong, unknown]))
        #expect(verdict == .open(.signedDataNotFound) && verdict.codes.contains("reference-not-checked"), "\(verdict)")
    }

    @Test func `the media type stands first, stored and bare, or is remarked on`() async throws {
        let bytes = try await fixture.extended()
        func code(_ change: (inout [(name: String, content: [UInt8])]) -> Void) throws -> [String] {
            try fixture.verdict(fixture.rewriting(bytes, change)).codes
        }
        let moved = try fixture.rewriting(bytes) { $0.swapAt(0, 1) }
        #expect(try fixture.verdict(moved).codes == ["mimetype-placement"])
        #expect(try fixture.judge(moved).indication == .totalPassed)
        #expect(try code { $0[0].content.append(10) } == ["mimetype-white-space"])
        #expect(try code { $0[0].content = [0xff] }.contains("mimetype-content"))
        #expect(try code { $0.remove(at: 0) }.isEmpty)
        let entries = try fixture.open(bytes).archive.entries.map { entry in
            (name: entry.name, content: try fixture.open(bytes).archive.bytes(of: entry, limit: 1 << 20))
        }
        let agreeing = Array("mimetype=application/vnd.etsi.asic-e+zip".utf8)
        #expect(try fixture.verdict(ContainerFixture.archive(entries, comment: agreeing)) == .passed)
        let other = Array("mimetype=application/vnd.etsi.asic-s+zip".utf8)
        #expect(
            try fixture.verdict(ContainerFixture.archive(entries, comment: other)).codes.contains("mimetype-content"))
        // Another format may keep CAdES signatures in this way; nobody else would look into it.
        for text in ["application/zip", "application/vnd.oasis.opendocument.text", ""] {
            #expect(try code { $0[0].content = Array(text.utf8) } == ["mimetype-not-asic"], "\(text)")
        }
        let bare = entries.filter { $0.name != "mimetype" }
        let comment = Array("mimetype=application/zip".utf8)
        #expect(try fixture.verdict(ContainerFixture.archive(bare, comment: comment)).codes == ["mimetype-not-asic"])
        // Said to be an ASiC-S, the container has too many files.
        #expect(try code { $0[0].content = Array(ContainerType.simple.mediaType.utf8) }.contains("file-count"))
    }

    @Test func `an archive without signatures is no container, XAdES is not taken for nothing`() throws {
        let plain = try ContainerFixture.archive([("a.txt", [1]), ("META-INF/MANIFEST.MF", [2])])
        #expect(try ASiCContainer(reading: MemorySource(plain)) == nil)
        #expect(try !ASiCContainer.isClaimed(by: MemorySource(plain)))
        let xml = try ContainerFixture.archive([("a.txt", [1]), ("META-INF/signatures0.xml", [2])])
        #expect(throws: ASiCError(.unsupportedSignatures, "")) { try fixture.judge(xml) }
    }

    @Test func `a container that cannot be read strictly still says what it wants to be`() async throws {
        for bytes in [try await fixture.extended(), try await fixture.simple()] {
            #expect(try ASiCContainer.isClaimed(by: MemorySource(bytes)))
            let padded = bytes + [0]
            #expect(throws: ZIPSyntaxError(.noEndRecord, "")) { try ASiCContainer(reading: MemorySource(padded)) }
            #expect(try ASiCContainer.isClaimed(by: MemorySource(padded)))
            let bare = try fixture.rewriting(bytes) { $0.remove(at: 0) }
            #expect(try ASiCContainer.isClaimed(by: MemorySource(bare + [0])))
        }
    }

    @Test func `any single changed bit is refused, fails, or leaves every file as it was`() async throws {
        let bytes = try await fixture.extended()
        let genuine = try fixture.open(bytes)
        let contents = try genuine.files.map { try genuine.archive.bytes(of: $0, limit: 1 << 20) }
        var (refused, failed, same) = (0, 0, 0)
        var generator = SeededGenerator(seed: 6)
        // The certificates inside the signature are looked at by the tests of AdES; every byte around them is here.
        let cms = try #require(genuine.archive.entry(named: signature)).data
        for index in bytes.indices where !cms.contains(Int64(index)) || index % 8 == 0 {
            var changed = bytes
            changed[index] ^= 1 << Int.random(in: 0..<8, using: &generator)
            do {
                guard let container = try ASiCContainer(reading: MemorySource(changed)) else {
                    refused += 1
                    continue
                }
                let report = try fixture.validator.validate(container, at: ContainerFixture.now)
                guard report.indication == .totalPassed else {
                    failed += 1
                    continue
                }
                same += 1
                #expect(try container.files.map { try container.archive.bytes(of: $0, limit: 1 << 20) } == contents)
                #expect(container.files.map(\.name) == genuine.files.map(\.name), "byte \(index)")
            } catch is ZIPSyntaxError { refused += 1 }
        }
        print("ASiC-E, one changed bit: \(refused) refused, \(failed) failed, \(same) passed with the same files")
        #expect(refused > 0 && failed > 0)
    }
}
