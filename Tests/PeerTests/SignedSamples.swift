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

/// Every sample PDF, signed by every kind of key, in a folder with what a peer needs to judge it.
final class SignedSamples: Sendable {
    /// Who signs, with which scheme.
    struct Kind: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let subscriber: String
        let scheme: SignatureScheme

        static let all = [
            Kind(testDescription: "P-256", subscriber: "citizen", scheme: .ecdsa(.sha256)),
            Kind(testDescription: "RSA-PSS", subscriber: "company", scheme: .rsaPSS(.sha256)),
            Kind(testDescription: "RSA PKCS#1", subscriber: "company", scheme: .rsaPKCS1(.sha256)),
            Kind(testDescription: "P-384", subscriber: "official", scheme: .ecdsa(.sha384)),
            Kind(testDescription: "RSA-PSS SHA-512", subscriber: "commune", scheme: .rsaPSS(.sha512)),
        ]
    }

    static let now = Instant(seconds: 1_795_228_222)
    private static let sharedFolder = Result { try TemporaryFolder() }
    static let shared = Task { try await SignedSamples() }

    let infrastructure: TestInfrastructure
    let validator: SignatureValidator
    let folder: TemporaryFolder
    let samples: [String]
    let lists: [String]
    let others: [String]
    let roots: [String]

    private init() async throws {
        infrastructure = try TestInfrastructure(at: Self.now)
        let material = try infrastructure.material(at: Self.now)
        validator = SignatureValidator(trusting: infrastructure.trust, policy: .vietnam2026, material: material)
        folder = try Self.sharedFolder.get()
        // A static value is never released; its folder goes with the process.
        atexit {
            if let folder = try? SignedSamples.sharedFolder.get() {
                try? FileManager.default.removeItem(at: folder.url)
            }
        }
        let domains = [infrastructure.publicDomain, infrastructure.publicDutyDomain]
        roots = try domains.map { [folder] in try folder.write($0.root.certificate.bytes, as: "\($0.name)-root.crt") }
        others = try domains.map { [folder] in try folder.write($0.issuing.certificate.bytes, as: "\($0.name).crt") }
        lists = try material.revocationLists.enumerated().map { [folder] index, list in
            try folder.write(list.bytes, as: "\(index).crl")
        }
        let pdfs = Corpora.packageRoot.appending(path: "testvectors/pdfs")
        samples = try FileManager.default.contentsOfDirectory(atPath: pdfs.path()).filter { $0.hasSuffix(".pdf") }
            .sorted()
        for (index, kind) in Kind.all.enumerated() {
            let signer = try infrastructure.subscriber(kind.subscriber)?.signer(kind.scheme)
            guard let signer else { continue }
            for sample in samples {
                let source = try FileSource(path: pdfs.appending(path: sample).path())
                let signed = try await PDFDocument(parsing: source).signed(
                    by: signer, claiming: Self.now, reason: "Kiểm thử")
                try folder.write(signed, as: "\(index)-\(sample)")
            }
        }
    }

    /// Paths of the samples signed by a kind of key.
    func paths(_ kind: Kind) -> [String] {
        let index = Kind.all.firstIndex { $0.testDescription == kind.testDescription } ?? 0
        return samples.map { folder.path("\(index)-\($0)") }
    }

    func judge(_ path: String) throws -> DocumentReport? {
        try FileReport(path: path, source: FileSource(path: path), validator: validator, at: Self.now).report
    }

    /// What pyHanko says of files; `nil` when it is not there.
    func pyHanko(_ paths: [String], roots: [String]? = nil) throws -> [[String: Any]]? {
        let request: [String: Any] = [
            "time": Self.now.seconds, "roots": roots ?? self.roots, "others": others, "lists": lists, "files": paths,
        ]
        let input = try JSONSerialization.data(withJSONObject: request)
        let outcome = try PythonPeer.run(
            "Tests/Python/peers/pades.py", input: input, cases: "\(paths.count) signed PDFs by pyHanko")
        guard let outcome else { return nil }
        guard outcome.status == 0,
            let answers = try JSONSerialization.jsonObject(with: outcome.output) as? [[String: Any]]
        else {
            Issue.record("pyHanko: \(outcome.errors)")
            return []
        }
        return answers
    }
}

/// `pdfsig` of poppler-utils, without judging the certificate; `nil` after saying that it is not there.
func pdfsig(_ path: String) throws -> String? { try CommandPeer.run("pdfsig", ["-nocert", path])?.output }
