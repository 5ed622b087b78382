// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import DossierKit
import Foundation
import PAdES
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import TestSupport
import Testing

@Suite struct `PAdES B-B and dossiers, judged by peers` {
    private let signed: SignedSamples

    init() async throws { signed = try await SignedSamples.shared.value }

    @Test(arguments: SignedSamples.Kind.all) func `qpdf finds no fault in what was signed`(_ kind: SignedSamples.Kind)
        throws
    {
        for path in signed.paths(kind) {
            guard let result = try qpdf(["--check", path]) else { return }
            #expect(result.status == 0, "\(path): \(result.output)")
            #expect(!result.output.contains("WARNING"), "\(path): \(result.output)")
        }
    }

    @Test(arguments: SignedSamples.Kind.all)
    func `pdfsig says that the signature is valid and covers the document`(_ kind: SignedSamples.Kind) throws {
        for path in signed.paths(kind) {
            guard let output = try pdfsig(path) else { return }
            #expect(output.contains("Signature Validation: Signature is Valid."), "\(path): \(output)")
            #expect(output.contains("Total document signed"), "\(path): \(output)")
            #expect(output.contains("Signature Type: ETSI.CAdES.detached"), "\(path): \(output)")
        }
    }

    @Test func `pyHanko finds every signature intact, valid and trusted with the test roots and lists`() throws {
        let paths = SignedSamples.Kind.all.flatMap { signed.paths($0) }
        #expect(paths.count == 55)
        for path in paths { #expect(try signed.judge(path)?.indication == .totalPassed, "\(path)") }
        guard let answers = try signed.pyHanko(paths) else { return }
        #expect(answers.count == paths.count)
        for (path, answer) in zip(paths, answers) {
            for member in ["intact", "valid", "trusted", "bottomLine"] {
                #expect(answer[member] as? Bool == true, "\(path): \(answer)")
            }
            #expect(answer["coverage"] as? String == "ENTIRE_FILE", "\(path): \(answer)")
        }
    }

    @Test func `without its root a signature is trusted by neither`() throws {
        let path = try #require(signed.paths(SignedSamples.Kind.all[0]).first)
        guard let answer = try signed.pyHanko([path], roots: [signed.roots[1]])?.first else { return }
        #expect(answer["trusted"] as? Bool == false && answer["intact"] as? Bool == true, "\(answer)")
        let validator = SignatureValidator(
            trusting: [signed.infrastructure.publicDutyDomain.trust], policy: .vietnam2026,
            material: signed.validator.material)
        let report = try FileReport(
            path: path, source: FileSource(path: path), validator: validator, at: SignedSamples.now)
        #expect(report.report?.indication == .indeterminate)
    }

    @Test(arguments: SignedSamples.Kind.all)
    func `a flipped byte in the document and one in the value are refused by all`(_ kind: SignedSamples.Kind) throws {
        let original = try #require(signed.paths(kind).first { $0.hasSuffix("ct01-declaration.pdf") })
        let bytes = try FileSource(path: original).allBytes(limit: 1 << 24)
        let stream = try #require(Data(bytes).range(of: Data("stream".utf8))).upperBound + 60
        let contents = try #require(Data(bytes).range(of: Data("/Contents".utf8), options: .backwards)).upperBound
        let open = try #require(bytes[contents...].firstIndex(of: 0x3c))
        let close = try #require(bytes[open...].firstIndex(of: 0x3e))
        let last = try #require(bytes[..<close].lastIndex { $0 != 0x30 })
        var inDocument = bytes
        inDocument[stream] ^= 1
        var inValue = bytes
        inValue[last - 8] = inValue[last - 8] == 0x31 ? 0x32 : 0x31
        for (name, changed) in [("document", inDocument), ("value", inValue)] {
            let path = try signed.folder.write(changed, as: "\(name)-\(UUID().uuidString).pdf")
            #expect(try signed.judge(path)?.indication == .totalFailed, "\(name)")
            if let output = try pdfsig(path) {
                #expect(!output.contains("Signature is Valid"), "\(name): \(output)")
            }
            if let answer = try signed.pyHanko([path])?.first {
                #expect(answer["bottomLine"] as? Bool != true, "\(name): \(answer)")
            }
        }
        #expect(try signed.judge(original)?.indication == .totalPassed)
    }

    @Test(arguments: ["citizen", "company", "official"])
    func `openssl cms accepts the signature over dossier json, and refuses other bytes`(_ name: String) async throws {
        let signer = try #require(signed.infrastructure.subscriber(name)).signer()
        let dossier = Dossier(
            code: "T01-0001", for: .init(code: "1.004222", version: "2026-07-01"),
            attachments: [Attachment(name: "a.txt", type: "other", source: MemorySource([1, 2, 3]))])
        let check = SignerCheck(
            trusting: signed.infrastructure.trust, material: signed.validator.material, policy: .vietnam2026)
        let sealed = try await dossier.signed(by: signer, checking: check, at: SignedSamples.now)
        let folder = try TemporaryFolder()
        try folder.write(sealed.manifestBytes, as: "dossier.json")
        try folder.write(sealed.signature, as: "dossier.json.p7s")
        var changed = sealed.manifestBytes
        changed[changed.count / 2] ^= 1
        try folder.write(changed, as: "changed.json")
        let isPublic = name != "official"
        let domain = isPublic ? signed.infrastructure.publicDomain : signed.infrastructure.publicDutyDomain
        try folder.write(PEM.encode(domain.root.certificate.bytes, label: "CERTIFICATE"), as: "root.pem")
        func ask(_ content: String) throws -> OpenSSLPeer.Outcome? {
            try OpenSSLPeer.run(
                [
                    "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "dossier.json.p7s", "-content",
                    content,
                    "-CAfile", "root.pem", "-purpose", "any", "-attime", "\(SignedSamples.now.seconds)",
                ], in: folder, cases: "dossier.json by openssl")
        }
        guard let accepted = try ask("dossier.json"), let refused = try ask("changed.json") else { return }
        #expect(accepted.status == 0, "\(accepted.errors)")
        #expect(accepted.output == sealed.manifestBytes)
        #expect(refused.status != 0)
    }
}
