// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PKIX
import TestPKI
import TestSupport
import Testing

@Suite("Trust bundles — docs/formats/trust-bundle-v1.md")
struct TrustBundleTests {
    private static let time = Instant(seconds: 1_790_000_000)
    /// Keys take long to make; all tests share these.
    private static let shared = Result { try TestInfrastructure(at: time) }
    private let infrastructure: TestInfrastructure
    private let root: Certificate
    private let issuing: Certificate
    private let dutyRoot: Certificate
    private var bundle: TrustBundle

    init() throws {
        infrastructure = try Self.shared.get()
        root = infrastructure.publicDomain.root.certificate
        issuing = infrastructure.publicDomain.issuing.certificate
        dutyRoot = infrastructure.publicDutyDomain.root.certificate
        bundle = try TrustBundle(
            id: "test", issued: Self.time, nextUpdate: Self.time.adding(seconds: 86_400), remark: "for tests",
            entries: [
                .init(root, domain: "public", role: .anchor), .init(issuing, domain: "public", role: .adjunct),
                .init(
                    dutyRoot, domain: "public-duty", role: .anchor, usages: [.timeStamping],
                    trustedFrom: Self.time.adding(seconds: 10), trustedUntil: Self.time.adding(seconds: 20)),
            ])
    }

    private func names(_ usage: TrustBundle.Usage, after seconds: Int64) -> [String] {
        bundle.domains(for: usage, at: Self.time.adding(seconds: seconds)).map(\.name)
    }

    @Test func `a bundle written and read is the same`() throws {
        #expect(try TrustBundle(parsing: bundle.bytes) == bundle)
        #expect(TrustBundle.isBundle(bundle.bytes))
        #expect(!TrustBundle.isBundle(root.bytes) && !TrustBundle.isBundle(Array("{\"version\": 1}".utf8)))
    }

    @Test func `an anchor counts for its usages, from its first to its last instant`() {
        #expect(names(.signing, after: 15) == ["public"])
        #expect(names(.timeStamping, after: 9) == ["public"])
        #expect(names(.timeStamping, after: 10) == ["public", "public-duty"])
        #expect(names(.timeStamping, after: 20) == ["public", "public-duty"])
        #expect(names(.timeStamping, after: 21) == ["public"])
    }

    @Test func `an adjunct completes paths and ends none`() throws {
        let domains = bundle.domains(at: Self.time)
        #expect(domains.flatMap(\.anchors) == [root])
        #expect(bundle.adjuncts == [issuing])
        let citizen = try #require(infrastructure.subscriber("citizen")).certificate
        func chain(_ domains: [TrustDomain], _ material: [Certificate]) -> Int {
            CertificateGraph(of: citizen, trusting: domains, material: ValidationMaterial(certificates: material))
                .evaluate(at: Self.time, purpose: .signing, revocation: .off).chain.count
        }
        #expect(chain(domains, bundle.adjuncts) == 3)
        #expect(chain(domains, []) == 1)
    }

    @Test func `certificates are added, changed and removed at run time`() throws {
        var changed = bundle
        changed.add(try .init(dutyRoot, domain: "public-duty", role: .anchor))
        #expect(changed.entries.count == 3)
        #expect(changed.domains(for: .signing, at: Self.time).map(\.name) == ["public", "public-duty"])
        changed.add(try .init(root, domain: "other", role: .anchor))
        #expect(changed.remove(root.fingerprint, from: "public").count == 1)
        #expect(changed.domains(at: Self.time).map(\.name) == ["public-duty", "other"])
        #expect(changed.remove(root.fingerprint).map(\.domain) == ["other"])
        #expect(changed.remove(root.fingerprint).isEmpty)
    }

    @Test func `a bundle is stale after its next update, not at it`() {
        #expect(!bundle.isStale(at: bundle.nextUpdate))
        #expect(bundle.isStale(at: bundle.nextUpdate.adding(seconds: 1)))
    }

    private func changed(_ from: String, _ to: String) -> [UInt8] {
        let text = String(decoding: bundle.bytes, as: UTF8.self)
        #expect(text.contains(from))
        return Array(text.replacing(from, with: to, maxReplacements: 1).utf8)
    }

    @Test(arguments: [
        ("\"version\" : 1", "\"version\" : 2"), ("\"remark\"", "\"onlyFor\""),
        ("\"role\" : \"anchor\"", "\"role\" : \"root\""),
        ("\"signing\"", "\"everything\""), ("\"sha256\" : \"", "\"sha256\" : \"0"),
        ("\"certificate\" : \"", "\"certificate\" : \"!"),
        ("\"certificate\" : \"MII", "\"certificate\" : \"NII"), ("\"domain\" : \"public\"", "\"domain\" : \"Public\""),
        ("\"name\" : \"", "\"name\" : \"Trusted "), ("\"id\" : \"test\"", "\"id\" : \"\""),
        ("\"trustedUntil\" : \"2", "\"trustedUntil\" : \"1"), ("\"nextUpdate\" : \"2", "\"nextUpdate\" : \"1"),
        ("\"trustedFrom\"", "\"trustedfrom\""), ("{", "[["),
        ("\"usages\"", "\"usages\" : [\"ocsp\"], \"usages\""), ("\"id\"", "\"id\" : \"first\", \"id\""),
        ("\"usages\"", "\"usage\\u0073\""),
    ])
    func `a bundle that breaks a rule is refused`(from: String, to: String) {
        #expect(throws: PKIXError(.invalidStructure, clause: "", "")) { try TrustBundle(parsing: changed(from, to)) }
    }

    @Test func `harmless changes are read`() throws {
        #expect(try TrustBundle(parsing: changed("\"for tests\"", "\"other\"")).remark == "other")
        #expect(try TrustBundle(parsing: changed("\n", "\n\n")) == bundle)
    }

    @Test func `a certificate twice in a domain is refused, in two domains not`() throws {
        func make(_ second: String) throws -> TrustBundle {
            try TrustBundle(
                id: "a", issued: Self.time, nextUpdate: Self.time.adding(seconds: 1),
                entries: [
                    .init(root, domain: "public", role: .anchor), .init(root, domain: second, role: .adjunct),
                ])
        }
        #expect(throws: PKIXError(.invalidStructure, clause: "", "")) { try make("public") }
        #expect(try make("other").entries.count == 2)
    }

    @Test func `brackets without end are refused and exhaust nothing`() {
        for text in ["[", "{\"a\":", "\"", "[\"\\", "]"] {
            let file = Array(String(repeating: text, count: 200_000).utf8)
            #expect(throws: PKIXError(.invalidStructure, clause: "", "")) { try TrustBundle(parsing: file) }
        }
    }

    /// The bundle that `Scripts/make-trust-bundle` makes of the Vietnamese test data; `nil` without the data.
    private func vietnam() throws -> [UInt8]? {
        guard let folder = Corpora.path("vietnam", cases: "a bundle of 15 Vietnamese certificates") else { return nil }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["python3", "-B", Corpora.packageRoot.appending(path: "Scripts/make-trust-bundle").path()]
            + ["--id", "vietnam", "--issued", "2026-11-21", "--next-update", "2027-02-21"]
            + ["--domain", "public-duty=*vgca*", "--domain", "public=*", folder.path()]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let file = Array(try output.fileHandleForReading.readToEnd() ?? Data())
        process.waitUntilExit()
        return file
    }

    private func schemaFaults(_ documents: [Any]) throws -> [[String]]? {
        let outcome = try PythonPeer.run(
            "Tests/Python/schema_peer.py",
            [Corpora.packageRoot.appending(path: "docs/schemas/trust-bundle-v1.schema.json").path()],
            input: JSONSerialization.data(withJSONObject: documents), cases: "trust bundles against their JSON Schema")
        guard let outcome else { return nil }
        guard outcome.status != 3 else {
            print("skipped: trust bundles against their JSON Schema: the Python peers lack jsonschema")
            return nil
        }
        try #require(outcome.status == 0, "\(outcome.errors)")
        return try JSONDecoder().decode([[String]].self, from: outcome.output)
    }

    @Test func `bundles of ours and of the script follow the JSON Schema, bent ones do not`() throws {
        let minimal = try TrustBundle(
            id: "a", issued: Self.time, nextUpdate: Self.time.adding(seconds: 1))
        var good = try [bundle.bytes, minimal.bytes].map { try JSONSerialization.jsonObject(with: Data($0)) }
        let script = try vietnam()
        if let script { good.append(try JSONSerialization.jsonObject(with: Data(script))) }
        let whole = try #require(good[0] as? [String: Any])
        let entry = try #require((whole["entries"] as? [[String: Any]])?.first)
        let bends: [(String, Any?)] = [
            ("version", 2), ("id", "Test"), ("id", nil), ("issued", "yesterday"), ("nextUpdate", nil),
            ("entries", [String: Any]()), ("signature", "x"),
        ]
        let entryBends: [(String, Any?)] = [
            ("domain", ""), ("role", "root"), ("usages", [String]()), ("usages", ["everything"]), ("sha256", "00"),
            ("sha256", nil), ("name", ""), ("certificate", nil), ("trustedfrom", "2026-01-01"),
        ]
        let bad =
            bends.map { member, value -> Any in
                var bent = whole
                bent[member] = value
                return bent
            }
            + entryBends.map { member, value -> Any in
                var (bent, inner) = (whole, entry)
                inner[member] = value
                bent["entries"] = [inner]
                return bent
            }
        guard let faults = try schemaFaults(good + bad) else { return }
        for (number, found) in faults.prefix(good.count).enumerated() { #expect(found == [], "good \(number)") }
        for (number, found) in faults.dropFirst(good.count).enumerated() { #expect(!found.isEmpty, "bent \(number)") }
        #expect(faults.count == good.count + bad.count)
        // What the schema refuses, the reader refuses as well.
        for document in bad {
            let file = Array(try JSONSerialization.data(withJSONObject: document))
            #expect(throws: PKIXError(.invalidStructure, clause: "", "")) { try TrustBundle(parsing: file) }
        }
        print("trust bundles against the JSON Schema: \(good.count) follow it, \(bad.count) bent ones do not")
    }

    @Test func `a bundle of the published Vietnamese certificates shows their names`() throws {
        guard let file = try vietnam() else { return }
        let bundle = try TrustBundle(parsing: file)
        #expect(bundle.remark == "not compared with the authority's publication")
        func names(_ role: TrustBundle.Role, _ domain: String) -> Set<String> {
            Set(bundle.entries.filter { $0.role == role && $0.domain == domain }.map(\.name))
        }
        // Names as docs of the authorities and `openssl x509 -subject` give them.
        #expect(
            names(.anchor, "public") == [
                "MIC National Root CA", "Vietnam National Root CA", "Vietnam National Root CA G3",
                "VIETNAM NATIONAL ROOT CA - EMA", "VIETNAM NATIONAL ROOT CA - MOBILEPKI",
                "VIETNAM NATIONAL ROOT CA - RS",
                "VIETNAM NATIONAL ROOT CA - TSA", "VIETNAM NATIONAL ROOT CA - USBTOKEN",
            ])
        #expect(names(.anchor, "public-duty") == ["RootCA chuyên dùng Chính phủ G2"])
        #expect(names(.adjunct, "public-duty") == ["CA phục vụ các cơ quan Nhà nước G2"])
        #expect(names(.adjunct, "public").isSuperset(of: ["Viettel-CA", "VNPT-CA SHA2", "FastCA SHA-256"]))
        let stamping = bundle.domains(for: .timeStamping, at: Self.time).flatMap(\.anchors).compactMap(
            \.subject.commonName)
        let signing = bundle.domains(for: .signing, at: Self.time).flatMap(\.anchors).compactMap(\.subject.commonName)
        #expect(
            stamping.contains("VIETNAM NATIONAL ROOT CA - TSA") && !signing.contains("VIETNAM NATIONAL ROOT CA - TSA"))
        print("a bundle of \(bundle.entries.count) Vietnamese certificates, \(bundle.remark ?? "")")
    }
}
