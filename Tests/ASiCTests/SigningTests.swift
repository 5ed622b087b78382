// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import Foundation
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import TestSupport
import Testing
import ZIPSyntax

@testable import ASiC

@Suite struct `Containers made (EN 319 162-1)` {
    private let fixture: ContainerFixture
    private var now: Instant { ContainerFixture.now }

    init() throws { fixture = try ContainerFixture.shared.get() }

    @Test func `the media type comes first, the files in their order, manifest and signature last`() async throws {
        let bytes = try await fixture.extended()
        #expect(
            try fixture.open(bytes).archive.entries.map(\.name) == ["mimetype"] + ContainerFixture.files.map(\.path)
                + ["META-INF/ASiCManifest001.xml", "META-INF/signature001.p7s"])
        #expect(String(decoding: bytes[30..<69], as: UTF8.self) == "mimetypeapplication/vnd.etsi.asic-e+zip")
        let simple = try await fixture.simple()
        #expect(
            try fixture.open(simple).archive.entries.map(\.name)
                == ["mimetype", ContainerFixture.files[1].path, "META-INF/signature.p7s"])
        #expect(String(decoding: simple[30..<69], as: UTF8.self) == "mimetypeapplication/vnd.etsi.asic-s+zip")
    }

    @Test func `whoever prepares again finishes what another began, with the same bytes`() async throws {
        func prepare() throws -> PreparedContainer {
            try ASiCContainer.preparing(
                .extended, of: ContainerFixture.files, for: fixture.citizen.certificate, chain: fixture.citizen.chain,
                scheme: fixture.citizen.scheme, claiming: now)
        }
        let first = try prepare()
        let second = try prepare()
        #expect(first.dataToBeSigned == second.dataToBeSigned)
        let value = try await fixture.citizen.signature(over: first.dataToBeSigned)
        #expect(try first.completed(with: value) == second.completed(with: value))
        #expect(try fixture.verdict(second.completed(with: value)) == .passed)
    }

    @Test func `a value that does not verify is not written`() async throws {
        let prepared = try ASiCContainer.preparing(
            .extended, of: ContainerFixture.files, for: fixture.citizen.certificate, scheme: fixture.citizen.scheme,
            claiming: now)
        var written = 0
        var value = try await fixture.citizen.signature(over: prepared.dataToBeSigned)
        value[value.count - 1] ^= 1
        #expect(throws: AdESError(.signatureValueMismatch, "")) {
            try withoutActuallyEscaping({ written += $0.count } as ([UInt8]) throws -> Void) {
                try prepared.write(signedWith: value, to: $0)
            }
        }
        #expect(written == 0)
    }

    @Test func `a further signature leaves every byte of what is there`() async throws {
        let first = try await fixture.extended()
        let container = try fixture.open(first)
        let second = try await container.addingSignature(by: fixture.company, claiming: now)
        let end = Int(container.archive.entries.map(\.record.upperBound).max() ?? 0)
        #expect(second[..<end] == first[..<end])
        let report = try fixture.judge(second)
        #expect(Verdict(report) == .passed, "\(Verdict(report))")
        #expect(report.signatures.map(\.facts.id) == ["S-1", "S-2"])
        #expect(
            report.signatures.map { $0.facts.signingCertificate } == [
                fixture.citizen.certificate, fixture.company.certificate,
            ])
        let third = try await fixture.open(second).addingSignature(by: fixture.citizen, claiming: now)
        #expect(try fixture.judge(third).signatures.count == 3)
        #expect(try fixture.verdict(third) == .passed)
    }

    @Test func `one bad signature among several is the verdict on the container`() async throws {
        let two = try await fixture.open(fixture.extended()).addingSignature(by: fixture.company, claiming: now)
        let changed = try fixture.rewriting(two) { $0[$0.index("META-INF/ASiCManifest002.xml")].content.append(10) }
        let report = try fixture.judge(changed)
        #expect(report.signatures.map(\.indication) == [.totalPassed, .totalFailed])
        #expect(report.indication == .totalFailed)
    }

    @Test func `paths of the container itself, and wrong numbers of files, are refused`() async throws {
        func code(_ type: ContainerType, _ paths: [String]) async -> ASiCError.Code? {
            do {
                _ = try await ASiCContainer.signed(
                    type, of: paths.map { ContainerFile(path: $0, source: MemorySource([1])) }, by: fixture.citizen,
                    claiming: now)
                return nil
            } catch { return (error as? ASiCError)?.code }
        }
        for path in ["mimetype", "Mimetype", "META-INF/a", "meta-inf/a"] {
            #expect(await code(.extended, [path]) == .reservedPath, "\(path)")
        }
        #expect(await code(.extended, []) == .wrongNumberOfFiles)
        #expect(await code(.simple, ["a", "b"]) == .wrongNumberOfFiles)
        #expect(await code(.extended, ["a", "b", "folder/mimetype"]) == nil)
        await #expect(throws: ZIPSyntaxError(.duplicateName, "")) {
            try await ASiCContainer.signed(
                .extended, of: ["a", "A"].map { ContainerFile(path: $0, source: MemorySource([1])) },
                by: fixture.citizen,
                claiming: now)
        }
    }

    @Test func `a further signer of an ASiC-S stands beside the first in its one signature file`() async throws {
        let container = try await fixture.open(fixture.simple())
        let second = try await container.addingSignature(by: fixture.company, claiming: now)
        #expect(try fixture.open(second).archive.entries.map(\.name) == container.archive.entries.map(\.name))
        let report = try fixture.judge(second)
        #expect(Verdict(report) == .passed, "\(Verdict(report))")
        let signers = report.signatures.map { $0.facts.signingCertificate?.subject.commonName ?? "" }
        #expect(
            Set(signers) == Set([fixture.citizen, fixture.company].map { $0.certificate.subject.commonName ?? "" }))
        #expect(signers.count == 2)
        let name = try #require(container.files.first).name
        let changed = try fixture.rewriting(second) { $0[$0.index(name)].content.append(10) }
        #expect(try fixture.judge(changed).signatures.map(\.indication) == [.totalFailed, .totalFailed])
    }

    @Test func `a container is laid out without reading its files, and gives the bytes that are written`() async throws
    {
        let files = ContainerFixture.files
        let signer = fixture.citizen
        for (type, files) in [(ContainerType.extended, files), (.simple, Array(files.prefix(1)))] {
            let prepared = try ASiCContainer.preparing(
                type, of: files, for: signer.certificate, chain: signer.chain, scheme: signer.scheme, claiming: now)
            let cms = try await prepared.signature(by: signer, claiming: now)
            let laidOut = try prepared.container(signature: cms)
            let written = try Collected.bytes { try prepared.write(signature: cms, to: $0) }
            #expect(try laidOut.archive.source.allBytes(limit: 1 << 20) == written)
            // A part that begins and ends anywhere.
            for start in stride(from: 0, to: written.count - 1, by: 131) {
                let count = min(977, written.count - start)
                #expect(
                    try laidOut.archive.source.bytes(at: Int64(start), count: count)
                        == Array(written[start..<start + count]))
            }
            // Laid out twice, it is one row of pieces still.
            let again = try laidOut.replacing(laidOut.signatureFiles()[0].path, with: cms)
            #expect(try again.archive.source.allBytes(limit: 1 << 20) == written)
        }
    }

    @Test func `a signature file is replaced, its neighbours keep every byte`() async throws {
        let bytes = try await fixture.extended()
        let container = try fixture.open(bytes)
        let file = try #require(try container.signatureFiles().first)
        #expect(file.path == "META-INF/signature001.p7s")
        // The same content signed by another, as a stand-in for the same signature at a higher level.
        let other = try await CAdESSignature.detached(
            over: MemorySource(file.content.allBytes(limit: 1 << 20)), by: fixture.company, claiming: now)
        let replaced = try Collected.bytes { try container.replacing(file.path, with: other, to: $0) }
        let report = try fixture.judge(replaced)
        #expect(Verdict(report) == .passed)
        #expect(report.signatures.first?.facts.signingCertificate == fixture.company.certificate)
        #expect(throws: ASiCError(.noSuchFile, "")) { try container.replacing("dossier.json", with: other) { _ in } }
    }

    @Test func `Ed25519, RSA and ECDSA signers make containers`() async throws {
        for name in ["citizen", "company", "official", "commune"] {
            let signer = try #require(fixture.infrastructure.subscriber(name)).signer()
            let bytes = try await ASiCContainer.signed(
                .extended, of: ContainerFixture.files, by: signer, claiming: now)
            #expect(try fixture.verdict(bytes) == .passed, "\(name)")
        }
    }

    @Test func `unzip and Python read our containers, OpenSSL accepts the signature over the manifest`() async throws {
        let folder = try TemporaryFolder()
        let bytes = try await fixture.open(fixture.extended()).addingSignature(by: fixture.company, claiming: now)
        let path = try folder.write(bytes, as: "dossier.asice")
        if let tested = try CommandPeer.run("unzip", ["-t", path]) {
            #expect(tested.status == 0 && tested.output.contains("No errors detected"), "\(tested.output)")
        }
        try folder.write(
            """
            import sys, zipfile, hashlib, base64, urllib.parse, xml.etree.ElementTree as E
            z = zipfile.ZipFile(sys.argv[1])
            assert z.testzip() is None
            first = z.infolist()[0]
            assert first.filename == 'mimetype' and first.compress_type == 0 and first.header_offset == 0
            for name in ('META-INF/ASiCManifest001.xml', 'META-INF/ASiCManifest002.xml'):
                data = z.read(name)
                open(sys.argv[2] + '/' + name[-7:], 'wb').write(data)
                root = E.fromstring(data)
                a, d = '{http://uri.etsi.org/02918/v1.2.1#}', '{http://www.w3.org/2000/09/xmldsig#}'
                assert root.tag == a + 'ASiCManifest'
                z.getinfo(root.find(a + 'SigReference').get('URI'))
                references = root.findall(a + 'DataObjectReference')
                assert len(references) == 3
                for r in references:
                    content = z.read(urllib.parse.unquote(r.get('URI')))
                    algorithm = r.find(d + 'DigestMethod').get('Algorithm').split('#')[1]
                    assert base64.b64decode(r.find(d + 'DigestValue').text) == hashlib.new(algorithm, content).digest()
            for n in ('1', '2'):
                open(sys.argv[2] + '/' + n + '.p7s', 'wb').write(z.read('META-INF/signature00' + n + '.p7s'))
            print('held')
            """, as: "read.py")
        guard let read = try CommandPeer.run("python3", [folder.path("read.py"), path, folder.url.path()]) else {
            return
        }
        #expect(read.status == 0 && read.output.contains("held"), "\(read.output)")
        let root = fixture.infrastructure.publicDomain.root.certificate
        try folder.write(PEM.encode(root.bytes, label: "CERTIFICATE"), as: "root")
        for number in 1...2 {
            let outcome = try OpenSSLPeer.run(
                [
                    "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-CAfile", "root", "-purpose", "any",
                    "-attime", "\(now.seconds)", "-in", "\(number).p7s", "-content", "00\(number).xml", "-out", "out",
                ], in: folder, cases: "signatures over manifests")
            if let outcome { #expect(outcome.status == 0, "\(outcome.errors)") }
        }
    }
}
