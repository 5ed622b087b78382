// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import PDFSyntax
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import TestSupport
import Testing

@testable import PAdES

/// What testvectors/attacks/pdf says of a pair of files.
struct AttackExpectation: Codable {
    let name: String
    let family: String
    let effect: String
    /// The honest file, and its verdict.
    let genuine: String
    let genuineIndication: String
    /// The manipulated file, and its verdict: `TOTAL-FAILED`, or `refused` when it cannot be read without recovery.
    let attack: String
    let attackIndication: String
    /// The file as it was signed, whose page is what the signer saw.
    let signed: String
}

@Suite("Attacks on signed PDFs — testvectors/attacks/pdf", .serialized)
struct AttackTests {
    private static let time = Instant(seconds: 1_795_228_222)
    private static let folder = Corpora.packageRoot.appending(path: "testvectors/attacks/pdf")

    private static let expectations: [AttackExpectation] = {
        let data = try? Data(contentsOf: folder.appending(path: "expected.json"))
        return data.flatMap { try? JSONDecoder().decode([AttackExpectation].self, from: $0) } ?? []
    }()

    private func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: Self.folder.appending(path: name)))
    }

    /// The verdict with the anchors that stand beside the files.
    private func verdict(_ name: String) throws -> (indication: String, codes: [String]) {
        let validator = SignatureValidator(
            trusting: [TrustDomain(name: "test", anchors: [try Certificate(parsing: bytes("pki/root.crt"))])],
            policy: .vietnam2026,
            material: ValidationMaterial(
                certificates: [try Certificate(parsing: bytes("pki/issuing.crt"))],
                revocationLists: [
                    try CertificateRevocationList(parsing: bytes("pki/root.crl")),
                    try CertificateRevocationList(parsing: bytes("pki/issuing.crl")),
                ]))
        let document: PDFDocument
        do { document = try PDFDocument(parsing: MemorySource(bytes(name))) } catch { return ("refused", []) }
        let report: DocumentReport
        do { report = try validator.validate(document, at: Self.time) } catch is PAdESError { return ("refused", []) }
        guard let worst = report.signatures.map(\.indication).max() else { return ("no signature", []) }
        return (worst.rawValue, report.signatures.flatMap { $0.findings.map(\.code) })
    }

    @Test func `there are at least thirty pairs, of every family`() throws {
        #expect(Self.expectations.count >= 30)
        let families = Set(Self.expectations.map(\.family))
        for family in [
            "universal signature forgery", "signature wrapping", "incremental saving", "shadow: hide",
            "shadow: replace", "shadow: hide and replace", "evil annotation", "sneaky signature",
            "reused signature object", "FieldMDP prefix confusion", "objects hidden through /XRefStm",
            "damaged startxref", "certification", "field lock",
        ] { #expect(families.contains(family), "\(family)") }
        let readme = try String(
            contentsOf: Corpora.packageRoot.appending(path: "testvectors/README.md"), encoding: .utf8)
        for expectation in Self.expectations {
            let line = readme.split(separator: "\n").first { $0.hasPrefix("| \(expectation.family) |") }
            #expect(line?.contains("`\(expectation.attack)`") == true, "\(expectation.attack) is not on the page")
        }
        print("attacks: \(Self.expectations.count) pairs of \(families.count) families")
    }

    @Test(arguments: expectations.map(\.name))
    func `the genuine file is accepted and its twin is not`(name: String) throws {
        let expectation = try #require(Self.expectations.first { $0.name == name })
        let genuine = try verdict(expectation.genuine)
        #expect(genuine.indication == expectation.genuineIndication, "\(genuine.codes)")
        let attack = try verdict(expectation.attack)
        #expect(attack.indication == expectation.attackIndication, "\(attack.codes)")
        #expect(expectation.attackIndication != "TOTAL-PASSED")
    }

    @Test(arguments: expectations.map(\.name))
    func `no change that is seen passes, outside the fields that may be filled`(name: String) throws {
        let expectation = try #require(Self.expectations.first { $0.name == name })
        guard let before = try Picture.page(of: bytes(expectation.signed)) else { return }
        for file in [expectation.genuine, expectation.attack] where try verdict(file).indication == "TOTAL-PASSED" {
            let after = try #require(try Picture.page(of: bytes(file)))
            guard let changed = after.changedBox(from: before) else { continue }
            // Fields to fill and the free paper at the foot of the page.
            let allowed = PageRectangle(x: 55, y: 90, width: 160, height: 450)
            #expect(allowed.intersection(changed) == changed, "\(file): \(changed)")
        }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["DOSSIER_UPDATE"] == "attacks"))
    func `the files are made anew`() async throws {
        let infrastructure = try TestInfrastructure(at: Self.time)
        let subscriber = try #require(infrastructure.subscriber("official"))
        let signer = try subscriber.signer()
        let domain = infrastructure.publicDutyDomain
        let folder = Self.folder
        try? FileManager.default.removeItem(at: folder)
        try FileManager.default.createDirectory(at: folder.appending(path: "pki"), withIntermediateDirectories: true)
        func write(_ bytes: [UInt8], _ name: String) throws { try Data(bytes).write(to: folder.appending(path: name)) }
        try write(domain.root.certificate.bytes, "pki/root.crt")
        try write(domain.issuing.certificate.bytes, "pki/issuing.crt")
        for list in try infrastructure.material(at: Self.time).revocationLists {
            if list.issuer == domain.root.certificate.subject { try write(list.bytes, "pki/root.crl") }
            if list.issuer == domain.issuing.certificate.subject { try write(list.bytes, "pki/issuing.crl") }
        }
        var known: [[UInt8]: String] = [:]
        func store(_ bytes: [UInt8], _ name: String) throws -> String {
            if let same = known[bytes] { return same }
            known[bytes] = name
            try write(bytes, name)
            return name
        }
        var signed: [String: [UInt8]] = [:]
        var expectations: [AttackExpectation] = []
        for attack in Attack.all {
            let kind: String =
                if case .certification(let permission) = attack.purpose { "certified-\(permission.rawValue)" } else {
                    attack.lock.map { "locked-\($0.action)-\($0.names.joined())" } ?? "signed"
                }
            if signed[kind] == nil {
                var permission: DocumentPermission?
                if case .certification(let wanted) = attack.purpose { permission = wanted }
                signed[kind] = try await PDFDocument(parsing: MemorySource(AttackBase.bytes())).signed(
                    by: signer, claiming: Self.time, certifying: permission, locking: attack.lock)
            }
            let original = try #require(signed[kind])
            let before = try store(original, "\(kind).pdf")
            let genuine = try store(attack.genuine(original), "\(attack.name)-genuine.pdf")
            let manipulated = try attack.attack(original)
            #expect(manipulated != original, "\(attack.name)")
            try write(manipulated, "\(attack.name).pdf")
            expectations.append(
                AttackExpectation(
                    name: attack.name, family: attack.family, effect: attack.effect, genuine: genuine,
                    genuineIndication: "TOTAL-PASSED", attack: "\(attack.name).pdf", attackIndication: attack.expected,
                    signed: before))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(expectations).write(to: folder.appending(path: "expected.json"))
    }
}
