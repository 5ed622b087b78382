// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import DossierCore
import Foundation
import PKIX
import SignatureValidation
import TestSupport
import Testing

@Suite struct `Time-stamps of older forms that openssl made (TS 101 733 §6.3 and §6.4, RFC 3126, RFC 5126)` {
    private struct Made: Decodable {
        struct Stamp: Decodable {
            let kind: String
            let coversContent: Bool
            let coversCertificates: Bool
        }
        struct Case: Decodable {
            let name: String
            let signature: String
            let content: String?
            let stamp: Stamp
        }
        let root: String
        let cases: [Case]
    }

    private static func made(cases: String) throws -> (root: Certificate, cases: [Made.Case])? {
        guard OpenSSLPeer.program != nil else {
            print("skipped: \(cases): no openssl program")
            return nil
        }
        guard let outcome = try PythonPeer.run("Tests/Python/older_cades_maker.py", cases: cases) else { return nil }
        try #require(outcome.status == 0, "\(outcome.errors)")
        let made = try JSONDecoder().decode(Made.self, from: outcome.output)
        return (try Certificate(parsing: try #require(Hexadecimal.decode(made.root))), made.cases)
    }

    private static func facts(_ signature: [UInt8], _ content: [UInt8]?) throws -> SignatureFacts {
        try #require(
            try CAdESDocument(parsing: signature, content: content.map { MemorySource($0) })
                .signatureFacts(with: ValidationMaterial()).first)
    }

    /// The same bytes with another octet where a part ends.
    private static func changing(_ part: [UInt8], in bytes: [UInt8]) throws -> [UInt8] {
        let first = try #require(part.first)
        let place = try #require(bytes.indices.first { bytes[$0] == first && bytes[$0...].starts(with: part) })
        var changed = bytes
        changed[place + part.count - 1] ^= 1
        return changed
    }

    private static let content = Array("Nội dung của hồ sơ thử nghiệm\n".utf8)

    @Test func `each form holds and proves what it is over, and over anything else it proves nothing`() throws {
        guard let (root, cases) = try Self.made(cases: "older forms of CAdES by openssl") else { return }
        let domain = TrustDomain(name: "test", anchors: [root])
        let validator = SignatureValidator(trusting: [domain], policy: .etsi2026, revocation: .ifAvailable)
        var twins = 0
        for item in cases {
            let signature = try #require(Hexadecimal.decode(item.signature))
            let content = item.content.flatMap { Hexadecimal.decode($0) }
            let facts = try Self.facts(signature, content)
            let stamp = try #require(facts.timeStamps.last)
            #expect(facts.timeStamps.allSatisfy(\.holds) && stamp.kind.rawValue == item.stamp.kind, "\(item.name)")
            let signer = try #require(facts.signingCertificate)
            #expect(
                stamp.covers.contains(ValidationObject(.content, bytes: Self.content)) == item.stamp.coversContent,
                "\(item.name)")
            #expect(
                stamp.covers.contains(ValidationObject(signer)) == item.stamp.coversCertificates, "\(item.name)")
            let time = try #require(stamp.facts?.time).adding(seconds: 60)
            let source = content.map { MemorySource($0) }
            let report = try validator.validate(CAdESDocument(parsing: signature, content: source), at: time)
            #expect(report.indication == .totalPassed, "\(item.name): \(report.subIndication as Any)")
            #expect(report.signatures.first?.timeStamps.allSatisfy { $0.indication == .passed } == true)
            guard stamp.kind != .signature else { continue }

            // Other content.
            let other = content == nil ? try Self.changing(Self.content, in: signature) : signature
            let changed = try Self.facts(other, content.map { $0.dropLast() + [0] })
            #expect(changed.reference == .broken, "\(item.name)")
            #expect(changed.timeStamps.last?.holds == !item.stamp.coversContent, "\(item.name)")
            // No content.
            if content != nil {
                let without = try Self.facts(signature, nil)
                #expect(without.timeStamps.last?.holds == !item.stamp.coversContent, "\(item.name)")
                #expect(without.timeStamps.first?.holds == true)
            }
            // Another certificate in SignedData.
            let replaced = try Self.facts(Self.changing(root.bytes, in: signature), content)
            #expect(replaced.value == .valid)
            #expect(replaced.timeStamps.last?.holds == !item.stamp.coversCertificates, "\(item.name)")
            // Another signature time-stamp, which references alone do not bind.
            let token = try #require(facts.timeStamps.first?.token)
            let restamped = try Self.facts(Self.changing(token.signer.signature, in: signature), content)
            #expect(restamped.timeStamps.last?.holds == !stamp.standsOverSignature, "\(item.name)")
            twins += 3
        }
        print("older forms of CAdES by openssl: \(cases.count) judged, \(twins) twins")
        #expect(cases.count >= 25)
    }

    @Test func `a time-stamp over references proves what they name, and no other reference`() throws {
        guard let (root, cases) = try Self.made(cases: "references by openssl") else { return }
        for item in cases where item.stamp.kind == "references" {
            let signature = try #require(Hexadecimal.decode(item.signature))
            let content = item.content.flatMap { Hexadecimal.decode($0) }
            let facts = try Self.facts(signature, content)
            let stamp = try #require(facts.timeStamps.last)
            let list = try #require(facts.material.revocationLists.first)
            #expect(stamp.covers.contains(ValidationObject(root)) && stamp.covers.contains(ValidationObject(list)))
            #expect(stamp.standsOverSignature == item.name.hasPrefix("CAdES-C"))
            let object = try #require(facts.signatureObject)
            #expect(stamp.standsOverSignature == stamp.covers.contains(object))
            for object in [ValidationObject(root), ValidationObject(list)] {
                let changed = try Self.facts(Self.changing(object.digest, in: signature), content)
                #expect(changed.timeStamps.last?.holds == false && changed.timeStamps.first?.holds == true)
                // The token over the signature encloses the root itself.
                guard !stamp.standsOverSignature || object.kind == .revocationList else { continue }
                #expect(changed.timeStamps.last?.covers.contains(object) == false)
            }
        }
    }

    @Test func `references are held against the values in the file`() throws {
        guard let (_, cases) = try Self.made(cases: "references and values by openssl") else { return }
        let codes = try cases.filter { $0.name.hasPrefix("X-L") }.map { item -> String in
            let facts = try Self.facts(
                try #require(Hexadecimal.decode(item.signature)), item.content.flatMap { Hexadecimal.decode($0) })
            return item.name + ": " + facts.findings.map(\.code).joined(separator: " ")
        }
        #expect(
            codes == [
                "X-L, complete: ", "X-L, missing list: reference-without-value",
                "X-L, missing certificate: reference-without-value",
                "X-L, another certificate of the name: reference-differs",
            ])
    }
}
