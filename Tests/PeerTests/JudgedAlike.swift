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

/// 200 generated PAdES signatures of levels B-B and B-T, written to a folder with what a verifier needs for each.
struct JudgedAlike: Sendable {
    /// What the signature's time-stamp is.
    enum Stamp: String, CaseIterable, Sendable {
        case none
        case now
        case twoDaysBefore = "two-days-before"
        case untrustedRoot = "untrusted-root"
    }
    /// What is done to the file or left out of the material.
    enum Change: String, Sendable {
        case none
        case byteChanged = "byte-changed"
        case listsMissing = "lists-missing"
        case rootMissing = "root-missing"
    }
    /// One signature.
    struct Case: Sendable, CustomStringConvertible {
        let number: Int
        let fault: TestFault?
        let stamp: Stamp
        let change: Change
        let sample: String
        var description: String {
            "\(number): \(fault?.rawValue ?? "no fault"), stamp \(stamp.rawValue), change \(change.rawValue), \(sample)"
        }
    }
    /// A verdict in the words of EN 319 102-1.
    struct Answer: Hashable, CustomStringConvertible {
        let indication: String
        let subIndication: String?
        var description: String { indication + (subIndication.map { "/\($0)" } ?? "") }
    }

    /// In the past, because pyHanko takes the machine's clock as a proof of existence.
    static let madeAt = Instant(seconds: 1_748_736_000)
    static let now = madeAt.adding(seconds: 100 * 86_400)
    /// Faults of a time-stamp service give no signature, so nothing is judged.
    private static let faults: [TestFault?] =
        [nil] + TestFault.allCases.filter { ![.slowTimeStamps, .deadTimeStamps].contains($0) }

    let folder: TemporaryFolder
    let cases: [Case]
    private let infrastructure: TestInfrastructure
    private let stranger: TestInfrastructure
    private var materials: [ValidationMaterial] = []

    init() async throws {
        folder = try TemporaryFolder()
        infrastructure = try TestInfrastructure(at: Self.madeAt)
        stranger = try TestInfrastructure(at: Self.madeAt)
        let pdfs = Corpora.packageRoot.appending(path: "testvectors/pdfs")
        let samples = try FileManager.default.contentsOfDirectory(atPath: pdfs.path()).filter { $0.hasSuffix(".pdf") }
            .sorted()
        cases = Self.plan(samples)
        for entry in cases {
            let (bytes, material) = try await make(entry, from: pdfs.appending(path: entry.sample))
            try folder.write(bytes, as: "\(entry.number).pdf")
            materials.append(material)
        }
    }

    /// The cross product of faults, stamps and changes, over the samples in turn, up to 200.
    private static func plan(_ samples: [String]) -> [Case] {
        var rows: [(TestFault?, Stamp, Change)] = []
        for change in [Change.byteChanged, .listsMissing, .rootMissing] {
            for stamp in Stamp.allCases { rows.append((nil, stamp, change)) }
        }
        while rows.count < 200 {
            for fault in faults {
                // No token is taken for a certificate that has ended.
                for stamp in Stamp.allCases where fault != .expired || stamp != .now {
                    rows.append((fault, stamp, .none))
                }
            }
            for fault in faults { rows.append((fault, .twoDaysBefore, .byteChanged)) }
        }
        return rows.prefix(200).enumerated().map { index, row in
            Case(
                number: index, fault: row.0, stamp: row.1, change: row.2, sample: samples[index % samples.count])
        }
    }

    private func make(_ entry: Case, from sample: URL) async throws -> ([UInt8], ValidationMaterial) {
        guard let citizen = infrastructure.subscriber("citizen") else { throw NoSubscriber() }
        var subscriber = citizen
        var material = try infrastructure.material(at: Self.now)
        var claimed = Self.now
        if let fault = entry.fault {
            let scenario = try infrastructure.scenario(fault, at: Self.now)
            (subscriber, material, claimed) = (scenario.subscriber, scenario.material, scenario.claimedSigningTime)
        }
        let signer = try SoftwareSigner(
            key: subscriber.key, certificate: subscriber.certificate, chain: [subscriber.issuer])
        let level: SigningLevel =
            switch entry.stamp {
            case .none: .b
            case .now: .t(try infrastructure.timeStampAuthority().stamping(at: Self.now))
            case .twoDaysBefore:
                .t(try infrastructure.timeStampAuthority().stamping(at: Self.now.adding(seconds: -2 * 86_400)))
            case .untrustedRoot:
                .t(try stranger.timeStampAuthority().stamping(at: Self.now.adding(seconds: -2 * 86_400)))
            }
        var bytes = try await PDFDocument(parsing: FileSource(path: sample.path())).signed(
            by: signer, claiming: claimed, level: level)
        // The comment after the header is text that every reader skips: only the digest notices.
        if entry.change == .byteChanged { bytes[12] ^= 1 }
        if entry.change == .listsMissing { material.revocationLists = [] }
        return (bytes, material)
    }

    private func trust(_ entry: Case) -> [TrustDomain] {
        entry.change == .rootMissing ? [infrastructure.publicDutyDomain.trust] : [infrastructure.publicDomain.trust]
    }

    /// What this engine says of every file.
    func ours() throws -> [Answer] {
        try cases.map { entry in
            let validator = SignatureValidator(
                trusting: trust(entry), policy: .etsi2026, material: materials[entry.number])
            let report = try FileReport(
                path: "\(entry.number).pdf", source: FileSource(path: folder.path("\(entry.number).pdf")),
                validator: validator, at: Self.now
            ).report
            return Answer(
                indication: report?.indication?.rawValue ?? "NO-SIGNATURE",
                subIndication: report?.subIndication?.rawValue)
        }
    }

    /// What pyHanko says of every file; `nil` after saying that it is not there.
    func pyHanko() throws -> [Answer]? {
        let jobs: [[String: Any]] = try cases.map { entry in
            let material = materials[entry.number]
            let roots = try write(trust(entry).flatMap(\.anchors).map(\.bytes), "crt")
            return [
                "file": folder.path("\(entry.number).pdf"), "time": Self.now.seconds, "roots": roots,
                "stampRoots": roots, "others": try write(material.certificates.map(\.bytes), "crt"),
                "lists": try write(material.revocationLists.map(\.bytes), "crl"),
                "responses": try write(material.ocspResponses.map(\.bytes), "ocsp"),
            ]
        }
        let outcome = try PythonPeer.run(
            "Tests/Python/peers/ades.py", input: JSONSerialization.data(withJSONObject: ["jobs": jobs]),
            cases: "\(cases.count) signatures by pyHanko")
        guard let outcome else { return nil }
        let read = try JSONSerialization.jsonObject(with: outcome.output) as? [[String: Any]]
        return (read ?? []).map { item in
            Answer(
                indication: item["indication"] as? String ?? "ERROR",
                subIndication: item["subIndication"] as? String ?? item["error"] as? String)
        }
    }

    /// Each object is one file, named by its digest.
    private func write(_ objects: [[UInt8]], _ suffix: String) throws -> [String] {
        try objects.map { bytes in
            let name = Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: bytes)) + "." + suffix
            if FileManager.default.fileExists(atPath: folder.path(name)) { return folder.path(name) }
            return try folder.write(bytes, as: name)
        }
    }

    private struct NoSubscriber: Error {}
}
