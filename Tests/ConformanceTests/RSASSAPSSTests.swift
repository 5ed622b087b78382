// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PKIX
import TestSupport
import Testing

/// Botan's RSASSA-PSS certificates, lists and requests.
@Suite struct `RSASSA-PSS certificates of Botan (RFC 4055)` {
    private struct Row: Decodable {
        let id: String
        let files: [String]
        let expected: String
        let botan_result: String
    }

    private func rows() throws -> (rows: [Row], corpora: URL)? {
        guard let manifest = Corpora.path("manifests/botan-pss-certs.jsonl", cases: "118 rows of RSASSA-PSS") else {
            return nil
        }
        let rows = try String(contentsOf: manifest, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Row.self, from: Data($0.utf8))
        }
        return (rows, manifest.deletingLastPathComponent().deletingLastPathComponent())
    }

    /// The bytes of a file in DER or PEM.
    private func bytes(_ url: URL) throws -> [UInt8] {
        let file = try Array(Data(contentsOf: url))
        return file.first == 0x30 ? file : try #require(PEM.blocks(in: file).first).bytes
    }

    @Test func `every path, self-signature and request is judged as it should be`() throws {
        guard let (rows, corpora) = try rows() else { return }
        var paths = (valid: 0, invalid: 0)
        var selfSigned = 0
        var requests = 0
        for row in rows {
            let files = row.files.filter { !$0.hasSuffix(".txt") }.map { corpora.appending(path: $0) }
            let end = files.first { $0.lastPathComponent == "end.crt" }
            let root = files.first { $0.lastPathComponent == "root.crt" }
            if let end, let root {
                let certificate = try? Certificate(parsing: bytes(end))
                let lists = files.filter { $0.pathExtension == "crl" }
                let outcome = try certificate.map { certificate in
                    CertificateGraph(
                        of: certificate,
                        trusting: [TrustDomain(name: "botan", anchors: [try Certificate(parsing: bytes(root))])],
                        material: ValidationMaterial(
                            revocationLists: try lists.map { try CertificateRevocationList(parsing: bytes($0)) })
                    ).evaluate(
                        at: certificate.notBefore.adding(seconds: 1), purpose: .any,
                        revocation: lists.isEmpty ? .off : .required)
                }
                let rules = outcome?.faults.map(\.rule.rawValue) ?? ["unreadable"]
                #expect(
                    (outcome?.outcome == .passed) == (row.expected == "valid"), "\(row.id) \(row.botan_result) \(rules)"
                )
                if row.expected == "valid" { paths.valid += 1 } else { paths.invalid += 1 }
            } else if let end {
                let certificate = try Certificate(parsing: bytes(end))
                #expect(try certificate.isSigned(by: certificate.subjectPublicKeyInfo.publicKey()), "\(row.id)")
                selfSigned += 1
            } else {
                let request = try CertificationRequest(parsing: bytes(#require(files.first)))
                #expect(try request.isSignedByOwnKey(), "\(row.id)")
                requests += 1
            }
        }
        print(
            "RSASSA-PSS: \(paths.valid + paths.invalid) paths (\(paths.valid) valid, \(paths.invalid) invalid), "
                + "\(selfSigned) self-signatures, \(requests) requests")
        #expect(paths.valid + paths.invalid == 97 && selfSigned == 16 && requests == 5)
    }

    @Test func `a request that is cut or changed is refused or no longer signed`() throws {
        guard let (rows, corpora) = try rows() else { return }
        let file = try #require(rows.flatMap(\.files).first { $0.hasSuffix(".csr") })
        let whole = try bytes(corpora.appending(path: file))
        #expect(try CertificationRequest(parsing: whole).isSignedByOwnKey())
        for position in stride(from: 0, to: whole.count, by: 7) {
            #expect(throws: (any Error).self) { try CertificationRequest(parsing: Array(whole.prefix(position))) }
            var changed = whole
            changed[position] ^= 0x10
            #expect((try? CertificationRequest(parsing: changed).isSignedByOwnKey()) != true)
        }
    }
}
